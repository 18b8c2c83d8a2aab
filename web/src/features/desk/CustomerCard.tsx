import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Avatar, Button, Checkbox, Input, Select, Tag } from "antd";
import { DialNumber } from "@/shared/dial";
import { useT } from "@/shared/i18n";
import { useMe } from "@/shared/session";
import { common } from "@/shared/texts";
import { QueryView, TierTag } from "@/shared/ui";
import { CardPart } from "./CardPart";
import { type Customer, customerQuery, targetsQuery } from "./data";
import { texts } from "./texts";

/** Who the customer is; tags, notes and further fields are changed where they stand. */
export function CustomerCard({ customerId }: { customerId: string }) {
  const t = useT(texts);
  const query = useQuery(customerQuery(customerId));
  return (
    <section className="customer">
      <QueryView query={query} rows={6}>
        {(customer) => (
          <>
            <header>
              <Avatar size={40}>{customer.name.slice(0, 1)}</Avatar>
              <div>
                <h2 translate="no">{customer.name}</h2>
                <TierTag tier={customer.tier} />
              </div>
            </header>
            <dl>
              <dt>{t("assist.phones")}</dt>
              <dd>
                {customer.phones.map((number) => (
                  <div key={number}>
                    <DialNumber number={number} clientId={customer.client_id} />
                  </div>
                ))}
              </dd>
              {customer.address ? (
                <>
                  <dt>{t("assist.address")}</dt>
                  <dd>{customer.address}</dd>
                </>
              ) : null}
            </dl>
            <Care customer={customer} />
            <Tags customer={customer} />
            <Notes customer={customer} />
            <Custom customer={customer} />
          </>
        )}
      </QueryView>
    </section>
  );
}

type Cared = Pick<Customer, "agent_id" | "open_complaint">;

/** What decides where the customer's next call goes: an open complaint, and an agent of their own. */
function Care({ customer }: { customer: Customer }) {
  const t = useT(texts);
  const words = [
    customer.open_complaint ? t("assist.complaint") : null,
    customer.agent_name ? t("assist.own_agent.is", { name: customer.agent_name }) : null,
  ].filter((one) => one !== null);
  return (
    <CardPart<Cared>
      title={t("assist.care")}
      customer={customer}
      value={{ agent_id: customer.agent_id, open_complaint: customer.open_complaint }}
      valueWords={words.join(" · ")}
      change={(care) => care}
      read={
        words.length === 0 ? (
          <span className="faint">{t("assist.care.none")}</span>
        ) : (
          <>
            {customer.open_complaint ? <Tag color="error">{t("assist.complaint")}</Tag> : null}
            {customer.agent_name ? (
              <Tag>{t("assist.own_agent.is", { name: customer.agent_name })}</Tag>
            ) : null}
          </>
        )
      }
      edit={(draft, set) => <CareFields customer={customer} draft={draft} set={set} />}
    />
  );
}

function CareFields({
  customer,
  draft,
  set,
}: {
  customer: Customer;
  draft: Cared;
  set: (draft: Cared) => void;
}) {
  const t = useT(texts);
  const me = useMe();
  const targets = useQuery(targetsQuery);
  const names = new Map((targets.data?.agents ?? []).map((agent) => [agent.agent_id, agent.name]));
  if (me) names.set(me.user_id, me.name);
  if (customer.agent_id) names.set(customer.agent_id, customer.agent_name ?? customer.agent_id);
  return (
    <div className="customer-lines">
      <Checkbox
        checked={draft.open_complaint}
        onChange={(event) => set({ ...draft, open_complaint: event.target.checked })}
      >
        {t("assist.complaint.hint")}
      </Checkbox>
      <Select
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        value={draft.agent_id ?? undefined}
        onChange={(agent_id: string | undefined) => set({ ...draft, agent_id: agent_id ?? null })}
        options={[...names].map(([value, label]) => ({ value, label }))}
        placeholder={t("assist.own_agent.hint")}
        aria-label={t("assist.own_agent")}
        style={{ width: "100%" }}
      />
    </div>
  );
}

