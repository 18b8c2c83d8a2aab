import {
  ArrowLeftOutlined,
  HistoryOutlined,
  PartitionOutlined,
  PlayCircleOutlined,
  RedoOutlined,
  SaveOutlined,
  UndoOutlined,
} from "@ant-design/icons";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useBlocker, useParams } from "@tanstack/react-router";
import { ReactFlowProvider } from "@xyflow/react";
import { App, Button, Select, Space, Tag, Tooltip } from "antd";
import { useCallback, useMemo, useState } from "react";
import type { Problem } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { Stale, staleOf } from "@/shared/stale";
import { common } from "@/shared/texts";
import { ProblemView, QueryView, useNarrow, useReportProblem, useSettled } from "@/shared/ui";
import { Canvas } from "./Canvas";
import {
  draftQuery,
  dropDraft,
  flowQuery,
  lintQuery,
  paletteQuery,
  saveDraft,
  trafficQuery,
  versionsQuery,
} from "./data";
import { addNode, began, connect, did, move, redone, removeNode, tidied, undone } from "./graph";
import { Inspector } from "./Inspector";
import { NodePalette } from "./NodePalette";
import { Problems } from "./Problems";
import { Publish } from "./Publish";
import { TryPanel } from "./TryPanel";
import { template } from "./templates";
import { texts } from "./texts";
import type { Draft, FlowWhole, Graph, Palette, Point } from "./types";
import { Variables } from "./Variables";
import { Versions } from "./Versions";
import "./flows.css";

const LINT_MS = 700;
const DAY_MS = 86_400_000;
const PERIODS = { off: 0, day: 1, week: 7, month: 30 } as const;
type Period = keyof typeof PERIODS;

/** One flow on its canvas. */
export default function DesignerPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const flow = useQuery(flowQuery(id));
  const draft = useQuery(draftQuery(id));
  const palette = useQuery(paletteQuery);
  // Only who asks for it gets the flow anew: what is read again by itself overwrites no work.
  const [round, setRound] = useState(0);
  const refused = [flow, draft, palette].find((query) => query.isError);
  if (refused) return <ProblemView problem={refused.error} onRetry={() => void refused.refetch()} />;
  return (
    <QueryView query={flow} rows={8}>
      {(whole) =>
        draft.data && palette.data ? (
          <ReactFlowProvider key={`${id}:${round}`}>
            <Designer
              flow={whole}
              draft={draft.data}
              palette={palette.data}
              onReloaded={() => setRound((n) => n + 1)}
            />
          </ReactFlowProvider>
        ) : null
      }
    </QueryView>
  );
}

