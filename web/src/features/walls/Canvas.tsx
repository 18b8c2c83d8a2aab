import type { ReactNode } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useNow } from "@/shared/time";
import { fitColumns, fitLines, fitWords, pages, roomOf } from "./fit";
import { COLUMNS, ROWS } from "./grid";
import { texts } from "./texts";
import type {
  FigureData,
  LaidTile,
  Pictures,
  QueuesData,
  RankingData,
  TrendData,
  Unit,
  Value,
} from "./types";
import "./walls.css";

/** Letters in em of the canvas where there is room, and a line's height in its letters; see `walls.css`. */
const WORDS = 2;
const RANKED = 1.7;
const RANK = 1.5;
const QUEUES = 1.6;
const QUEUE = 2;
const QUEUES_HEAD = 1.5;
/** How long a page of a long table stands. */
const TURN_MS = 8000;

interface Props {
  layout: readonly LaidTile[];
  tiles: Pictures;
  zone: string;
  /** What lies over a tile: the designer's handle. */
  over?: (tile: LaidTile) => ReactNode;
  /** Said where there is no tile yet. */
  empty?: string;
  label: string;
}

/** A wallboard drawn as large as its place allows, always 16 by 9; every size is a share of its width. */
export function Canvas({ layout, tiles, zone, over, empty, label }: Props) {
  return (
    <div className="wall-stage">
      <section className="wall-canvas" aria-label={label}>
        {layout.length === 0 && empty ? <p className="wall-empty">{empty}</p> : null}
        {layout.map((tile) => (
          <article
            key={tile.id}
            className={`wall-tile wall-${tile.kind}`}
            data-level={levelOf(tile, tiles[tile.id])}
            style={{
              left: `${(tile.x / COLUMNS) * 100}%`,
              top: `${(tile.y / ROWS) * 100}%`,
              width: `${(tile.w / COLUMNS) * 100}%`,
              height: `${(tile.h / ROWS) * 100}%`,
            }}
          >
            <div className="wall-tile-in">
              <Drawn tile={tile} data={tiles[tile.id]} zone={zone} />
            </div>
            {over?.(tile)}
          </article>
        ))}
      </section>
    </div>
  );
}

function levelOf(tile: LaidTile, data: unknown): string | undefined {
  return (tile.kind === "figure" ? (data as FigureData | undefined)?.level : null) ?? undefined;
}

function Drawn({ tile, data, zone }: { tile: LaidTile; data: unknown; zone: string }) {
  const t = useT(texts);
  if (tile.kind === "text") return <Words tile={tile} />;
  if (tile.kind === "clock") return <Clock title={tile.title} zone={zone} />;
  if (data === undefined)
    return (
      <>
        <h2>{tile.title || t(`kind.${tile.kind}`)}</h2>
        <p className="wall-value">—</p>
      </>
    );
  if (tile.kind === "figure") return <Figure title={tile.title} data={data as FigureData} />;
  if (tile.kind === "trend") return <Trend title={tile.title} data={data as TrendData} zone={zone} />;
  if (tile.kind === "ranking") return <Ranking tile={tile} data={data as RankingData} />;
  return <Queues tile={tile} data={data as QueuesData} />;
}

function Words({ tile }: { tile: LaidTile }) {
  const size = fitWords(tile.text, roomOf(tile, tile.title !== ""), WORDS);
  return (
    <>
      {tile.title ? <h2>{tile.title}</h2> : null}
      <p className="wall-words" dir="auto" style={{ fontSize: `${size}em` }}>
        {tile.text}
      </p>
    </>
  );
}

function Clock({ title, zone }: { title: string; zone: string }) {
  const f = useFormat();
  const now = useNow();
  const tag = f.locale === "zh" ? "zh-CN" : "en-GB";
  const time = new Intl.DateTimeFormat(tag, { timeZone: zone, timeStyle: "medium", hourCycle: "h23" });
  const date = new Intl.DateTimeFormat(tag, { timeZone: zone, dateStyle: "full" });
  return (
    <>
      <h2>{title || date.format(now)}</h2>
      <p className="wall-value">{time.format(now)}</p>
    </>
  );
}

function Figure({ title, data }: { title: string; data: FigureData }) {
  return (
    <>
      <h2>
        {title || data.name}
        {data.about && !title ? <small> {data.about}</small> : null}
      </h2>
      <p className="wall-value">
        <Shown value={data.value} unit={data.unit} />
      </p>
    </>
  );
}

/** A value by its unit; `since` runs. */
function Shown({ value, unit }: { value: Value; unit: Unit }) {
  const f = useFormat();
  const t = useT(texts);
  if (unit === "since") return typeof value === "string" ? <Running since={value} /> : t("nobody");
  return f.figure(value as number | null, unit);
}

function Running({ since }: { since: string }) {
  const f = useFormat();
  const now = useNow();
  return <>{f.timer(Math.max(0, now - Date.parse(since)))}</>;
}

