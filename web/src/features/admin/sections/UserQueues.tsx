import { useQuery } from "@tanstack/react-query";
import { AutoComplete, DatePicker, Form, InputNumber, Select } from "antd";
import dayjs from "dayjs";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { listQuery, useQueues } from "../kit/api";
import { Rows } from "../kit/Rows";
import { texts } from "../texts";
import type { AgentCertificate, QueueSeat } from "../types";

/** An agent's own settings in queues, and the certificates that queues may require. */
export function UserQueues() {
  const t = useT(texts);
  const n = useT(fields);
  const form = Form.useFormInstance();
  const seats = (Form.useWatch("queue_seats", form) ?? []) as Partial<QueueSeat>[];
  const papers = (Form.useWatch("certificates", form) ?? []) as Partial<AgentCertificate>[];
  const queues = useQueues();
  const known = useQuery(listQuery<AgentCertificate>("/api/agent-certificates"));
  const names = [
    ...new Set([
      ...queues.rows.flatMap((queue) => queue.required_certificates),
      ...(known.data ?? []).map((paper) => paper.name),
    ]),
  ].sort((a, b) => a.localeCompare(b, "zh"));
  return (
    <>
      <Rows
        name="queue_seats"
        help={t("users.seats.help")}
        blank={{ order: 0, level: 0, value: 0 }}
        addLabel={t("users.seats.add")}
        rowName={(index) => queues.name(seats[index]?.queue_id) ?? n("queue_id")}
        most={queues.loading ? 1000 : queues.rows.length}
        className="form-row-seat"
      >
        {(place, index) => (
          <>
            <Form.Item name={[place, "queue_id"]} rules={[{ required: true, message: t("queues.choose") }]}>
              <Select
                aria-label={n("queue_id")}
                placeholder={t("queues.choose")}
                loading={queues.loading}
                showSearch={{ optionFilterProp: "label" }}
                options={queues.options.map((option) => ({
                  ...option,
                  disabled: seats.some((each, at) => at !== index && each?.queue_id === option.value),
                }))}
              />
            </Form.Item>
            {(
              [
                ["order", 100],
                ["level", 10],
                ["value", 100],
              ] as const
            ).map(([name, max]) => (
              <Form.Item key={name} name={[place, name]} rules={[{ required: true, message: n(name) }]}>
                <InputNumber min={0} max={max} precision={0} prefix={n(name)} aria-label={n(name)} />
              </Form.Item>
            ))}
          </>
        )}
      </Rows>
      <Rows
        name="certificates"
        help={t("users.certificates.help")}
        blank={{}}
        addLabel={t("users.certificates.add")}
        rowName={(index) => papers[index]?.name || n("certificates")}
        most={20}
        className="form-row-certificate"
      >
        {(place) => (
          <>
            <Form.Item
              name={[place, "name"]}
              rules={[{ required: true, whitespace: true, message: t("users.certificates.name") }]}
            >
              <AutoComplete
                aria-label={n("name")}
                placeholder={t("users.certificates.name")}
                showSearch={{ filterOption: true }}
                options={names.map((value) => ({ value }))}
                maxLength={80}
              />
            </Form.Item>
            <Form.Item
              name={[place, "valid_until"]}
              rules={[{ required: true, message: t("users.certificates.until") }]}
              getValueProps={(value?: string) => ({ value: value ? dayjs(value) : null })}
              normalize={(value: dayjs.Dayjs | null) => value?.format("YYYY-MM-DD")}
            >
              <DatePicker aria-label={n("valid_until")} placeholder={n("valid_until")} />
            </Form.Item>
          </>
        )}
      </Rows>
    </>
  );
}
