import { SettingOutlined } from "@ant-design/icons";
import type { Room } from "@/shared/rooms";

export const routes: Room[] = [
  {
    path: "/admin",
    title: { zh: "系统管理", en: "Administration" },
    icon: SettingOutlined,
    permission: ["config", "people", "audit"],
    menu: 50,
    load: () => import("./AdminPage"),
  },
  {
    path: "/admin/$section",
    title: { zh: "系统管理", en: "Administration" },
    permission: ["config", "people", "audit"],
    load: () => import("./AdminPage"),
  },
];
