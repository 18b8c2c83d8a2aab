import { Tooltip } from "antd";
import type { ReactNode } from "react";
import { useId } from "react";
import { useT } from "@/shared/i18n";
import type { Obstacle } from "./abilities";
import { ariaKey, keyName, type ShortcutName } from "./shortcuts";
import { texts } from "./texts";

/**
 * A button of the phone bar. When it may not be used it stays reachable and says why,
 * on hover, on focus and to screen readers.
 */
export function CallButton({
  name,
  shortcut,
  icon,
  obstacle,
  busy,
  tone,
  pressed,
  onPress,
  large = false,
}: {
  name: string;
  shortcut: ShortcutName;
  icon: ReactNode;
  obstacle: Obstacle | null;
  busy: boolean;
  tone?: "good" | "bad" | "on";
  pressed?: boolean;
  onPress: () => void;
  large?: boolean;
}) {
  const t = useT(texts);
  const id = useId();
  const why = obstacle ? t(obstacle) : busy ? t("call.no.busy") : t("call.key", { key: keyName(shortcut) });
  const off = obstacle !== null || busy;
  return (
    <Tooltip title={obstacle ? why : `${name} · ${keyName(shortcut)}`} mouseEnterDelay={0.3}>
      <button
        type="button"
        className={`call-button${large ? " call-button-large" : ""}`}
        data-tone={tone}
        aria-label={name}
        aria-disabled={off}
        aria-pressed={pressed}
        aria-keyshortcuts={ariaKey(shortcut)}
        aria-describedby={id}
        onClick={() => {
          if (!off) onPress();
        }}
      >
        <span aria-hidden="true" className="call-button-icon">
          {icon}
        </span>
        <span className="call-button-name">{name}</span>
        <span id={id} className="unseen">
          {why}
        </span>
      </button>
    </Tooltip>
  );
}
