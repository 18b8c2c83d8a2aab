import { Tag } from "antd";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";

/** Whether the customer called or was called. */
export function DirectionTag({ direction }: { direction: string }) {
  const t = useT(common);
  const outbound = direction === "outbound";
  return (
    <Tag color={outbound ? "blue" : "default"} style={{ marginInlineEnd: 0 }}>
      {t(outbound ? "direction.outbound" : "direction.inbound")}
    </Tag>
  );
}
