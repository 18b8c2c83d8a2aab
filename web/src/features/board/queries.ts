import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { api, take } from "@/shared/api";
import { type Locale, useLocale } from "@/shared/i18n";
import { type LiveMessage, useFigureNews } from "@/shared/live";
import { commonTarget, type DayFigures, type FigureSet, type PushedFigures, withPushed } from "./figures";

/** Names, formulas and targets; the values in between come by push. */
const REFRESH_MS = 60_000;

function figuresQuery(locale: Locale) {
  return queryOptions({
    queryKey: ["board", "figures", locale],
    queryFn: async ({ signal }): Promise<DayFigures> =>
      (await take(api.GET("/api/board/figures", { signal }))) as DayFigures,
    refetchInterval: REFRESH_MS,
    staleTime: REFRESH_MS / 2,
  });
}

export interface BoardFigures {
  /** Page time of the newest values. */
  at: number;
  projects: { id: string; name: string }[];
  queues: ReadonlyMap<string, FigureSet>;
  scope(project: string): FigureSet | undefined;
  projectOf(queue: string): string | undefined;
}

/** Today's figures, kept new by the live push. `scope("")` is the whole centre. */
export function useBoardFigures(): { figures: BoardFigures | undefined; problem: unknown } {
  const locale = useLocale();
  const client = useQueryClient();
  const query = useQuery(figuresQuery(locale));
  useFigureNews(
    useCallback(
      (message: LiveMessage) => {
        const key = figuresQuery(locale).queryKey;
        const pushed = message as unknown as PushedFigures;
        const known = client.getQueryData(key);
        // A new day, or a queue nobody has told of yet, needs its names and targets.
        if (known && (known.day !== pushed.day || known.queues.length !== Object.keys(pushed.queues).length))
          void client.invalidateQueries({ queryKey: key });
        else if (known) client.setQueryData(key, withPushed(known, pushed));
      },
      [client, locale],
    ),
  );
  const { data, dataUpdatedAt, error } = query;
  const figures = useMemo(() => {
    if (!data) return undefined;
    const queues = new Map(data.queues.map((set) => [set.queue_id, set]));
    return {
      at: dataUpdatedAt,
      projects: data.projects.map(({ project_id, name }) => ({ id: project_id, name })),
      queues,
      scope(project: string) {
        const set = project === "" ? data.whole : data.projects.find((one) => one.project_id === project);
        if (!set) return undefined;
        const own = data.queues.filter((queue) => project === "" || queue.project_id === project);
        return { figures: set.figures, ...commonTarget(own) };
      },
      projectOf: (queue: string) => queues.get(queue)?.project_id,
    };
  }, [data, dataUpdatedAt]);
  return { figures, problem: data ? undefined : error };
}

interface StateReason {
  id: string;
  kind: string;
  name_zh: string;
  name_en: string;
  limit_min: number | null;
}

/** A reason for not being ready as the board shows it. */
export interface ReasonShown {
  name: string;
  /** How long it may last. */
  limitMs: number | undefined;
}

const stateReasonsQuery = queryOptions({
  queryKey: ["state-reasons"],
  queryFn: async ({ signal }): Promise<StateReason[]> =>
    ((await take(api.GET("/api/state-reasons", { signal }))) as { items: StateReason[] }).items,
  staleTime: 5 * 60_000,
  retry: false,
});

/** Every reason, to choose from. */
export function useStateReasons(): readonly StateReason[] {
  return useQuery(stateReasonsQuery).data ?? [];
}

/** The reasons agents give for not being ready. */
export function useReasons(): (id: string | null) => ReasonShown | undefined {
  const locale = useLocale();
  const query = useQuery(stateReasonsQuery);
  return useCallback(
    (id) => {
      const found = query.data?.find((reason) => reason.id === id);
      return (
        found && {
          name: locale === "zh" ? found.name_zh : found.name_en,
          limitMs: found.limit_min === null ? undefined : found.limit_min * 60_000,
        }
      );
    },
    [query.data, locale],
  );
}

export interface LedgerShort {
  /** Null until a check is over. */
  unexplained: number | null;
  checkedAt: string | null;
}

interface LedgerState {
  last: { report: { unexplained: number; checked_at: string } | null } | null;
}

/** The last ledger check in short. */
export function useLedgerShort(wanted: boolean) {
  return useQuery({
    queryKey: ["ledger"],
    queryFn: async ({ signal }): Promise<LedgerState> =>
      (await take(api.GET("/api/ledger", { signal }))) as LedgerState,
    select: ({ last }): LedgerShort => ({
      unexplained: last?.report?.unexplained ?? null,
      checkedAt: last?.report?.checked_at ?? null,
    }),
    enabled: wanted,
    refetchInterval: 30_000,
    retry: false,
  });
}
