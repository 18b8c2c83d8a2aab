import { App } from "antd";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { texts } from "../texts";

/** Says that a change is stored and works already, and when. */
export function useDone(): (what: string) => void {
  const t = useT(texts);
  const f = useFormat();
  const { message } = App.useApp();
  return (what) =>
    void message.success(`${what} · ${t("done.effective", { time: f.clock(Date.now(), true) })}`, 4);
}
