/** What an audit entry changed, field by field. Pure. */

export interface Entry {
  id: string;
  at: string;
  user_id: string | null;
  user_name: string;
  action: string;
  object_kind: string;
  object_id: string | null;
  object_name: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  address: string;
  /** Somebody other than whoever did it has to see it. */
  must_see?: boolean;
  seen_by?: string | null;
  seen_at?: string | null;
  /** The last change of its thing, of a kind that can be taken back. */
  undoable?: boolean;
}

export interface Change {
  field: string;
  before: unknown;
  after: unknown;
  /** Only one side exists: the thing was made or deleted. */
  side: "both" | "before" | "after";
}

function blank(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    value === "" ||
    (Array.isArray(value) && value.length === 0) ||
    (typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0)
  );
}

/** Fields whose values differ; of a made or deleted thing those that hold something. */
export function changesOf(entry: Pick<Entry, "before" | "after">): Change[] {
  const { before, after } = entry;
  if (before && after) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names
      .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
      .map((field) => ({ field, before: before[field], after: after[field], side: "both" }));
  }
  const only = before ?? after;
  const side = before ? "before" : "after";
  return Object.entries(only ?? {})
    .filter(([field, value]) => field !== "id" && !blank(value))
    .map(([field, value]) => ({
      field,
      before: side === "before" ? value : undefined,
      after: side === "after" ? value : undefined,
      side,
    }));
}

/** The mark that stands for a secret in the log. */
const HIDDEN = "…";

export type Shown =
  | { kind: "empty" }
  | { kind: "hidden" }
  | { kind: "flag"; value: boolean }
  | { kind: "text"; value: string; full: string };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const LONGEST = 80;

/** A value as the log shows it: ids shortened, structures as JSON, long texts cut. */
export function shown(value: unknown): Shown {
  if (blank(value)) return { kind: "empty" };
  if (value === HIDDEN) return { kind: "hidden" };
  if (typeof value === "boolean") return { kind: "flag", value };
  const full =
    typeof value === "string"
      ? value
      : Array.isArray(value) && value.every((one) => typeof one === "string" || typeof one === "number")
        ? value.join(", ")
        : typeof value === "object"
          ? JSON.stringify(value)
          : String(value);
  if (UUID.test(full)) return { kind: "text", value: `…${full.slice(-6)}`, full };
  return { kind: "text", value: full.length > LONGEST ? `${full.slice(0, LONGEST)}…` : full, full };
}
