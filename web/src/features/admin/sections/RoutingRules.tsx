import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Switch } from "antd";
import { useState } from "react";
import type { Tier } from "@/shared/api";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useMe } from "@/shared/session";
import { common } from "@/shared/texts";
import { QueryView, TierTag } from "@/shared/ui";
import { call } from "../kit/api";
import { Editor } from "../kit/Editor";
import { Line, NumberField, TextField } from "../kit/inputs";
import { ResourceHead } from "../kit/ResourceHead";
import { Rows } from "../kit/Rows";
import { useDone } from "../kit/useDone";
import { texts } from "../texts";
import { type BreakRule, type RoutingRules as Rules, TIERS } from "../types";

const PATH = "/api/routing-rules";
const KEY = ["config", PATH];

interface Values {
  segments: { priority: number; floor_s?: number | null }[];
  ageing_s?: number | null;
  certificate_warning_days: number;
  breaks: Partial<BreakRule>[];
  break_ask_s: number;
  acw_extend_s: number;
  record_internal: boolean;
}

const segmentOf = (rules: Rules, tier: Tier) =>
  rules.segments.find((segment) => segment.tier === tier) ?? { tier, priority: 0, floor_s: null };

function toBody(values: Values): Omit<Rules, "revision"> {
  return {
    segments: TIERS.map((tier, index) => ({
      tier,
      priority: values.segments[index]?.priority ?? 0,
      floor_s: values.segments[index]?.floor_s ?? null,
    })),
    ageing_s: values.ageing_s ?? null,
    certificate_warning_days: values.certificate_warning_days,
    breaks: (values.breaks ?? []).map((rule) => ({
      department: rule.department?.trim() ?? "",
      minutes_per_day: rule.minutes_per_day ?? null,
      at_once: rule.at_once ?? null,
    })),
    break_ask_s: values.break_ask_s,
    acw_extend_s: values.acw_extend_s,
    record_internal: values.record_internal,
  };
}

/** What holds for all queues: how each tier is treated, what waiting is worth, warnings of certificates. */
export function RoutingRules() {
  const t = useT(texts);
  const c = useT(common);
  const done = useDone();
  const cache = useQueryClient();
  const me = useMe();
  const rules = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => call.read<Rules>(PATH, signal),
  });
  const [editing, setEditing] = useState<Rules | null>(null);
  return (
    <section className="resource" aria-labelledby="resource-title">
      <ResourceHead title={t("section.routing-rules")} lead={t("rules.lead")}>
        <Button type="primary" disabled={!rules.data} onClick={() => setEditing(rules.data ?? null)}>
          {c("action.edit")}
        </Button>
      </ResourceHead>
      <QueryView query={rules}>{(whole) => <RulesShown rules={whole} />}</QueryView>
      {editing ? (
        <Editor<Values>
          key={editing.revision}
          open
          width={560}
          title={t("section.routing-rules")}
          initial={{
            ...editing,
            segments: TIERS.map((tier) => segmentOf(editing, tier)),
          }}
          onClose={() => setEditing(null)}
          onReload={async () => setEditing((await rules.refetch({ throwOnError: true })).data ?? null)}
          onSave={async (values, overwrite) => {
            const seen = overwrite ? "" : editing.revision;
            const answer = await call.set<Rules>(PATH, toBody(values), seen);
            cache.setQueryData(KEY, answer);
            setEditing(null);
            const changed = me !== undefined && answer.revision !== editing.revision;
            done(
              t("done.changed", { name: t("section.routing-rules") }),
              changed ? { kind: "routing_rules", id: me.tenant.id } : undefined,
            );
          }}
        >
          {() => <RulesForm />}
        </Editor>
      ) : null}
    </section>
  );
}

