import { create } from "zustand";
import { useLive } from "@/shared/live";

const KEY = "andon.auto-answer";

/** Each agent's own choice in this browser: calls are answered after a beep, without a press. */
export const useAutoAnswer = create<{ agents: readonly string[] }>(() => ({
  agents: globalThis.localStorage?.getItem(KEY)?.split(",").filter(Boolean) ?? [],
}));

/** Whether the agent at this desk wants it. */
export function answersByItself(): boolean {
  const agentId = useLive.getState().agent?.agent_id;
  return agentId !== undefined && useAutoAnswer.getState().agents.includes(agentId);
}

export function chooseAutoAnswer(agentId: string, on: boolean): void {
  const others = useAutoAnswer.getState().agents.filter((each) => each !== agentId);
  const agents = on ? [...others, agentId] : others;
  globalThis.localStorage?.setItem(KEY, agents.join(","));
  useAutoAnswer.setState({ agents });
}
