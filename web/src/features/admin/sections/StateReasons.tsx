import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { AgentStateTag } from "@/shared/ui";
import { ChoiceField, Line, NumberField, TextField } from "../kit/inputs";
import { ResourcePage } from "../kit/ResourcePage";
import { texts } from "../texts";
import type { StateReason } from "../types";

type Values = Partial<Omit<StateReason, "id">>;

export function StateReasons() {
  const t = useT(texts);
  const n = useT(fields);
  const c = useT(common);
  const f = useFormat();
  return (
    <ResourcePage<StateReason, Values>
      path="/api/state-reasons"
      title={t("section.state-reasons")}
      lead={t("state-reasons.lead")}
      noun={n("kind.state_reason")}
      columns={[
        { key: "zh", title: n("name_zh"), render: (row) => row.name_zh },
        { key: "en", title: n("name_en"), render: (row) => row.name_en },
        { key: "kind", title: t("state-reasons.kind"), render: (row) => <AgentStateTag state={row.kind} /> },
        {
          key: "limit",
          title: t("state-reasons.limit"),
          num: true,
          render: (row) => (row.limit_min === null ? t("none") : f.span(row.limit_min * 60_000)),
        },
      ]}
      text={(row) => `${row.name_zh} ${row.name_en}`}
      nameOf={(row) => (f.locale === "zh" ? row.name_zh : row.name_en)}
      toValues={(row) => ({
        kind: row?.kind ?? "break",
        name_zh: row?.name_zh ?? "",
        name_en: row?.name_en ?? "",
        limit_min: row?.limit_min ?? null,
      })}
      toBody={(values) => ({ ...values, limit_min: values.limit_min ?? null })}
      form={() => (
        <>
          <ChoiceField
            name="kind"
            label={t("state-reasons.kind")}
            required
            options={(["break", "not_ready"] as const).map((value) => ({
              value,
              label: c(`state.${value}`),
            }))}
          />
          <Line>
            <TextField name="name_zh" required />
            <TextField name="name_en" required />
          </Line>
          <NumberField name="limit_min" min={1} max={1440} help={t("state-reasons.limit.help")} />
        </>
      )}
    />
  );
}
