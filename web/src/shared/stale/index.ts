export { Stale, staleOf } from "./Stale";
