import { App } from "antd";
import { useEffect } from "react";
import type { AgentView, ForcedBy } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { serverNow } from "@/shared/time";
import { texts } from "./texts";

/** Older news about the own state is no news: the page was only opened again. */
const FRESH_MS = 8000;

/** Says once, and until it is read, that a supervisor chose the agent's state: who, which and why. */
export function useForcedNotice(view: AgentView | null): void {
  const t = useT(texts);
  const c = useT(common);
  const { notification } = App.useApp();
  const now = noticeOf(view?.forced);
  const later = noticeOf(view?.pending_forced);
  const state = view?.state;
  const pending = view?.pending_state;
  const fresh = view !== null && serverNow() - Date.parse(view.since) < FRESH_MS;

  useEffect(() => {
    if (!now || !state || !fresh) return;
    const { name, note } = JSON.parse(now) as ForcedBy;
    const title = t("forced.now", { name, state: c(`state.${state}`) });
    notification.warning({ key: "forced", title, description: note || undefined, duration: 0 });
  }, [now, state, fresh, notification, t, c]);

  useEffect(() => {
    if (!later || !pending) return;
    const { name, note } = JSON.parse(later) as ForcedBy;
    const title = t("forced.later", { name, state: c(`state.${pending}`) });
    notification.warning({ key: "forced", title, description: note || undefined, duration: 0 });
  }, [later, pending, notification, t, c]);
}

/** The same news in each view is the same text, so that it is said once. */
function noticeOf(forced: ForcedBy | null | undefined): string | null {
  return forced ? JSON.stringify({ name: forced.name, note: forced.note }) : null;
}
