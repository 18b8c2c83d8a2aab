import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Tag } from "antd";
import { api, take } from "@/shared/api";
import type { components } from "@/shared/api/schema";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { QueryView, useReportProblem } from "@/shared/ui";
import { ResourceHead } from "../kit/ResourceHead";
import { useDone } from "../kit/useDone";
import { texts } from "../texts";

type MediaNode = components["schemas"]["MediaNodeShown"];

const KEY = ["nodes"];
const LOOK_MS = 3000;

const serves = (node: MediaNode) => node.up && !node.draining;

/** The media engines: whether each takes calls, what is on it, and taking one out for maintenance. */
export function Nodes() {
  const t = useT(texts);
  const nodes = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await take(api.GET("/api/nodes", { signal }))).nodes,
    refetchInterval: LOOK_MS,
  });
  return (
    <section className="resource" aria-labelledby="resource-title">
      <ResourceHead title={t("section.media-nodes")} lead={t("nodes.lead")}>
        {null}
      </ResourceHead>
      <QueryView query={nodes}>{(all) => <NodesShown nodes={all} />}</QueryView>
    </section>
  );
}

function NodesShown({ nodes }: { nodes: MediaNode[] }) {
  const t = useT(texts);
  const f = useFormat();
  return (
    <>
      <div className="resource-scroll">
        <table className="resource-table">
          <thead>
            <tr>
              <th scope="col">{t("nodes.name")}</th>
              <th scope="col">{t("nodes.state")}</th>
              <th scope="col" className="num">
                {t("nodes.calls")}
              </th>
              <th scope="col">{t("list.actions")}</th>
              <th scope="col" className="num">
                {t("nodes.devices")}
              </th>
              <th scope="col">{t("nodes.since")}</th>
              <th scope="col">{t("nodes.address")}</th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <tr key={node.name}>
                <th scope="row">{node.name}</th>
                <td>
                  <NodeState node={node} />
                </td>
                <td className="num">{f.count(node.calls)}</td>
                <td>
                  <NodeAction node={node} last={!nodes.some((other) => other !== node && serves(other))} />
                </td>
                <td className="num">{f.count(node.devices)}</td>
                <td>{node.up ? f.moment(node.since) : t("none")}</td>
                <td>
                  <code>{node.address}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {nodes.length === 1 ? <p className="dim">{t("nodes.one")}</p> : null}
    </>
  );
}

function NodeState({ node }: { node: MediaNode }) {
  const t = useT(texts);
  if (!node.up) return <Tag color="error">{t("nodes.down")}</Tag>;
  if (!node.draining) return <Tag color="success">{t("nodes.serving")}</Tag>;
  return (
    <Tag color="warning">{node.calls > 0 ? t("nodes.draining", { n: node.calls }) : t("nodes.empty")}</Tag>
  );
}

/** Out for maintenance, after a question; back at once. */
function NodeAction({ node, last }: { node: MediaNode; last: boolean }) {
  const t = useT(texts);
  const c = useT(common);
  const done = useDone();
  const report = useReportProblem();
  const cache = useQueryClient();
  const { modal } = App.useApp();
  const change = useMutation({
    mutationFn: async (draining: boolean) => {
      const path = draining ? "/api/nodes/{name}/drain" : "/api/nodes/{name}/resume";
      return (await take(api.POST(path, { params: { path: { name: node.name } } }))).nodes;
    },
    onSuccess: (nodes, draining) => {
      cache.setQueryData(KEY, nodes);
      done(t(draining ? "nodes.drained" : "nodes.resumed", { name: node.name }));
    },
    onError: report,
  });
  if (node.draining) {
    return (
      <Button size="small" loading={change.isPending} onClick={() => change.mutate(false)}>
        {t("nodes.resume")}
      </Button>
    );
  }
  return (
    <Button
      size="small"
      disabled={last}
      title={last ? t("nodes.last") : undefined}
      loading={change.isPending}
      onClick={() =>
        modal.confirm({
          title: t("nodes.drain.title", { name: node.name }),
          content: t("nodes.drain.content", { n: node.calls }),
          okText: t("nodes.drain"),
          cancelText: c("action.cancel"),
          onOk: () => change.mutateAsync(true).catch(() => undefined),
        })
      }
    >
      {t("nodes.drain")}
    </Button>
  );
}
