import { Tag } from "antd";
import { useMemo } from "react";
import { useT } from "@/shared/i18n";
import { type FlowStep, flowSteps } from "../flowSteps";
import { useChoices } from "../kit/api";
import { texts } from "../texts";
import type { Calendar, FlowGraph, FlowNode, Queue } from "../types";

type Key = keyof typeof texts.zh & string;
const known = (key: string): key is Key => key in texts.zh;
const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];

/** A graph as numbered steps; branches are indented and exits say which step they lead to. */
export function FlowStepList({ graph }: { graph: FlowGraph }) {
  const t = useT(texts);
  const steps = useMemo(() => flowSteps(graph), [graph]);
  const queues = useChoices<Queue>("/api/queues", (row) => row.name);
  const calendars = useChoices<Calendar>("/api/calendars", (row) => row.name);
  const nameOf = (id: unknown) =>
    typeof id === "string" ? (queues.name(id) ?? calendars.name(id)) : undefined;
  return (
    <ol className="flow-steps" aria-label={t("flow.steps")}>
      {steps.map((step) => (
        <li
          key={step.id}
          id={`step-${step.number}`}
          style={{ marginInlineStart: `calc(${Math.min(step.depth, 6)} * var(--flow-indent))` }}
        >
          <span className="flow-number" aria-hidden="true">
            {step.number}
          </span>
          <div className="flow-step">
            <Step step={step} subject={nameOf(step.node.queue_id ?? step.node.calendar_id)} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function Step({ step, subject }: { step: FlowStep; subject: string | undefined }) {
  const t = useT(texts);
  const { node } = step;
  const type = `node.${node.type}`;
  const prompts = strings(node.prompts);
  return (
    <>
      <div className="flow-step-head">
        <b>{known(type) ? t(type) : node.type}</b>
        {node.title ? <span>{node.title}</span> : null}
        {subject ? <Tag color="processing">{subject}</Tag> : null}
        {node.type === "language" && (node.language === "zh" || node.language === "en") ? (
          <Tag>{t(`language.${node.language}`)}</Tag>
        ) : null}
        {step.unreached ? <Tag color="warning">{t("flow.unreached")}</Tag> : null}
        <code className="dim">{step.id}</code>
      </div>
      {prompts.length > 0 ? (
        <div className="dim">
          {t("flow.says")} {prompts.join(t("comma"))}
        </div>
      ) : null}
      {step.exits.length > 0 ? (
        <ul className="flow-exits">
          {step.exits.map((exit) => (
            <li key={exit.name}>
              <span>{exitName(exit.name, node, t)}</span>
              {exit.number === null ? (
                <Tag color="error">{t("flow.nowhere", { id: exit.to })}</Tag>
              ) : (
                <a href={`#step-${exit.number}`}>{t("flow.to", { n: exit.number })}</a>
              )}
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

function exitName(name: string, node: FlowNode, t: ReturnType<typeof useT<Key>>): string {
  const key = `exit.${name}`;
  if (known(key)) return t(key);
  const labels = (node.labels ?? {}) as Record<string, string>;
  return labels[name] ? `${t("flow.key", { key: name })} ${labels[name]}` : t("flow.key", { key: name });
}
