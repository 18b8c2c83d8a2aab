import { create } from "zustand";

export type ThemeChoice = "light" | "dark" | "auto";
const KEY = "andon.theme";

function remembered(): ThemeChoice {
  const kept = globalThis.localStorage?.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

interface Preferences {
  theme: ThemeChoice;
  setTheme(theme: ThemeChoice): void;
}

export const usePreferences = create<Preferences>((set) => ({
  theme: remembered(),
  setTheme(theme) {
    globalThis.localStorage?.setItem(KEY, theme);
    set({ theme });
  },
}));
