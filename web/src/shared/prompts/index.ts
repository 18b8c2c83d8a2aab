export { type Prompt, promptsQuery, type StandardPrompt, soundOf, standardQuery, type Voice } from "./data";
export { HearButton } from "./HearButton";
