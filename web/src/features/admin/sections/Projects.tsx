import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { useChoices } from "../kit/api";
import { ChoiceField, TextField } from "../kit/inputs";
import { ResourcePage } from "../kit/ResourcePage";
import { texts } from "../texts";
import type { Client, Project } from "../types";

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
      ]}
      text={(row) => `${row.name} ${clients.name(row.client_id)} ${row.greeting_zh} ${row.greeting_en}`}
      nameOf={(row) => row.name}
      toValues={(row) => ({
        client_id: row?.client_id,
        name: row?.name ?? "",
        greeting_zh: row?.greeting_zh ?? "",
        greeting_en: row?.greeting_en ?? "",
        language: row?.language ?? "zh",
      })}
      toBody={(values) => values}
      form={(row) => (
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
            options={(["zh", "en"] as const).map((value) => ({ value, label: t(`language.${value}`) }))}
          />
          <TextField name="greeting_zh" area max={200} help={t("projects.greeting.help")} />
          <TextField name="greeting_en" area max={200} />
        </>
      )}
    />
  );
}
