import { CarryOutOutlined } from "@ant-design/icons";
import type { Room } from "@/shared/rooms";
import { readSearch } from "./search";

export const routes: Room[] = [
  {
    path: "/work",
    title: { zh: "待办", en: "To do" },
    icon: CarryOutOutlined,
    permission: ["desk", "contacts"],
    menu: 15,
    load: () => import("./WorkPage"),
    badge: () => import("./WorkBadge"),
    validateSearch: (raw) => readSearch(raw) as Record<string, unknown>,
  },
];
