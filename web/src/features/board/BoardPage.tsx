import { Alert, Segmented, Select, Spin } from "antd";
import { useMemo, useState } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useLive } from "@/shared/live";
import { ProblemView, useMediaQuery } from "@/shared/ui";
import { Agents } from "./Agents";
import { Elapsed } from "./Elapsed";
import { HeadLine } from "./HeadLine";
import { LedgerBadge } from "./LedgerBadge";
import { useBoardFeed, useBoardStore } from "./live";
import { departments as departmentsOf, inMenus, longestWaitSince, waitingInOrder } from "./model";
import { QueueTable } from "./QueueTable";
import { useBoardFigures, useReasons } from "./queries";
import { Alarms, Departments, MenuCalls, Trunks } from "./Side";
import { texts } from "./texts";
import { BreakWishes, FollowBar, SessionBar } from "./verbs";
import { WaitingList } from "./WaitingList";
import "./board.css";

const ALL = "";
const EMPTY: never[] = [];

export default function BoardPage() {
  useBoardFeed();
  const t = useT(texts);
  const f = useFormat();
  const board = useBoardStore((store) => store.board);
  const status = useLive((live) => live.status);
  const lostSince = useLive((live) => live.since);
  const { figures, problem } = useBoardFigures();
  const reasonOf = useReasons();
  const [project, setProject] = useState(ALL);
  const [department, setDepartment] = useState<string | null>(null);
  const narrow = useMediaQuery("(max-width: 900px)");

  const queues = useMemo(() => {
    const rows = board ? [...board.queues.values()] : EMPTY;
    return rows
      .filter((queue) => project === ALL || figures?.projectOf(queue.queue_id) === project)
      .sort(
        (a, b) =>
          (a.project_name ?? "").localeCompare(b.project_name ?? "", "zh") ||
          a.name.localeCompare(b.name, "zh"),
      );
  }, [board, project, figures]);
  const waiting = useMemo(() => {
    const rows = board ? waitingInOrder(board.waiting.values()) : EMPTY;
    if (project === ALL) return rows;
    const inScope = new Set(queues.map((queue) => queue.queue_id));
    return rows.filter((row) => inScope.has(row.queue_id));
  }, [board, project, queues]);
  const agents = board?.agents;
  const departments = useMemo(() => (agents ? departmentsOf(agents.values()) : EMPTY), [agents]);

  if (!board)
    return (
      <div className="board-wait">
        <Spin description={t("live.connecting")} size="large">
          <div style={{ minWidth: 240, minHeight: 120 }} />
        </Spin>
      </div>
    );

  const lost = status === "lost" || status === "connecting";
  const scopes = [
    { value: ALL, label: t("scope.all") },
    ...(figures?.projects ?? []).map(({ id, name }) => ({ value: id, label: name })),
  ];
  const targetMs = (queueId: string) => (figures?.queues.get(queueId)?.target_s ?? 20) * 1000;
  const calls = [...board.calls.values()].filter(inMenus);
  const trunks = [...board.trunks.values()];
  const panel = (title: string, count: number | null, body: React.ReactNode, name: string) => (
    <section className={`panel panel-${name}`} aria-label={title}>
      <header className="panel-head">
        <h2>{title}</h2>
        {count === null ? null : <span className="panel-count">{count}</span>}
      </header>
      {body}
    </section>
  );

  return (
    <div className="board" data-frozen={lost}>
      <div className="board-bar">
        <h1>{t("title")}</h1>
        {narrow || scopes.length > 6 ? (
          <Select
            size="small"
            value={project}
            onChange={setProject}
            options={scopes}
            aria-label={t("scope.label")}
            popupMatchSelectWidth={false}
          />
        ) : (
          <Segmented
            size="small"
            value={project}
            onChange={setProject}
            options={scopes}
            aria-label={t("scope.label")}
          />
        )}
        <div className="board-bar-end">
          {figures ? <span className="dim">{t("asof", { time: f.clock(figures.at, true) })}</span> : null}
          <LedgerBadge />
        </div>
      </div>
      {lost ? (
        <Alert
          type="error"
          showIcon
          banner
          title={
            <LostSince text={t("live.lost", { time: "\u0000" })} since={new Date(lostSince).toISOString()} />
          }
        />
      ) : null}
      <SessionBar />
      <FollowBar />
      {problem ? <ProblemView problem={problem} /> : null}
      <BreakWishes agents={[...board.agents.values()]} reasonOf={reasonOf} frozen={lost} />
      <Alarms alarms={[...board.alarms.values()]} frozen={lost} />
      <HeadLine
        project={project === ALL ? null : project}
        set={figures?.scope(project)}
        waiting={waiting.length}
        longestSince={longestWaitSince(waiting)}
        frozen={lost}
      />
      <div className="board-body">
        <div className="board-main">
          {panel(
            t("queues.title"),
            null,
            <QueueTable
              queues={queues}
              figures={figures?.queues ?? new Map()}
              scoped={project !== ALL}
              frozen={lost}
            />,
            "queues",
          )}
          <Agents
            agents={board.agents}
            department={department}
            onClearDepartment={() => setDepartment(null)}
            reasonOf={reasonOf}
            frozen={lost}
          />
        </div>
        <div className="board-side">
          {panel(
            t("waiting.title"),
            waiting.length,
            <WaitingList
              waiting={waiting}
              queueName={(id) => board.queues.get(id)?.name ?? ""}
              targetMs={targetMs}
              frozen={lost}
            />,
            "waiting",
          )}
          {panel(
            t("departments.title"),
            null,
            <Departments departments={departments} chosen={department} onChoose={setDepartment} />,
            "departments",
          )}
          {panel(t("menus.title"), calls.length, <MenuCalls calls={calls} frozen={lost} />, "menus")}
          {panel(t("trunks.title"), null, <Trunks trunks={trunks} />, "trunks")}
        </div>
      </div>
    </div>
  );
}

/** A sentence with a running clock in it. */
function LostSince({ text, since }: { text: string; since: string }) {
  const [before, after] = text.split("\u0000");
  return (
    <>
      {before}
      <Elapsed since={since} />
      {after}
    </>
  );
}
