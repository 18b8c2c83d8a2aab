import { SearchOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Input, Segmented, Tag } from "antd";
import { Fragment, useState } from "react";
import { DirectionTag } from "@/shared/dial";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useLive } from "@/shared/live";
import { common } from "@/shared/texts";
import { useNow } from "@/shared/time";
import { Nothing, OutcomeTag, QueryView, StateDot, TierTag } from "@/shared/ui";
import { contactsQuery, type DeskContact } from "./data";
import { select, useSelection } from "./selection";
import { TodayFigures } from "./TodayFigures";
import { texts } from "./texts";

type Filter = "all" | "served" | "todo";

function lacksWrapUp(contact: DeskContact): boolean {
  return contact.outcome === "served" && !contact.wrapped_up && contact.direction !== "internal";
}

function fits(contact: DeskContact, filter: Filter, words: string): boolean {
  if (filter === "served" && contact.outcome !== "served") return false;
  if (filter === "todo" && !lacksWrapUp(contact)) return false;
  const digits = words.replace(/[\s-]/g, "");
  return (
    words === "" ||
    (digits !== "" && contact.caller.includes(digits)) ||
    [contact.customer?.name, contact.reason?.name, contact.queue?.name].some((text) =>
      text?.toLowerCase().includes(words.toLowerCase()),
    )
  );
}

/** Left column: the current call, my contacts of today, and how the day goes. */
export function ContactList() {
  const t = useT(texts);
  const query = useInfiniteQuery(contactsQuery);
  const { day } = useFormat();
  const [filter, setFilter] = useState<Filter>("all");
  const [words, setWords] = useState("");
  const current = useLive((live) => live.agent?.contact ?? null);
  const chosen = useSelection((state) => state.contactId);

  return (
    <div className="column list">
      <section aria-label={t("list.current")} className="list-current">
        <h2>{t("list.current")}</h2>
        {current ? (
          <CurrentCall active={chosen === null} />
        ) : (
          <p className="faint">{t("list.current.none")}</p>
        )}
      </section>
      <section className="list-mine" aria-label={t("list.mine")}>
        <header>
          <h2>{t("list.mine")}</h2>
          <Segmented<Filter>
            size="small"
            aria-label={t("list.filter")}
            value={filter}
            onChange={setFilter}
            options={[
              { value: "all", label: t("list.all") },
              { value: "served", label: t("list.served") },
              { value: "todo", label: t("list.todo") },
            ]}
          />
          <Input
            size="small"
            allowClear
            prefix={<SearchOutlined />}
            placeholder={t("list.search")}
            aria-label={t("list.search")}
            value={words}
            onChange={(event) => setWords(event.target.value.trim())}
          />
        </header>
        <div className="list-scroll">
          <QueryView query={query} rows={6}>
            {({ pages }) => {
              const past = pages
                .flatMap((page) => page.items)
                .filter((contact) => contact.contact_id !== current?.contact_id);
              const shown = past.filter((contact) => fits(contact, filter, words));
              if (past.length === 0) return <Nothing title={t("list.empty")} hint={t("list.empty.hint")} />;
              return (
                <>
                  {shown.length === 0 ? <Nothing title={t("list.none")} /> : null}
                  <ul>
                    {shown.map((contact, index) => {
                      const date = day(contact.arrived_at);
                      return (
                        <Fragment key={contact.contact_id}>
                          {date === day(shown[index - 1]?.arrived_at) ? null : <DayLine date={date} />}
                          <Row contact={contact} active={contact.contact_id === chosen} />
                        </Fragment>
                      );
                    })}
                  </ul>
                  {query.hasNextPage ? (
                    <Button
                      block
                      type="text"
                      loading={query.isFetchingNextPage}
                      onClick={() => void query.fetchNextPage()}
                    >
                      {t("list.more")}
                    </Button>
                  ) : null}
                </>
              );
            }}
          </QueryView>
        </div>
      </section>
      <TodayFigures />
    </div>
  );
}

function DayLine({ date }: { date: string }) {
  const c = useT(common);
  const { day } = useFormat();
  const now = useNow();
  const name =
    date === day(new Date(now).toISOString())
      ? c("day.today")
      : date === day(new Date(now - 86_400_000).toISOString())
        ? c("day.yesterday")
        : date;
  return <li className="list-day">{name}</li>;
}

function Row({ contact, active }: { contact: DeskContact; active: boolean }) {
  const t = useT(texts);
  const { phone, clock, timer } = useFormat();
  return (
    <li>
      <button
        type="button"
        className="list-row"
        aria-current={active}
        onClick={() => select(contact.contact_id)}
      >
        <span className="list-row-top">
          <strong>
            {contact.direction === "internal"
              ? `${contact.caller} → ${contact.dnis}`
              : (contact.customer?.name ?? phone(contact.caller))}
          </strong>
          <TierTag tier={contact.tier === "normal" ? null : contact.tier} />
          {contact.direction === "inbound" ? null : <DirectionTag direction={contact.direction} />}
          <time>{clock(contact.arrived_at)}</time>
        </span>
        <span className="list-row-bottom">
          {lacksWrapUp(contact) ? (
            <Tag color="warning">{t("list.no_wrap")}</Tag>
          ) : contact.outcome === "served" ? (
            <span className="list-row-text">{contact.reason?.name ?? contact.queue?.name}</span>
          ) : (
            <OutcomeTag outcome={contact.outcome} />
          )}
          {contact.talked_ms === null ? null : (
            <span className="list-row-time">{timer(contact.talked_ms)}</span>
          )}
        </span>
      </button>
    </li>
  );
}

function CurrentCall({ active }: { active: boolean }) {
  const c = useT(common);
  const { phone, timer } = useFormat();
  const now = useNow();
  const view = useLive((live) => live.agent);
  const contact = view?.contact;
  if (!view || !contact) return null;
  const state = contact.phase === "wrap" ? "acw" : contact.phase;
  const from = contact.answered_at ?? contact.offered_at ?? contact.arrived_at;
  return (
    <button type="button" className="list-row" aria-current={active} onClick={() => select(null)}>
      <span className="list-row-top">
        <StateDot state={state} pulse={state === "ringing" || state === "dialing"} />
        <strong>{contact.customer_name ?? phone(contact.caller)}</strong>
        <TierTag tier={contact.tier === "normal" ? null : contact.tier} />
        <time>{timer(now - Date.parse(from))}</time>
      </span>
      <span className="list-row-bottom">
        <span className="list-row-text">
          {c(`state.${state}`)} ·{" "}
          {contact.direction === "internal" ? c("direction.internal") : contact.project_name}
        </span>
      </span>
    </button>
  );
}
