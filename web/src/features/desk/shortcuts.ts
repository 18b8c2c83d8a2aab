import { useEffect, useRef } from "react";

/** Alt with a letter: never types anything into a field, and works while one has the focus. */
export const KEYS = {
  answer: "KeyA",
  reject: "KeyJ",
  hold: "KeyH",
  mute: "KeyM",
  keypad: "KeyK",
  colleague: "KeyI",
  hangup: "KeyX",
  transfer: "KeyT",
  consult: "KeyC",
  park: "KeyP",
  card: "KeyL",
  alone: "KeyD",
  swap: "KeyQ",
  conference: "KeyG",
  complete: "KeyO",
  cancel: "KeyE",
  ready: "KeyR",
  not_ready: "KeyN",
  state: "KeyS",
  wrap: "KeyW",
  pop: "KeyU",
} as const;

export type ShortcutName = keyof typeof KEYS;

const apple = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

/** How the key is written on this machine: `Alt+A`, `⌥A`. */
export function keyName(name: ShortcutName): string {
  const letter = KEYS[name].slice(-1);
  return apple ? `⌥${letter}` : `Alt+${letter}`;
}

/** For `aria-keyshortcuts`. */
export function ariaKey(name: ShortcutName): string {
  return `Alt+${KEYS[name].slice(-1)}`;
}

export function useShortcuts(work: Partial<Record<ShortcutName, () => void>>): void {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat) return;
      for (const [name, code] of Object.entries(KEYS)) {
        const run = latest.current[name as ShortcutName];
        if (event.code === code && run) {
          event.preventDefault();
          run();
        }
      }
    };
    globalThis.addEventListener("keydown", pressed);
    return () => globalThis.removeEventListener("keydown", pressed);
  }, []);
}
