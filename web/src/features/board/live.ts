import { useCallback } from "react";
import { create } from "zustand";
import { type BoardNews, useBoardNews } from "@/shared/live";
import { fromSnapshot, type LiveBoard, merge } from "./model";

interface BoardStore {
  board: LiveBoard | null;
  take(news: BoardNews): void;
}

export const useBoardStore = create<BoardStore>((set) => ({
  board: null,
  take: (news) =>
    set(({ board }) => {
      if (news.snapshot) return { board: fromSnapshot(news.snapshot) };
      // A delta before the first snapshot has nothing to change.
      return board ? { board: merge(board, news.delta) } : {};
    }),
}));

/** Keeps the board fed while a page shows it. */
export function useBoardFeed(): void {
  const take = useBoardStore((store) => store.take);
  useBoardNews(useCallback((news: BoardNews) => take(news), [take]));
}
