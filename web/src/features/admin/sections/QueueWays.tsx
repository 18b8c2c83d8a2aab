import { Form, InputNumber, Select } from "antd";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { useQueues } from "../kit/api";
import { Rows } from "../kit/Rows";
import type { QueueValues } from "../queueForm";
import { texts } from "../texts";
import { LANE_FLAGS, OVERFLOW_WHEN, TIERS } from "../types";

/** Where a contact waits instead: through a door when it comes, by overflow when the queue is too full. */
export function QueueWays({ own }: { own: string | undefined }) {
  const t = useT(texts);
  const n = useT(fields);
  const c = useT(common);
  const form = Form.useFormInstance<QueueValues>();
  const rules = Form.useWatch("overflow", form) ?? [];
  const queues = useQueues();
  const others = queues.options.filter((option) => option.value !== own);
  return (
    <>
      <Rows
        name="doors"
        help={t("queues.doors.help")}
        blank={{ tiers: [], flags: [] }}
        addLabel={t("queues.doors.add")}
        rowName={(index) => t("queues.doors.nth", { n: index + 1 })}
        most={10}
        className="form-row-door"
      >
        {(place) => (
          <>
            <Form.Item
              name={[place, "queue_id"]}
              label={t("queues.doors.to")}
              rules={[{ required: true, message: t("queues.choose") }]}
            >
              <Select
                options={others}
                loading={queues.loading}
                showSearch={{ optionFilterProp: "label" }}
                placeholder={t("queues.choose")}
              />
            </Form.Item>
            <Form.Item name={[place, "tiers"]} label={n("tiers")}>
              <Select
                mode="multiple"
                options={TIERS.map((value) => ({ value, label: c(`tier.${value}`) }))}
                placeholder={t("none")}
              />
            </Form.Item>
            <Form.Item
              name={[place, "flags"]}
              label={n("flags")}
              dependencies={[["doors", place, "tiers"]]}
              rules={[
                ({ getFieldValue }) => ({
                  // A door for nobody would never be used.
                  validator: (_, flags: string[] | undefined) =>
                    (flags?.length ?? 0) + (getFieldValue(["doors", place, "tiers"])?.length ?? 0) > 0
                      ? Promise.resolve()
                      : Promise.reject(new Error(t("queues.doors.nobody"))),
                }),
              ]}
            >
              <Select
                mode="multiple"
                options={LANE_FLAGS.map((value) => ({ value, label: c(`flag.${value}`) }))}
                placeholder={t("none")}
              />
            </Form.Item>
          </>
        )}
      </Rows>
      <Rows
        name="overflow"
        help={t("queues.overflow.help")}
        blank={{ when: "length", limit: 10 }}
        addLabel={t("queues.overflow.add")}
        rowName={(index) => t("queues.overflow.nth", { n: index + 1 })}
        most={5}
        className="form-row-overflow"
      >
        {(place, index) => (
          <>
            <Form.Item name={[place, "when"]} rules={[{ required: true }]}>
              <Select
                aria-label={n("when")}
                options={OVERFLOW_WHEN.map((value) => ({ value, label: t(`overflow.${value}`) }))}
              />
            </Form.Item>
            <Form.Item
              name={[place, "limit"]}
              rules={[{ required: true, message: t("queues.overflow.limit") }]}
            >
              <InputNumber
                min={1}
                max={86400}
                precision={0}
                prefix="≥"
                suffix={t(rules[index]?.when === "length" ? "unit.calls" : "unit.seconds")}
                aria-label={n("limit")}
              />
            </Form.Item>
            <Form.Item name={[place, "queue_id"]}>
              <Select
                aria-label={t("queues.doors.to")}
                allowClear
                options={others}
                loading={queues.loading}
                showSearch={{ optionFilterProp: "label" }}
                placeholder={t("queues.overflow.flow")}
              />
            </Form.Item>
          </>
        )}
      </Rows>
    </>
  );
}
