import { FileSearchOutlined } from "@ant-design/icons";
import type { Room } from "@/shared/rooms";

export const routes: Room[] = [
  {
    path: "/audit",
    title: { zh: "审计日志", en: "Audit log" },
    icon: FileSearchOutlined,
    permission: ["audit"],
    menu: 60,
    load: () => import("./AuditPage"),
    badge: () => import("./AuditBadge"),
  },
];
