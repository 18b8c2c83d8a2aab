import { PhoneOutlined } from "@ant-design/icons";
import { Alert, App, Button, Modal } from "antd";
import { useT } from "@/shared/i18n";
import { useLive } from "@/shared/live";
import { commands, useCommands } from "./commands";
import { openTest } from "./seat";
import { texts } from "./texts";
import "./devicetest.css";

/** A desk phone or a mobile rings; the key pressed there proves that it can take calls. */
export default function PhoneTest() {
  const t = useT(texts);
  const { message } = App.useApp();
  const commandsOf = useCommands();
  const view = useLive((live) => live.agent);
  const how = view?.test_ring ?? null;
  const rings = how === "ringing";
  const passed = view?.device_tested ?? false;
  const there = view?.registered ?? false;
  const close = () => openTest(false);
  const ready = async () => {
    if (!(await commandsOf.run("test_ready", () => commands.state("ready")))) return;
    close();
    void message.success(t("test.passed"));
  };
  const said = (): { type: "info" | "success" | "error"; title: string } => {
    if (!there) return { type: "info", title: t("phonetest.not_there") };
    if (rings) return { type: "info", title: t("phonetest.rings") };
    if (passed) return { type: "success", title: t("phonetest.passed") };
    const key = `phonetest.${how}`;
    if (how && key in texts.zh) return { type: "error", title: t(key as "phonetest.no_answer") };
    return { type: "info", title: t("phonetest.lead") };
  };

  return (
    <Modal
      open
      width={480}
      title={t("phonetest.title")}
      onCancel={close}
      mask={{ closable: false }}
      footer={
        <div className="test-footer">
          <Button onClick={close}>{t(passed ? "test.done" : "test.later")}</Button>
          <Button
            type={passed ? "default" : "primary"}
            icon={<PhoneOutlined />}
            disabled={!there || rings}
            loading={commandsOf.busy === "test_ring"}
            onClick={() => void commandsOf.run("test_ring", commands.testRing)}
          >
            {t(how ? "phonetest.again" : "phonetest.ring")}
          </Button>
          {passed ? (
            <Button
              type="primary"
              disabled={!there || rings || view?.contact != null}
              loading={commandsOf.busy === "test_ready"}
              onClick={() => void ready()}
            >
              {t("test.done_ready")}
            </Button>
          ) : null}
        </div>
      }
    >
      <p className="test-lead">
        {view?.device === "mobile"
          ? t("phonetest.mobile", { number: view.mobile ?? "" })
          : t("phonetest.sip")}
      </p>
      <div role="status">
        <Alert showIcon {...said()} />
      </div>
    </Modal>
  );
}
