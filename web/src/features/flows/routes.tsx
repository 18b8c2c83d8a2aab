import { PartitionOutlined } from "@ant-design/icons";
import type { Room } from "@/shared/rooms";

export const routes: Room[] = [
  {
    path: "/flows",
    title: { zh: "流程", en: "Flows" },
    icon: PartitionOutlined,
    permission: ["config"],
    menu: 45,
    load: () => import("./FlowsPage"),
  },
  {
    path: "/flows/$id",
    title: { zh: "流程设计", en: "Flow designer" },
    permission: ["config"],
    load: () => import("./DesignerPage"),
  },
];
