import { CustomerServiceOutlined, FieldTimeOutlined } from "@ant-design/icons";
import { memo } from "react";
import type { BoardAgent } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { useBoardStore } from "../live";
import { texts } from "./texts";

/** Who is at this agent's call or waits for the next, and whose choice the agent's state is. */
export const AtCall = memo(function AtCall({ agent }: { agent: BoardAgent }) {
  const t = useT(texts);
  const monitors = useBoardStore((store) => store.board?.monitors);
  const follows = useBoardStore((store) => store.board?.follows);
  const waiting = [...(follows?.values() ?? [])].filter((one) => one.agent_id === agent.agent_id);
  const here = [...(monitors?.values() ?? [])].filter((one) => one.agent_id === agent.agent_id && one.mode);
  return (
    <>
      {here.map((one) => {
        const said = t(`by.${one.mode}` as "by.listen", { name: one.supervisor_name });
        return (
          <span key={one.monitor_id} className="at-call" title={said}>
            <CustomerServiceOutlined aria-hidden="true" /> {said}
          </span>
        );
      })}
      {waiting.map((one) => {
        const said = t("follow.by", { name: one.supervisor_name, n: one.left });
        return (
          <span key={one.follow_id} className="at-call" title={said}>
            <FieldTimeOutlined aria-hidden="true" /> {said}
          </span>
        );
      })}
      {agent.forced_by ? (
        <span className="forced" title={t("forced", { name: agent.forced_by })}>
          {t("forced", { name: agent.forced_by })}
        </span>
      ) : null}
    </>
  );
});
