import { create } from "zustand";

interface Selection {
  /** A contact of the past on show; null shows the current call. */
  contactId: string | null;
  tab: "list" | "work" | "assist";
}

/** What the desk shows besides the current call, and the column on show on a narrow screen. */
export const useSelection = create<Selection>(() => ({ contactId: null, tab: "work" }));

export function select(contactId: string | null): void {
  useSelection.setState({ contactId, tab: "work" });
}
