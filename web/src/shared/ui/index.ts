export { AgentStateTag, StateDot, stateColor } from "./AgentStateTag";
export { ErrorBoundary } from "./ErrorBoundary";
export { FigureTile } from "./FigureTile";
export { Nothing } from "./Nothing";
export { OutcomeTag } from "./OutcomeTag";
export { ProblemView, useReportProblem } from "./ProblemView";
export { Pending, QueryView } from "./QueryView";
export { TierTag } from "./TierTag";
export { useMediaQuery, useNarrow } from "./useMediaQuery";
