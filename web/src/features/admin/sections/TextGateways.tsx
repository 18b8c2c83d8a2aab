import { Form, Input } from "antd";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { Line, NumberField, TextField } from "../kit/inputs";
import { ResourcePage } from "../kit/ResourcePage";
import { texts } from "../texts";
import type { TextGateway } from "../types";

type Values = Omit<TextGateway, "id" | "has_secret"> & { secret: string };

/** An empty secret leaves the one there is. */
function toBody({ secret, ...values }: Values, row: TextGateway | null): object {
  return values.header && secret === "" && row?.has_secret ? values : { ...values, secret };
}

export function TextGateways() {
  const t = useT(texts);
  const n = useT(fields);
  return (
    <ResourcePage<TextGateway, Values>
      path="/api/text-gateways"
      title={t("section.text-gateways")}
      lead={t("gateways.lead")}
      noun={n("kind.text_gateway")}
      columns={[
        { key: "name", title: n("name"), render: (row) => row.name },
        { key: "url", title: n("url"), render: (row) => row.url },
        {
          key: "timeout",
          title: n("timeout_s"),
          render: (row) => t("gateways.tries", { s: row.timeout_s, n: row.retries + 1 }),
        },
      ]}
      text={(row) => `${row.name} ${row.url}`}
      nameOf={(row) => row.name}
      toValues={(row) => ({
        name: row?.name ?? "",
        url: row?.url ?? "",
        header: row?.header ?? "",
        secret: "",
        timeout_s: row?.timeout_s ?? 5,
        retries: row?.retries ?? 2,
      })}
      toBody={toBody}
      form={(row) => <GatewayForm known={row?.has_secret ?? false} />}
    />
  );
}

function GatewayForm({ known }: { known: boolean }) {
  const t = useT(texts);
  const n = useT(fields);
  const header = Form.useWatch("header") as string | undefined;
  return (
    <>
      <TextField name="name" required />
      <TextField
        name="url"
        required
        max={500}
        placeholder="https://"
        rules={[{ pattern: /^\s*https:\/\/\S+\s*$/, message: t("gateways.url.help") }]}
        help={t("gateways.url.help")}
      />
      <TextField name="header" max={60} placeholder="Authorization" help={t("gateways.header.help")} />
      {header ? (
        <Form.Item
          name="secret"
          label={n("secret")}
          required={!known}
          rules={known ? [] : [{ required: true, message: t("gateways.secret.help") }]}
          extra={t(known ? "gateways.secret.kept" : "gateways.secret.help")}
        >
          <Input.Password maxLength={500} autoComplete="new-password" />
        </Form.Item>
      ) : null}
      <Line>
        <NumberField name="timeout_s" required min={1} max={10} />
        <NumberField name="retries" required min={0} max={3} help={t("gateways.retries.help")} />
      </Line>
    </>
  );
}
