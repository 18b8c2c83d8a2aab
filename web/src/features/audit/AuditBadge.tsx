import { useQuery } from "@tanstack/react-query";
import { Badge } from "antd";
import { useT } from "@/shared/i18n";
import { toBeSeenQuery } from "./seen";
import { texts } from "./texts";

/** How much waits for one's eyes, beside the menu's word. */
export default function AuditBadge() {
  const t = useT(texts);
  const count = useQuery(toBeSeenQuery).data ?? 0;
  if (count === 0) return null;
  const text = t("seen.badge", { n: count });
  return (
    <span title={text} className="frame-badge">
      <Badge count={count} overflowCount={99} size="small" />
      <span className="unseen">{text}</span>
    </span>
  );
}
