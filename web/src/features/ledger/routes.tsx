import { AuditOutlined } from "@ant-design/icons";
import type { Room } from "@/shared/rooms";

export const routes: Room[] = [
  {
    path: "/ledger",
    title: { zh: "对账", en: "Ledger" },
    icon: AuditOutlined,
    permission: ["ledger"],
    menu: 40,
    load: () => import("./LedgerPage"),
  },
];
