import { ArrowLeftOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Tag } from "antd";
import { useState } from "react";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Nothing, Pending, ProblemView, QueryView, useReportProblem } from "@/shared/ui";
import { flowQuery, publish, versionQuery } from "../flowData";
import { useChoices } from "../kit/api";
import { ResourceHead } from "../kit/ResourceHead";
import { useDone } from "../kit/useDone";
import { texts } from "../texts";
import type { FlowGraph, FlowVersion, FlowWhole, Project } from "../types";
import { FlowPublish } from "./FlowPublish";
import { FlowStepList } from "./FlowStepList";
import { FlowVersions } from "./FlowVersions";

/** One flow: its steps in the order a caller meets them, and every version there ever was. */
export function FlowDetail({ id, onBack }: { id: string; onBack: () => void }) {
  const t = useT(texts);
  const c = useT(common);
  const flow = useQuery(flowQuery(id));
  return (
    <section className="resource flow" aria-labelledby="resource-title">
      <div>
        <Button type="link" icon={<ArrowLeftOutlined />} onClick={onBack} className="flow-back">
          {c("action.back")} · {t("section.flows")}
        </Button>
      </div>
      <QueryView query={flow} rows={8}>
        {(whole) => <OneFlow flow={whole} />}
      </QueryView>
    </section>
  );
}

function OneFlow({ flow }: { flow: FlowWhole }) {
  const t = useT(texts);
  const n = useT(fields);
  const c = useT(common);
  const { modal } = App.useApp();
  const done = useDone();
  const report = useReportProblem();
  const cache = useQueryClient();
  const projects = useChoices<Project>("/api/projects", (row) => row.name);
  const [shown, setShown] = useState<number | null>(null);
  const [publishing, setPublishing] = useState(false);
  const looked = shown === null || shown === flow.version ? null : shown;

  const published = async (answer: FlowWhole) => {
    setShown(null);
    cache.setQueryData(flowQuery(flow.id).queryKey, answer);
    await cache.invalidateQueries({ queryKey: ["config"] });
    done(t("flow.published", { name: flow.name, n: answer.version ?? 0 }));
  };
  const rollBack = (version: FlowVersion) =>
    modal.confirm({
      title: t("flow.rollback.title", { n: version.version }),
      content: t("flow.rollback.content", { next: (flow.version ?? 0) + 1 }),
      okText: t("flow.rollback"),
      cancelText: c("action.cancel"),
      onOk: async () => {
        try {
          const old = await cache.fetchQuery(versionQuery(flow.id, version.version));
          await published(
            await publish(flow.id, old.graph as FlowGraph, t("flow.rollback.note", { n: version.version })),
          );
        } catch (thrown) {
          report(thrown);
        }
      },
    });

  return (
    <>
      <ResourceHead
        title={
          <>
            {flow.name}{" "}
            {flow.version === null ? (
              <Tag color="warning">{t("flow.unpublished")}</Tag>
            ) : (
              <Tag color="success">{t("flow.version", { n: flow.version })}</Tag>
            )}
          </>
        }
        lead={
          <>
            {n("project_id")}: {projects.name(flow.project_id) ?? ""}
            {flow.version === null ? null : ` · ${t("flow.lead")}`}
          </>
        }
      >
        <Button type="primary" onClick={() => setPublishing(true)}>
          {t("flow.edit")}
        </Button>
      </ResourceHead>
      <div className="flow-parts">
        {looked === null ? (
          flow.graph === null ? (
            <Nothing title={t("flow.empty")} hint={t("flow.empty.hint")} />
          ) : (
            <FlowStepList graph={flow.graph} />
          )
        ) : (
          <OldVersion id={flow.id} version={looked} onLeave={() => setShown(null)} />
        )}
        <FlowVersions
          id={flow.id}
          current={flow.version}
          shown={looked ?? flow.version}
          onShow={setShown}
          onRollBack={rollBack}
        />
      </div>
      {publishing ? (
        <FlowPublish flow={flow} onPublished={published} onClose={() => setPublishing(false)} />
      ) : null}
    </>
  );
}

function OldVersion({ id, version, onLeave }: { id: string; version: number; onLeave: () => void }) {
  const t = useT(texts);
  const { data, isError, error, refetch } = useQuery(versionQuery(id, version));
  if (isError) return <ProblemView problem={error} onRetry={() => void refetch()} />;
  if (!data?.graph) return <Pending rows={8} />;
  return (
    <div>
      <p className="flow-old" role="status">
        {t("flow.old", { n: version })}
        <Button type="link" size="small" onClick={onLeave}>
          {t("flow.old.leave")}
        </Button>
      </p>
      <FlowStepList graph={data.graph} />
    </div>
  );
}
