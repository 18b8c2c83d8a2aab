import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { useT } from "@/shared/i18n";
import { COLUMNS, type Place, ROWS } from "./grid";
import { texts } from "./texts";
import type { LaidTile } from "./types";

const KEYS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Props {
  tile: LaidTile;
  chosen: boolean;
  onChoose: () => void;
  onPut: (place: Place) => void;
  onDelete: () => void;
}

/** Lies over a tile in the designer: dragged it moves, at its corner it sizes, with keys it does both. */
export function Handle({ tile, chosen, onChoose, onPut, onDelete }: Props) {
  const t = useT(texts);
  const grip = useRef<{ x: number; y: number; from: Place; sizes: boolean; cell: number } | null>(null);
  const { id, x, y, w, h } = tile;

  const begin = (event: PointerEvent<HTMLButtonElement>) => {
    if (event.button !== 0) return;
    const canvas = event.currentTarget.closest(".wall-canvas");
    if (!canvas) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const sizes = (event.target as HTMLElement).dataset.corner !== undefined;
    const cell = canvas.getBoundingClientRect().width / COLUMNS;
    grip.current = { x: event.clientX, y: event.clientY, from: { id, x, y, w, h }, sizes, cell };
    onChoose();
  };
  const drag = (event: PointerEvent) => {
    if (!grip.current) return;
    const { from, sizes, cell } = grip.current;
    const dx = Math.round((event.clientX - grip.current.x) / cell);
    const dy = Math.round((event.clientY - grip.current.y) / cell);
    onPut(sizes ? sized(from, dx, dy) : moved(from, dx, dy));
  };
  const end = () => {
    grip.current = null;
  };
  const key = (event: KeyboardEvent) => {
    const step = KEYS[event.key];
    if (event.key === "Delete") onDelete();
    else if (step) onPut((event.shiftKey ? sized : moved)({ id, x, y, w, h }, ...step));
    else return;
    event.preventDefault();
  };

  return (
    <button
      type="button"
      className="wall-handle"
      aria-pressed={chosen}
      aria-label={t("tile.handle", { title: tile.title || t(`kind.${tile.kind}`), x: x + 1, y: y + 1, w, h })}
      title={t("tile.keys")}
      onClick={onChoose}
      onFocus={onChoose}
      onPointerDown={begin}
      onPointerMove={drag}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={key}
    >
      <span className="wall-corner" data-corner="" />
    </button>
  );
}

const within = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

function moved(from: Place, dx: number, dy: number): Place {
  return { ...from, x: within(from.x + dx, 0, COLUMNS - from.w), y: within(from.y + dy, 0, ROWS - from.h) };
}

function sized(from: Place, dx: number, dy: number): Place {
  return { ...from, w: within(from.w + dx, 1, COLUMNS - from.x), h: within(from.h + dy, 1, ROWS - from.y) };
}
