import { DesktopOutlined, MobileOutlined, PhoneOutlined } from "@ant-design/icons";
import { Alert, Button, Radio, Spin } from "antd";
import { useEffect, useState } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useLive } from "@/shared/live";
import { permitted, useMe } from "@/shared/session";
import { ProblemView } from "@/shared/ui";
import { DEVICES, type Device, joinDesk, useSeat } from "./seat";
import { texts } from "./texts";

const SLOW_MS = 6000;
const ICONS = { browser: <DesktopOutlined />, sip: <PhoneOutlined />, mobile: <MobileOutlined /> };

/** Everything between being logged in and having the desk: sign in, resume, move, take back. */
export function SignIn() {
  const t = useT(texts);
  const { moment } = useFormat();
  const seat = useSeat();
  const view = useLive((live) => live.agent);
  const me = useMe();
  const mobile = permitted(me, ["mobile"]) ? (view?.mobile ?? null) : null;
  const [wished, setDevice] = useState<Device>(seat.device);
  const device = wished === "mobile" && mobile === null ? "browser" : wished;
  /** The form stays as it is while its wish is asked for. */
  const [pressed, setPressed] = useState(false);
  const { where, since } = (seat.problem?.params ?? {}) as { where?: string; since?: string };

  if (seat.step === "waiting") return <Waiting />;
  if (seat.step === "joining" && !pressed)
    return (
      <Card>
        <Spin size="large" />
        <p role="status">{t("seat.resume")}</p>
      </Card>
    );
  if (seat.step === "elsewhere")
    return (
      <Card>
        <h1>{t("seat.elsewhere")}</h1>
        <Alert
          type="warning"
          showIcon
          title={where || t(`seat.device.${view?.device ?? "browser"}`)}
          description={since ? t("seat.elsewhere.since", { time: moment(since) }) : undefined}
        />
        <p>{t("seat.elsewhere.hint")}</p>
        <div className="seat-actions">
          <Button type="primary" size="large" onClick={() => void joinDesk({ device, takeOver: true })}>
            {t("seat.move_here")}
          </Button>
          <Button size="large" onClick={() => useSeat.setState({ step: "out", problem: null })}>
            {t("seat.stay")}
          </Button>
        </div>
      </Card>
    );
  if (seat.step === "moved" || seat.step === "other_tab") {
    const moved = seat.step === "moved";
    return (
      <Card>
        <h1>{t(moved ? "seat.moved" : "seat.other_tab")}</h1>
        <p>{moved ? t("seat.moved.hint", { time: moment(seat.movedAt) }) : t("seat.other_tab.hint")}</p>
        <Button type="primary" size="large" onClick={() => void joinDesk({ device, takeOver: true })}>
          {t(moved ? "seat.move_here" : "seat.use_here")}
        </Button>
      </Card>
    );
  }
  return (
    <Card>
      <h1>{t("seat.title")}</h1>
      <p>{t("seat.lead")}</p>
      {seat.problem ? <ProblemView problem={seat.problem} /> : null}
      <Radio.Group
        aria-label={t("seat.device")}
        value={device}
        onChange={(event) => setDevice(event.target.value as Device)}
        className="seat-devices"
      >
        {DEVICES.filter((each) => each !== "mobile" || mobile !== null).map((each) => (
          <Radio key={each} value={each}>
            <span className="seat-device">
              {ICONS[each]}
              <span>
                <strong>{t(`seat.device.${each}`)}</strong>
                <small>{t(`seat.device.${each}.hint`, { number: mobile ?? "" })}</small>
              </span>
            </span>
          </Radio>
        ))}
      </Radio.Group>
      <Button
        type="primary"
        size="large"
        block
        loading={pressed}
        onClick={() => {
          setPressed(true);
          void joinDesk({ device }).finally(() => setPressed(false));
        }}
      >
        {t("seat.sign_in")}
      </Button>
    </Card>
  );
}

function Card({ children }: { children: React.ReactNode }) {
  return (
    <div className="seat">
      <section className="seat-card">{children}</section>
    </div>
  );
}

function Waiting() {
  const t = useT(texts);
  const core = useLive((live) => live.core);
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Card>
      <Spin size="large" />
      <p role="status">{t("seat.waiting")}</p>
      {slow || !core ? <Alert type="info" showIcon title={t("seat.waiting.slow")} /> : null}
    </Card>
  );
}
