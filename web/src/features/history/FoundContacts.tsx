import { AudioOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { DialNumber, DirectionTag } from "@/shared/dial";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { OutcomeTag, TierTag } from "@/shared/ui";
import { Score } from "./ContactPage";
import { type Column, NUMBERS } from "./columns";
import { texts } from "./texts";
import type { ContactItem } from "./types";

/** What a cell shows; shared by the table and the cards. */
function useCell(): (item: ContactItem, column: Column) => ReactNode {
  const t = useT(texts);
  const c = useT(common);
  const f = useFormat();
  return (item, column) => {
    switch (column) {
      case "arrived":
        return (
          <Link
            to="/contacts/$id"
            params={{ id: item.contact_id }}
            aria-label={t("list.open", { caller: f.phone(item.caller), time: f.moment(item.arrived_at) })}
          >
            {f.moment(item.arrived_at)}
          </Link>
        );
      case "direction":
        return <DirectionTag direction={item.direction} />;
      case "caller":
        return <DialNumber number={item.caller} projectId={item.project?.id} />;
      case "customer":
        return item.customer ? (
          <>
            {item.customer.name} {item.tier && item.tier !== "normal" ? <TierTag tier={item.tier} /> : null}
          </>
        ) : null;
      case "number":
        return item.number?.name ?? f.phone(item.dnis);
      case "client":
        return item.client?.name;
      case "project":
        return item.project?.name;
      case "queue":
        return item.queue?.name;
      case "agent":
        return item.agent?.name;
      case "outcome":
        return <OutcomeTag outcome={item.outcome} name={item.outcome_name} />;
      case "waited":
        return item.waited_ms === null ? null : f.timer(item.waited_ms);
      case "talked":
        return item.talked_ms === null ? null : f.timer(item.talked_ms);
      case "held":
        return item.held_ms ? f.timer(item.held_ms) : null;
      case "acw":
        return item.acw_ms === null ? null : f.timer(item.acw_ms);
      case "tier":
        return item.tier ? <TierTag tier={item.tier} /> : null;
      case "resolved":
        return item.resolved === null ? null : c(item.resolved ? "value.yes" : "value.no");
      case "contact":
        return <code>{item.contact_id}</code>;
      case "total":
        return item.total_ms === null ? null : f.timer(item.total_ms);
      case "offers":
        return item.offers || null;
      case "ended_by":
        return item.ended_by && `by.${item.ended_by}` in common.zh
          ? c(`by.${item.ended_by}` as "by.caller")
          : item.ended_by;
      case "score":
        return item.survey_score === null ? null : <Score value={item.survey_score} />;
      case "reason":
        return item.reason?.name;
      case "recording":
        return item.has_recording || item.voicemail_ms ? (
          <AudioOutlined title={t("col.recording")} aria-label={t("col.recording")} />
        ) : null;
    }
  };
}

/** What was found, by the columns chosen. */
export function ContactTable({
  items,
  columns,
  busy,
}: {
  items: ContactItem[];
  columns: readonly Column[];
  busy: boolean;
}) {
  const t = useT(texts);
  const cell = useCell();
  return (
    <div className="history-scroll" data-busy={busy}>
      <table className="list-table">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className={NUMBERS.has(column) ? "num" : undefined}>
                {t(`col.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.contact_id}>
              {columns.map((column) => (
                <td key={column} className={NUMBERS.has(column) ? "num" : undefined}>
                  {cell(item, column)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What was found, on a narrow screen. */
export function ContactCards({ items }: { items: ContactItem[] }) {
  const f = useFormat();
  const cell = useCell();
  return (
    <ul className="list-cards">
      {items.map((item) => (
        <li key={item.contact_id}>
          <Link to="/contacts/$id" params={{ id: item.contact_id }} className="list-card">
            <span className="list-card-line">
              <b>{f.phone(item.caller)}</b>
              {item.direction === "inbound" ? null : cell(item, "direction")}
              {cell(item, "customer")}
              <span className="list-card-end">{cell(item, "outcome")}</span>
            </span>
            <span className="list-card-line dim">
              {f.moment(item.arrived_at)} ·{" "}
              {[item.queue?.name, item.agent?.name].filter(Boolean).join(" · ") || item.number?.name}
            </span>
            <span className="list-card-line dim">
              {[
                item.waited_ms === null ? null : f.span(item.waited_ms),
                item.talked_ms === null ? null : f.span(item.talked_ms),
              ]
                .filter(Boolean)
                .join(" / ")}
              <span className="list-card-end">{cell(item, "score")}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
