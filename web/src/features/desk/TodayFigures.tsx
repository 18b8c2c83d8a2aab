import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Tooltip } from "antd";
import { useCallback } from "react";
import type { Figure } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useLiveMessage } from "@/shared/live";
import { QueryView } from "@/shared/ui";
import { todayQuery } from "./data";
import { texts } from "./texts";

/** What an agent looks at; the rest of the day's figures are one page away. */
const SHOWN = ["handled", "aht", "csat", "occupancy", "missed", "signed_in_time"];

/** The agent's own day. Each figure tells its formula and the two sums it was made from. */
export function TodayFigures() {
  const t = useT(texts);
  const queries = useQueryClient();
  const query = useQuery(todayQuery);
  useLiveMessage(
    "today",
    useCallback(() => void queries.invalidateQueries({ queryKey: todayQuery.queryKey }), [queries]),
  );
  return (
    <section className="today" aria-label={t("today.title")}>
      <h2>{t("today.title")}</h2>
      <QueryView query={query} rows={2}>
        {(day) => (
          <div className="today-grid">
            {SHOWN.flatMap((id) => day.figures.filter((figure) => figure.id === id)).map((figure) => (
              <Tile key={`${figure.id}:${figure.variant}`} figure={figure} />
            ))}
          </div>
        )}
      </QueryView>
    </section>
  );
}

function Tile({ figure }: { figure: Figure }) {
  const t = useT(texts);
  const format = useFormat();
  const sums =
    figure.bottom === null ? null : t("today.sums", { top: sum(figure.top), bottom: sum(figure.bottom) });
  function sum(value: number): string {
    return figure.unit === "seconds" && value >= 1000 && figure.bottom !== value
      ? format.span(value)
      : format.count(value);
  }
  const formula = t("today.formula", { formula: figure.formula });
  return (
    <Tooltip
      title={
        <>
          <div>{formula}</div>
          {sums ? <div>{sums}</div> : null}
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the formula must be reachable without a mouse */}
      <div className="today-tile" tabIndex={0} data-figure={figure.id}>
        <span>{figure.name}</span>
        <strong>{format.figure(figure.value, figure.unit)}</strong>
      </div>
    </Tooltip>
  );
}
