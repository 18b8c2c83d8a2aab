import { Form, Input, InputNumber, Select } from "antd";
import type { Rule } from "antd/es/form";
import type { ReactNode } from "react";
import { type FieldName, fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";

interface Common {
  /** A field, or one inside another; its own name is its label. */
  name: FieldName | [FieldName, FieldName] | [FieldName, number, FieldName] | [number, FieldName];
  label?: string;
  required?: boolean;
  /** What the field does, under it. */
  help?: ReactNode;
  disabled?: boolean;
  rules?: Rule[];
}

function own(name: Common["name"]): FieldName {
  return typeof name === "string" ? name : (name.at(-1) as FieldName);
}

function rulesOf(required: boolean | undefined, rules: Rule[] | undefined): Rule[] {
  return [...(required ? [{ required: true } as Rule] : []), ...(rules ?? [])];
}

export function TextField({
  name,
  label,
  required,
  help,
  disabled,
  rules,
  max = 80,
  placeholder,
  area = false,
}: Common & { max?: number; placeholder?: string; area?: boolean }) {
  const n = useT(fields);
  const given = { maxLength: max, placeholder, disabled };
  return (
    <Form.Item
      name={name}
      label={label ?? n(own(name))}
      extra={help}
      rules={rulesOf(required, [...(required ? [{ whitespace: true } as Rule] : []), ...(rules ?? [])])}
    >
      {area ? <Input.TextArea {...given} autoSize={{ minRows: 2, maxRows: 5 }} /> : <Input {...given} />}
    </Form.Item>
  );
}

export function NumberField({
  name,
  label,
  required,
  help,
  disabled,
  rules,
  min,
  max,
  unit,
  placeholder,
}: Common & { min: number; max: number; unit?: string; placeholder?: string }) {
  const n = useT(fields);
  return (
    <Form.Item name={name} label={label ?? n(own(name))} extra={help} rules={rulesOf(required, rules)}>
      <InputNumber
        min={min}
        max={max}
        precision={0}
        suffix={unit}
        disabled={disabled}
        placeholder={placeholder}
        style={{ width: "100%" }}
      />
    </Form.Item>
  );
}

export function ChoiceField({
  name,
  label,
  required,
  help,
  disabled,
  rules,
  options,
  loading,
  multiple = false,
  free = false,
  clearable = false,
  placeholder,
}: Common & {
  options: { value: string | number; label: string }[];
  loading?: boolean;
  multiple?: boolean;
  /** Several, and others than those offered can be typed. */
  free?: boolean;
  clearable?: boolean;
  placeholder?: string;
}) {
  const n = useT(fields);
  return (
    <Form.Item name={name} label={label ?? n(own(name))} extra={help} rules={rulesOf(required, rules)}>
      <Select
        mode={free ? "tags" : multiple ? "multiple" : undefined}
        options={options}
        loading={loading}
        allowClear={clearable}
        disabled={disabled}
        placeholder={placeholder}
        showSearch={{ optionFilterProp: "label" }}
      />
    </Form.Item>
  );
}

/** Two or three fields side by side. */
export function Line({ children }: { children: ReactNode }) {
  return <div className="field-line">{children}</div>;
}
