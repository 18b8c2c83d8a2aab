import { Tag } from "antd";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Nothing, TierTag } from "@/shared/ui";
import { useDetail } from "./detail";
import { texts } from "./texts";
import { byReason, type Decision, merit, type PassedOver, RIVALS, type Special } from "./why";
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
  const rivals = decision.passed_over.some((one) => RIVALS.has(one.reason));
  const params = {
    agent,
    idle: f.span(idleMs),
    level: level ?? "—",
    occupancy: f.share(merit(decision.chosen, "occupancy")),
    calls: merit(decision.chosen, "calls") ?? "—",
    value: merit(decision.chosen, "value") ?? "—",
  };
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
      <Out special={decision.special} />
      {decision.passed_over.length === 0 && decision.passed_over_more === 0 ? (
        <p className="why-context">{t("passed.none")}</p>
      ) : (
        <dl className="why-passed" aria-label={t("passed.title")}>
          {byReason(decision.passed_over).map((group) => (
            <div key={group.reason}>
              <dt>
                {group.name}
                <span className="why-count">{group.people.length}</span>
              </dt>
              <dd>
                {group.people.map((one, index) => (
                  <Passed key={one.agent?.id ?? index} one={one} />
                ))}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {decision.passed_over_more > 0 ? (
        <p className="why-context">{t("passed.more", { n: decision.passed_over_more })}</p>
      ) : null}
    </li>
  );
}

/** What was out of the ordinary; nothing is drawn without it. */
function Out({ special }: { special: Special }) {
  const t = useT(texts);
  const c = useT(common);
  const words = [
    special.urgent ? t("special.urgent") : null,
    special.owed ? t("special.owed") : null,
    ...(special.flags ?? []).map((flag) =>
      `flag.${flag}` in common.zh ? c(`flag.${flag}` as "flag.repeat") : flag,
    ),
    special.calls ? t("special.calls", { n: special.calls }) : null,
    special.step ? t("special.step", { n: special.step }) : null,
    special.asked ? t("special.asked", { queue: special.asked }) : null,
    special.order ? t("special.order", { n: special.order }) : null,
  ].filter((word) => word !== null);
  if (words.length === 0 && !special.tier) return null;
  return (
    <ul className="why-special" aria-label={t("special.title")}>
      {special.tier ? (
        <li>
          <TierTag tier={special.tier} />
        </li>
      ) : null}
      {words.map((word) => (
        <li key={word}>
          <Tag>{word}</Tag>
        </li>
      ))}
    </ul>
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
