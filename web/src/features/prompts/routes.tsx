import { SoundOutlined } from "@ant-design/icons";
import type { Room } from "@/shared/rooms";

export const routes: Room[] = [
  {
    path: "/prompts",
    title: { zh: "提示音", en: "Prompts" },
    icon: SoundOutlined,
    permission: ["config"],
    menu: 46,
    load: () => import("./PromptsPage"),
  },
];
