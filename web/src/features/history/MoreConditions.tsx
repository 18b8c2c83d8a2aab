import { FilterOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Badge, Button, Drawer, Form, InputNumber, Select } from "antd";
import { useState } from "react";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { useNarrow } from "@/shared/ui";
import { thingsQuery } from "./queries";
import {
  type Bound,
  ENDED_BY,
  FLAGS,
  type Flag,
  MEASURES,
  type Measure,
  moreCount,
  type Search,
  TIERS,
} from "./search";
import { texts } from "./texts";

const CHOSEN = ["team", "client", "project", "number", "flow", "reason"] as const;
const MOST: Partial<Record<Measure, number>> = { score: 10, offers: 1000 };

/** Every other condition there is; each takes effect at once. */
export function MoreConditions({
  search,
  onChange,
}: {
  search: Search;
  onChange: (part: Partial<Search>) => void;
}) {
  const t = useT(texts);
  const c = useT(common);
  const narrow = useNarrow();
  const [open, setOpen] = useState(false);
  const things = useQuery({ ...thingsQuery, enabled: open });
  const yesNo = [
    { value: true, label: c("value.yes") },
    { value: false, label: c("value.no") },
  ];
  const bounds = (name: Measure, end: "from" | "to") => {
    const key: Bound = `${name}_${end}`;
    return (
      <InputNumber
        min={0}
        max={MOST[name] ?? 864_000}
        precision={0}
        value={search[key] ?? null}
        onChange={(value) => onChange({ [key]: value ?? undefined })}
        changeOnWheel={false}
        placeholder={t(`more.${end}`)}
        aria-label={`${t(`col.${name}`)} ${t(`more.${end}`)}`}
      />
    );
  };
  return (
    <>
      <Badge count={moreCount(search)} size="small">
        <Button icon={<FilterOutlined />} onClick={() => setOpen(true)}>
          {t("more.open")}
        </Button>
      </Badge>
      <Drawer open={open} onClose={() => setOpen(false)} title={t("more.title")} size={narrow ? "100%" : 440}>
        <Form layout="vertical" className="history-more-form">
          {CHOSEN.map((name) => (
            <Form.Item key={name} label={t(`col.${name}`)} htmlFor={`more-${name}`}>
              <Select
                id={`more-${name}`}
                allowClear
                showSearch={{ optionFilterProp: "label" }}
                loading={things.isPending}
                value={search[name]}
                onChange={(value?: string) => onChange({ [name]: value })}
                options={(things.data?.[name] ?? []).map(({ id, name: label }) => ({ value: id, label }))}
              />
            </Form.Item>
          ))}
          <Form.Item label={t("col.tier")} htmlFor="more-tier">
            <Select
              id="more-tier"
              allowClear
              value={search.tier}
              onChange={(tier?: Search["tier"]) => onChange({ tier })}
              options={TIERS.map((value) => ({ value, label: c(`tier.${value}`) }))}
            />
          </Form.Item>
          <Form.Item label={t("col.ended_by")} htmlFor="more-ended-by">
            <Select
              id="more-ended-by"
              allowClear
              value={search.ended_by}
              onChange={(ended_by?: Search["ended_by"]) => onChange({ ended_by })}
              options={ENDED_BY.map((value) => ({
                value,
                label: value === "supervisor" ? t("by.supervisor") : c(`by.${value}`),
              }))}
            />
          </Form.Item>
          {FLAGS.map((name: Flag) => (
            <Form.Item key={name} label={t(`flag.${name}`)} htmlFor={`more-${name}`}>
              <Select
                id={`more-${name}`}
                allowClear
                value={search[name]}
                onChange={(value?: boolean) => onChange({ [name]: value })}
                options={yesNo}
              />
            </Form.Item>
          ))}
          {MEASURES.map((name) => (
            <Form.Item
              key={name}
              label={
                name === "score" || name === "offers"
                  ? t(`col.${name}`)
                  : t("more.seconds", { name: t(`col.${name}`) })
              }
            >
              <div className="history-bounds">
                {bounds(name, "from")}
                <span aria-hidden="true">–</span>
                {bounds(name, "to")}
              </div>
            </Form.Item>
          ))}
        </Form>
      </Drawer>
    </>
  );
}
