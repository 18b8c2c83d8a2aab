import { useT } from "@/shared/i18n";
import { OutcomeTag } from "@/shared/ui";
import { nodeName } from "./names";
import { texts } from "./texts";
import type { Graph, Palette, TrialLine } from "./types";

/** What happened in a trial, line by line. */
export function TrialLines({
  lines,
  graph,
  palette,
}: {
  lines: readonly TrialLine[];
  graph: Graph;
  palette: Palette;
}) {
  return (
    <ol className="flow-try-lines">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
        <li key={index}>
          <span className="dim">{line.s.toFixed(1)}</span>{" "}
          <Line line={line} graph={graph} palette={palette} />
        </li>
      ))}
    </ol>
  );
}

const words = (value: unknown): string =>
  Array.isArray(value)
    ? value.map((each) => (Array.isArray(each) ? each[0] : each)).join(" ")
    : String(value ?? "");

function Line({ line, graph, palette }: { line: TrialLine; graph: Graph; palette: Palette }) {
  const t = useT(texts);
  const { data } = line;
  switch (line.what) {
    case "node":
      return (
        <b>
          {t("line.node", { name: nodeName(graph.nodes[String(data.node)], palette) || String(data.node) })}
        </b>
      );
    case "say":
      return <>{t("line.say", { what: words(data.prompts) })}</>;
    case "press":
      return <>{t("line.press", { what: words(data.keys) })}</>;
    case "listen":
      return <>{t("line.listen")}</>;
    case "speak":
      return <>{t("line.speak", { what: words(data.text) || "—" })}</>;
    case "key":
      return <>{t("line.key", { what: words(data.keys) || "—" })}</>;
    case "ask":
      return <>{t("line.ask", { what: `${data.method} ${data.url}` })}</>;
    case "look_up":
      return <>{t("line.look_up", { what: words(data.number) })}</>;
    case "link":
      return <>{t("line.link")}</>;
    case "dial":
      return <>{t("line.dial", { what: words(data.number) })}</>;
    case "alarm":
      return <>{t("line.alarm", { what: words(data.detail) })}</>;
    case "tag":
      return <>{t("line.tag", { what: words(data.tags) })}</>;
    case "record":
      return <>{t("line.record", { what: t(data.on ? "record.on" : "record.off") })}</>;
    case "score":
      return <>{t("line.score", { what: words(data.score) })}</>;
    case "end":
      return (
        <>
          {t("line.end", { what: "" })} <OutcomeTag outcome={String(data.outcome)} />
        </>
      );
    case "queue":
      return <>{t("line.queue")}</>;
    case "message":
      return <>{t("line.message")}</>;
    case "hang_up":
      return (
        <>
          {t("line.hang_up")} {data.outcome ? <OutcomeTag outcome={String(data.outcome)} /> : null}
        </>
      );
    default:
      return <>{line.what}</>;
  }
}
