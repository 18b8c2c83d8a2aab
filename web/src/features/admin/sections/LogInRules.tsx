import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Switch, Tag } from "antd";
import { useState } from "react";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { QueryView } from "@/shared/ui";
import { call } from "../kit/api";
import { Editor } from "../kit/Editor";
import { ChoiceField, Line, TextField } from "../kit/inputs";
import { ResourceHead } from "../kit/ResourceHead";
import { useDone } from "../kit/useDone";
import { texts } from "../texts";
import type { LogInRules as Rules } from "../types";
import { Directory } from "./Directory";
import { ROLES } from "./UserForm";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
/** Who keeps a duty could not be let in again by anybody else. */
const DUTY_BOUND: ReadonlySet<string> = new Set(["administrator", "security", "system", "auditor"]);
const CLOCK = (message: string) => [{ pattern: /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, message }];
const PATH = "/api/log-in-rules";
const KEY = ["config", PATH];

/** What is asked of those who log in. */
export function LogInRules() {
  const t = useT(texts);
  const c = useT(common);
  const done = useDone();
  const cache = useQueryClient();
  const rules = useQuery({ queryKey: KEY, queryFn: ({ signal }) => call.read<Rules>(PATH, signal) });
  const [editing, setEditing] = useState<Rules | null>(null);
  return (
    <section className="resource" aria-labelledby="resource-title">
      <ResourceHead title={t("section.log-in-rules")} lead={t("login.lead")}>
        <Button type="primary" disabled={!rules.data} onClick={() => setEditing(rules.data ?? null)}>
          {c("action.edit")}
        </Button>
      </ResourceHead>
      <QueryView query={rules}>
        {(known) => (
          <dl className="rules-facts">
            <dt>{t("login.factor")}</dt>
            <dd>
              {known.second_factor_roles.length === 0
                ? t("login.factor.nobody")
                : known.second_factor_roles.map((role) => <Tag key={role}>{c(`role.${role}`)}</Tag>)}
            </dd>
            <dt>{t("login.separated")}</dt>
            <dd>{c(known.separated ? "value.yes" : "value.no")}</dd>
            <dt>{t("login.hours")}</dt>
            <dd>
              {known.hours_roles.length === 0 ? (
                t("login.hours.always")
              ) : (
                <>
                  {known.hours_roles.map((role) => (
                    <Tag key={role}>{c(`role.${role}`)}</Tag>
                  ))}
                  {t("login.hours.is", {
                    days: DAYS.filter((_, at) => known.hours_days.includes(at + 1))
                      .map((day) => t(`day.${day}`))
                      .join(" "),
                    opens: known.hours_from,
                    closes: known.hours_to,
                    zone: known.hours_zone,
                  })}
                </>
              )}
            </dd>
          </dl>
        )}
      </QueryView>
      <Directory />
      {editing ? (
        <Editor<Rules>
          key={editing.revision}
          open
          title={t("section.log-in-rules")}
          initial={editing}
          onClose={() => setEditing(null)}
          onReload={async () => setEditing((await rules.refetch({ throwOnError: true })).data ?? null)}
          onSave={async ({ revision: _, ...rules }, overwrite) => {
            const seen = overwrite ? "" : editing.revision;
            cache.setQueryData(KEY, await call.set<Rules>(PATH, rules, seen));
            setEditing(null);
            done(t("done.changed", { name: t("section.log-in-rules") }));
          }}
        >
          {() => (
            <>
              <ChoiceField
                name="second_factor_roles"
                multiple
                clearable
                help={t("login.factor.help")}
                options={ROLES.map((value) => ({ value, label: c(`role.${value}`) }))}
              />
              <Form.Item
                name="separated"
                label={t("login.separated")}
                valuePropName="checked"
                extra={t("login.separated.help")}
              >
                <Switch checkedChildren={c("value.yes")} unCheckedChildren={c("value.no")} />
              </Form.Item>
              <ChoiceField
                name="hours_roles"
                multiple
                clearable
                help={t("login.hours.help")}
                options={ROLES.filter((role) => !DUTY_BOUND.has(role)).map((value) => ({
                  value,
                  label: c(`role.${value}`),
                }))}
              />
              <ChoiceField
                name="hours_days"
                multiple
                required
                options={DAYS.map((day, at) => ({ value: at + 1, label: t(`day.${day}`) }))}
              />
              <Line>
                <TextField name="hours_from" required max={5} rules={CLOCK(t("login.hours.clock"))} />
                <TextField name="hours_to" required max={5} rules={CLOCK(t("login.hours.clock"))} />
                <TextField name="hours_zone" required max={60} />
              </Line>
            </>
          )}
        </Editor>
      ) : null}
    </section>
  );
}
