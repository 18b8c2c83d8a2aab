import { Popover } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useT } from "@/shared/i18n";
import { commands, type useCommands } from "./commands";
import { texts } from "./texts";

const ROWS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Keys during a call. Takes the keyboard's digits while it is open. */
export function Keypad({
  open,
  onClose,
  commandsOf,
  children,
}: {
  open: boolean;
  onClose: () => void;
  commandsOf: ReturnType<typeof useCommands>;
  children: ReactNode;
}) {
  const t = useT(texts);
  const [sent, setSent] = useState("");
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (open) {
      setSent("");
      first.current?.focus();
    }
  }, [open]);
  const press = async (digit: string) => {
    if (await commandsOf.run("dtmf", () => commands.dtmf(digit)))
      setSent((before) => (before + digit).slice(-24));
  };
  return (
    <Popover
      open={open}
      onOpenChange={(shown) => {
        if (!shown) onClose();
      }}
      trigger="click"
      placement="bottom"
      title={t("keypad.title")}
      content={
        // biome-ignore lint/a11y/noStaticElementInteractions: digits typed anywhere inside are keys pressed
        <div
          className="keypad"
          onKeyDown={(event) => {
            if (event.key === "Escape") onClose();
            else if (ROWS.includes(event.key)) void press(event.key);
          }}
        >
          <output className="keypad-sent" aria-label={t("keypad.sent")}>
            {sent || "\u00a0"}
          </output>
          <div className="keypad-keys">
            {ROWS.map((digit, index) => (
              <button
                type="button"
                key={digit}
                ref={index === 0 ? first : undefined}
                aria-label={t("keypad.key", { key: digit })}
                onClick={() => void press(digit)}
              >
                {digit}
              </button>
            ))}
          </div>
          <p>{t("keypad.hint")}</p>
        </div>
      }
    >
      {children}
    </Popover>
  );
}
