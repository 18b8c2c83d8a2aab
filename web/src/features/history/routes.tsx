import { DownloadOutlined, HistoryOutlined } from "@ant-design/icons";
import type { Room } from "@/shared/rooms";
import { readSearch } from "./search";

export const routes: Room[] = [
  {
    path: "/contacts",
    title: { zh: "接触历史", en: "History" },
    icon: HistoryOutlined,
    permission: ["contacts"],
    menu: 30,
    load: () => import("./HistoryPage"),
    validateSearch: (raw) => readSearch(raw) as Record<string, unknown>,
  },
  {
    path: "/exports",
    title: { zh: "导出", en: "Exports" },
    icon: DownloadOutlined,
    permission: ["export", "approve_exports"],
    menu: 35,
    load: () => import("./ExportsPage"),
  },
  {
    path: "/contacts/$id",
    title: { zh: "接触详情", en: "Contact" },
    permission: ["contacts"],
    load: () => import("./ContactPage"),
  },
];
