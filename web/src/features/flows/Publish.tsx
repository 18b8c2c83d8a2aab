import { Alert, Form, Input, Modal } from "antd";
import { useState } from "react";
import type { Problem } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { Stale, staleOf } from "@/shared/stale";
import { common } from "@/shared/texts";
import { useReportProblem } from "@/shared/ui";
import { publish } from "./data";
import { texts } from "./texts";
import type { FlowProblem, FlowWhole, Graph } from "./types";

interface Values {
  note: string;
  reasons?: string[];
}

/** Publishing: what changed, and for each warning why it may stand. */
export function Publish({
  flow,
  graph,
  problems,
  seen,
  onDone,
  onReload,
  onClose,
}: {
  flow: FlowWhole;
  graph: Graph;
  problems: FlowProblem[];
  /** What the canvas was drawn upon. */
  seen: string;
  onDone: (answer: FlowWhole) => void;
  /** Opens the flow as it is by now, for who was told that somebody changed it meanwhile. */
  onReload: () => void;
  onClose: () => void;
}) {
  const t = useT(texts);
  const c = useT(common);
  const report = useReportProblem();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [stale, setStale] = useState<Problem | null>(null);
  const errors = problems.filter((each) => !each.warning).length;
  const warnings = problems.filter((each) => each.warning);
  const send = async ({ note, reasons }: Values, upon = seen) => {
    setBusy(true);
    setStale(null);
    try {
      const given = Object.fromEntries(warnings.map((each, index) => [each.key, reasons?.[index] ?? ""]));
      onDone(await publish(flow.id, graph, note, given, upon));
    } catch (thrown) {
      const told = staleOf(thrown);
      if (told) setStale(told);
      else report(thrown);
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t("publish.title", { n: (flow.version ?? 0) + 1 })}
      okText={t("publish")}
      cancelText={c("action.cancel")}
      okButtonProps={{ disabled: errors > 0 }}
      confirmLoading={busy}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      {stale ? (
        <Stale
          problem={stale}
          onReload={onReload}
          onOverwrite={() => void send(form.getFieldsValue(true) as Values, "")}
        />
      ) : null}
      {errors > 0 ? <Alert type="error" showIcon title={t("publish.errors", { n: errors })} /> : null}
      <Form form={form} layout="vertical" onFinish={(values) => void send(values)}>
        <Form.Item
          name="note"
          label={t("publish.note")}
          rules={[{ required: true, whitespace: true, message: t("publish.note.missing") }]}
        >
          <Input maxLength={200} autoFocus />
        </Form.Item>
        {warnings.length > 0 ? <p>{t("publish.warnings")}</p> : null}
        {warnings.map((each, index) => (
          <Form.Item
            key={each.key}
            name={["reasons", index]}
            label={each.text}
            rules={[{ required: true, whitespace: true, message: t("publish.reason.missing") }]}
          >
            <Input maxLength={200} placeholder={t("publish.reason")} />
          </Form.Item>
        ))}
      </Form>
    </Modal>
  );
}
