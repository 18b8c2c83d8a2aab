export { WhyNot, WhyNotAnswer } from "./WhyNot";
export { WhyPanel } from "./WhyPanel";
export type { Decision, PassedOver, WhyNotOffer } from "./why";
