import { DashboardOutlined } from "@ant-design/icons";
import type { Room } from "@/shared/rooms";

export const routes: Room[] = [
  {
    path: "/board",
    title: { zh: "现场看板", en: "Live board" },
    icon: DashboardOutlined,
    permission: ["board"],
    menu: 20,
    load: () => import("./BoardPage"),
  },
];
