import { App } from "antd";
import { useEffect } from "react";
import type { AgentView } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { serverNow } from "@/shared/time";
import { texts } from "./texts";

/** Older news is no news: the page was only opened again. */
const FRESH_MS = 8000;

/** Says once that a break has to be granted, and then how the supervisor answered, in whose words. */
export function useBreakNotice(view: AgentView | null): void {
  const t = useT(texts);
  const { message, notification } = App.useApp();
  const asked = view?.breaks?.asked ? JSON.stringify(view.breaks.asked) : null;
  const answer = view?.breaks?.answer ? JSON.stringify(view.breaks.answer) : null;

  useEffect(() => {
    if (!asked) return;
    const { why, since } = JSON.parse(asked) as { why: "allowance" | "at_once"; since: string };
    if (fresh(since)) void message.info({ key: "break", content: t(`break.why.${why}`), duration: 6 });
  }, [asked, message, t]);

  useEffect(() => {
    if (!answer) return;
    const { how, name, note, at } = JSON.parse(answer) as {
      how: "approved" | "refused" | "timeout";
      name: string;
      note: string;
      at: string;
    };
    if (!fresh(at)) return;
    const show = how === "approved" ? notification.success : notification.info;
    show({
      key: "break",
      title: t(`break.${how}`, { name }),
      description: note || undefined,
      duration: how === "refused" ? 0 : 8,
    });
  }, [answer, notification, t]);
}

function fresh(at: string): boolean {
  return serverNow() - Date.parse(at) < FRESH_MS;
}
