import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Badge } from "antd";
import { useCallback, useEffect } from "react";
import { useT } from "@/shared/i18n";
import { useLive, useLiveMessage } from "@/shared/live";
import { tallyQuery } from "./queries";
import { texts } from "./texts";

/** How much there is to do, beside the menu's word; keeps every list on show up to the server's. */
export default function WorkBadge() {
  const t = useT(texts);
  const queries = useQueryClient();
  const status = useLive((live) => live.status);
  const refresh = useCallback(() => void queries.invalidateQueries({ queryKey: ["work"] }), [queries]);
  useLiveMessage("work", refresh);
  useEffect(() => {
    // What happened while nobody was connected was not told.
    if (status === "open") refresh();
  }, [status, refresh]);
  const tally = useQuery(tallyQuery).data;
  if (!tally || tally.open + tally.mine === 0) return null;
  const text = t("badge", { open: tally.open, mine: tally.mine, due: tally.due });
  return (
    <span title={text} className="frame-badge">
      <Badge
        count={tally.open + tally.mine}
        overflowCount={99}
        size="small"
        color={tally.due > 0 ? undefined : "var(--ant-color-primary)"}
      />
      <span className="unseen">{text}</span>
    </span>
  );
}
