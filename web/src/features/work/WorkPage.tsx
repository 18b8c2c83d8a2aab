import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Badge, Button, Segmented, Select, Tag } from "antd";
import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { permitted, useMe } from "@/shared/session";
import { useNow } from "@/shared/time";
import { Nothing, Pending, ProblemView, TierTag, useNarrow } from "@/shared/ui";
import { Callbacks } from "./Callbacks";
import { listQuery, tallyQuery, type WorkItem } from "./queries";
import { KINDS, LISTS, type List, readSearch, type Search } from "./search";
import { texts } from "./texts";
import { WorkDetails } from "./WorkDetails";
import "./work.css";

/** A missed call or message that waits longer is late. */
const LATE_MS = 4 * 3_600_000;

export default function WorkPage() {
  const t = useT(texts);
  const me = useMe();
  const agent = permitted(me, ["desk"]);
  const all = permitted(me, ["contacts"]);
  const navigate = useNavigate();
  const search = readSearch(useSearch({ strict: false }) as Record<string, unknown>);
  const list = search.list ?? "open";
  const tally = useQuery(tallyQuery).data;
  const change = (part: Partial<Search>) =>
    void navigate({ to: "/work", search: readSearch({ ...search, ...part }), replace: true });
  const lists = LISTS.filter((each) =>
    each === "mine" ? agent : each === "taken" || each === "callbacks" ? all : true,
  );
  const counts: Partial<Record<List, number>> = { open: tally?.open, mine: tally?.mine };
  return (
    <div className="work-page">
      <header className="work-bar">
        <h1>{t("title")}</h1>
        <Segmented<List>
          aria-label={t("list.label")}
          value={list}
          onChange={(next) => change({ list: next, id: undefined })}
          options={lists.map((value) => ({
            value,
            label: (
              <span className="work-tab">
                {t(`list.${value}`)}
                {counts[value] ? <Badge size="small" count={counts[value]} overflowCount={999} /> : null}
              </span>
            ),
          }))}
        />
        {list === "callbacks" ? null : (
          <Select
            allowClear
            className="work-kind"
            placeholder={t("kind.any")}
            aria-label={t("kind.any")}
            value={search.kind}
            onChange={(kind) => change({ kind, id: undefined })}
            options={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
          />
        )}
        {list === "callbacks" ? null : <span className="work-hint">{t("keys")}</span>}
      </header>
      {list === "callbacks" ? (
        <Callbacks />
      ) : (
        <Items list={list} search={search} onChoose={(id) => change({ id })} />
      )}
    </div>
  );
}

function Items({
  list,
  search,
  onChoose,
}: {
  list: Exclude<List, "callbacks">;
  search: Search;
  onChoose: (id: string | undefined) => void;
}) {
  const t = useT(texts);
  const narrow = useNarrow();
  const rows = useRef<HTMLUListElement>(null);
  const query = useInfiniteQuery(listQuery(list, search));
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { id } = search;
  const first = items[0]?.id;

  useEffect(() => {
    // On a wide screen something is always open; on a narrow one only what was chosen.
    if (!narrow && id === undefined && first !== undefined) onChoose(first);
  }, [narrow, id, first, onChoose]);

  const move = (event: KeyboardEvent) => {
    const way = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    const here = items.findIndex((item) => item.id === id);
    const next = items[Math.min(items.length - 1, Math.max(0, here + way))];
    if (!next) return;
    onChoose(next.id);
    rows.current?.querySelector<HTMLButtonElement>(`[data-id="${next.id}"]`)?.focus();
  };

  if (query.isError) return <ProblemView problem={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Pending rows={8} />;
  const shown = narrow && id !== undefined;
  return (
    <div className="work-columns" data-open={shown}>
      <div className="work-list card">
        {items.length === 0 ? (
          <Nothing title={t(`none.${list}`)} hint={t(`none.${list}.hint`)} />
        ) : (
          <ul ref={rows} onKeyDown={move} aria-label={t(`list.${list}`)}>
            {items.map((item) => (
              <Row key={item.id} item={item} active={item.id === id} onChoose={onChoose} />
            ))}
            {query.hasNextPage ? (
              <li>
                <Button
                  block
                  type="text"
                  loading={query.isFetchingNextPage}
                  onClick={() => void query.fetchNextPage()}
                >
                  {t("more")}
                </Button>
              </li>
            ) : null}
          </ul>
        )}
      </div>
      {id !== undefined ? (
        <div className="work-detail card">
          <WorkDetails key={id} id={id} onBack={narrow ? () => onChoose(undefined) : undefined} />
        </div>
      ) : narrow ? null : (
        <div className="work-detail card">
          <Nothing title={t("choose")} />
        </div>
      )}
    </div>
  );
}

function Row({
  item,
  active,
  onChoose,
}: {
  item: WorkItem;
  active: boolean;
  onChoose: (id: string) => void;
}) {
  const t = useT(texts);
  const f = useFormat();
  return (
    <li>
      <button
        type="button"
        className="work-row"
        data-id={item.id}
        aria-current={active}
        onClick={() => onChoose(item.id)}
      >
        <span className="work-row-line">
          <strong translate="no">{item.customer?.name ?? f.phone(item.caller)}</strong>
          <TierTag tier={item.tier === "normal" ? null : item.tier} />
          {item.calls > 1 ? <Tag color="warning">{t("calls", { n: item.calls })}</Tag> : null}
          <Age item={item} />
        </span>
        <span className="work-row-line dim">
          {t(`kind.${item.kind}`)}
          <span translate="no">{[item.queue?.name, item.agent?.name].filter(Boolean).join(" · ")}</span>
        </span>
      </button>
    </li>
  );
}

/** How long it has waited, or when it is due; late ones stand out by word and colour. */
function Age({ item }: { item: WorkItem }) {
  const t = useT(texts);
  const f = useFormat();
  const now = useNow();
  if (item.state === "done") return <time className="work-age dim">{f.moment(item.done_at)}</time>;
  if (item.due_at) {
    const late = Date.parse(item.due_at) <= now;
    return (
      <time className="work-age" data-late={late}>
        {late ? t("due.over", { time: f.moment(item.due_at) }) : t("due", { time: f.moment(item.due_at) })}
      </time>
    );
  }
  const waited = now - Date.parse(item.opened_at);
  return (
    <time className="work-age" data-late={waited > LATE_MS}>
      {t("waits", { span: f.span(Math.max(0, waited)) })}
    </time>
  );
}
