import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Tag } from "antd";
import { useState } from "react";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useChoices, useList, useSave } from "../kit/api";
import { Editor } from "../kit/Editor";
import { ChoiceField, TextField } from "../kit/inputs";
import { ResourceList } from "../kit/ResourceList";
import { useDone } from "../kit/useDone";
import { texts } from "../texts";
import type { FlowItem, PhoneNumber, Project } from "../types";

/** All flows; each opens in the designer. */
export function Flows() {
  const navigate = useNavigate();
  const onOpen = (id: string) => void navigate({ to: "/flows/$id", params: { id } });
  const t = useT(texts);
  const n = useT(fields);
  const f = useFormat();
  const done = useDone();
  const cache = useQueryClient();
  const flows = useList<FlowItem>("/api/flows");
  const projects = useChoices<Project>("/api/projects", (row) => row.name);
  const numbers = useChoices<PhoneNumber>("/api/numbers", (row) => f.phone(row.e164));
  const save = useSave<FlowItem>("/api/flows");
  const [making, setMaking] = useState(false);
  return (
    <>
      <ResourceList<FlowItem>
        title={t("section.flows")}
        lead={t("flows.lead")}
        query={flows}
        columns={[
          { key: "name", title: n("name"), render: (row) => row.name },
          { key: "project", title: n("project_id"), render: (row) => projects.name(row.project_id) },
          {
            key: "version",
            title: n("version"),
            render: (row) =>
              row.version === null ? (
                <Tag color="warning">{t("flow.unpublished")}</Tag>
              ) : (
                <Tag color="success">{t("flow.version", { n: row.version })}</Tag>
              ),
          },
          { key: "at", title: t("flow.published_at"), render: (row) => f.moment(row.published_at) },
          {
            key: "numbers",
            title: t("section.numbers"),
            render: (row) =>
              numbers.rows
                .filter((number) => number.flow_id === row.id)
                .map((number) => f.phone(number.e164))
                .join(t("comma")),
          },
        ]}
        text={(row) => `${row.name} ${projects.name(row.project_id) ?? ""}`}
        nameOf={(row) => row.name}
        onOpen={(row) => onOpen(row.id)}
        openLabel={t("flow.open")}
        onAdd={() => setMaking(true)}
        addLabel={t("add", { noun: n("kind.flow") })}
      />
      <Editor<{ project_id?: string; name: string }>
        open={making}
        title={t("add", { noun: n("kind.flow") })}
        initial={{ name: "" }}
        onClose={() => setMaking(false)}
        onSave={async (values) => {
          const made = await save.mutateAsync({ id: null, body: values });
          await cache.invalidateQueries({ queryKey: ["config", "/api/flows"] });
          setMaking(false);
          done(t("done.made", { name: made.name }));
          onOpen(made.id);
        }}
      >
        {() => (
          <>
            <ChoiceField
              name="project_id"
              required
              options={projects.options}
              loading={projects.loading}
              help={t("flow.project.help")}
            />
            <TextField name="name" required />
          </>
        )}
      </Editor>
    </>
  );
}
