import {
  Background,
  type Connection,
  Controls,
  type Edge,
  Handle,
  MiniMap,
  type Node,
  type NodeChange,
  type NodeProps,
  Position,
  ReactFlow,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { type DragEvent, memo, useMemo, useState } from "react";
import { useT } from "@/shared/i18n";
import { arranged, exitNames, neededExits } from "./graph";
import { exitName, nodeName } from "./names";
import { texts } from "./texts";
import type { FlowProblem, Graph, Palette, Point, Traffic } from "./types";

export const DRAGGED = "application/x-andon-node";

interface Exit {
  name: string;
  label: string;
  open: boolean;
}

interface Box extends Record<string, unknown> {
  title: string;
  kind: string;
  start: boolean;
  exits: Exit[];
  trouble: "error" | "warning" | null;
  now: boolean;
  traffic: string | null;
}

const TARGET = "in";

/** One node: its name, its type, and a handle for each exit. */
const NodeBox = memo(function NodeBox({ data, selected }: NodeProps<Node<Box>>) {
  const state = [
    "flow-box",
    selected ? "selected" : "",
    data.trouble ?? "",
    data.now ? "now" : "",
    data.start ? "start" : "",
  ];
  return (
    <div className={state.join(" ")}>
      <Handle type="target" id={TARGET} position={Position.Left} />
      <div className="flow-box-head">
        <b>{data.title}</b>
        {data.kind === data.title ? null : <span className="dim">{data.kind}</span>}
      </div>
      {data.traffic ? <div className="flow-box-traffic">{data.traffic}</div> : null}
      <ul>
        {data.exits.map((exit) => (
          <li key={exit.name} className={exit.open ? "open" : ""}>
            {exit.label}
            <Handle type="source" id={exit.name} position={Position.Right} />
          </li>
        ))}
      </ul>
    </div>
  );
});

const nodeTypes = { box: NodeBox };

export interface CanvasProps {
  graph: Graph;
  palette: Palette;
  problems: FlowProblem[];
  traffic: Traffic | null;
  selected: string | null;
  /** Where the trial is. */
  now: string | null;
  readOnly: boolean;
  onSelect: (id: string | null) => void;
  onMove: (id: string, at: Point) => void;
  onRemove: (id: string) => void;
  onConnect: (from: string, exit: string, to: string | null) => void;
  onDrop: (type: string, at: Point) => void;
}

export function Canvas(props: CanvasProps) {
  const { graph, palette, problems, traffic, selected, now, readOnly } = props;
  const t = useT(texts);
  const flow = useReactFlow();
  const [sizes, setSizes] = useState<Record<string, { width: number; height: number }>>({});
  const nodes = useMemo(() => {
    const places = arranged(graph);
    const trouble = new Map<string, "error" | "warning">();
    for (const { node, warning } of problems)
      if (trouble.get(node) !== "error") trouble.set(node, warning ? "warning" : "error");
    const came = new Map(traffic?.nodes.map((each) => [each.node, each]));
    return Object.entries(graph.nodes).map(([id, node]): Node<Box> => {
      const type = palette.types.find((each) => each.type === node.type);
      const needed = neededExits(node, type);
      const seen = came.get(id);
      return {
        id,
        type: "box",
        position: { x: places[id]?.[0] ?? 0, y: places[id]?.[1] ?? 0 },
        measured: sizes[id],
        selected: id === selected,
        ariaLabel: `${nodeName(node, palette)} (${type?.name ?? node.type})`,
        data: {
          title: nodeName(node, palette),
          kind: type?.name ?? node.type,
          start: id === graph.start,
          exits: exitNames(node, type)
            // Twelve keys would hide the menu: those that lead nowhere are in the node's settings.
            .filter((name) => needed.has(name) || node.exits?.[name] || node.type !== "menu")
            .map((name) => ({
              name,
              label: exitName(name, node, t),
              open: needed.has(name) && !node.exits?.[name],
            })),
          trouble: trouble.get(id) ?? null,
          now: id === now,
          traffic: seen
            ? t("traffic.node", { came: seen.came, lost: seen.hung_up, mean: seen.mean_s ?? 0 })
            : null,
        },
      };
    });
  }, [graph, palette, problems, traffic, selected, now, sizes, t]);
  const edges = useMemo(() => {
    const ways = new Map(traffic?.edges.map((each) => [`${each.before}\n${each.by}`, each]));
    const most = Math.max(1, ...[...ways.values()].map((each) => each.went));
    return Object.entries(graph.nodes).flatMap(([id, node]) =>
      Object.entries(node.exits ?? {})
        .filter(([, to]) => to in graph.nodes)
        .map(([name, to]): Edge => {
          const way = ways.get(`${id}\n${name}`);
          return {
            id: `${id}\n${name}`,
            source: id,
            sourceHandle: name,
            target: to,
            targetHandle: TARGET,
            ...(traffic
              ? {
                  label: way ? t("traffic.edge", { went: way.went, mean: way.mean_s, lost: way.lost }) : "0",
                  style: heat((way?.went ?? 0) / most),
                }
              : {}),
          };
        }),
    );
  }, [graph, traffic, t]);
  const changes = (all: NodeChange<Node<Box>>[]) => {
    for (const change of all) {
      if (change.type === "select" && change.selected) props.onSelect(change.id);
      if (change.type === "remove") props.onRemove(change.id);
      if (change.type === "dimensions" && change.dimensions) {
        const { id, dimensions } = change;
        setSizes((before) => ({ ...before, [id]: dimensions }));
      }
      if (change.type === "position" && change.position)
        props.onMove(change.id, [change.position.x, change.position.y]);
    }
  };
  const connected = ({ source, sourceHandle, target }: Connection) => {
    if (sourceHandle) props.onConnect(source, sourceHandle, target);
  };
  const dropped = (event: DragEvent) => {
    const type = event.dataTransfer.getData(DRAGGED);
    if (!type) return;
    event.preventDefault();
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    props.onDrop(type, [x, y]);
  };
  return (
    <section
      className="flow-canvas"
      aria-label={t("canvas")}
      onDragOver={(event) => event.preventDefault()}
      onDrop={readOnly ? undefined : dropped}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        deleteKeyCode={readOnly ? null : ["Delete", "Backspace"]}
        onNodesChange={changes}
        onEdgesChange={(all) => {
          for (const change of all)
            if (change.type === "remove") {
              const [from = "", exit = ""] = change.id.split("\n");
              props.onConnect(from, exit, null);
            }
        }}
        onConnect={connected}
        onPaneClick={() => props.onSelect(null)}
        fitView
        fitViewOptions={{ maxZoom: 1, minZoom: 0.4 }}
        minZoom={0.1}
        proOptions={{ hideAttribution: false }}
      >
        <Background />
        <Controls showInteractive={false} />
        <MiniMap pannable zoomable className="flow-minimap" />
      </ReactFlow>
    </section>
  );
}

/** An edge that many took is thick and warm. */
function heat(share: number) {
  return {
    strokeWidth: 1 + 7 * share,
    stroke: `color-mix(in srgb, var(--ant-color-error) ${Math.round(share * 100)}%, var(--ant-color-border))`,
  };
}
