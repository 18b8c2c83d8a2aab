import { DeleteOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import { useId } from "react";
import { useT } from "@/shared/i18n";
import { isNumber } from "./targets";
import { texts } from "./texts";
import "./callcontrol.css";

const NUMBER_MOST = 21;
const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "+", "0"];

/** A field for a telephone number and the keys to fill it by touch. */
export function NumberPad({
  number,
  name,
  hint,
  onChange,
  onEnter,
}: {
  number: string;
  name: string;
  /** Below the field while nothing is wrong with the number. */
  hint: string;
  onChange: (number: string) => void;
  onEnter: () => void;
}) {
  const t = useT(texts);
  const words = useId();
  const wrong = number !== "" && !isNumber(number);
  return (
    <div className="target-number">
      <Input
        autoFocus
        type="tel"
        value={number}
        status={wrong ? "error" : ""}
        onChange={(event) => onChange(event.target.value.replace(/[^0-9+]/g, "").slice(0, NUMBER_MOST))}
        onPressEnter={onEnter}
        aria-label={name}
        aria-describedby={words}
        aria-invalid={wrong}
      />
      <p id={words} className="target-more">
        {wrong ? t("target.number.wrong") : hint}
      </p>
      <div className="keypad-keys">
        {DIGITS.map((digit) => (
          <button
            type="button"
            key={digit}
            aria-label={t("keypad.key", { key: digit })}
            onClick={() => onChange((number + digit).slice(0, NUMBER_MOST))}
          >
            {digit}
          </button>
        ))}
        <Button
          type="text"
          aria-label={t("target.number.delete")}
          icon={<DeleteOutlined />}
          onClick={() => onChange(number.slice(0, -1))}
        />
      </div>
    </div>
  );
}
