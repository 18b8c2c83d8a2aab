import { Tag } from "antd";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Nothing } from "@/shared/ui";
import { texts } from "./texts";
import { byReason, type Decision, type Merit, merit, type PassedOver } from "./why";
import "./why.css";

interface Props {
  decisions: readonly Decision[];
  /** Index of the decision to show as chosen on the page. */
  current?: number | null;
}

/** Why each agent was rung: the policy, what spoke for the agent, and everyone passed over with the reason. */
export function WhyPanel({ decisions, current = null }: Props) {
  const t = useT(texts);
  if (decisions.length === 0) return <Nothing title={t("none")} hint={t("none.hint")} />;
  return (
    <ol className="why">
      {decisions.map((decision, index) => (
        <WhyDecision key={decision.offer_id} decision={decision} current={current === index} />
      ))}
    </ol>
  );
}

function WhyDecision({ decision, current }: { decision: Decision; current: boolean }) {
  const t = useT(texts);
  const f = useFormat();
  const agent = decision.agent?.name ?? "—";
  const policy = `policy.${decision.policy}`;
  const idleMs = merit(decision.chosen, "idle_ms");
  const level = merit(decision.chosen, "level");
  const rivals = decision.passed_over.some((one) =>
    ["idle_shorter", "less_skilled", "turn_later"].includes(one.reason),
  );
  const params = { agent, idle: f.span(idleMs), level: level ?? "—" };
  const chosen = `chosen.${decision.policy}`;
  const sentence =
    idleMs === null
      ? t("chosen.plain", params)
      : !rivals && decision.passed_over_more === 0
        ? t("chosen.only", params)
        : t(chosen in texts.zh ? (chosen as "chosen.longest_idle") : "chosen.plain", params);
  const rang =
    decision.how === null
      ? t("rang.open")
      : decision.how === "answered"
        ? t("rang.answered", { rang: f.span(decision.rang_ms) })
        : t("rang.how", { rang: f.span(decision.rang_ms), how: decision.how_name ?? decision.how });
  return (
    <li className="why-decision" data-current={current}>
      <div className="why-head">
        <b>{sentence}</b>
        <Tag
          color={decision.how === "answered" ? "success" : decision.how === null ? "processing" : "warning"}
        >
          {rang}
        </Tag>
      </div>
      <p className="why-context">
        {f.clock(decision.at, true)} ·{" "}
        {t("context", {
          queue: decision.queue?.name ?? "—",
          policy: policy in texts.zh ? t(policy as "policy.longest_idle") : decision.policy,
          waited: f.span(decision.waited_ms),
          considered: decision.considered,
        })}
      </p>
      {decision.passed_over.length === 0 && decision.passed_over_more === 0 ? (
        <p className="why-context">{t("passed.none")}</p>
      ) : (
        <dl className="why-passed" aria-label={t("passed.title")}>
          {byReason(decision.passed_over).map((group) => {
            const key = `reason.${group.reason}`;
            return (
              <div key={group.reason}>
                <dt>
                  {key in texts.zh ? t(key as "reason.busy") : group.name}
                  <span className="why-count">{group.people.length}</span>
                </dt>
                <dd>
                  {group.people.map((one, index) => (
                    <Passed key={one.agent?.id ?? index} one={one} />
                  ))}
                </dd>
              </div>
            );
          })}
          {decision.passed_over_more > 0 ? (
            <p className="why-context">{t("passed.more", { n: decision.passed_over_more })}</p>
          ) : null}
        </dl>
      )}
    </li>
  );
}

function Passed({ one }: { one: PassedOver }) {
  const detail = useDetail()(one.detail);
  return (
    <span className="why-person">
      {one.agent?.name ?? "—"}
      {detail ? <small>{detail}</small> : null}
    </span>
  );
}

/** What was recorded beside the reason, in words. */
function useDetail(): (detail: Merit | string | null) => string {
  const t = useT(texts);
  const c = useT(common);
  const f = useFormat();
  return (detail) => {
    if (detail === null || typeof detail === "string") return detail ?? "";
    const words: string[] = [];
    const level = merit(detail, "level");
    const min = merit(detail, "needs");
    const idle = merit(detail, "idle_ms");
    if (level !== null && min !== null) words.push(t("detail.need", { level, min }));
    else if (level !== null) words.push(t("detail.level", { level }));
    if (idle !== null) words.push(t("detail.idle", { idle: f.span(idle) }));
    if (typeof detail.state === "string") {
      const key = `state.${detail.state}`;
      if (["state.ringing", "state.talking", "state.held", "state.acw"].includes(key))
        words.push(c(key as "state.acw"));
    }
    if (typeof detail.skill === "string") words.push(detail.skill);
    return words.join(" · ");
  };
}
