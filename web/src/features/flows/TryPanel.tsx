import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Input, Space, Tag } from "antd";
import { useEffect, useState } from "react";
import { useT } from "@/shared/i18n";
import { ProblemView } from "@/shared/ui";
import { CallMe } from "./CallMe";
import { trialQuery } from "./data";
import { nodeName } from "./names";
import { TrialLines } from "./TrialLines";
import { texts } from "./texts";
import type { Graph, Palette } from "./types";

type Step = Record<string, unknown>;
const QUEUE = ["conversation_ended", "timeout", "nobody_signed_in", "overflow"] as const;
const OUTSIDE = ["joined", "ended", "busy", "no_answer"] as const;

/** A call without a telephone: each step is one thing that the caller or somebody else does. */
export function TryPanel({
  id,
  graph,
  palette,
  dirty,
  onAt,
}: {
  id: string;
  graph: Graph;
  palette: Palette;
  dirty: boolean;
  onAt: (node: string | null) => void;
}) {
  const t = useT(texts);
  const [steps, setSteps] = useState<Step[]>([]);
  const [caller, setCaller] = useState("13800138000");
  const [keys, setKeys] = useState("");
  const [words, setWords] = useState("");
  const [answer, setAnswer] = useState("{}");
  const trial = useQuery({ ...trialQuery(id, graph, steps, caller), placeholderData: keepPreviousData });
  const node = trial.data && !trial.data.over ? trial.data.node : null;
  useEffect(() => onAt(node), [node, onAt]);
  useEffect(() => () => onAt(null), [onAt]);
  const act = (step: Step) => setSteps((done) => [...done, step]);
  const awaits = new Set(trial.data?.awaits);
  const read = parsed(answer);
  const press = () => {
    if (keys) act({ do: "press", keys });
    setKeys("");
  };
  const speak = () => {
    if (words.trim()) act({ do: "speak", text: words.trim() });
    setWords("");
  };
  return (
    <section className="flow-try" aria-labelledby="flow-try-title">
      <h3 id="flow-try-title">{t("try")}</h3>
      <Space wrap size={4}>
        <Input
          size="small"
          addonBefore={t("try.caller")}
          aria-label={t("try.caller")}
          value={caller}
          maxLength={20}
          onChange={(event) => setCaller(event.target.value.replace(/[^0-9]/g, ""))}
        />
        <Button size="small" onClick={() => setSteps([])}>
          {t("try.restart")}
        </Button>
        <Button size="small" disabled={steps.length === 0} onClick={() => setSteps(steps.slice(0, -1))}>
          {t("try.back")}
        </Button>
      </Space>
      {trial.isError ? <ProblemView problem={trial.error} onRetry={() => void trial.refetch()} /> : null}
      {trial.data ? (
        <>
          <p role="status">
            {trial.data.over ? (
              <Tag>{t("try.over")}</Tag>
            ) : (
              <Tag color="processing">
                {t("try.at")} {nodeName(graph.nodes[trial.data.node], palette) || trial.data.node}
              </Tag>
            )}
          </p>
          <Space wrap size={4}>
            {awaits.has("pass") ? (
              <Button size="small" type="primary" onClick={() => act({ do: "pass" })}>
                {t("try.pass")}
              </Button>
            ) : null}
            {awaits.has("press") ? (
              <Space.Compact>
                <Input
                  size="small"
                  className="flow-try-keys"
                  aria-label={t("try.keys")}
                  placeholder="1"
                  value={keys}
                  maxLength={40}
                  onChange={(event) => setKeys(event.target.value.replace(/[^0-9*#]/g, ""))}
                  onPressEnter={press}
                />
                <Button size="small" disabled={keys === ""} onClick={press}>
                  {t("try.press")}
                </Button>
              </Space.Compact>
            ) : null}
            {awaits.has("speak") ? (
              <Space.Compact>
                <Input
                  size="small"
                  aria-label={t("try.words")}
                  placeholder={t("try.words")}
                  value={words}
                  maxLength={200}
                  onChange={(event) => setWords(event.target.value)}
                  onPressEnter={speak}
                />
                <Button size="small" disabled={words.trim() === ""} onClick={speak}>
                  {t("try.speak")}
                </Button>
              </Space.Compact>
            ) : null}
            {awaits.has("queue")
              ? QUEUE.map((how) => (
                  <Button key={how} size="small" onClick={() => act({ do: "queue", how })}>
                    {t(`try.queue.${how}`)}
                  </Button>
                ))
              : null}
            {awaits.has("tick") ? (
              <Button size="small" onClick={() => act({ do: "tick", position: 3, estimated_wait_s: 120 })}>
                {t("try.tick")}
              </Button>
            ) : null}
            {awaits.has("message") ? (
              <Button size="small" onClick={() => act({ do: "message", seconds: 8 })}>
                {t("try.message")}
              </Button>
            ) : null}
            {awaits.has("customer") ? (
              <>
                <Button size="small" onClick={() => act({ do: "customer", name: "Demo", tier: "gold" })}>
                  {t("try.customer.found")}
                </Button>
                <Button size="small" onClick={() => act({ do: "customer" })}>
                  {t("try.customer.unknown")}
                </Button>
              </>
            ) : null}
            {awaits.has("outside")
              ? OUTSIDE.map((how) => (
                  <Button key={how} size="small" onClick={() => act({ do: "outside", how })}>
                    {t(`try.outside.${how}`)}
                  </Button>
                ))
              : null}
            {awaits.has("hang_up") ? (
              <Button size="small" onClick={() => act({ do: "hang_up" })}>
                {t("try.hang_up")}
              </Button>
            ) : null}
          </Space>
          {awaits.has("answer") ? (
            <div className="flow-try-answer">
              <Input.TextArea
                aria-label={t("try.answer")}
                className="flow-source"
                autoSize={{ minRows: 2, maxRows: 8 }}
                status={read.ok ? "" : "error"}
                value={answer}
                onChange={(event) => setAnswer(event.target.value)}
              />
              {read.ok ? null : <p role="alert">{t("try.answer.bad")}</p>}
              <Space size={4}>
                <Button
                  size="small"
                  disabled={!read.ok}
                  onClick={() => act({ do: "answer", data: read.value })}
                >
                  {t("try.answer.send")}
                </Button>
                <Button size="small" onClick={() => act({ do: "answer", why: "timeout" })}>
                  {t("try.answer.timeout")}
                </Button>
              </Space>
            </div>
          ) : null}
          <TrialLines lines={trial.data.lines} graph={graph} palette={palette} />
          {Object.keys(trial.data.values).length > 0 ? (
            <>
              <h4>{t("try.values")}</h4>
              <pre className="flow-try-values">{JSON.stringify(trial.data.values, null, 1)}</pre>
            </>
          ) : null}
        </>
      ) : null}
      <CallMe id={id} graph={graph} palette={palette} dirty={dirty} caller={caller} onAt={onAt} />
    </section>
  );
}

function parsed(text: string): { ok: boolean; value: unknown } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, value: null };
  }
}
