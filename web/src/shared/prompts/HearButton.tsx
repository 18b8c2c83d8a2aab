import { PauseCircleFilled, PlayCircleOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useEffect, useRef, useState } from "react";
import { useT } from "@/shared/i18n";
import { texts } from "./texts";
import "./hear.css";

let playing: HTMLAudioElement | null = null; // one at a time on the whole page

/** Plays a sound; pressed again, it stops. `what` names it for those who do not see. */
export function HearButton({
  src,
  what,
  children,
}: {
  src: string;
  what: string;
  children?: React.ReactNode;
}) {
  const t = useT(texts);
  const { message } = App.useApp();
  const [on, setOn] = useState(false);
  const sound = useRef<HTMLAudioElement | null>(null);
  useEffect(() => () => sound.current?.pause(), []);
  const toggle = () => {
    if (on) {
      sound.current?.pause();
      return;
    }
    playing?.pause();
    const audio = new Audio(src);
    sound.current = playing = audio;
    const over = () => setOn(false);
    audio.addEventListener("pause", over);
    audio.addEventListener("ended", over);
    setOn(true);
    audio.play().catch(() => {
      setOn(false);
      void message.error(t("failed"));
    });
  };
  return (
    <Button
      type="text"
      size="small"
      aria-pressed={on}
      icon={on ? <PauseCircleFilled /> : <PlayCircleOutlined />}
      onClick={toggle}
    >
      <span className="hear-what" translate="no">{`${t(on ? "stop" : "hear")} ${what} `}</span>
      {children}
    </Button>
  );
}
