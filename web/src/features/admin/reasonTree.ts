/** Wrap-up reasons as a tree. Pure. */

import type { WrapReason } from "./types";

export interface ReasonBranch {
  reason: WrapReason;
  children: ReasonBranch[];
}

/** The tree of one project, siblings by `sort`, then by name. A reason whose parent is gone is at the top. */
export function reasonTree(reasons: readonly WrapReason[], projectId: string): ReasonBranch[] {
  const own = reasons.filter((reason) => reason.project_id === projectId);
  const known = new Set(own.map((reason) => reason.id));
  const below = (parent: string | null): ReasonBranch[] =>
    own
      .filter((reason) =>
        parent === null ? !reason.parent_id || !known.has(reason.parent_id) : reason.parent_id === parent,
      )
      .sort((a, b) => a.sort - b.sort || a.name_zh.localeCompare(b.name_zh, "zh"))
      .map((reason) => ({ reason, children: below(reason.id) }));
  return below(null);
}

/** Reasons that may become the parent of `id`: those of its project that are not itself or below it. */
export function possibleParents(
  reasons: readonly WrapReason[],
  projectId: string,
  id: string | null,
): WrapReason[] {
  const own = reasons.filter((reason) => reason.project_id === projectId);
  if (id === null) return own;
  const below = new Set([id]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const reason of own)
      if (reason.parent_id && below.has(reason.parent_id) && !below.has(reason.id)) {
        below.add(reason.id);
        grown = true;
      }
  }
  return own.filter((reason) => !below.has(reason.id));
}

/** “Orders / Delivery / Late”: a reason with those above it. */
export function pathName(reasons: readonly WrapReason[], id: string, locale: "zh" | "en"): string {
  const names: string[] = [];
  const byId = new Map(reasons.map((reason) => [reason.id, reason]));
  let at = byId.get(id);
  while (at && names.length < 12) {
    names.unshift(locale === "zh" ? at.name_zh : at.name_en);
    at = at.parent_id ? byId.get(at.parent_id) : undefined;
  }
  return names.join(" / ");
}
