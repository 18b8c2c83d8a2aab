import { Tag } from "antd";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";

const GOOD = new Set(["served", "self_service", "transferred_out"]);
const KEPT = new Set(["voicemail", "out_of_hours", "callback_kept"]);
const FAULT = new Set(["media_lost", "flow_error", "interrupted", "trunk_busy", "shutdown"]);

function color(outcome: string | null): string {
  if (outcome === null) return "processing";
  if (GOOD.has(outcome)) return "success";
  if (KEPT.has(outcome)) return "blue";
  return FAULT.has(outcome) ? "error" : "warning";
}

/** How a contact ended, by name and colour; null while it goes on. */
export function OutcomeTag({ outcome, name }: { outcome: string | null; name?: string | null }) {
  const t = useT(common);
  const key = `outcome.${outcome ?? "live"}`;
  return (
    <Tag color={color(outcome)} style={{ marginInlineEnd: 0 }}>
      {key in common.zh ? t(key as "outcome.live") : (name ?? outcome)}
    </Tag>
  );
}
