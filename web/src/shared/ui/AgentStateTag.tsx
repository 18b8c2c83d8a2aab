import type { AgentState } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import "./state.css";

/** The colour of a state as a CSS variable; defined for light and dark in `state.css`. */
export function stateColor(state: AgentState): string {
  return `var(--state-${state.replace("_", "-")})`;
}

export function StateDot({ state, pulse = false }: { state: AgentState; pulse?: boolean }) {
  return (
    <span
      className={pulse ? "state-dot state-dot-pulse" : "state-dot"}
      style={{ background: stateColor(state) }}
    />
  );
}

/** State by colour and by name: colour alone never carries the meaning. */
export function AgentStateTag({ state }: { state: AgentState }) {
  const t = useT(common);
  return (
    <span className="state-tag">
      <StateDot state={state} />
      {t(`state.${state}`)}
    </span>
  );
}
