import { RobotOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { api, asProblem, take } from "@/shared/api";
import { timer, useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Pending, ProblemView } from "@/shared/ui";
import "./recording.css";

const LOOK_MS = 5000;

/** What is said in a contact's recording as a machine wrote it down, or why it did not. */
export function Transcript({
  contactId,
  onPlay,
}: {
  contactId: string;
  /** Plays from an offset in ms from the recording's start. */
  onPlay: (ms: number) => void;
}) {
  const t = useT(common);
  const f = useFormat();
  const query = useQuery({
    queryKey: ["contacts", contactId, "transcript", f.locale],
    queryFn: () =>
      take(api.GET("/api/contacts/{contact_id}/transcript", { params: { path: { contact_id: contactId } } })),
    refetchInterval: (asked) => (asked.state.data?.state === "waiting" ? LOOK_MS : false),
    staleTime: 60_000,
    retry: false,
  });
  if (query.isError) {
    // Without a recording, or without the right to hear it, the player says so already.
    return [403, 404].includes(asProblem(query.error).status) ? null : (
      <ProblemView problem={query.error} onRetry={() => void query.refetch()} />
    );
  }
  if (!query.data) return <Pending rows={2} />;
  const { state, lines, made_by, made_at, why_name } = query.data;
  return (
    <section className="transcript" aria-label={t("transcript")}>
      <h3>
        {t("transcript")}
        {state === "done" ? (
          <Tag icon={<RobotOutlined />} title={made_at ? f.moment(made_at) : undefined}>
            {t("transcript.by", { name: made_by })}
          </Tag>
        ) : null}
      </h3>
      {lines.length > 0 ? (
        <ol>
          {lines.map((line) => (
            <li key={`${line.side}${line.from_ms}`}>
              <Button
                type="text"
                size="small"
                className="transcript-at"
                onClick={() => onPlay(line.from_ms)}
                aria-label={t("transcript.play", { time: timer(line.from_ms) })}
              >
                {timer(line.from_ms)}
              </Button>
              <b>{t(line.side === "caller" ? "audio.caller" : "audio.agent")}</b>
              <span translate="no" dir="auto">
                {line.text}
              </span>
            </li>
          ))}
        </ol>
      ) : (
        <p className="dim">
          {state === "done" ? t("transcript.silent") : t(`transcript.${state}`)}
          {why_name ? ` ${t("transcript.why", { why: why_name })}` : ""}
        </p>
      )}
    </section>
  );
}
