import { FundProjectionScreenOutlined } from "@ant-design/icons";
import type { Room } from "@/shared/rooms";

export const routes: Room[] = [
  {
    path: "/wallboards",
    title: { zh: "大屏", en: "Wallboards" },
    icon: FundProjectionScreenOutlined,
    permission: ["config"],
    menu: 47,
    load: () => import("./WallsPage"),
  },
  {
    path: "/wallboards/$id",
    title: { zh: "大屏设计", en: "Wallboard designer" },
    permission: ["config"],
    load: () => import("./DesignerPage"),
  },
];
