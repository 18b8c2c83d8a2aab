import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useBlocker, useParams } from "@tanstack/react-router";
import { App, Button, Form, Input, Segmented, Select, Switch } from "antd";
import { useState } from "react";
import type { Problem } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { Stale, staleOf } from "@/shared/stale";
import { common } from "@/shared/texts";
import { ProblemView, QueryView, useReportProblem } from "@/shared/ui";
import { Canvas } from "./Canvas";
import {
  blankTile,
  boardQuery,
  boardsQuery,
  lookQuery,
  projectsQuery,
  type SavedBoard,
  saveBoard,
  sizeOf,
} from "./data";
import { free, freeId, put } from "./grid";
import { Handle } from "./Handle";
import { Links } from "./Links";
import { TileForm } from "./TileForm";
import { texts } from "./texts";
import { type Board, KINDS, type Kind, type Tile } from "./types";
import "./walls.css";

/** A wallboard being designed: its tiles are dragged and sized on the grid, with what they show now. */
export default function DesignerPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const board = useQuery(boardQuery(id));
  // Only who asks for it gets the board anew: what is read again by itself overwrites no work.
  const [round, setRound] = useState(0);
  return (
    <QueryView query={board}>
      {(saved) => <Designer key={`${id}:${round}`} saved={saved} onReloaded={() => setRound((n) => n + 1)} />}
    </QueryView>
  );
}

function drawnOf({ name, project_id, locale, show_agents, tiles }: Board): Board {
  return { name, project_id, locale, show_agents, tiles };
}

function Designer({ saved, onReloaded }: { saved: SavedBoard; onReloaded: () => void }) {
  const t = useT(texts);
  const c = useT(common);
  const { message, modal } = App.useApp();
  const cache = useQueryClient();
  const report = useReportProblem();
  const [board, setBoard] = useState<Board>(() => drawnOf(saved));
  const [seen, setSeen] = useState(saved.revision);
  const [stale, setStale] = useState<Problem | null>(null);
  const [dirty, setDirty] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const [linking, setLinking] = useState(false);
  const look = useQuery({ ...lookQuery(saved.id, board), placeholderData: keepPreviousData });
  const tile = board.tiles.find((each) => each.id === chosen);

  const change = (changed: Partial<Board>) => {
    setBoard((known) => ({ ...known, ...changed }));
    setDirty(true);
  };
  const changeTile = (id: string, changed: Partial<Tile>) =>
    change({ tiles: board.tiles.map((each) => (each.id === id ? { ...each, ...changed } : each)) });
  const remove = (id: string) => {
    change({ tiles: board.tiles.filter((each) => each.id !== id) });
    setChosen(null);
  };
  const add = (kind: Kind) => {
    const place = free(board.tiles, ...sizeOf(kind));
    if (!place) {
      void message.warning(t("full.board"));
      return;
    }
    const id = freeId(board.tiles, kind);
    change({ tiles: [...board.tiles, { ...blankTile(kind, id), ...place }] });
    setChosen(id);
  };
  const save = useMutation({
    mutationFn: (upon: string) => saveBoard(saved.id, board, upon),
    onMutate: () => setStale(null),
    onSuccess: async ({ revision }) => {
      setSeen(revision);
      setDirty(false);
      await cache.invalidateQueries({ queryKey: boardsQuery.queryKey });
      void message.success(t("saved"));
    },
    onError: (thrown) => {
      const told = staleOf(thrown);
      if (told) setStale(told);
      else report(thrown);
    },
  });
  const reload = () =>
    cache
      .fetchQuery({ ...boardQuery(saved.id), staleTime: 0 })
      .then(onReloaded)
      .catch(report);
  useBlocker({
    shouldBlockFn: () =>
      new Promise<boolean>((resolve) => {
        modal.confirm({
          title: t("leave.title"),
          okText: c("action.confirm"),
          okButtonProps: { danger: true },
          cancelText: c("action.cancel"),
          onOk: () => resolve(false),
          onCancel: () => resolve(true),
        });
      }),
    enableBeforeUnload: dirty,
    disabled: !dirty,
  });

  return (
    <div className="wall-designer">
      <div className="wall-bar">
        <Link to="/wallboards">{c("action.back")}</Link>
        <h1 translate="no">{board.name}</h1>
        <fieldset className="wall-kinds" aria-label={t("add.tile")}>
          {KINDS.map((kind) => (
            <Button key={kind} size="small" onClick={() => add(kind)}>
              + {t(`kind.${kind}`)}
            </Button>
          ))}
        </fieldset>
        <div className="wall-bar-end">
          {dirty ? <span className="dim">{t("unsaved")}</span> : null}
          <Button onClick={() => setLinking(true)}>{t("links")}</Button>
          <Button type="primary" disabled={!dirty} loading={save.isPending} onClick={() => save.mutate(seen)}>
            {c("action.save")}
          </Button>
        </div>
      </div>
      {stale ? (
        <Stale problem={stale} onReload={() => void reload()} onOverwrite={() => save.mutate("")} />
      ) : null}
      {look.error ? <ProblemView problem={look.error} /> : null}
      <div className="wall-body">
        <div className="wall-place">
          <Canvas
            label={board.name}
            layout={board.tiles}
            tiles={look.data?.tiles ?? {}}
            zone={look.data?.zone ?? "Asia/Shanghai"}
            empty={t("empty")}
            over={(each) => (
              <Handle
                tile={each}
                chosen={each.id === chosen}
                onChoose={() => setChosen(each.id)}
                onPut={(place) => change({ tiles: put(board.tiles, place) })}
                onDelete={() => remove(each.id)}
              />
            )}
          />
        </div>
        <aside className="wall-side" aria-label={t("settings")}>
          {tile ? (
            <TileForm
              key={tile.id}
              board={board}
              tile={tile}
              onChange={(changed) => changeTile(tile.id, changed)}
              onDelete={() => remove(tile.id)}
            />
          ) : (
            <BoardForm board={board} onChange={change} />
          )}
          {tile ? (
            <Button type="link" onClick={() => setChosen(null)}>
              {t("settings")}
            </Button>
          ) : null}
        </aside>
      </div>
      {linking ? <Links id={saved.id} onClose={() => setLinking(false)} /> : null}
    </div>
  );
}

