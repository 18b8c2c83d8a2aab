import { Alert, App, Form, Input, Modal, Select } from "antd";
import { useState } from "react";
import { api, type BoardAgent, take } from "@/shared/api";
import { useLocale, useT } from "@/shared/i18n";
import { useStateReasons } from "../queries";
import { type ForcedState, takesEffectLater } from "./actions";
import { texts } from "./texts";
import { useRun } from "./useVerbs";

const NOTE_MOST = 200;

interface Props {
  agent: BoardAgent;
  state: ForcedState;
  onClose: () => void;
}

/** Asks for a reason and a word to the agent before a state is forced. */
export function ForceDialog({ agent, state, onClose }: Props) {
  const t = useT(texts);
  const locale = useLocale();
  const run = useRun();
  const { message } = App.useApp();
  const [reason, setReason] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const reasons = useStateReasons().filter((each) => each.kind === state);
  const verb = t(`force.${state}`);

  const force = async () => {
    setBusy(true);
    const done = await run(async () => {
      const said = (await take(
        api.POST("/api/supervise/agents/{agent_id}/state", {
          params: { path: { agent_id: agent.agent_id } },
          body: { state, reason_id: reason, note },
        }),
      )) as { pending_state: string | null };
      void message.success(
        t(said.pending_state ? "force.done.after" : "force.done", { name: agent.name, verb }),
      );
    });
    setBusy(false);
    if (done) onClose();
  };

  return (
    <Modal
      open
      width={440}
      title={t("force.title", { verb, name: agent.name })}
      okText={verb}
      okButtonProps={{ danger: state === "offline", loading: busy }}
      onOk={() => void force()}
      onCancel={onClose}
      destroyOnHidden
    >
      {takesEffectLater(agent.state, state) ? (
        <Alert type="info" showIcon title={t("force.after", { name: agent.name })} className="force-after" />
      ) : null}
      <Form layout="vertical" onFinish={() => void force()}>
        {reasons.length > 0 ? (
          <Form.Item label={t("force.reason")} htmlFor="force-reason">
            <Select
              id="force-reason"
              allowClear
              value={reason}
              onChange={(id) => setReason(id ?? null)}
              options={reasons.map((each) => ({
                value: each.id,
                label: locale === "zh" ? each.name_zh : each.name_en,
              }))}
            />
          </Form.Item>
        ) : null}
        <Form.Item label={t("force.note")} htmlFor="force-note" extra={t("force.note.hint")}>
          <Input
            id="force-note"
            autoFocus
            value={note}
            maxLength={NOTE_MOST}
            onChange={(event) => setNote(event.target.value)}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
