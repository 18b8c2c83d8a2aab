import { CheckOutlined, UndoOutlined } from "@ant-design/icons";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Button, DatePicker, Segmented, Select, Tag } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { api, type Page, take } from "@/shared/api";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { permitted, useMe } from "@/shared/session";
import { common } from "@/shared/texts";
import { Nothing, Pending, ProblemView, useReportProblem } from "@/shared/ui";
import { useUndo } from "@/shared/undo";
import { type Change, changesOf, type Entry, shown } from "./changes";
import { toBeSeenQuery, useSee } from "./seen";
import { texts } from "./texts";
import "./audit.css";

const KINDS = [
  "user",
  "team",
  "team_member",
  "skill",
  "agent_skill",
  "queue",
  "routing_rules",
  "number",
  "trunk",
  "node",
  "client",
  "project",
  "calendar",
  "state_reason",
  "wrap_reason",
  "wrap_form",
  "flow",
  "flow_draft",
  "prompt",
  "customer",
  "work_item",
  "message",
  "saved_search",
  "export",
  "export_rule",
  "recording",
  "transcript",
  "text_gateway",
  "ledger",
  "session",
  "log_in_rules",
  "role",
  "duty",
  "alarm_rule",
  "wallboard",
  "wallboard_link",
  "do_not_call",
  "agent",
  "audit",
] as const;
const COLORS: Record<string, string> = { create: "success", update: "processing", delete: "error" };
/** More changed fields than this are folded. */
const FOLD = 4;
/** So many are acknowledged by one press. */
const MOST_AT_ONCE = 500;

