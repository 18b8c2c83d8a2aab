import { App } from "antd";
import { useEffect, useRef } from "react";
import type { AgentContact } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { texts } from "./texts";

/** The caller is back from a transfer, or a colleague stays: who asked is told why, once. */
export function useReturned(contact: AgentContact | null): void {
  const t = useT(texts);
  const { message } = App.useApp();
  const { phone: number } = useFormat();
  const returned = contact?.returned ?? null;
  const inside = contact?.direction === "internal";
  const told = useRef<string | null>(null);
  useEffect(() => {
    if (!returned || told.current === returned.transfer_id) return;
    told.current = returned.transfer_id;
    const key = `returned.${inside ? "inside." : ""}${returned.how}`;
    if (key in texts.zh) {
      const who = returned.name ?? number(returned.number ?? "");
      void message.warning({ key: "returned", content: t(key as "returned.failed", { who }), duration: 8 });
    }
  }, [returned, inside, message, number, t]);
}
