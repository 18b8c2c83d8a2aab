import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { TextField } from "../kit/inputs";
import { ResourcePage } from "../kit/ResourcePage";
import { texts } from "../texts";
import type { DoNotCall } from "../types";

export function DoNotCallList() {
  const t = useT(texts);
  const n = useT(fields);
  const f = useFormat();
  return (
    <ResourcePage<DoNotCall, { number: string; reason: string }>
      path="/api/do-not-call"
      title={t("section.do-not-call")}
      lead={t("dnc.lead")}
      noun={n("kind.do_not_call")}
      columns={[
        {
          key: "number",
          title: n("number"),
          render: (row) => <span className="tabular">{f.phone(row.number)}</span>,
        },
        { key: "reason", title: n("reason"), render: (row) => row.reason },
        { key: "since", title: n("created_at"), render: (row) => f.moment(row.created_at) },
      ]}
      text={(row) => `${row.number} ${f.phone(row.number)} ${row.reason}`}
      nameOf={(row) => f.phone(row.number)}
      toValues={(row) => ({ number: row?.number ?? "", reason: row?.reason ?? "" })}
      toBody={(values) => values}
      form={() => (
        <>
          <TextField
            name="number"
            required
            max={21}
            rules={[{ pattern: /^\s*\+?[0-9]{3,20}\s*$/, message: t("numbers.e164.pattern") }]}
          />
          <TextField name="reason" max={200} help={t("dnc.reason.help")} />
        </>
      )}
    />
  );
}
