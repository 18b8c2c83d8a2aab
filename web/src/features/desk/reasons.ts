import type { Locale } from "@/shared/i18n";
import type { WrapReason } from "./data";

export interface ReasonNode {
  value: string;
  title: string;
  /** The way from the root, for the search and for what the field shows. */
  path: string;
  selectable: boolean;
  children: ReasonNode[];
}

/** The flat list of reasons as a tree; only leaves can be chosen. Orphans hang at the root. Pure. */
export function reasonTree(reasons: readonly WrapReason[], locale: Locale): ReasonNode[] {
  const known = new Set(reasons.map((reason) => reason.id));
  const below = new Map<string | null, WrapReason[]>();
  for (const reason of reasons) {
    const parent = reason.parent_id !== null && known.has(reason.parent_id) ? reason.parent_id : null;
    below.set(parent, [...(below.get(parent) ?? []), reason]);
  }
  const grow = (parent: string | null, way: string, depth: number): ReasonNode[] =>
    // A ring of parents would never be reached from the root; the depth is bounded all the same.
    (depth > 12 ? [] : (below.get(parent) ?? []))
      .slice()
      .sort((a, b) => a.sort - b.sort || a.id.localeCompare(b.id))
      .map((reason) => {
        const title = locale === "zh" ? reason.name_zh : reason.name_en || reason.name_zh;
        const path = way ? `${way} / ${title}` : title;
        const children = grow(reason.id, path, depth + 1);
        return { value: reason.id, title, path, selectable: children.length === 0, children };
      });
  return grow(null, "", 0);
}
