import type { BoardQueue } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { Nothing } from "@/shared/ui";
import { Elapsed } from "./Elapsed";
import { FigureTip } from "./FigureTip";
import { type FigureSet, MAIN_VARIANT, pick, SIDE_VARIANT, standing } from "./figures";
import { useRuleLevels } from "./rules";
import { texts } from "./texts";

interface Props {
  queues: BoardQueue[];
  figures: ReadonlyMap<string, FigureSet>;
  scoped: boolean;
  frozen: boolean;
}

/** Queues now and today. On a narrow page each row becomes a card; the labels come from `data-label`. */
export function QueueTable({ queues, figures, scoped, frozen }: Props) {
  const t = useT(texts);
  const f = useFormat();
  const rule = useRuleLevels();
  if (queues.length === 0)
    return (
      <Nothing
        title={t(scoped ? "queues.none.scope" : "queues.none")}
        hint={scoped ? undefined : t("queues.none.hint")}
      />
    );
  const number = (set: FigureSet | undefined, name: string, label: string, variant?: string) => {
    const figure = pick(set, name, variant);
    return (
      <td data-label={label} className="num">
        <FigureTip figure={figure}>{f.figure(figure?.value, figure?.unit ?? "count")}</FigureTip>
      </td>
    );
  };
  return (
    <div className="board-scroll">
      <table className="board-table queue-table">
        <thead>
          <tr>
            <th scope="col">{t("queues.name")}</th>
            <th scope="col" className="num">
              {t("queues.waiting")}
            </th>
            <th scope="col" className="num">
              {t("queues.oldest")}
            </th>
            <th scope="col" className="num">
              {t("queues.signed_in")}
            </th>
            <th scope="col" className="num">
              {t("queues.ready")}
            </th>
            <th scope="col" className="num">
              {t("queues.talking")}
            </th>
            <th scope="col" className="num edge">
              {t("queues.offered")}
            </th>
            <th scope="col" className="num">
              {t("queues.answered")}
            </th>
            <th scope="col" className="num">
              {t("queues.abandoned")}
            </th>
            <th scope="col" className="num">
              <code className="variant">{MAIN_VARIANT}</code>
            </th>
            <th scope="col" className="num">
              <code className="variant">{SIDE_VARIANT}</code>
            </th>
            <th scope="col" className="num">
              {t("queues.asa")}
            </th>
            <th scope="col" className="num">
              {t("queues.aht")}
            </th>
          </tr>
        </thead>
        <tbody>
          {queues.map((queue) => {
            const set = figures.get(queue.queue_id);
            const main = pick(set, "service_level", MAIN_VARIANT);
            const targetMs = (set?.target_s ?? 20) * 1000;
            return (
              <tr key={queue.queue_id}>
                <th scope="row">
                  <span className="queue-name">{queue.name}</span>
                  <span className="queue-project">{queue.project_name}</span>
                </th>
                <td
                  data-label={t("queues.waiting")}
                  className="num strong"
                  data-busy={queue.waiting > 0}
                  data-rule={rule("waiting", queue.queue_id)}
                >
                  {queue.waiting}
                </td>
                <td
                  data-label={t("queues.oldest")}
                  className="num"
                  data-rule={rule("longest_wait", queue.queue_id)}
                >
                  {queue.oldest_since ? (
                    <Elapsed
                      since={queue.oldest_since}
                      warnMs={targetMs}
                      alarmMs={targetMs * 3}
                      frozen={frozen}
                    />
                  ) : (
                    <span className="dim">—</span>
                  )}
                </td>
                <td data-label={t("queues.signed_in")} className="num" data-empty={queue.signed_in === 0}>
                  {queue.signed_in}
                </td>
                <td data-label={t("queues.ready")} className="num" data-rule={rule("ready", queue.queue_id)}>
                  {queue.ready}
                </td>
                <td data-label={t("queues.talking")} className="num">
                  {queue.talking}
                </td>
                {number(set, "offered", t("queues.offered"))}
                {number(set, "answered", t("queues.answered"))}
                {number(set, "abandoned", t("queues.abandoned"))}
                <td
                  data-label={MAIN_VARIANT}
                  className="num strong"
                  data-standing={standing(main?.value, set?.target_percent)}
                  data-rule={rule("service_level", queue.queue_id, MAIN_VARIANT)}
                >
                  <FigureTip figure={main}>{f.figure(main?.value, main?.unit ?? "ratio")}</FigureTip>
                  {set?.target_percent == null ? null : (
                    <small className="target">
                      {set.target_percent}/{set.target_s}
                    </small>
                  )}
                </td>
                {number(set, "service_level", SIDE_VARIANT, SIDE_VARIANT)}
                {number(set, "asa", t("queues.asa"))}
                {number(set, "aht", t("queues.aht"))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
