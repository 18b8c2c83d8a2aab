import { Popover } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useT } from "@/shared/i18n";
import { commands, type useCommands } from "./commands";
import { texts } from "./texts";

const ROWS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** True for where a person writes: what is typed there is not meant for the other side. */
function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, [contenteditable]") !== null;
}

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
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  useEffect(() => {
    if (open) setSent("");
  }, [open]);

  const press = (digit: string) => {
    // One after the other, so that keys typed fast arrive in the order they were typed.
    queue.current = queue.current.then(async () => {
      if (await commandsOf.run("dtmf", () => commands.dtmf(digit)))
        setSent((before) => (before + digit).slice(-24));
    });
  };
  const latest = useRef(press);
  latest.current = press;
  useEffect(() => {
    if (!open) return;
    const typed = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || writes(event.target)) return;
      if (event.key === "Escape") onClose();
      else if (ROWS.includes(event.key)) latest.current(event.key);
    };
    globalThis.addEventListener("keydown", typed);
    return () => globalThis.removeEventListener("keydown", typed);
  }, [open, onClose]);
  return (
    <Popover
      open={open}
      onOpenChange={(shown) => {
        if (!shown) onClose();
      }}
      afterOpenChange={(shown) => {
        if (shown) first.current?.focus();
      }}
      trigger="click"
      placement="bottom"
      title={t("keypad.title")}
      content={
        <div className="keypad">
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
                onClick={() => press(digit)}
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
