import type { FormItemProps } from "antd";
import { DatePicker, Form, Input, InputNumber, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useLocale, useT } from "@/shared/i18n";
import { CardInput } from "./CardInput";
import { type Answers, type FormField, labelOf, maskCard, shownFields } from "./model";
import { texts } from "./texts";

/**
 * The fields of a project's form inside an antd form, their values below the name `form`. `onCard` is told when a
 * field of card data has the focus, and when it has not any more.
 */
export function FormFields({
  fields,
  onCard,
}: {
  fields: readonly FormField[];
  onCard?: (on: boolean) => void;
}) {
  const t = useT(texts);
  const locale = useLocale();
  const form = Form.useFormInstance();
  const extraOf = (field: FormField) => {
    if (field.type === "card") return t("card.hint");
    return field.pattern ? t("pattern", { pattern: field.pattern }) : undefined;
  };
  const rulesOf = (field: FormField): FormItemProps["rules"] => [
    ...(field.required ? [{ required: true, message: t("required") }] : []),
    ...(field.type === "card"
      ? [
          {
            validator: (_: unknown, value?: string) =>
              !value || value.startsWith("••••") || maskCard(value, false) !== value
                ? Promise.resolve()
                : Promise.reject(new Error(t("card.wrong"))),
          },
        ]
      : []),
  ];
  const answers = (Form.useWatch("form", { form, preserve: true }) ?? {}) as Answers;
  return (
    <div className="form-answers">
      {shownFields(fields, answers).map((field) => (
        <Form.Item
          key={field.key}
          name={["form", field.key]}
          label={labelOf(field, locale)}
          extra={extraOf(field)}
          rules={rulesOf(field)}
          {...(field.type === "date"
            ? {
                getValueProps: (value: string | undefined) => ({ value: value ? dayjs(value) : undefined }),
                normalize: (value: Dayjs | null) => value?.format("YYYY-MM-DD"),
              }
            : {})}
        >
          {field.type === "card" ? (
            <CardInput lastFour={field.last_four} onFocused={onCard} />
          ) : (
            inputOf(field, (option) => labelOf(option, locale))
          )}
        </Form.Item>
      ))}
    </div>
  );
}

function inputOf(field: FormField, name: (option: FormField["options"][number]) => string) {
  const options = field.options.map((option) => ({ value: option.value, label: name(option) }));
  switch (field.type) {
    case "text":
      return field.max_length > 100 ? (
        <Input.TextArea maxLength={field.max_length} autoSize={{ minRows: 1, maxRows: 5 }} dir="auto" />
      ) : (
        <Input maxLength={field.max_length} dir="auto" />
      );
    case "phone":
      return <Input maxLength={40} inputMode="tel" />;
    case "number":
      return (
        <InputNumber
          {...(field.least === null ? {} : { min: field.least })}
          {...(field.most === null ? {} : { max: field.most })}
          style={{ width: "100%" }}
        />
      );
    case "date":
      return <DatePicker style={{ width: "100%" }} />;
    case "choice":
      return <Select allowClear options={options} showSearch={{ optionFilterProp: "label" }} />;
    case "choices":
      return (
        <Select mode="multiple" allowClear options={options} showSearch={{ optionFilterProp: "label" }} />
      );
  }
}
