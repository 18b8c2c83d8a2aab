import { CalendarOutlined, MessageOutlined } from "@ant-design/icons";
import type { Room } from "@/shared/rooms";

export const routes: Room[] = [
  {
    path: "/my-day",
    title: { zh: "我的一天", en: "My day" },
    icon: CalendarOutlined,
    permission: ["desk"],
    menu: 16,
    load: () => import("./MyDayPage"),
    companion: () => import("./Inbox"),
  },
  {
    path: "/messages",
    title: { zh: "消息", en: "Messages" },
    icon: MessageOutlined,
    permission: ["supervise"],
    menu: 25,
    load: () => import("./MessagesPage"),
  },
];
