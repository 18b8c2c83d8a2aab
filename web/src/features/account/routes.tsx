import { SafetyOutlined } from "@ant-design/icons";
import type { Room } from "@/shared/rooms";

export const routes: Room[] = [
  {
    path: "/account",
    title: { zh: "我的账号", en: "My account" },
    icon: SafetyOutlined,
    permission: [],
    load: () => import("./AccountPage"),
  },
];
