import { Alert, Form, Input, Modal } from "antd";
import { useState } from "react";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { useReportProblem } from "@/shared/ui";
import { publish } from "./data";
import { texts } from "./texts";
import type { FlowProblem, FlowWhole, Graph } from "./types";

/** Publishing: what changed, and for each warning why it may stand. */
export function Publish({
  flow,
  graph,
  problems,
  onDone,
  onClose,
}: {
  flow: FlowWhole;
  graph: Graph;
  problems: FlowProblem[];
  onDone: (answer: FlowWhole) => void;
  onClose: () => void;
}) {
  const t = useT(texts);
  const c = useT(common);
  const report = useReportProblem();
  const [form] = Form.useForm<{ note: string; reasons?: string[] }>();
  const [busy, setBusy] = useState(false);
  const errors = problems.filter((each) => !each.warning).length;
  const warnings = problems.filter((each) => each.warning);
  const send = async ({ note, reasons }: { note: string; reasons?: string[] }) => {
    setBusy(true);
    try {
      const given = Object.fromEntries(warnings.map((each, index) => [each.key, reasons?.[index] ?? ""]));
      onDone(await publish(flow.id, graph, note, given));
    } catch (thrown) {
      report(thrown);
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
      {errors > 0 ? <Alert type="error" showIcon title={t("publish.errors", { n: errors })} /> : null}
      <Form form={form} layout="vertical" onFinish={send}>
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