const WIDE = 200;
const HIGH = 60;

function Trend({ title, data, zone }: { title: string; data: TrendData; zone: string }) {
  const t = useT(texts);
  const f = useFormat();
  const points = data.points.filter((point): point is [string, number] => point[1] !== null);
  const most = data.unit === "ratio" ? 1 : Math.max(1, ...points.map(([, value]) => value));
  const first = Date.parse(points[0]?.[0] ?? "");
  const last = Date.parse(points.at(-1)?.[0] ?? "");
  const x = (at: string) => (last > first ? ((Date.parse(at) - first) / (last - first)) * WIDE : WIDE);
  const y = (value: number) => HIGH - (value / most) * HIGH;
  const clock = (at: number) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeStyle: "short" }).format(at);
  const newest = points.at(-1)?.[1] ?? null;
  return (
    <>
      <h2>
        {title || data.name} <b>{f.figure(newest, data.unit)}</b>
      </h2>
      {points.length === 0 ? (
        <p className="wall-none">{t("nothing")}</p>
      ) : (
        <>
          <svg
            className="wall-line"
            viewBox={`0 -2 ${WIDE} ${HIGH + 4}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={`${title || data.name}: ${f.figure(newest, data.unit)}`}
          >
            <polyline points={points.map(([at, value]) => `${x(at)},${y(value)}`).join(" ")} />
          </svg>
          <p className="wall-axis">
            <span>{clock(first)}</span>
            <span>{f.figure(most, data.unit)}</span>
            <span>{clock(last)}</span>
          </p>
        </>
      )}
    </>
  );
}

function Ranking({ tile, data }: { tile: LaidTile; data: RankingData }) {
  const t = useT(texts);
  const { size, lines } = fitLines(roomOf(tile, true).height, data.rows.length, RANK, 0.5, RANKED);
  return (
    <>
      <h2>{tile.title || data.name}</h2>
      {data.rows.length === 0 ? (
        <p className="wall-none">{t("nothing")}</p>
      ) : (
        <ol className="wall-rows" style={{ fontSize: `${size}em` }}>
          {data.rows.slice(0, lines).map(([name, value]) => (
            <li key={name}>
              <span translate="no">{name}</span>
              <b>
                <Shown value={value} unit={data.unit} />
              </b>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

type QueueRow = QueuesData["rows"][number];
type Column = keyof Omit<QueueRow, "name" | "levels">;

/** What is left out last where the tile is narrow stands first. */
const IMPORTANT: readonly Column[] = [
  "waiting",
  "service_level",
  "oldest_since",
  "ready",
  "talking",
  "offered",
];
const IN_ORDER: readonly Column[] = [
  "waiting",
  "oldest_since",
  "ready",
  "talking",
  "offered",
  "service_level",
];
const HEADS = {
  waiting: "waiting",
  oldest_since: "oldest",
  ready: "ready",
  talking: "talking",
  offered: "offered",
} as const;

function Queues({ tile, data }: { tile: LaidTile; data: QueuesData }) {
  const t = useT(texts);
  const now = useNow();
  const { title } = tile;
  if (data.rows.length === 0)
    return (
      <>
        <h2>{title || t("kind.queues")}</h2>
        <p className="wall-none">{t("nothing")}</p>
      </>
    );
  const room = roomOf(tile, title !== "");
  const high = fitLines(room.height, data.rows.length, QUEUE, QUEUES_HEAD, QUEUES);
  const { size, columns } = fitColumns(room.width, high.size, IN_ORDER.length);
  const shown = IN_ORDER.filter((column) => IMPORTANT.indexOf(column) < columns);
  const all = pages(data.rows, high.lines, (row) => Object.values(row.levels).some(Boolean));
  const turn = Math.floor(now / TURN_MS) % all.length;
  return (
    <>
      {title ? <h2>{title}</h2> : null}
      <table style={{ fontSize: `${size}em` }}>
        <thead>
          <tr>
            <th scope="col">
              {t("queue")}
              {all.length > 1 ? <small> {`${turn + 1}/${all.length}`}</small> : null}
            </th>
            {shown.map((column) => (
              <th key={column} scope="col">
                {column === "service_level" ? "sl.d" : t(HEADS[column])}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {all[turn]?.map((row) => (
            <tr key={row.name}>
              <th scope="row" translate="no">
                {row.name}
              </th>
              {shown.map((column) => (
                <Cell key={column} row={row} column={column} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Cell({ row, column }: { row: QueueRow; column: Column }) {
  const level = column === "talking" || column === "offered" ? null : row.levels[column];
  return (
    <td data-level={level ?? undefined}>
      {column === "oldest_since" ? (
        row.oldest_since ? (
          <Running since={row.oldest_since} />
        ) : (
          "—"
        )
      ) : (
        <Shown value={row[column]} unit={column === "service_level" ? "ratio" : "count"} />
      )}
    </td>
  );
}
