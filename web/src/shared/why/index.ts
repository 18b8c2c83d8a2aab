export { WhyPanel } from "./WhyPanel";
export type { Decision, PassedOver } from "./why";
