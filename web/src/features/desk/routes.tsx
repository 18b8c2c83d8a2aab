import { CustomerServiceOutlined } from "@ant-design/icons";
import type { Room } from "@/shared/rooms";

export const routes: Room[] = [
  {
    path: "/desk",
    title: { zh: "工作台", en: "Desk" },
    icon: CustomerServiceOutlined,
    permission: ["desk"],
    menu: 10,
    load: () => import("./DeskPage"),
    companion: () => import("./Companion"),
  },
];
