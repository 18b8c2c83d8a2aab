import { CreditCardOutlined } from "@ant-design/icons";
import { Input } from "antd";
import { useEffect, useRef, useState } from "react";
import { maskCard } from "./model";

/**
 * Card data: what is typed stays in this field until it is left; the form gets a mask. Another window that takes
 * the focus, the bank's page for instance, does not leave the field.
 */
export function CardInput({
  id,
  value,
  onChange,
  lastFour,
  onFocused,
}: {
  id?: string;
  value?: string;
  onChange?: (value: string | undefined) => void;
  lastFour: boolean;
  onFocused: ((on: boolean) => void) | undefined;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  const told = useRef(onFocused);
  told.current = onFocused;
  const inside = useRef(false);
  // A field that vanishes with its form is left as well.
  useEffect(
    () => () => {
      if (inside.current) told.current?.(false);
    },
    [],
  );
  return (
    <Input
      id={id}
      prefix={<CreditCardOutlined />}
      value={typed ?? value ?? ""}
      maxLength={40}
      inputMode="numeric"
      autoComplete="off"
      translate="no"
      onFocus={() => {
        if (!inside.current) told.current?.(true);
        inside.current = true;
        setTyped((kept) => kept ?? "");
      }}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={() => {
        if (!document.hasFocus()) return;
        inside.current = false;
        told.current?.(false);
        if (typed) onChange?.(maskCard(typed, lastFour));
        setTyped(null);
      }}
    />
  );
}
