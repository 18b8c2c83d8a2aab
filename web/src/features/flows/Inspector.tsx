import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Form, Input, InputNumber, Select, Switch } from "antd";
import { useT } from "@/shared/i18n";
import { flowsQuery, namesQuery } from "./data";
import { connect, exitNames, removeNode, setField } from "./graph";
import { exitName, fieldName, nodeName } from "./names";
import { PromptInput } from "./PromptInput";
import { SourceInput } from "./SourceInput";
import { texts } from "./texts";
import type { Field, Graph, Palette } from "./types";

interface Props {
  graph: Graph;
  id: string;
  palette: Palette;
  projectId: string;
  readOnly: boolean;
  onChange: (graph: Graph) => void;
  onRemoved: () => void;
}

/** One node's settings: a form made from its type, and where each exit leads. */
export function Inspector({ graph, id, palette, projectId, readOnly, onChange, onRemoved }: Props) {
  const t = useT(texts);
  const node = graph.nodes[id];
  if (!node) return null;
  const type = palette.types.find((each) => each.type === node.type);
  const targets = Object.entries(graph.nodes)
    .filter(([each]) => each !== id)
    .concat([[id, node]])
    .map(([value, each]) => ({ value, label: `${nodeName(each, palette)} · ${value}` }));
  return (
    <Form layout="vertical" size="small" disabled={readOnly} className="flow-inspector">
      <h3>
        {type?.name ?? node.type} <code className="dim">{id}</code>
      </h3>
      <Form.Item label={t("inspect.title")}>
        <Input
          value={node.title ?? ""}
          maxLength={60}
          placeholder={type?.name}
          onChange={(event) => onChange(setField(graph, id, "title", event.target.value || undefined))}
        />
      </Form.Item>
      {(type?.fields ?? []).map((field) => (
        <Form.Item key={field.name} label={fieldName(field.name, t)} required={field.required}>
          <FieldInput
            field={field}
            value={node[field.name]}
            graph={graph}
            palette={palette}
            projectId={projectId}
            onChange={(value) => onChange(setField(graph, id, field.name, value))}
          />
        </Form.Item>
      ))}
      <h4>{t("inspect.exits")}</h4>
      {exitNames(node, type).map((name) => (
        <Form.Item key={name} label={exitName(name, node, t)} layout="horizontal">
          <Select
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            aria-label={`${t("inspect.exits")} ${exitName(name, node, t)}`}
            placeholder={t("inspect.exit.none")}
            value={node.exits?.[name] ?? null}
            options={targets}
            onChange={(to: string | undefined) => onChange(connect(graph, id, name, to ?? null))}
          />
        </Form.Item>
      ))}
      <div className="flow-inspector-end">
        {graph.start === id ? null : (
          <Button onClick={() => onChange({ ...graph, start: id })}>{t("inspect.start")}</Button>
        )}
        <Button
          danger
          icon={<DeleteOutlined />}
          onClick={() => {
            onChange(removeNode(graph, id));
            onRemoved();
          }}
        >
          {t("inspect.remove")}
        </Button>
      </div>
    </Form>
  );
}

interface InputProps {
  field: Field;
  value: unknown;
  graph: Graph;
  palette: Palette;
  projectId: string;
  onChange: (value: unknown) => void;
}

function FieldInput(props: InputProps) {
  const { field, value, palette, graph, onChange } = props;
  const t = useT(texts);
  if (field.shape === "map") return <MapInput {...props} />;
  if (field.shape === "list") {
    const all = (value ?? field.default ?? []) as string[];
    const label = fieldName(field.name, t);
    if (field.kind === "prompt")
      return (
        <PromptInput several label={label} projectId={props.projectId} value={all} onChange={onChange} />
      );
    return <Select mode="tags" aria-label={label} value={all} options={[]} onChange={onChange} />;
  }
  return (
    <OneInput
      kind={field.kind}
      label={fieldName(field.name, t)}
      value={value ?? field.default}
      field={field}
      graph={graph}
      palette={palette}
      projectId={props.projectId}
      onChange={onChange}
    />
  );
}