function BoardForm({ board, onChange }: { board: Board; onChange: (changed: Partial<Board>) => void }) {
  const t = useT(texts);
  const projects = useQuery(projectsQuery);
  return (
    <Form layout="vertical" component={false}>
      <h2>{t("settings")}</h2>
      <Form.Item label={t("field.name")} htmlFor="wall-name">
        <Input
          id="wall-name"
          maxLength={80}
          value={board.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      </Form.Item>
      <Form.Item label={t("field.project")} htmlFor="wall-project">
        <Select
          id="wall-project"
          allowClear
          placeholder={t("whole")}
          value={board.project_id}
          options={(projects.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
          onChange={(project) =>
            // Queues are a project's: those of another one go.
            onChange({
              project_id: project ?? null,
              tiles: board.tiles.map((tile) => ({ ...tile, queue_id: null })),
            })
          }
        />
      </Form.Item>
      <Form.Item label={t("field.locale")}>
        <Segmented<Board["locale"]>
          aria-label={t("field.locale")}
          value={board.locale}
          options={[
            { value: "zh", label: t("language.zh") },
            { value: "en", label: t("language.en") },
          ]}
          onChange={(locale) => onChange({ locale })}
        />
      </Form.Item>
      <Form.Item label={t("field.agents")} htmlFor="wall-agents" extra={t("field.agents.help")}>
        <Switch
          id="wall-agents"
          checked={board.show_agents}
          onChange={(show_agents) => onChange({ show_agents })}
        />
      </Form.Item>
    </Form>
  );
}
