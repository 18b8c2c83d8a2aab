export { AgentVerbs } from "./AgentVerbs";
export { AtCall } from "./AtCall";
export { BreakWishes } from "./BreakWishes";
export { FollowBar } from "./FollowBar";
export { SessionBar } from "./SessionBar";
export { useMaySupervise } from "./useVerbs";
export { WaitingVerbs } from "./WaitingVerbs";
