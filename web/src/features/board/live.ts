import { useCallback } from "react";
import { create } from "zustand";
import { type BoardNews, useBoardNews } from "@/shared/live";
import { fromSnapshot, type LiveBoard, merge } from "./model";

/** The board is drawn at most this often: no eye wants more, and the news of 500 agents does not stall it. */
const DRAW_MS = 100;

interface BoardStore {
  board: LiveBoard | null;
  take(news: BoardNews): void;
}

export const useBoardStore = create<BoardStore>((set) => {
  let newest: LiveBoard | null = null;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let later: ReturnType<typeof setTimeout> | undefined;
  const draw = () => {
    later = undefined;
    drawnAt = performance.now();
    set({ board: newest });
  };
  return {
    board: null,
    take(news) {
      if (news.snapshot) newest = fromSnapshot(news.snapshot);
      // A delta before the first snapshot has nothing to change.
      else if (newest) newest = merge(newest, news.delta);
      else return;
      const wait = drawnAt + DRAW_MS - performance.now();
      if (wait <= 0 && later === undefined) draw();
      else later ??= setTimeout(draw, wait);
    },
  };
});

/** Keeps the board fed while a page shows it. */
export function useBoardFeed(): void {
  const take = useBoardStore((store) => store.take);
  useBoardNews(useCallback((news: BoardNews) => take(news), [take]));
}
