import { Tag } from "antd";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";

const COLORS: Record<string, string> = { outbound: "blue", internal: "purple" };

/** Whether the customer called or was called, or an agent called another. */
export function DirectionTag({ direction }: { direction: string }) {
  const t = useT(common);
  const named = direction in COLORS ? (direction as "outbound" | "internal") : "inbound";
  return (
    <Tag color={COLORS[direction] ?? "default"} style={{ marginInlineEnd: 0 }}>
      {t(`direction.${named}`)}
    </Tag>
  );
}
