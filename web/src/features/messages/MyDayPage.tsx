import { CaretRightOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Tag } from "antd";
import { Suspense, useCallback, useMemo, useRef, useState } from "react";
import { api, type Figure, take } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useLiveMessage } from "@/shared/live";
import { type Message, messagesQuery } from "@/shared/messages";
import { type RecordingHandle, RecordingPlayer } from "@/shared/recording";
import { FigureTile, Nothing, Pending, QueryView } from "@/shared/ui";
import { useAnswering } from "./actions";
import { texts } from "./texts";
import "./messages.css";

const todayQuery = {
  queryKey: ["desk", "today"],
  queryFn: async () => (await take(api.GET("/api/desk/today"))) as { figures: Figure[] },
  refetchInterval: 60_000,
};

/** The agent's own day: figures with their formulas, moments of recordings with notes, messages. */
export default function MyDayPage() {
  const t = useT(texts);
  const queries = useQueryClient();
  const today = useQuery(todayQuery);
  useLiveMessage(
    "today",
    useCallback(() => void queries.invalidateQueries({ queryKey: todayQuery.queryKey }), [queries]),
  );
  return (
    <div className="my-day">
      <h1>{t("my-day")}</h1>
      <section aria-label={t("figures")}>
        <h2>{t("figures")}</h2>
        <QueryView query={today} rows={3}>
          {(day) => (
            <div className="my-figures">
              {day.figures.map((figure) => (
                <FigureTile key={`${figure.id}:${figure.variant}`} figure={figure} />
              ))}
            </div>
          )}
        </QueryView>
      </section>
      <div className="my-columns">
        <Notes />
        <Messages />
      </div>
    </div>
  );
}

function useMine(notes: boolean) {
  const query = useInfiniteQuery(messagesQuery("in", notes));
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { query, items };
}

function Messages() {
  const t = useT(texts);
  const { query, items } = useMine(false);
  return (
    <section className="card" aria-label={t("messages")}>
      <h2>{t("messages")}</h2>
      <QueryView query={query} rows={4}>
        {() =>
          items.length === 0 ? (
            <Nothing title={t("messages.none")} hint={t("messages.none.hint")} />
          ) : (
            <ul className="my-list">
              {items.map((message) => (
                <li key={message.id}>
                  <Words message={message} />
                </li>
              ))}
              <More query={query} />
            </ul>
          )
        }
      </QueryView>
    </section>
  );
}

function Notes() {
  const t = useT(texts);
  const { query, items } = useMine(true);
  const contacts = useMemo(() => {
    const found = new Map<string, Message[]>();
    for (const note of items) {
      const id = note.contact_id ?? "";
      found.set(id, [...(found.get(id) ?? []), note]);
    }
    return [...found];
  }, [items]);
  return (
    <section className="card" aria-label={t("notes")}>
      <h2>{t("notes")}</h2>
      <QueryView query={query} rows={4}>
        {() =>
          contacts.length === 0 ? (
            <Nothing title={t("notes.none")} hint={t("notes.none.hint")} />
          ) : (
            <ul className="my-list">
              {contacts.map(([contactId, notes]) => (
                <li key={contactId}>
                  <Marked contactId={contactId} notes={notes} />
                </li>
              ))}
              <More query={query} />
            </ul>
          )
        }
      </QueryView>
    </section>
  );
}

/** A recording with the moments that were noted; each is heard from there. */
function Marked({ contactId, notes }: { contactId: string; notes: Message[] }) {
  const t = useT(texts);
  const f = useFormat();
  const player = useRef<RecordingHandle>(null);
  const marks = [...notes].sort((a, b) => (a.at_ms ?? 0) - (b.at_ms ?? 0));
  return (
    <article className="marked">
      <Suspense fallback={<Pending rows={2} />}>
        <RecordingPlayer ref={player} contactId={contactId} height={32} />
      </Suspense>
      <ol>
        {marks.map((note) => (
          <li key={note.id}>
            <Button
              size="small"
              icon={<CaretRightOutlined />}
              aria-label={t("notes.play", { at: f.timer(note.at_ms ?? 0) })}
              onClick={() => player.current?.playFrom(note.at_ms ?? 0)}
            >
              {f.timer(note.at_ms ?? 0)}
            </Button>
            <Words message={note} />
          </li>
        ))}
      </ol>
    </article>
  );
}

function Words({ message }: { message: Message }) {
  const t = useT(texts);
  const f = useFormat();
  const { read, answer } = useAnswering();
  const [text, setText] = useState("");
  return (
    <div className="words">
      <header>
        <b translate="no">{message.from_name}</b>
        <time className="dim">{f.moment(message.sent_at)}</time>
        {message.read_at ? null : <Tag color="warning">{t("unread")}</Tag>}
      </header>
      <p translate="no" dir="auto">
        {message.text}
      </p>
      {message.answered_at ? (
        <p className="words-answer" translate="no" dir="auto">
          {message.answer}
        </p>
      ) : (
        <form
          className="words-foot"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim()) answer.mutate({ id: message.id, text: text.trim() });
          }}
        >
          <Input
            size="small"
            value={text}
            maxLength={1000}
            dir="auto"
            placeholder={t("answer.hint")}
            aria-label={t("answer.label", { name: message.from_name })}
            onChange={(event) => setText(event.target.value)}
          />
          <Button size="small" htmlType="submit" disabled={!text.trim()} loading={answer.isPending}>
            {t("answer")}
          </Button>
          {message.read_at ? null : (
            <Button size="small" loading={read.isPending} onClick={() => read.mutate(message.id)}>
              {t("read")}
            </Button>
          )}
        </form>
      )}
    </div>
  );
}

function More({
  query,
}: {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}) {
  const t = useT(texts);
  if (!query.hasNextPage) return null;
  return (
    <li>
      <Button block type="text" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {t("more")}
      </Button>
    </li>
  );
}