function RulesShown({ rules }: { rules: Rules }) {
  const t = useT(texts);
  const f = useFormat();
  return (
    <>
      <div className="resource-scroll">
        <table className="resource-table">
          <thead>
            <tr>
              <th scope="col">{t("rules.tier")}</th>
              <th scope="col" className="num">
                {t("rules.points")}
              </th>
              <th scope="col" className="num">
                {t("rules.floor")}
              </th>
            </tr>
          </thead>
          <tbody>
            {TIERS.map((tier) => {
              const { priority, floor_s } = segmentOf(rules, tier);
              return (
                <tr key={tier}>
                  <th scope="row">
                    <TierTag tier={tier} />
                  </th>
                  <td className="num">{priority > 0 ? `+${priority}` : priority}</td>
                  <td className="num">{floor_s === null ? t("unlimited") : f.span(floor_s * 1000)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <dl className="rules-facts">
        <dt>{t("rules.ageing.title")}</dt>
        <dd>{rules.ageing_s === null ? t("rules.ageing.none") : t("rules.ageing", { n: rules.ageing_s })}</dd>
        <dt>{t("rules.warning")}</dt>
        <dd>{t("rules.warning.days", { n: rules.certificate_warning_days })}</dd>
        <dt>{t("rules.breaks")}</dt>
        <dd>
          {rules.breaks.length === 0 ? t("rules.breaks.none") : null}
          {rules.breaks.map((rule) => (
            <div key={rule.department}>
              {[
                rule.department || t("rules.breaks.all"),
                rule.minutes_per_day === null ? null : t("rules.breaks.minutes", { n: rule.minutes_per_day }),
                rule.at_once === null ? null : t("rules.breaks.at_once", { n: rule.at_once }),
              ]
                .filter(Boolean)
                .join(" · ")}
            </div>
          ))}
        </dd>
        <dt>{t("rules.acw")}</dt>
        <dd>{t("rules.acw.extend", { n: rules.acw_extend_s })}</dd>
        <dt>{t("rules.internal")}</dt>
        <dd>{t(rules.record_internal ? "rules.internal.recorded" : "rules.internal.unrecorded")}</dd>
      </dl>
    </>
  );
}

function RulesForm() {
  const t = useT(texts);
  const c = useT(common);
  const n = useT(fields);
  return (
    <>
      <fieldset className="form-box">
        <legend>{t("rules.segments")}</legend>
        <p className="dim">{t("rules.segments.help")}</p>
        {TIERS.map((tier, index) => (
          <Line key={tier}>
            <NumberField
              name={["segments", index, "priority"]}
              label={t("rules.points.of", { tier: c(`tier.${tier}`) })}
              required
              min={-100}
              max={100}
            />
            <NumberField
              name={["segments", index, "floor_s"]}
              label={t("rules.floor.of", { tier: c(`tier.${tier}`) })}
              min={10}
              max={86400}
              placeholder={t("unlimited")}
            />
          </Line>
        ))}
      </fieldset>
      <Line>
        <NumberField
          name="ageing_s"
          min={1}
          max={86400}
          placeholder={t("rules.ageing.none")}
          help={t("rules.ageing.help")}
        />
        <NumberField
          name="certificate_warning_days"
          required
          min={0}
          max={365}
          help={t("rules.warning.help")}
        />
      </Line>
      <Rows
        name="breaks"
        help={t("rules.breaks.help")}
        blank={{ department: "" }}
        addLabel={t("rules.breaks.add")}
        rowName={(index) => t("rules.breaks.nth", { n: index + 1 })}
        most={50}
        className="form-row-break"
      >
        {(place) => (
          <>
            <TextField name={[place, "department"]} placeholder={t("rules.breaks.all")} />
            <NumberField name={[place, "minutes_per_day"]} min={0} max={1440} placeholder={t("unlimited")} />
            <NumberField name={[place, "at_once"]} min={0} max={10000} placeholder={t("unlimited")} />
          </>
        )}
      </Rows>
      <Line>
        <NumberField name="break_ask_s" required min={10} max={3600} help={t("rules.break_ask.help")} />
        <NumberField name="acw_extend_s" required min={0} max={3600} help={t("rules.acw_extend.help")} />
      </Line>
      <Form.Item
        name="record_internal"
        label={n("record_internal")}
        valuePropName="checked"
        extra={t("rules.record_internal.help")}
      >
        <Switch checkedChildren={c("value.yes")} unCheckedChildren={c("value.no")} />
      </Form.Item>
    </>
  );
}
