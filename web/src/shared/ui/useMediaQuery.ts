import { useSyncExternalStore } from "react";

/** True while the CSS media query holds: `useMediaQuery("(max-width: 767px)")`. */
export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = globalThis.matchMedia?.(query);
      media?.addEventListener("change", changed);
      return () => media?.removeEventListener("change", changed);
    },
    () => globalThis.matchMedia?.(query).matches ?? false,
  );
}

/** The page is as narrow as a phone: tables become cards. */
export function useNarrow(): boolean {
  return useMediaQuery("(max-width: 767px)");
}
