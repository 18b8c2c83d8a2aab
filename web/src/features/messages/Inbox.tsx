import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { Button } from "antd";
import { useCallback, useEffect } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useLive, useLiveMessage } from "@/shared/live";
import { messagesQuery, unreadQuery } from "@/shared/messages";
import { useAnswering } from "./actions";
import { texts } from "./texts";
import "./messages.css";

const SHOWN = 3;

/** What the agent was told and has not acknowledged: beside the work, never in its way, until it is read. */
export default function Inbox() {
  const t = useT(texts);
  const f = useFormat();
  const queries = useQueryClient();
  const status = useLive((live) => live.status);
  const listed = useLocation().pathname === "/my-day";
  const refresh = useCallback(() => void queries.invalidateQueries({ queryKey: ["messages"] }), [queries]);
  useLiveMessage("message", refresh);
  useEffect(() => {
    // What was sent while nobody was connected was not told.
    if (status === "open") refresh();
  }, [status, refresh]);
  const count = useQuery(unreadQuery).data?.count ?? 0;
  const list = useInfiniteQuery({ ...messagesQuery("in"), enabled: count > 0 });
  const { read } = useAnswering();
  const unread = (list.data?.pages.flatMap((page) => page.items) ?? []).filter((one) => !one.read_at);
  if (listed) return null;
  return (
    <section className="inbox" aria-label={t("inbox")} aria-live="polite">
      {count > 0
        ? unread.slice(0, SHOWN).map((message) => (
            <article key={message.id} className="inbox-card">
              <header>
                <b translate="no">{message.from_name}</b>
                <time className="dim">{f.moment(message.sent_at)}</time>
              </header>
              <p translate="no" dir="auto">
                {message.text}
              </p>
              <footer>
                <Link to="/my-day">{t(message.contact_id ? "inbox.note" : "inbox.answer")}</Link>
                <Button
                  size="small"
                  type="primary"
                  loading={read.isPending && read.variables === message.id}
                  onClick={() => read.mutate(message.id)}
                >
                  {t("read")}
                </Button>
              </footer>
            </article>
          ))
        : null}
      {count > SHOWN && unread.length > 0 ? (
        <Link to="/my-day" className="inbox-more">
          {t("inbox.more", { n: count - SHOWN })}
        </Link>
      ) : null}
    </section>
  );
}
