import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, DatePicker, Form, Input } from "antd";
import dayjs from "dayjs";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { parsePeriods } from "../hours";
import { texts } from "../texts";

/** One day's hours as text; empty is closed. */
export function PeriodsField({ name, label }: { name: (string | number)[]; label: string }) {
  const t = useT(texts);
  return (
    <Form.Item
      name={name}
      label={label}
      layout="horizontal"
      colon={false}
      rules={[
        {
          validator: (_, value: string | undefined) =>
            parsePeriods(value ?? "") === null
              ? Promise.reject(new Error(t("hours.unreadable")))
              : Promise.resolve(),
        },
      ]}
    >
      <Input placeholder={t("hours.closed")} maxLength={120} />
    </Form.Item>
  );
}

/** Dates with hours of their own, stronger than week and holidays. */
export function SpecialDays() {
  const t = useT(texts);
  const n = useT(fields);
  const c = useT(common);
  return (
    <fieldset className="hours">
      <legend>{n("exceptions")}</legend>
      <p className="dim">{t("special.help")}</p>
      <Form.List name="exceptions">
        {(items, { add, remove }) => (
          <>
            {items.map((item, index) => (
              <div key={item.key} className="special-day">
                <Form.Item
                  name={[item.name, "date"]}
                  rules={[{ required: true, message: t("special.date.needed") }]}
                  getValueProps={(value?: string) => ({ value: value ? dayjs(value) : null })}
                  normalize={(value: dayjs.Dayjs | null) => value?.format("YYYY-MM-DD")}
                >
                  <DatePicker aria-label={t("special.date")} placeholder={t("special.date")} />
                </Form.Item>
                <PeriodsField name={[item.name, "periods"]} label={t("special.hours")} />
                <Form.Item name={[item.name, "name"]}>
                  <Input aria-label={n("name")} placeholder={n("name")} maxLength={80} />
                </Form.Item>
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={`${c("action.delete")} ${t("special.nth", { n: index + 1 })}`}
                  onClick={() => remove(item.name)}
                />
              </div>
            ))}
            <Button
              type="dashed"
              icon={<PlusOutlined />}
              onClick={() => add({ date: undefined, periods: "", name: "" })}
            >
              {t("special.add")}
            </Button>
          </>
        )}
      </Form.List>
    </fieldset>
  );
}
