import { Form, InputNumber, Modal } from "antd";
import { useState } from "react";
import type { BoardAgent } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { follow } from "./line";
import { texts } from "./texts";
import { useRun } from "./useVerbs";

const CALLS_MOST = 10;

interface Props {
  agent: BoardAgent;
  onClose: () => void;
}

/** Asks how many of the agent's next calls the supervisor wants to hear. */
export function FollowDialog({ agent, onClose }: Props) {
  const t = useT(texts);
  const run = useRun();
  const [calls, setCalls] = useState(3);
  const [busy, setBusy] = useState(false);

  const begin = async () => {
    setBusy(true);
    const done = await run(() => follow(agent.agent_id, calls));
    setBusy(false);
    if (done) onClose();
  };

  return (
    <Modal
      open
      width={400}
      title={t("follow.title", { name: agent.name })}
      okText={t("follow.ok")}
      okButtonProps={{ loading: busy }}
      onOk={() => void begin()}
      onCancel={onClose}
      destroyOnHidden
    >
      <Form layout="vertical" onFinish={() => void begin()}>
        <Form.Item label={t("follow.calls")} htmlFor="follow-calls" extra={t("follow.body")}>
          <InputNumber
            id="follow-calls"
            autoFocus
            min={1}
            max={CALLS_MOST}
            precision={0}
            value={calls}
            onChange={(value) => setCalls(value ?? 1)}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
