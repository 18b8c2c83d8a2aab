import type { ReactNode } from "react";
import type { Level } from "@/shared/alarms";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { Elapsed } from "./Elapsed";
import { FigureTip } from "./FigureTip";
import { type FigureSet, MAIN_VARIANT, pick, SIDE_VARIANT, standing } from "./figures";
import { useRuleLevels } from "./rules";
import { texts } from "./texts";

function Tile({
  label,
  children,
  foot,
  tone = "",
  rule,
  wide = false,
}: {
  label: ReactNode;
  children: ReactNode;
  foot?: ReactNode;
  tone?: string;
  rule?: Level;
  wide?: boolean;
}) {
  return (
    <div className={`tile${wide ? " tile-wide" : ""}`} data-tone={tone} data-rule={rule}>
      <dt className="tile-label">{label}</dt>
      <dd className="tile-value">{children}</dd>
      <dd className="tile-foot">{foot ?? "\u00a0"}</dd>
    </div>
  );
}

interface Props {
  /** The project shown, null for the whole centre. */
  project: string | null;
  set: FigureSet | undefined;
  waiting: number;
  longestSince: string | null;
  frozen: boolean;
}

/** What a supervisor looks at first: today's figures and who waits now. */
export function HeadLine({ project, set, waiting, longestSince, frozen }: Props) {
  const t = useT(texts);
  const f = useFormat();
  const rule = useRuleLevels();
  const main = pick(set, "service_level", MAIN_VARIANT);
  const side = pick(set, "service_level", SIDE_VARIANT);
  // Only where callers were told a wait.
  const told = pick(set, "estimated_wait_error");
  const how = standing(main?.value, set?.target_percent);
  const shown = (name: string) => {
    const figure = pick(set, name);
    return <FigureTip figure={figure}>{f.figure(figure?.value, figure?.unit ?? "count")}</FigureTip>;
  };
  const label = (name: string, fallback: string) => pick(set, name)?.name ?? fallback;
  const targetMs = (set?.target_s ?? 20) * 1000;
  return (
    <dl className="headline">
      <Tile
        wide
        tone={how}
        rule={rule("service_level", project, MAIN_VARIANT)}
        label={
          <>
            {main?.name ?? "SL"} <code className="variant">{MAIN_VARIANT}</code>
          </>
        }
        foot={
          <span className="tile-spread">
            <FigureTip figure={side}>
              <code className="variant">{SIDE_VARIANT}</code> {f.figure(side?.value, side?.unit ?? "ratio")}
            </FigureTip>
            {set?.target_percent != null && set.target_s != null ? (
              <span>
                {t("head.target", { percent: set.target_percent, s: set.target_s })}
                {how === "none" ? null : ` · ${t(how === "met" ? "head.met" : "head.missed")}`}
              </span>
            ) : null}
          </span>
        }
      >
        <span className="sl">
          <FigureTip figure={main}>{f.figure(main?.value, main?.unit ?? "ratio")}</FigureTip>
          <span className="sl-bar" aria-hidden="true">
            <i style={{ width: `${Math.min(100, (main?.value ?? 0) * 100)}%` }} />
            {set?.target_percent == null ? null : (
              <b style={{ insetInlineStart: `${set.target_percent}%` }} />
            )}
          </span>
        </span>
      </Tile>
      <Tile label={label("offered", t("queues.offered"))}>{shown("offered")}</Tile>
      <Tile
        label={label("answered", t("queues.answered"))}
        foot={
          <>
            {label("answer_rate_inbound", "")} {shown("answer_rate_inbound")}
          </>
        }
      >
        {shown("answered")}
      </Tile>
      <Tile
        label={label("abandoned", t("queues.abandoned"))}
        foot={
          <>
            {label("abandon_rate", "")} {shown("abandon_rate")}
          </>
        }
      >
        {shown("abandoned")}
      </Tile>
      <Tile
        label={label("asa", t("queues.asa"))}
        foot={
          told?.value == null ? undefined : (
            <>
              {told.name} {shown("estimated_wait_error")}
            </>
          )
        }
      >
        {shown("asa")}
      </Tile>
      <Tile label={label("aht", t("queues.aht"))}>{shown("aht")}</Tile>
      <Tile label={t("head.waiting")} tone={waiting > 0 ? "busy" : ""} rule={rule("waiting", project)}>
        {waiting}
      </Tile>
      <Tile
        label={t("head.longest")}
        foot={longestSince ? undefined : t("head.nobody")}
        rule={rule("longest_wait", project)}
      >
        {longestSince ? (
          <Elapsed since={longestSince} warnMs={targetMs} alarmMs={targetMs * 3} frozen={frozen} />
        ) : (
          "0:00"
        )}
      </Tile>
    </dl>
  );
}
