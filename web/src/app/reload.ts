const KEY = "andon.reloaded";
/** A page that has just been loaded anew and still misses a file would miss it for ever. */
const AGAIN_MS = 60_000;

/** Whether to load the page anew because a file of its build is gone: once in a while, never under a call. */
export function mayReload(last: string | null, now: number, talking: boolean): boolean {
  return !talking && !(now - Number(last ?? Number.NaN) < AGAIN_MS);
}

/** A page open while a new build took its files away loads itself anew, once. */
export function reloadWhenOutdated(): void {
  globalThis.addEventListener("vite:preloadError", () => {
    const talking = document.querySelector<HTMLMediaElement>("[data-andon=remote-audio]")?.srcObject != null;
    if (!mayReload(sessionStorage.getItem(KEY), Date.now(), talking)) return;
    sessionStorage.setItem(KEY, String(Date.now()));
    globalThis.location.reload();
  });
}