export default function AuditPage() {
  const t = useT(texts);
  const n = useT(fields);
  const me = useMe();
  const report = useReportProblem();
  const see = useSee();
  const waiting = useQuery(toBeSeenQuery).data ?? 0;
  const [box, setBox] = useState<"all" | "to_be_seen">("all");
  const [kind, setKind] = useState<string>();
  const [days, setDays] = useState<[Dayjs | null, Dayjs | null] | null>(null);
  const query: Record<string, string> = box === "to_be_seen" ? { to_be_seen: "true" } : {};
  if (kind) query.object_kind = kind;
  if (days?.[0]) query.from = days[0].startOf("day").toISOString();
  if (days?.[1]) query.to = days[1].startOf("day").add(1, "day").toISOString();
  const log = useInfiniteQuery({
    queryKey: ["audit", query],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }): Promise<Page<Entry>> =>
      (await take(
        api.GET("/api/audit", {
          params: { query: { ...query, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      )) as Page<Entry>,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const entries = log.data?.pages.flatMap((page) => page.items) ?? [];
  const today = dayjs().startOf("day");
  const acknowledge = (ids: string[]) => see.mutate(ids, { onError: report });

  return (
    <div className="audit">
      <header className="audit-head">
        <div>
          <h1>{t("title")}</h1>
          <p className="dim">{t("lead")}</p>
        </div>
        <div className="audit-filters">
          <Segmented
            aria-label={t("seen.box")}
            value={box}
            onChange={setBox}
            options={[
              { value: "all", label: t("seen.all") },
              { value: "to_be_seen", label: t("seen.waiting", { n: waiting }) },
            ]}
          />
          <Select
            allowClear
            className="audit-kind"
            value={kind}
            onChange={setKind}
            placeholder={t("filter.kind")}
            aria-label={t("filter.kind")}
            options={KINDS.map((value) => ({ value, label: n(`kind.${value}`) }))}
          />
          <DatePicker.RangePicker
            value={days}
            onChange={setDays}
            aria-label={t("filter.range")}
            presets={[
              { label: t("filter.today"), value: [today, today] },
              { label: t("filter.week"), value: [today.subtract(6, "day"), today] },
              { label: t("filter.month"), value: [today.subtract(29, "day"), today] },
            ]}
          />
        </div>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section className="audit-list" tabIndex={0} aria-label={t("title")}>
        {log.isError ? (
          <ProblemView problem={log.error} onRetry={() => void log.refetch()} />
        ) : !log.data ? (
          <Pending rows={10} />
        ) : entries.length === 0 ? (
          box === "to_be_seen" && query.object_kind === undefined && days === null ? (
            <Nothing title={t("seen.none")} hint={t("seen.none.hint")} />
          ) : (
            <Nothing title={t("none")} hint={t("none.hint")} />
          )
        ) : (
          <>
            {box === "to_be_seen" ? (
              <div className="audit-see">
                <span className="dim">{t("seen.lead")}</span>
                <Button
                  icon={<CheckOutlined />}
                  loading={see.isPending}
                  onClick={() => acknowledge(entries.slice(0, MOST_AT_ONCE).map(({ id }) => id))}
                >
                  {t("seen.these", { n: Math.min(entries.length, MOST_AT_ONCE) })}
                </Button>
              </div>
            ) : null}
            <table className="audit-table" data-busy={log.isPlaceholderData}>
              <thead>
                <tr>
                  <th scope="col">{t("col.at")}</th>
                  <th scope="col">{t("col.who")}</th>
                  <th scope="col">{t("col.what")}</th>
                  <th scope="col">{t("col.changes")}</th>
                </tr>
              </thead>
              <tbody>
                {entries.map((entry) => (
                  <EntryRow
                    key={entry.id}
                    entry={entry}
                    onSee={entry.user_id === me?.user_id ? null : () => acknowledge([entry.id])}
                  />
                ))}
              </tbody>
            </table>
            <div className="audit-more">
              {log.hasNextPage ? (
                <Button loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
                  {t("more")}
                </Button>
              ) : (
                <span className="dim">{t("end")}</span>
              )}
            </div>
          </>
        )}
      </section>
    </div>
  );
}

/** `onSee` puts down that one has seen it: null of what one did oneself. */
function EntryRow({ entry, onSee }: { entry: Entry; onSee: (() => void) | null }) {
  const t = useT(texts);
  const f = useFormat();
  const [open, setOpen] = useState(false);
  const changes = changesOf(entry);
  const action = `action.${entry.action}`;
  return (
    <tr>
      <td className="audit-at" title={f.clock(entry.at, true)}>
        {f.moment(entry.at)}
      </td>
      <td>
        {entry.user_name || t("system")}
        <small className="audit-sub">{entry.address}</small>
      </td>
      <td>
        <Tag color={COLORS[entry.action]} style={{ marginInlineEnd: 6 }}>
          {action in texts.zh ? t(action as "action.create") : entry.action}
        </Tag>
        <Subject entry={entry} />
        {entry.must_see ? <MustSee entry={entry} onSee={onSee} /> : null}
      </td>
      <td>
        <ul className="changes">
          {(open ? changes : changes.slice(0, FOLD)).map((change) => (
            <ChangeLine key={change.field} change={change} />
          ))}
        </ul>
        {changes.length > FOLD ? (
          <Button type="link" size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? t("changes.less") : t("changes.all", { n: changes.length })}
          </Button>
        ) : null}
        {entry.undoable ? <UndoButton entry={entry} /> : null}
      </td>
    </tr>
  );
}

/** Who has seen what has to be seen; else that it waits, and the way to say that one has. */
function MustSee({ entry, onSee }: { entry: Entry; onSee: (() => void) | null }) {
  const t = useT(texts);
  const f = useFormat();
  if (entry.seen_by && entry.seen_at)
    return (
      <small className="audit-sub">
        {t("seen.by", { name: entry.seen_by, at: f.moment(entry.seen_at) })}
      </small>
    );
  return (
    <div className="audit-wait">
      <Tag color="warning">{t(onSee ? "seen.wait" : "seen.wait.others")}</Tag>
      {onSee ? (
        <Button size="small" icon={<CheckOutlined />} onClick={onSee}>
          {t("seen.see")}
        </Button>
      ) : null}
    </div>
  );
}

/** Takes the change back, once the person has confirmed. */
function UndoButton({ entry }: { entry: Entry }) {
  const t = useT(texts);
  const c = useT(common);
  const undo = useUndo();
  const { modal } = App.useApp();
  const { object_id: id } = entry;
  if (!id) return null;
  return (
    <Button
      size="small"
      icon={<UndoOutlined />}
      onClick={() =>
        modal.confirm({
          title: t("undo.title", { name: entry.object_name }),
          content: t("undo.content"),
          okText: t("undo"),
          cancelText: c("action.cancel"),
          onOk: () => undo({ object_kind: entry.object_kind, object_id: id, entry_id: entry.id }),
        })
      }
    >
      {t("undo")}
    </Button>
  );
}

/** What was acted on. A recording leads to its contact; of a log-in the action says it all. */
function Subject({ entry }: { entry: Entry }) {
  const n = useT(fields);
  const may = permitted(useMe(), ["contacts"]);
  if (entry.object_kind === "session") return null;
  const key = `kind.${entry.object_kind}`;
  const kind = key in fields.zh ? n(key as "kind.user") : entry.object_kind;
  if (may && ["recording", "transcript"].includes(entry.object_kind) && entry.object_id)
    return (
      <Link to="/contacts/$id" params={{ id: entry.object_id }}>
        {kind}
      </Link>
    );
  return (
    <>
      {kind} <b translate="no">{entry.object_name}</b>
    </>
  );
}

function ChangeLine({ change }: { change: Change }) {
  const t = useT(texts);
  const n = useT(fields);
  const name = change.field in fields.zh ? n(change.field as "name") : change.field;
  return (
    <li>
      <span className="change-field">{name}</span>
      {change.side === "after" ? null : (
        <del>
          <span className="unseen">{t("changes.before")} </span>
          <Value value={change.before} />
        </del>
      )}
      {change.side === "both" ? <span aria-hidden="true">→</span> : null}
      {change.side === "before" ? null : (
        <ins>
          <span className="unseen">{t("changes.after")} </span>
          <Value value={change.after} />
        </ins>
      )}
    </li>
  );
}

function Value({ value }: { value: unknown }) {
  const t = useT(texts);
  const c = useT(common);
  const what = shown(value);
  if (what.kind === "empty") return <em>{t("value.empty")}</em>;
  if (what.kind === "hidden") return <em>{t("value.hidden")}</em>;
  if (what.kind === "flag") return <>{c(what.value ? "value.yes" : "value.no")}</>;
  return (
    <span translate="no" title={what.full === what.value ? undefined : what.full}>
      {what.value}
    </span>
  );
}
