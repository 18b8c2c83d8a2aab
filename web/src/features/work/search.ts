export const LISTS = ["open", "mine", "taken", "done", "callbacks"] as const;
export type List = (typeof LISTS)[number];
export const KINDS = ["missed_call", "voicemail", "callback", "follow_up"] as const;
export type Kind = (typeof KINDS)[number];

export interface Search {
  list?: List;
  kind?: Kind;
  queue?: string;
  id?: string;
}

const ID = /^[0-9a-f-]{36}$/;

/** What the address says of the list on show; anything else is dropped. Pure. */
export function readSearch(raw: Record<string, unknown>): Search {
  const id = (value: unknown) => (typeof value === "string" && ID.test(value) ? value : undefined);
  const found: Search = {
    list: LISTS.find((list) => list === raw.list),
    kind: KINDS.find((kind) => kind === raw.kind),
    queue: id(raw.queue),
    id: id(raw.id),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
