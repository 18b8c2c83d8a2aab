import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Tag } from "antd";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useNow } from "@/shared/time";
import { openWorkQuery } from "./data";
import { texts } from "./texts";

/** What is still to be done for who calls: promised follow-ups, messages, calls that reached nobody. */
export function OpenWork(who: { projectId: string | null; caller: string; customerId: string | null }) {
  const t = useT(texts);
  const { moment } = useFormat();
  const now = useNow();
  const items = useQuery(openWorkQuery(who.projectId, who.caller, who.customerId)).data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section className="earlier open-work" aria-label={t("assist.open")}>
      <h2>
        {t("assist.open")} <span className="open-work-count">{items.length}</span>
      </h2>
      <ul>
        {items.map((item) => {
          const late = item.due_at !== null && Date.parse(item.due_at) <= now;
          const list = item.state === "open" ? "open" : item.mine ? "mine" : "taken";
          return (
            <li key={item.id}>
              <div className="earlier-top">
                <Link to="/work" search={{ list, id: item.id }}>
                  {t(`assist.kind.${item.kind}`)}
                </Link>
                {item.calls > 1 ? (
                  <Tag color="warning">{t("assist.open.calls", { n: item.calls })}</Tag>
                ) : null}
                <time data-late={late}>
                  {item.due_at
                    ? t(late ? "assist.open.overdue" : "assist.open.due", { time: moment(item.due_at) })
                    : t("assist.open.since", { time: moment(item.opened_at) })}
                </time>
              </div>
              <div className="earlier-bottom">
                <span translate="no" dir="auto">
                  {item.promise || item.queue?.name}
                </span>
                <span>
                  {item.mine ? t("assist.open.mine") : (item.agent?.name ?? t("assist.open.nobody"))}
                </span>
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
