import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useT } from "@/shared/i18n";
import { useLiveMessage } from "@/shared/live";
import { FigureTile, QueryView } from "@/shared/ui";
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
              <FigureTile key={`${figure.id}:${figure.variant}`} figure={figure} />
            ))}
          </div>
        )}
      </QueryView>
    </section>
  );
}
