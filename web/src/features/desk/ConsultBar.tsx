import { CloseCircleOutlined, ExportOutlined, SwapOutlined, TeamOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import type { AgentContact, HandedOver, SecondParty } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useNow } from "@/shared/time";
import type { Control, Obstacle } from "./abilities";
import { CallButton } from "./CallButton";
import { texts } from "./texts";
import "./callcontrol.css";

type Verb = "swap" | "conference" | "complete" | "cancel";

const VERBS: readonly { verb: Verb; icon: ReactNode; tone?: "good" | "bad" }[] = [
  { verb: "swap", icon: <SwapOutlined /> },
  { verb: "conference", icon: <TeamOutlined /> },
  { verb: "complete", icon: <ExportOutlined />, tone: "good" },
  { verb: "cancel", icon: <CloseCircleOutlined />, tone: "bad" },
];

/** Below the phone bar: who else is in the call and what can be done, or from whom the caller came. */
export function ConsultBar({
  contact,
  blocked,
  busy,
  press,
}: {
  contact: AgentContact;
  blocked: Record<Control, Obstacle | null>;
  busy: string | null;
  press: Record<Verb, () => void>;
}) {
  const t = useT(texts);
  const second = contact.second ?? null;
  const from = contact.handed_over ?? null;
  if (contact.phase === "ringing" || contact.phase === "wrap" || !(second || from)) return null;
  const blind = second?.way === "blind";
  const inFlow = second?.place === "flow";
  const verbs = second?.mine
    ? VERBS.filter(({ verb }) => verb === "cancel" || !(blind || (inFlow && verb !== "complete")))
    : [];
  return (
    <section className="consult" aria-label={t("second.label")} data-place={second?.place ?? "none"}>
      {second ? <Who second={second} inside={contact.direction === "internal"} /> : null}
      {from ? <From from={from} /> : null}
      {verbs.length > 0 ? (
        <div className="consult-verbs">
          {verbs.map(({ verb, icon, tone }) => (
            <CallButton
              key={verb}
              name={t(
                verb === "cancel" && blind
                  ? "call.cancel.blind"
                  : inFlow && verb === "cancel"
                    ? "call.cancel.flow"
                    : `call.${verb}`,
              )}
              shortcut={verb}
              icon={icon}
              {...(tone ? { tone } : {})}
              obstacle={blocked[verb]}
              busy={busy === verb}
              onPress={press[verb]}
            />
          ))}
        </div>
      ) : null}
    </section>
  );
}

function Who({ second, inside }: { second: SecondParty; inside: boolean }) {
  const t = useT(texts);
  const { phone: number, timer } = useFormat();
  const now = useNow();
  const who = second.name ?? number(second.number ?? "");
  const key = inside
    ? ("second.ringing.inside" as const)
    : second.place === "ringing"
      ? (`second.ringing.${second.way}` as const)
      : second.mine || second.place === "flow"
        ? (`second.${second.place}` as const)
        : (`second.asked.${second.place}` as const);
  return (
    <div className="consult-who">
      <span role="status">{t(key, { who })}</span>
      <span className="consult-time">{timer(now - Date.parse(second.since))}</span>
    </div>
  );
}

/** From whom the caller comes, why, and the note. */
export function From({ from }: { from: HandedOver }) {
  const t = useT(texts);
  const reason = `target.reason.${from.reason}`;
  return (
    <div className="consult-from" data-testid="handed-over">
      <strong>{t(`second.from.${from.way}`, { who: from.from_name })}</strong>
      <span>{reason in texts.zh ? t(reason as "target.reason.other") : from.reason}</span>
      {from.note ? <q>{from.note}</q> : null}
    </div>
  );
}
