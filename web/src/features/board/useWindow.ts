import { type RefObject, useLayoutEffect, useState } from "react";
import { type Span, visibleRows } from "./window";

/** The rows of a long list that are near the viewport of `host`, a scrolling element. */
export function useWindow(host: RefObject<HTMLElement | null>, rows: number, rowHeight: number): Span {
  const [span, setSpan] = useState<Span>({ first: 0, last: Math.min(rows, 30) });
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const measure = () =>
      setSpan((known) => {
        const next = visibleRows(element.scrollTop, element.clientHeight, rowHeight, rows);
        return known.first === next.first && known.last === next.last ? known : next;
      });
    measure();
    element.addEventListener("scroll", measure, { passive: true });
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    return () => {
      element.removeEventListener("scroll", measure);
      watch.disconnect();
    };
  }, [host, rows, rowHeight]);
  return span;
}

/** How many columns of at least `minimum` px fit into `host`. */
export function useColumns(host: RefObject<HTMLElement | null>, minimum: number, gap: number): number {
  const [columns, setColumns] = useState(1);
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const measure = () => setColumns(Math.max(1, Math.floor((element.clientWidth + gap) / (minimum + gap))));
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    return () => watch.disconnect();
  }, [host, minimum, gap]);
  return columns;
}
