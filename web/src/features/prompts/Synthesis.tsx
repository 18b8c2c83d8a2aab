import { SoundOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useT } from "@/shared/i18n";
import { synthesisQuery } from "./data";
import { texts } from "./texts";

/** Spoken by the installation's synthesiser; without one it is said that there is none. */
export function Synthesis({
  disabled,
  busy,
  onSpeak,
}: {
  disabled: boolean;
  busy: boolean;
  onSpeak: () => void;
}) {
  const t = useT(texts);
  const able = useQuery(synthesisQuery);
  if (!able.data) return null;
  if (!able.data.available) return <p className="dim">{t("speak.none")}</p>;
  return (
    <div>
      <Button icon={<SoundOutlined />} disabled={disabled} loading={busy} onClick={onSpeak}>
        {t("speak")}
      </Button>
      <p className="dim">{t(able.data.marked ? "speak.marked" : "speak.hint")}</p>
    </div>
  );
}
