/** Desktop notifications: only while the page is not in front, and never with the whole number on show. */

export type NotifyRight = "granted" | "denied" | "default" | "none";

export function notifyRight(): NotifyRight {
  return typeof Notification === "undefined" ? "none" : Notification.permission;
}

export async function askNotifyRight(): Promise<NotifyRight> {
  return typeof Notification === "undefined" ? "none" : Notification.requestPermission();
}

/** Shows that a call rings; returns the way to take it back. */
export function notifyRing(title: string, body: string): () => void {
  if (notifyRight() !== "granted" || (document.visibilityState === "visible" && document.hasFocus()))
    return () => {};
  const shown = new Notification(title, { body, tag: "andon-ring", requireInteraction: true });
  shown.onclick = () => {
    globalThis.focus();
    shown.close();
  };
  return () => shown.close();
}