/** One value, by what it is. */
function OneInput({
  kind,
  label,
  value,
  field,
  graph,
  palette,
  projectId,
  onChange,
}: Omit<InputProps, "field"> & { kind: string; label: string; field: Field }) {
  const t = useT(texts);
  switch (kind) {
    case "truth":
      return <Switch aria-label={label} checked={value === true} onChange={onChange} />;
    case "integer":
    case "number":
      return (
        <InputNumber
          aria-label={label}
          value={typeof value === "number" ? value : null}
          min={field.min ?? undefined}
          max={field.max ?? undefined}
          precision={kind === "integer" ? 0 : undefined}
          onChange={(number) => onChange(number ?? undefined)}
        />
      );
    case "choice":
      return (
        <Select
          aria-label={label}
          allowClear={field.nullable}
          value={(value ?? null) as string | null}
          options={(field.choices ?? []).map((each) => ({ value: each, label: each || "—" }))}
          onChange={(chosen: string | undefined) => onChange(chosen)}
        />
      );
    case "prompt":
      return (
        <PromptInput
          several={false}
          label={label}
          projectId={projectId}
          value={value ? [String(value)] : []}
          onChange={([name]) => onChange(name)}
        />
      );
    case "variable":
      return (
        <Select
          aria-label={label}
          allowClear={field.nullable}
          value={(value || null) as string | null}
          placeholder={t("inspect.choose")}
          notFoundContent={t("variables.none")}
          options={Object.keys(graph.variables ?? {}).map((name) => ({ value: name, label: name }))}
          onChange={onChange}
        />
      );
    case "agent":
    case "queue":
    case "calendar":
    case "flow":
      return (
        <ThingInput
          kind={kind}
          label={label}
          value={(value || null) as string | null}
          projectId={projectId}
          onChange={onChange}
        />
      );
    case "expression":
    case "template":
      return (
        <SourceInput
          label={label}
          value={String(value ?? "")}
          graph={graph}
          palette={palette}
          template={kind === "template"}
          onChange={onChange}
        />
      );
    default:
      return (
        <Input
          aria-label={label}
          value={String(value ?? "")}
          maxLength={field.max ?? undefined}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

const PATHS = {
  agent: "/api/users",
  queue: "/api/queues",
  calendar: "/api/calendars",
  flow: "/api/queues",
} as const;

function ThingInput({
  kind,
  label,
  value,
  projectId,
  onChange,
}: {
  kind: "agent" | "queue" | "calendar" | "flow";
  label: string;
  value: string | null;
  projectId: string;
  onChange: (value: unknown) => void;
}) {
  const t = useT(texts);
  const things = useQuery({ ...namesQuery(PATHS[kind]), enabled: kind !== "flow" });
  const flows = useQuery({ ...flowsQuery, enabled: kind === "flow" });
  const rows: { id: string; name: string; project_id?: string | null }[] =
    (kind === "flow" ? flows.data : things.data)?.slice() ?? [];
  return (
    <Select
      aria-label={label}
      allowClear
      placeholder={t("inspect.choose")}
      value={value}
      options={rows
        .filter((row) => !row.project_id || row.project_id === projectId)
        .map((row) => ({ value: row.id, label: row.name }))}
      onChange={(id: string | undefined) => onChange(id)}
    />
  );
}

/** Pairs of a name and a value. */
function MapInput({ field, value, onChange, ...rest }: InputProps) {
  const t = useT(texts);
  const pairs = Object.entries((value ?? field.default ?? {}) as Record<string, unknown>);
  const put = (all: [string, unknown][]) => onChange(Object.fromEntries(all));
  const fresh = () => {
    let number = pairs.length + 1;
    while (pairs.some(([name]) => name === `x${number}`)) number += 1;
    const unused = Object.keys(rest.graph.variables ?? {}).find(
      (name) => !pairs.some(([each]) => each === name),
    );
    return field.key === "variable" ? (unused ?? `x${number}`) : `x${number}`;
  };
  return (
    <div className="flow-pairs">
      {pairs.map(([name, each], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a pair's name is being typed
        <div key={index} className="flow-pair">
          <Input
            aria-label={t("inspect.key")}
            value={name}
            onChange={(event) =>
              put(pairs.map((pair, at) => (at === index ? [event.target.value, each] : pair)))
            }
          />
          <OneInput
            {...rest}
            kind={field.kind}
            field={field}
            label={name}
            value={each}
            onChange={(found) => put(pairs.map((pair, at) => (at === index ? [name, found] : pair)))}
          />
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={`${t("inspect.drop")} ${name}`}
            onClick={() => put(pairs.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        type="dashed"
        icon={<PlusOutlined />}
        onClick={() => put([...pairs, [fresh(), field.kind === "integer" ? (field.min ?? 1) : ""]])}
      >
        {t("inspect.add")}
      </Button>
    </div>
  );
}