function Designer({
  flow,
  draft,
  palette,
  onReloaded,
}: {
  flow: FlowWhole;
  draft: Draft;
  palette: Palette;
  onReloaded: () => void;
}) {
  const t = useT(texts);
  const c = useT(common);
  const { message, modal } = App.useApp();
  const report = useReportProblem();
  const cache = useQueryClient();
  const readOnly = useNarrow();
  const [past, setPast] = useState(() =>
    began((draft.graph ?? flow.graph ?? template("empty", "")) as unknown as Graph),
  );
  const graph = past.now;
  const [saved, setSaved] = useState(graph);
  // Of what is on the canvas: the two may have been read one before and one after somebody's change.
  const [seen, setSeen] = useState((draft.graph === null ? flow : draft).revision);
  const [drafted, setDrafted] = useState(draft.graph !== null);
  const [stale, setStale] = useState<{ problem: Problem; mine: boolean } | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const [panel, setPanel] = useState<"node" | "try">("node");
  const [now, setNow] = useState<string | null>(null);
  const [showing, setShowing] = useState<"publish" | "versions" | null>(null);
  const [period, setPeriod] = useState<Period>("off");
  const dirty = graph !== saved;
  useBlocker({ shouldBlockFn: () => false, enableBeforeUnload: () => dirty });

  const change = useCallback((next: (graph: Graph) => Graph) => {
    setPast((before) => did(before, next(before.now)));
  }, []);
  const settled = useSettled(graph, LINT_MS);
  const lint = useQuery({ ...lintQuery(flow.id, settled), placeholderData: keepPreviousData });
  const problems = lint.data ?? [];
  const window_ = useMemo(() => {
    const until = Math.ceil(Date.now() / 60_000) * 60_000;
    return {
      since: new Date(until - PERIODS[period] * DAY_MS).toISOString(),
      until: new Date(until).toISOString(),
    };
  }, [period]);
  const traffic = useQuery({
    ...trafficQuery(flow.id, window_.since, window_.until),
    enabled: period !== "off",
  });
  const heat = period === "off" ? null : (traffic.data ?? null);

  /** `mine`: there is something of one's own to put in its place. */
  const refused = (thrown: unknown, mine: boolean) => {
    const problem = staleOf(thrown);
    if (problem) setStale({ problem, mine });
    else report(thrown);
  };
  const save = async (upon: string) => {
    setStale(null);
    try {
      const kept = await saveDraft(flow.id, graph, upon);
      setSeen(kept.revision);
      setDrafted(true);
      setSaved(graph);
      void message.success(t("draft.saved"));
    } catch (thrown) {
      refused(thrown, true);
    }
  };
  const reload = async () => {
    setShowing(null);
    try {
      await cache.fetchQuery({ ...flowQuery(flow.id), staleTime: 0 });
      await cache.fetchQuery({ ...draftQuery(flow.id), staleTime: 0 });
      onReloaded();
    } catch (thrown) {
      report(thrown);
    }
  };
  const drop = () =>
    modal.confirm({
      title: t("draft.drop.title"),
      content: t("draft.drop.content"),
      okText: t("draft.drop"),
      cancelText: c("action.cancel"),
      onOk: async () => {
        try {
          await dropDraft(flow.id, seen);
          await reload();
        } catch (thrown) {
          refused(thrown, false);
        }
      },
    });
  const published = (answer: FlowWhole) => {
    setShowing(null);
    setSaved(graph);
    setSeen(answer.revision);
    setDrafted(false);
    setStale(null);
    cache.setQueryData(flowQuery(flow.id).queryKey, answer);
    void cache.invalidateQueries({ queryKey: versionsQuery(flow.id).queryKey });
    void message.success(t("publish.done", { n: answer.version ?? 0 }), 5);
  };
  const add = (type: string, at: Point) => {
    const kind = palette.types.find((each) => each.type === type);
    if (!kind) return;
    const made = addNode(graph, kind, at);
    change(() => made.graph);
    setSelected(made.id);
  };

  const errors = problems.filter((each) => !each.warning).length;
  return (
    <section className="flow-designer" aria-labelledby="flow-designer-title">
      <header>
        <Link to="/flows" aria-label={t("back")}>
          <ArrowLeftOutlined />
        </Link>
        <h1 id="flow-designer-title">{flow.name}</h1>
        {flow.version === null ? (
          <Tag color="warning">{t("unpublished")}</Tag>
        ) : (
          <Tag color="success">{t("version", { n: flow.version })}</Tag>
        )}
        {drafted ? <Tag>{t("draft")}</Tag> : null}
        {dirty ? (
          <span className="dim" role="status">
            {t("draft.unsaved")}
          </span>
        ) : null}
        <Space wrap size={4} className="flow-tools">
          {readOnly ? null : (
            <>
              <Tool
                label={t("undo")}
                icon={<UndoOutlined />}
                disabled={past.before.length === 0}
                onClick={() => setPast(undone)}
              />
              <Tool
                label={t("redo")}
                icon={<RedoOutlined />}
                disabled={past.after.length === 0}
                onClick={() => setPast(redone)}
              />
              <Tool label={t("tidy")} icon={<PartitionOutlined />} onClick={() => change(tidied)} />
            </>
          )}
          <Select<Period>
            size="small"
            aria-label={t("traffic")}
            value={period}
            onChange={setPeriod}
            options={(Object.keys(PERIODS) as Period[]).map((each) => ({
              value: each,
              label: `${t("traffic")}: ${t(`traffic.${each}`)}`,
            }))}
          />
          <Button
            size="small"
            icon={<PlayCircleOutlined />}
            aria-pressed={panel === "try"}
            onClick={() => setPanel(panel === "try" ? "node" : "try")}
          >
            {t("try")}
          </Button>
          <Button size="small" icon={<HistoryOutlined />} onClick={() => setShowing("versions")}>
            {t("versions")}
          </Button>
          {readOnly ? null : (
            <>
              {drafted ? (
                <Button size="small" onClick={drop}>
                  {t("draft.drop")}
                </Button>
              ) : null}
              <Button size="small" icon={<SaveOutlined />} disabled={!dirty} onClick={() => void save(seen)}>
                {t("draft.save")}
              </Button>
              <Button size="small" type="primary" onClick={() => setShowing("publish")}>
                {t("publish")}
              </Button>
            </>
          )}
        </Space>
      </header>
      {stale ? (
        <Stale
          problem={stale.problem}
          onReload={() => void reload()}
          onOverwrite={stale.mine ? () => void save("") : undefined}
        />
      ) : null}
      {readOnly ? <p className="dim">{t("canvas.narrow")}</p> : null}
      {heat && heat.nodes.length === 0 ? (
        <p className="dim" role="status">
          {t("traffic.none")}
        </p>
      ) : null}
      {traffic.isError ? (
        <ProblemView problem={traffic.error} onRetry={() => void traffic.refetch()} />
      ) : null}
      <div className="flow-work">
        {readOnly ? null : <NodePalette palette={palette} onAdd={(type) => add(type, [0, -160])} />}
        <Canvas
          graph={graph}
          palette={palette}
          problems={problems}
          traffic={heat}
          selected={selected}
          now={now}
          readOnly={readOnly}
          onSelect={setSelected}
          onMove={(id, at) => change((before) => move(before, id, at))}
          onRemove={(id) => {
            change((before) => removeNode(before, id));
            setSelected(null);
          }}
          onConnect={(from, exit, to) => change((before) => connect(before, from, exit, to))}
          onDrop={add}
        />
        <aside className="flow-side" aria-label={t(panel === "try" ? "try" : "inspect")}>
          {panel === "try" ? (
            <TryPanel
              id={flow.id}
              graph={graph}
              palette={palette}
              dirty={dirty || (draft.graph === null && flow.graph === null && !drafted)}
              onAt={setNow}
            />
          ) : selected && graph.nodes[selected] ? (
            <Inspector
              key={selected}
              graph={graph}
              id={selected}
              palette={palette}
              projectId={flow.project_id}
              readOnly={readOnly}
              onChange={(next) => change(() => next)}
              onRemoved={() => setSelected(null)}
            />
          ) : (
            <>
              <p className="dim">{t("inspect.none")}</p>
              <Variables graph={graph} readOnly={readOnly} onChange={(next) => change(() => next)} />
            </>
          )}
        </aside>
      </div>
      <Problems
        problems={problems}
        checking={lint.isFetching || settled !== graph}
        errors={errors}
        refused={lint.isError ? lint.error : null}
        onSelect={(node) => {
          setPanel("node");
          setSelected(node);
        }}
      />
      {showing === "publish" ? (
        <Publish
          flow={flow}
          graph={graph}
          problems={problems}
          seen={seen}
          onDone={published}
          onReload={() => void reload()}
          onClose={() => setShowing(null)}
        />
      ) : null}
      {showing === "versions" ? (
        <Versions
          id={flow.id}
          current={flow.version}
          hasDraft={drafted && !dirty}
          onTake={(old, version) => {
            change(() => old);
            setShowing(null);
            void message.info(t("versions.taken", { n: version }));
          }}
          onClose={() => setShowing(null)}
        />
      ) : null}
    </section>
  );
}

function Tool(props: { label: string; icon: React.ReactNode; disabled?: boolean; onClick: () => void }) {
  const { label, ...rest } = props;
  return (
    <Tooltip title={label}>
      <Button size="small" aria-label={label} {...rest} />
    </Tooltip>
  );
}
