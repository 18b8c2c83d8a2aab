export { announceSignedOut, api, onSignedOut, take } from "./client";
export { asProblem, ownProblem, Problem, problemOf } from "./problem";
export type * from "./types";
