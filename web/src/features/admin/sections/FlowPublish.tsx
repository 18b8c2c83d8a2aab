import { Form, Input, Select } from "antd";
import { useT } from "@/shared/i18n";
import { publish } from "../flowData";
import { graphText, parseGraphText, starterGraph } from "../flowStarter";
import { useChoices } from "../kit/api";
import { Editor } from "../kit/Editor";
import { TextField } from "../kit/inputs";
import { texts } from "../texts";
import type { FlowWhole, Queue } from "../types";

interface Values {
  graph: string;
  note: string;
}

/** The graph as text, published as the next version once the server finds nothing wrong with it. */
export function FlowPublish({
  flow,
  onPublished,
  onClose,
}: {
  flow: FlowWhole;
  onPublished: (answer: FlowWhole) => Promise<void>;
  onClose: () => void;
}) {
  const t = useT(texts);
  const queues = useChoices<Queue>("/api/queues", (row) => row.name);
  const own = queues.rows.filter((queue) => queue.project_id === flow.project_id);
  const save = async ({ graph, note }: Values) => {
    const answer = await publish(flow.id, parseGraphText(graph) ?? {}, note);
    onClose();
    await onPublished(answer);
  };
  return (
    <Editor<Values>
      open
      width={760}
      title={t("flow.publish.title", { n: (flow.version ?? 0) + 1, name: flow.name })}
      initial={{ graph: flow.graph ? graphText(flow.graph) : "", note: "" }}
      saveLabel={t("flow.publish")}
      problemsAbove
      onSave={save}
      onClose={onClose}
    >
      {(form, touched) => (
        <>
          <Form.Item label={t("flow.starter")} extra={t("flow.starter.help")}>
            <Select
              aria-label={t("flow.starter")}
              placeholder={t("flow.starter.choose")}
              value={null}
              loading={queues.loading}
              notFoundContent={t("flow.starter.none")}
              options={own.map((queue) => ({ value: queue.id, label: queue.name }))}
              onChange={(queue: string | null) => {
                if (!queue) return;
                form.setFieldsValue({ graph: graphText(starterGraph(queue)) });
                touched();
              }}
            />
          </Form.Item>
          <Form.Item
            name="graph"
            label={t("flow.graph")}
            extra={t("flow.graph.help")}
            validateTrigger="onBlur"
            rules={[
              {
                validator: (_, typed: string) =>
                  parseGraphText(typed) === null
                    ? Promise.reject(new Error(t("flow.graph.unreadable")))
                    : Promise.resolve(),
              },
            ]}
          >
            <Input.TextArea
              className="flow-text"
              spellCheck={false}
              autoSize={{ minRows: 14, maxRows: 28 }}
            />
          </Form.Item>
          <TextField name="note" max={200} placeholder={t("flow.note.example")} />
        </>
      )}
    </Editor>
  );
}
