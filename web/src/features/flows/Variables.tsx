import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Input, Select } from "antd";
import { useT } from "@/shared/i18n";
import { texts } from "./texts";
import type { Graph, Variable } from "./types";

const TYPES = ["text", "number", "truth"] as const;

/** The variables of a flow. */
export function Variables({
  graph,
  readOnly,
  onChange,
}: {
  graph: Graph;
  readOnly: boolean;
  onChange: (graph: Graph) => void;
}) {
  const t = useT(texts);
  const all = Object.entries(graph.variables ?? {});
  const put = (pairs: [string, Variable][]) => onChange({ ...graph, variables: Object.fromEntries(pairs) });
  const change = (index: number, name: string, variable: Variable) =>
    put(all.map((pair, at) => (at === index ? [name, variable] : pair)));
  const fresh = () => {
    let number = 1;
    while (`v${number}` in (graph.variables ?? {})) number += 1;
    return `v${number}`;
  };
  return (
    <section className="flow-variables" aria-labelledby="flow-variables-title">
      <h3 id="flow-variables-title">{t("variables")}</h3>
      {all.length === 0 ? <p className="dim">{t("variables.none")}</p> : null}
      {all.map(([name, variable], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a variable's name is being typed
        <div key={index} className="flow-pair">
          <Input
            size="small"
            disabled={readOnly}
            aria-label={t("variables.name")}
            value={name}
            onChange={(event) => change(index, event.target.value, variable)}
          />
          <Select
            size="small"
            disabled={readOnly}
            aria-label={`${t("variables.type")} ${name}`}
            value={variable.type ?? "text"}
            options={TYPES.map((type) => ({ value: type, label: t(`type.${type}`) }))}
            onChange={(type) => change(index, name, { ...variable, type })}
          />
          <Checkbox
            disabled={readOnly}
            checked={variable.secret === true}
            onChange={(event) => change(index, name, { ...variable, secret: event.target.checked })}
          >
            {t("variables.secret")}
          </Checkbox>
          <Button
            size="small"
            type="text"
            disabled={readOnly}
            icon={<DeleteOutlined />}
            aria-label={`${t("inspect.drop")} ${name}`}
            onClick={() => put(all.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      {readOnly ? null : (
        <Button
          size="small"
          type="dashed"
          icon={<PlusOutlined />}
          onClick={() => put([...all, [fresh(), {}]])}
        >
          {t("variables.add")}
        </Button>
      )}
    </section>
  );
}
