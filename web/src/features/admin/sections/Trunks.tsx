import { Button, Form, Input } from "antd";
import { useState } from "react";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useChoices } from "../kit/api";
import { Line, NumberField, TextField } from "../kit/inputs";
import { ResourcePage } from "../kit/ResourcePage";
import { TrunkStateShown, useTrunkStates } from "../lines/TrunkState";
import { TrunkTrial } from "../lines/TrunkTrial";
import { lineTexts } from "../lines/texts";
import { texts } from "../texts";
import type { PhoneNumber, Trunk } from "../types";

type Values = Omit<Trunk, "id"> & { secret: string };

/** The secret is written, never read: left empty it stays as it is, and without an account there is none. */
function toBody({ secret, ...values }: Values): object {
  if (values.username === "") return { ...values, secret: "" };
  return secret === "" ? values : { ...values, secret };
}

export function Trunks() {
  const t = useT(texts);
  const n = useT(fields);
  const f = useFormat();
  const l = useT(lineTexts);
  const numbers = useChoices<PhoneNumber>("/api/numbers", (row) => row.e164);
  const states = useTrunkStates();
  const [tried, setTried] = useState<Trunk | null>(null);
  const limit = (row: Trunk) => (row.max_calls === 0 ? t("unlimited") : f.count(row.max_calls));
  return (
    <>
      <ResourcePage<Trunk, Values>
        path="/api/trunks"
        title={t("section.trunks")}
        lead={`${t("trunks.lead")} ${l("state.by_address")}`}
        noun={n("kind.trunk")}
        columns={[
          { key: "name", title: n("name"), render: (row) => row.name },
          {
            key: "state",
            title: l("state.title"),
            render: (row) => <TrunkStateShown state={states === null ? null : states.get(row.id)} />,
          },
          { key: "host", title: n("host"), render: (row) => <code>{`${row.host}:${row.port}`}</code> },
          {
            key: "account",
            title: t("trunks.account"),
            render: (row) => row.username || t("trunks.by_address"),
          },
          {
            key: "calls",
            title: l("state.calls"),
            num: true,
            render: (row) => `${f.count(states?.get(row.id)?.in_use)} / ${limit(row)}`,
          },
          {
            key: "numbers",
            title: t("section.numbers"),
            num: true,
            render: (row) => f.count(numbers.rows.filter((number) => number.trunk_id === row.id).length),
          },
        ]}
        text={(row) => `${row.name} ${row.host} ${row.username}`}
        nameOf={(row) => row.name}
        actions={(row) => (
          <Button
            type="text"
            size="small"
            aria-label={`${l("trial.open")} ${row.name}`}
            onClick={() => setTried(row)}
          >
            {l("trial.open")}
          </Button>
        )}
        toValues={(row) => ({
          name: row?.name ?? "",
          host: row?.host ?? "",
          port: row?.port ?? 5060,
          username: row?.username ?? "",
          secret: "",
          max_calls: row?.max_calls ?? 0,
        })}
        toBody={toBody}
        form={(row) => (
          <>
            <TextField name="name" required />
            <Line>
              <TextField name="host" required max={253} placeholder="sip.carrier.example" />
              <NumberField name="port" required min={1} max={65535} />
            </Line>
            <Line>
              <TextField name="username" help={t("trunks.username.help")} />
              <Form.Item
                name="secret"
                label={n("secret")}
                extra={row?.username ? t("trunks.secret.kept") : undefined}
              >
                <Input.Password maxLength={80} autoComplete="new-password" />
              </Form.Item>
            </Line>
            <NumberField name="max_calls" required min={0} max={100000} help={t("trunks.max.help")} />
          </>
        )}
      />
      {tried ? <TrunkTrial trunk={tried} onClose={() => setTried(null)} /> : null}
    </>
  );
}
