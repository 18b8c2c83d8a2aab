import { create } from "zustand";

/** A number that the agent wants to call; the phone bar asks how. */
export interface DialWish {
  number: string;
  /** Whose matter it is: decides which number is shown there. */
  projectId: string | null;
  clientId: string | null;
}

export const useDialWish = create<{ wish: DialWish | null }>(() => ({ wish: null }));

export function wishToDial(wish: DialWish | null): void {
  useDialWish.setState({ wish });
}
