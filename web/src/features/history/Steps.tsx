import { PlayCircleOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useRef } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { texts } from "./texts";
import type { Step } from "./types";

interface Props {
  steps: readonly Step[];
  /** Index of the step that the playback is in. */
  current: number | null;
  /** Null where there is nothing to play at that instant. */
  onPlay: (step: Step) => (() => void) | null;
}

/** Every step with its instant since arrival; those within the recording play from there. */
export function Steps({ steps, current, onPlay }: Props) {
  const t = useT(texts);
  const f = useFormat();
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (current === null) return;
    // Only this list scrolls: `scrollIntoView` would pull the page from under the reader.
    const row = list.current?.children[current];
    if (row instanceof HTMLElement && list.current) {
      const { scrollTop, clientHeight } = list.current;
      if (row.offsetTop < scrollTop || row.offsetTop + row.offsetHeight > scrollTop + clientHeight)
        list.current.scrollTop = row.offsetTop - clientHeight / 2;
    }
  }, [current]);
  return (
    <ol className="steps" ref={list}>
      {steps.map((step, index) => {
        const play = onPlay(step);
        return (
          <li key={step.seq} className="step" data-kind={step.kind} data-current={index === current}>
            <span className="step-at" title={f.clock(step.at, true)}>
              {f.timer(step.offset_ms)}
            </span>
            <span className="step-dot" aria-hidden="true" />
            <span className="step-text">{step.text}</span>
            {play ? (
              <Button
                type="text"
                size="small"
                icon={<PlayCircleOutlined />}
                aria-label={`${t("contact.play")} ${f.timer(step.offset_ms)}`}
                title={t("contact.play")}
                onClick={play}
              />
            ) : null}
          </li>
        );
      })}
    </ol>
  );
}
