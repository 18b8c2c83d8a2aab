import { CustomerServiceOutlined } from "@ant-design/icons";
import { memo } from "react";
import type { BoardAgent } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { useBoardStore } from "../live";
import { texts } from "./texts";

/** Who is at this agent's call, and whose choice the agent's state is. */
export const AtCall = memo(function AtCall({ agent }: { agent: BoardAgent }) {
  const t = useT(texts);
  const monitors = useBoardStore((store) => store.board?.monitors);
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
      {agent.forced_by ? (
        <span className="forced" title={t("forced", { name: agent.forced_by })}>
          {t("forced", { name: agent.forced_by })}
        </span>
      ) : null}
    </>
  );
});
