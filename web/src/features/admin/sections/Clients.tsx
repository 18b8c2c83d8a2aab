import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { useChoices } from "../kit/api";
import { TextField } from "../kit/inputs";
import { ResourcePage } from "../kit/ResourcePage";
import { texts } from "../texts";
import type { Client, Project } from "../types";

export function Clients() {
  const t = useT(texts);
  const n = useT(fields);
  const projects = useChoices<Project>("/api/projects", (row) => row.name);
  return (
    <ResourcePage<Client, { name: string; short_name: string }>
      path="/api/clients"
      title={t("section.clients")}
      lead={t("clients.lead")}
      noun={n("kind.client")}
      columns={[
        { key: "name", title: n("name"), render: (row) => row.name },
        { key: "short", title: n("short_name"), render: (row) => row.short_name },
        {
          key: "projects",
          title: t("section.projects"),
          render: (row) =>
            projects.rows
              .filter((project) => project.client_id === row.id)
              .map((project) => project.name)
              .join(t("comma")),
        },
      ]}
      text={(row) => `${row.name} ${row.short_name}`}
      nameOf={(row) => row.name}
      toValues={(row) => ({ name: row?.name ?? "", short_name: row?.short_name ?? "" })}
      toBody={(values) => values}
      form={() => (
        <>
          <TextField name="name" required />
          <TextField name="short_name" required help={t("clients.short.help")} />
        </>
      )}
    />
  );
}
