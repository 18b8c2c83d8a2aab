import { Link } from "@tanstack/react-router";
import type { BoardWaiting } from "@/shared/api";
import { phone } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { Nothing, TierTag } from "@/shared/ui";
import { Elapsed } from "./Elapsed";
import { texts } from "./texts";
import { useMaySupervise, WaitingVerbs } from "./verbs";

/** More than this are counted, not listed: nobody reads three hundred lines. */
const LISTED = 60;

interface Props {
  waiting: BoardWaiting[];
  queueName: (id: string) => string;
  targetMs: (queueId: string) => number;
  frozen: boolean;
}

/** Callers waiting now, next to be served on top. */
export function WaitingList({ waiting, queueName, targetMs, frozen }: Props) {
  const t = useT(texts);
  const may = useMaySupervise();
  if (waiting.length === 0) return <Nothing title={t("waiting.none")} hint={t("waiting.none.hint")} />;
  return (
    <>
      <ul className="rows">
        {waiting.slice(0, LISTED).map((row) => (
          <li key={row.contact_id} className="row">
            <span className="row-age">
              <Elapsed
                since={row.since}
                warnMs={targetMs(row.queue_id)}
                alarmMs={targetMs(row.queue_id) * 3}
                frozen={frozen}
              />
            </span>
            <span className="row-main">
              <Link to="/contacts/$id" params={{ id: row.contact_id }} title={t("waiting.open")}>
                {phone(row.caller_masked)}
              </Link>
              {row.tier && row.tier !== "normal" ? <TierTag tier={row.tier} /> : null}
              <span className="row-sub">{queueName(row.queue_id)}</span>
              {row.floor_at ? (
                <span className="row-floor" data-urgent={row.urgent} title={t("waiting.floor.hint")}>
                  {t(row.urgent ? "waiting.urgent" : "waiting.floor")}{" "}
                  <Elapsed since={row.floor_at} down frozen={frozen} />
                </span>
              ) : null}
            </span>
            <span className="row-end" title={t("waiting.priority", { n: row.priority })}>
              {t("waiting.position", { n: row.position })}
              {row.priority > 0 ? <b className="priority">P{row.priority}</b> : null}
            </span>
            {may ? <WaitingVerbs row={row} /> : null}
          </li>
        ))}
      </ul>
      {waiting.length > LISTED ? (
        <p className="rows-more">{t("waiting.more", { n: waiting.length - LISTED })}</p>
      ) : null}
    </>
  );
}
