import { useQuery } from "@tanstack/react-query";
import { Tag, Tooltip } from "antd";
import { api, take } from "@/shared/api";
import type { components } from "@/shared/api/schema";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { lineTexts } from "./texts";

export type TrunkState = components["schemas"]["TrunkState"];

const LOOK_MS = 5000;

/** How each trunk stands now, by its id; null while nobody can tell. */
export function useTrunkStates(): ReadonlyMap<string, TrunkState> | null {
  const { data, isError } = useQuery({
    queryKey: ["trunk-states"],
    queryFn: async ({ signal }) => (await take(api.GET("/api/trunk-states", { signal }))).trunks,
    refetchInterval: LOOK_MS,
  });
  return isError ? null : new Map(data?.map((state) => [state.trunk_id, state]));
}

export const HOW = [
  "answered",
  "busy",
  "no_answer",
  "no_reply",
  "rejected",
  "wrong_number",
  "congestion",
  "refused",
  "cancelled",
  "failed",
] as const;
export type How = (typeof HOW)[number];

/** How a call ended in words, with the cause that the carrier gave. */
export function useHow() {
  const t = useT(lineTexts);
  return (how: string, cause: number) => {
    const known = HOW.find((one) => one === how) ?? "failed";
    const said = t(`how.${known}`);
    return cause === 0 ? said : t("how.cause", { how: said, cause });
  };
}

/** Whether the carrier is there, and what the last calls told of it. */
export function TrunkStateShown({ state }: { state: TrunkState | null | undefined }) {
  const t = useT(lineTexts);
  const f = useFormat();
  const said = useHow();
  if (!state) return <span className="dim">{t(state === null ? "state.untold" : "state.unknown")}</span>;
  const reach = state.made ? state.reach : "not_made";
  const color = reach === "answers" ? "success" : reach === "silent" && state.worked_at ? "warning" : "error";
  return (
    <div className="trunk-state">
      <Tooltip title={t(`state.${reach}.hint`, { status: state.status, ms: state.ms })}>
        <Tag color={color}>{t(`state.${reach}`)}</Tag>
      </Tooltip>
      {state.failed_at ? (
        <small>
          {t("state.failed", { at: f.moment(state.failed_at), how: said(state.how, state.cause) })}
        </small>
      ) : null}
      {state.worked_at ? (
        <small className="dim">{t("state.worked", { at: f.moment(state.worked_at) })}</small>
      ) : null}
    </div>
  );
}