function Tags({ customer }: { customer: Customer }) {
  const t = useT(texts);
  return (
    <CardPart<string[]>
      title={t("assist.tags")}
      customer={customer}
      value={customer.tags}
      valueWords={customer.tags.join(" · ")}
      change={(tags) => ({ tags })}
      read={
        customer.tags.length === 0 ? (
          <span className="faint">{t("assist.tags.none")}</span>
        ) : (
          customer.tags.map((tag) => (
            <Tag key={tag}>
              <span translate="no">{tag}</span>
            </Tag>
          ))
        )
      }
      edit={(draft, set) => (
        <Select
          mode="tags"
          autoFocus
          value={draft}
          onChange={set}
          maxCount={20}
          open={false}
          suffixIcon={null}
          tokenSeparators={[",", "，", "、"]}
          placeholder={t("assist.tags.hint")}
          aria-label={t("assist.tags")}
          style={{ width: "100%" }}
        />
      )}
    />
  );
}

function Notes({ customer }: { customer: Customer }) {
  const t = useT(texts);
  return (
    <CardPart<string>
      title={t("assist.notes")}
      customer={customer}
      value={customer.notes}
      valueWords={customer.notes}
      change={(notes) => ({ notes })}
      read={
        customer.notes ? (
          <p className="work-note" translate="no" dir="auto">
            {customer.notes}
          </p>
        ) : (
          <span className="faint">{t("assist.notes.none")}</span>
        )
      }
      edit={(draft, set) => (
        <Input.TextArea
          autoFocus
          value={draft}
          onChange={(event) => set(event.target.value)}
          maxLength={4000}
          autoSize={{ minRows: 2, maxRows: 8 }}
          dir="auto"
          aria-label={t("assist.notes")}
        />
      )}
    />
  );
}

type Line = { id: number; name: string; value: string };

function linesOf(custom: Customer["custom"]): Line[] {
  return Object.entries(custom).map(([name, value], id) => ({ id, name, value: String(value ?? "") }));
}

/** Numbers and the like stay what they are unless they were rewritten. */
function customOf(lines: readonly Line[], before: Customer["custom"]): Customer["custom"] {
  const kept = lines.map(({ name, value }) => {
    const key = name.trim();
    return [key, String(before[key] ?? "") === value ? (before[key] ?? "") : value.trim()] as const;
  });
  return Object.fromEntries(kept.filter(([name]) => name !== ""));
}

function Custom({ customer }: { customer: Customer }) {
  const t = useT(texts);
  const c = useT(common);
  const entries = Object.entries(customer.custom);
  return (
    <CardPart<Line[]>
      title={t("assist.custom")}
      customer={customer}
      value={linesOf(customer.custom)}
      valueWords={entries.map(([name, value]) => `${name}: ${String(value)}`).join(" · ")}
      change={(lines) => ({ custom: customOf(lines, customer.custom) })}
      read={
        entries.length === 0 ? (
          <span className="faint">{t("assist.custom.none")}</span>
        ) : (
          <dl translate="no">
            {entries.map(([name, value]) => (
              <div key={name}>
                <dt dir="auto">{name}</dt>
                <dd dir="auto">{String(value ?? "")}</dd>
              </div>
            ))}
          </dl>
        )
      }
      edit={(draft, set) => (
        <div className="customer-lines">
          {draft.map((line, index) => (
            <div key={line.id}>
              <Input
                value={line.name}
                maxLength={40}
                aria-label={t("assist.custom.name", { n: index + 1 })}
                placeholder={t("assist.custom.name.hint")}
                onChange={(event) =>
                  set(draft.map((one) => (one.id === line.id ? { ...one, name: event.target.value } : one)))
                }
              />
              <Input
                value={line.value}
                maxLength={200}
                dir="auto"
                aria-label={t("assist.custom.value", { n: index + 1 })}
                onChange={(event) =>
                  set(draft.map((one) => (one.id === line.id ? { ...one, value: event.target.value } : one)))
                }
              />
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={`${c("action.delete")} ${line.name || index + 1}`}
                onClick={() => set(draft.filter((one) => one.id !== line.id))}
              />
            </div>
          ))}
          <Button
            type="dashed"
            size="small"
            icon={<PlusOutlined />}
            disabled={draft.length >= 30}
            onClick={() =>
              set([...draft, { id: Math.max(-1, ...draft.map((one) => one.id)) + 1, name: "", value: "" }])
            }
          >
            {t("assist.custom.add")}
          </Button>
        </div>
      )}
    />
  );
}
