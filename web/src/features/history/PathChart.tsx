import { type CSSProperties, type ReactNode, type Ref, useImperativeHandle, useRef } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useNarrow } from "@/shared/ui";
import { axisTicks, type Lane, type Path, type Span } from "./path";
import { texts } from "./texts";

/** Up to here the time beside a tick has room, as a share of the whole. */
const FITS = 0.97;
const FITS_NARROW = 0.86;

export interface PathChartHandle {
  /** Puts the playback line at an instant, in ms since arrival; null hides it. */
  moveTo(ms: number | null): void;
}

interface Props {
  path: Path;
  /** A span was chosen by click or key. */
  onSpan: (span: Span, lane: Lane) => void;
  currentOffer: number | null;
  /** Drawn under the lanes, on the same axis. */
  children?: ReactNode;
  ref?: Ref<PathChartHandle>;
}

function pct(share: number): string {
  return `${share * 100}%`;
}

/** The caller's lane, one lane per agent, one time axis; the recording lies under them on the same axis. */
export function PathChart({ path, onSpan, currentOffer, children, ref }: Props) {
  const t = useT(texts);
  const f = useFormat();
  const narrow = useNarrow();
  const line = useRef<HTMLDivElement>(null);
  useImperativeHandle(ref, () => ({
    moveTo(ms) {
      const element = line.current;
      if (!element) return;
      element.hidden = ms === null;
      if (ms !== null) element.style.insetInlineStart = pct(Math.min(1, ms / path.total));
    },
  }));
  const nameOf = (lane: Lane) => lane.agent?.name ?? t("lane.caller");
  return (
    <section className="path" aria-label={t("lane.chart")}>
      <div className="path-lane path-axis" aria-hidden="true">
        <span />
        <div className="path-track">
          {axisTicks(path.total, narrow ? 4 : 10)
            .filter((at) => at <= path.total * (narrow ? FITS_NARROW : FITS))
            .map((at) => (
              <span key={at} className="path-tick" style={{ insetInlineStart: pct(at / path.total) }}>
                {f.timer(at)}
              </span>
            ))}
        </div>
      </div>
      {path.lanes.map((lane) => (
        <div key={lane.agent?.id ?? "caller"} className="path-lane">
          <span className="path-name" title={nameOf(lane)}>
            {nameOf(lane)}
          </span>
          <div className="path-track">
            {lane.spans.map((span) => {
              const what = t(`span.${span.kind}`);
              const said = {
                who: nameOf(lane),
                what,
                from: f.timer(span.from),
                to: f.timer(span.to),
                span: f.span(span.to - span.from),
              };
              const label = span.open ? t("span.open", said) : t("span.label", said);
              return (
                <button
                  key={`${span.kind}-${span.from}`}
                  type="button"
                  className="path-span"
                  data-kind={span.kind}
                  data-open={span.open}
                  data-current={span.offer !== undefined && span.offer === currentOffer}
                  style={
                    {
                      insetInlineStart: pct(span.from / path.total),
                      width: pct((span.to - span.from) / path.total),
                    } as CSSProperties
                  }
                  title={label}
                  aria-label={`${what} ${f.timer(span.to - span.from)} · ${label}`}
                  onClick={() => onSpan(span, lane)}
                >
                  <span aria-hidden="true">
                    {what} <small>{f.timer(span.to - span.from)}</small>
                  </span>
                </button>
              );
            })}
            {lane.agent === null
              ? path.marks.map((mark) => (
                  <i
                    key={mark.seq}
                    className="path-mark"
                    data-kind={mark.kind}
                    style={{ insetInlineStart: pct(mark.at / path.total) }}
                    title={mark.text}
                  />
                ))
              : null}
          </div>
        </div>
      ))}
      {children}
      <div className="path-overlay" aria-hidden="true">
        <div ref={line} className="path-line" hidden />
      </div>
    </section>
  );
}
