/** The wallboards' questions to the server. */

import { queryOptions } from "@tanstack/react-query";
import { api, take } from "@/shared/api";
import { having } from "@/shared/stale";
import type { Board, Kind, Pictures, Tile } from "./types";

export interface SavedBoard extends Board {
  id: string;
  revision: string;
}

export interface Link {
  id: string;
  name: string;
  created_at: string;
  revoked_at: string | null;
}

/** A figure to choose: which kinds of tile can show it, and whether agents can be ranked by it. */
export interface FigureChoice {
  key: string;
  name: string;
  kinds: Kind[];
  agents: boolean;
}

export interface Look {
  server_time: string;
  zone: string;
  tiles: Pictures;
}

const one = (id: string) => ({ path: { id } });
const plain = (board: Board) => ({ ...board, tiles: board.tiles.map((tile) => ({ ...tile })) });

export const boardsQuery = queryOptions({
  queryKey: ["config", "/api/wallboards"],
  queryFn: async ({ signal }) =>
    (await take(api.GET("/api/wallboards", { signal }))).items as unknown as SavedBoard[],
});

export const boardQuery = (id: string) =>
  queryOptions({
    queryKey: ["wallboard", id],
    queryFn: async ({ signal }) =>
      (await take(api.GET("/api/wallboards/{id}", { params: one(id), signal }))) as unknown as SavedBoard,
    staleTime: Number.POSITIVE_INFINITY, // what is being designed is newer
    gcTime: 0,
  });

export const figuresQuery = (locale: string) =>
  queryOptions({
    queryKey: ["wallboard-figures", locale],
    queryFn: async ({ signal }) =>
      (await take(api.GET("/api/wallboard-figures", { signal }))) as FigureChoice[],
    staleTime: 5 * 60_000,
  });

/** What the board as it is designed would show now. */
export const lookQuery = (id: string, board: Board) =>
  queryOptions({
    queryKey: ["wallboard-look", id, board],
    queryFn: async ({ signal }) =>
      (await take(
        api.POST("/api/wallboards/{id}/look", { params: one(id), body: plain(board), signal }),
      )) as unknown as Look,
    refetchInterval: 3000,
    retry: false,
    gcTime: 0,
  });

export const linksQuery = (id: string) =>
  queryOptions({
    queryKey: ["wallboard-links", id],
    queryFn: async ({ signal }) =>
      (await take(api.GET("/api/wallboards/{id}/links", { params: one(id), signal })))
        .items as unknown as Link[],
  });

export const projectsQuery = queryOptions({
  queryKey: ["config", "/api/projects"],
  queryFn: async ({ signal }) => (await take(api.GET("/api/projects", { signal }))).items,
});

export const queuesQuery = queryOptions({
  queryKey: ["config", "/api/queues"],
  queryFn: async ({ signal }) => (await take(api.GET("/api/queues", { signal }))).items,
});

export const makeBoard = (board: Board) =>
  take(api.POST("/api/wallboards", { body: plain(board) })) as Promise<unknown> as Promise<SavedBoard>;

export const saveBoard = (id: string, board: Board, seen: string) =>
  take(
    api.PATCH("/api/wallboards/{id}", { params: { ...one(id), header: having(seen) }, body: plain(board) }),
  ) as Promise<unknown> as Promise<SavedBoard>;

export const deleteBoard = (id: string) => take(api.DELETE("/api/wallboards/{id}", { params: one(id) }));

export const makeLink = async (id: string, name: string): Promise<string> =>
  (await take(api.POST("/api/wallboards/{id}/links", { params: one(id), body: { name } }))).token;

export const revokeLink = (id: string, linkId: string) =>
  take(api.DELETE("/api/wallboards/{id}/links/{link_id}", { params: { path: { id, link_id: linkId } } }));

/** The address that a screen opens; what is behind the # is never sent as part of it. */
export const addressOf = (token: string) => `${globalThis.location.origin}/wall#${token}`;

const SIZES: Record<Kind, readonly [number, number]> = {
  figure: [4, 3],
  trend: [6, 3],
  ranking: [4, 4],
  queues: [10, 4],
  text: [6, 2],
  clock: [4, 2],
};
const FIGURES: Partial<Record<Kind, string>> = {
  figure: "now.waiting",
  trend: "offered",
  ranking: "now.waiting",
};

/** The size that a new tile would like. */
export const sizeOf = (kind: Kind) => SIZES[kind];

/** What a new tile of a kind shows. */
export function blankTile(kind: Kind, id: string): Omit<Tile, "x" | "y" | "w" | "h"> {
  return {
    id,
    kind,
    title: "",
    figure: FIGURES[kind] ?? "",
    queue_id: null,
    of: "queues",
    count: 5,
    text: "",
  };
}
