import { DownloadOutlined } from "@ant-design/icons";
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, DatePicker, Input, Select } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { permitted, useMe } from "@/shared/session";
import { common } from "@/shared/texts";
import { Nothing, Pending, ProblemView, useNarrow, useReportProblem } from "@/shared/ui";
import { ColumnChooser } from "./ColumnChooser";
import { type Column, readColumns } from "./columns";
import { ExportDialog } from "./ExportDialog";
import { ContactCards, ContactTable } from "./FoundContacts";
import { MoreConditions } from "./MoreConditions";
import { type Choices, columnsQuery, contactsQuery, filtersQuery, keepColumns } from "./queries";
import { SavedSearches } from "./SavedSearches";
import { DIRECTIONS, daysOf, LAST, OUTCOMES, readSearch, type Search } from "./search";
import { texts } from "./texts";
import type { ContactItem, Named } from "./types";
import "./history.css";

export default function HistoryPage() {
  const t = useT(texts);
  const c = useT(common);
  const f = useFormat();
  const me = useMe();
  const narrow = useNarrow();
  const navigate = useNavigate();
  const search = readSearch(useSearch({ strict: false }) as Record<string, unknown>);
  const client = useQueryClient();
  const report = useReportProblem();
  // Those a saved search brought, until others are chosen.
  const [brought, setBrought] = useState<readonly Column[] | null>(null);
  const chosen = useQuery(columnsQuery).data;
  const [exporting, setExporting] = useState(false);
  const columns = brought ?? readColumns(chosen);
  const contacts = useInfiniteQuery({
    ...contactsQuery(search, f.locale),
    placeholderData: keepPreviousData,
  });
  const filters = useQuery({ ...filtersQuery, enabled: permitted(me, ["board"]) });

  const change = (part: Partial<Search>) =>
    void navigate({ to: "/contacts", search: readSearch({ ...search, ...part }), replace: true });
  const keep = useMutation({ mutationFn: keepColumns, onError: report });
  const choose = (next: readonly Column[]) => {
    setBrought(null);
    client.setQueryData(columnsQuery.queryKey, [...next]);
    keep.mutate(next);
  };
  const days = daysOf(search, dayjs());
  const items = contacts.data?.pages.flatMap((page) => page.items) ?? [];
  const total = contacts.data?.pages[0]?.total;
  // Who may not see the board has no list to choose from but what was found.
  const choices = filters.data ?? choicesFrom(items);
  const filtered = Object.keys(search).some((key) => !["from", "to", "last"].includes(key));

  return (
    <div className="history">
      <search className="history-filters">
        <h1>{t("title")}</h1>
        <DatePicker.RangePicker
          value={days}
          allowClear={false}
          aria-label={t("filter.range")}
          onChange={(range) =>
            change({
              from: range?.[0]?.format("YYYY-MM-DD"),
              to: range?.[1]?.format("YYYY-MM-DD"),
              last: undefined,
            })
          }
        />
        <Select
          allowClear
          className="history-last"
          placeholder={t("filter.last")}
          aria-label={t("filter.last")}
          value={search.last}
          onChange={(last?: Search["last"]) => change({ last })}
          options={LAST.map((value) => ({ value, label: t(`filter.${value}`) }))}
        />
        <Input.Search
          key={search.q ?? ""}
          defaultValue={search.q}
          allowClear
          className="history-q"
          placeholder={t("filter.q")}
          aria-label={t("filter.q")}
          onSearch={(q) => change({ q })}
        />
        <Select
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          className="history-select"
          placeholder={t("filter.queue")}
          aria-label={t("filter.queue")}
          value={search.queue}
          onChange={(queue) => change({ queue })}
          options={choices.queues.map(({ id, name }) => ({ value: id, label: name }))}
          popupMatchSelectWidth={false}
        />
        <Select
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          className="history-select"
          placeholder={t("filter.agent")}
          aria-label={t("filter.agent")}
          value={search.agent}
          onChange={(agent) => change({ agent })}
          options={choices.agents.map(({ id, name }) => ({ value: id, label: name }))}
          popupMatchSelectWidth={false}
        />
        <Select
          allowClear
          className="history-select"
          placeholder={t("filter.outcome")}
          aria-label={t("filter.outcome")}
          value={search.outcome}
          onChange={(outcome) => change({ outcome })}
          options={OUTCOMES.map((value) => ({ value, label: c(`outcome.${value}`) }))}
          popupMatchSelectWidth={false}
        />
        <Select
          allowClear
          className="history-select"
          placeholder={t("filter.direction")}
          aria-label={t("filter.direction")}
          value={search.direction}
          onChange={(direction) => change({ direction })}
          options={DIRECTIONS.map((value) => ({ value, label: c(`direction.${value}`) }))}
          popupMatchSelectWidth={false}
        />
        <MoreConditions search={search} onChange={change} />
        <SavedSearches
          search={search}
          columns={columns}
          onOpen={(next, shown) => {
            setBrought(shown);
            void navigate({ to: "/contacts", search: next });
          }}
        />
        {filtered ? (
          <Button
            type="link"
            onClick={() =>
              void navigate({
                to: "/contacts",
                search: { from: search.from, to: search.to, last: search.last },
                replace: true,
              })
            }
          >
            {t("filter.clear")}
          </Button>
        ) : null}
        <span className="history-end">
          <span className="dim" role="status">
            {contacts.data
              ? total === null || total === undefined
                ? t("list.shown", { n: items.length })
                : t("list.shown.total", { n: items.length, total })
              : ""}
          </span>
          {permitted(me, ["export"]) ? (
            <Button
              icon={<DownloadOutlined />}
              disabled={items.length === 0}
              onClick={() => setExporting(true)}
            >
              {t("export.open")}
            </Button>
          ) : null}
          {narrow ? null : <ColumnChooser columns={columns} onChange={choose} />}
        </span>
      </search>
      {exporting ? (
        <ExportDialog
          search={search}
          columns={columns}
          rows={total ?? null}
          onClose={() => setExporting(false)}
        />
      ) : null}
      <div className="history-list card">
        {contacts.isError ? (
          <ProblemView problem={contacts.error} onRetry={() => void contacts.refetch()} />
        ) : !contacts.data ? (
          <Pending rows={12} />
        ) : items.length === 0 ? (
          <Nothing title={t("list.none")} hint={t("list.none.hint")} />
        ) : (
          <>
            {narrow ? (
              <ContactCards items={items} />
            ) : (
              <ContactTable items={items} columns={columns} busy={contacts.isPlaceholderData} />
            )}
            <div className="history-more">
              {contacts.hasNextPage ? (
                <Button loading={contacts.isFetchingNextPage} onClick={() => void contacts.fetchNextPage()}>
                  {t("list.more")}
                </Button>
              ) : (
                <span className="dim">{t("list.end")}</span>
              )}
            </div>
          </>
        )}
      </div>
    </div>
  );
}

function choicesFrom(items: readonly ContactItem[]): Choices {
  const named = (pick: (item: ContactItem) => Named | null) =>
    [...new Map(items.flatMap((item) => pick(item) ?? []).map((one) => [one.id, one])).values()].sort(
      (a, b) => a.name.localeCompare(b.name, "zh"),
    );
  return { queues: named((item) => item.queue), agents: named((item) => item.agent) };
}
