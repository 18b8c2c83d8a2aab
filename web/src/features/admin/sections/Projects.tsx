import { useQuery } from "@tanstack/react-query";
import { Form } from "antd";
import { api, take } from "@/shared/api";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { useChoices } from "../kit/api";
import { ChoiceField, TextField } from "../kit/inputs";
import { ResourcePage } from "../kit/ResourcePage";
import { Sections } from "../kit/Sections";
import { texts } from "../texts";
import type { Client, Project, TextGateway } from "../types";

type Values = Partial<Omit<Project, "id">>;

export function Projects() {
  const t = useT(texts);
  const n = useT(fields);
  const clients = useChoices<Client>("/api/clients", (row) => row.name);
  return (
    <ResourcePage<Project, Values>
      path="/api/projects"
      title={t("section.projects")}
      lead={t("projects.lead")}
      noun={n("kind.project")}
      columns={[
        { key: "name", title: n("name"), render: (row) => row.name },
        { key: "client", title: n("client_id"), render: (row) => clients.name(row.client_id) },
        { key: "language", title: n("language"), render: (row) => t(`language.${row.language}`) },
        { key: "greeting", title: n("greeting_zh"), render: (row) => row.greeting_zh },
        { key: "music", title: n("music"), render: (row) => row.music || t("projects.music.standard") },
      ]}
      text={(row) => `${row.name} ${clients.name(row.client_id)} ${row.greeting_zh} ${row.greeting_en}`}
      nameOf={(row) => row.name}
      toValues={(row) => ({
        client_id: row?.client_id,
        name: row?.name ?? "",
        greeting_zh: row?.greeting_zh ?? "",
        greeting_en: row?.greeting_en ?? "",
        language: row?.language ?? "zh",
        music: row?.music ?? "",
        chat_link: row?.chat_link ?? "",
        text_gateway_id: row?.text_gateway_id ?? null,
        pop_url: row?.pop_url ?? "",
      })}
      toBody={(values) => ({
        ...values,
        chat_link: values.chat_link?.trim() ?? "",
        pop_url: values.pop_url?.trim() ?? "",
        text_gateway_id: values.text_gateway_id ?? null,
      })}
      form={(row) => (
        <Sections
          sections={[
            {
              key: "work",
              label: t("projects.part.work"),
              fields: ["client_id", "name", "language", "greeting_zh", "greeting_en", "pop_url"],
              body: (
                <>
                  <ChoiceField
                    name="client_id"
                    required
                    disabled={row !== null}
                    help={row ? t("fixed") : undefined}
                    options={clients.options}
                    loading={clients.loading}
                  />
                  <TextField name="name" required />
                  <ChoiceField
                    name="language"
                    required
                    help={t("projects.language.help")}
                    options={(["zh", "en"] as const).map((value) => ({
                      value,
                      label: t(`language.${value}`),
                    }))}
                  />
                  <TextField name="greeting_zh" area max={200} help={t("projects.greeting.help")} />
                  <TextField name="greeting_en" area max={200} />
                  <TextField
                    name="pop_url"
                    max={500}
                    placeholder="https://crm.example.com/call?from={caller}&id={contact}"
                    help={t("projects.pop_url.help")}
                  />
                </>
              ),
            },
            {
              key: "waiting",
              label: t("projects.part.waiting"),
              fields: ["music", "chat_link", "text_gateway_id"],
              body: <Waiting row={row} />,
            },
          ]}
        />
      )}
    />
  );
}

/** What callers hear and are offered while they wait. */
function Waiting({ row }: { row: Project | null }) {
  const t = useT(texts);
  const gateways = useChoices<TextGateway>("/api/text-gateways", (gateway) => gateway.name);
  const link = (Form.useWatch("chat_link") as string | undefined)?.trim();
  const prompts = useQuery({
    queryKey: ["prompts", row?.id],
    enabled: row !== null,
    queryFn: async ({ signal }) =>
      (await take(api.GET("/api/prompts", { params: { query: { project_id: row?.id ?? "" } }, signal })))
        .items,
  });
  const sounds = (prompts.data ?? [])
    .filter((prompt) => prompt.voices.length > 0)
    .map((prompt) => ({ value: prompt.name, label: prompt.name }));
  return (
    <>
      <ChoiceField
        name="music"
        disabled={row === null}
        help={t(row === null ? "projects.music.new" : "projects.music.help")}
        loading={row !== null && prompts.isPending}
        options={[{ value: "", label: t("projects.music.standard") }, ...sounds]}
      />
      <TextField
        name="chat_link"
        max={300}
        placeholder="https://chat.example.com/?c={contact}"
        rules={[{ pattern: /^\s*(https:\/\/\S+)?\s*$/, message: t("projects.chat_link.help") }]}
        help={t("projects.chat_link.help")}
      />
      <ChoiceField
        name="text_gateway_id"
        clearable
        rules={link ? [{ required: true, message: t("projects.gateway.missing") }] : []}
        help={t("projects.gateway.help")}
        placeholder="—"
        options={gateways.options}
        loading={gateways.loading}
      />
    </>
  );
}
