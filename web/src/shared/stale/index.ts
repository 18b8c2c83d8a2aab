export { Stale, staleOf } from "./Stale";

/** Says with a change what the page had seen of the thing; nothing: it is overwritten, whatever it is by now. */
export const having = (seen = ""): { "if-match"?: string } => (seen ? { "if-match": seen } : {});
