import { App, Button } from "antd";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useUndo } from "@/shared/undo";
import { texts } from "../texts";

export interface Changed {
  kind: string;
  id: string;
}

/** Says that a change is stored and works already, and when; with a button that takes it back, where one can. */
export function useDone(): (what: string, changed?: Changed) => void {
  const t = useT(texts);
  const f = useFormat();
  const { message } = App.useApp();
  const undo = useUndo();
  return (what, changed) => {
    const key = changed ? `done-${changed.id}` : undefined;
    const said = `${what} · ${t("done.effective", { time: f.clock(Date.now(), true) })}`;
    void message.success({
      key,
      duration: changed ? 8 : 4,
      content: changed ? (
        <>
          {said}{" "}
          <Button
            type="link"
            size="small"
            onClick={() => {
              message.destroy(key);
              undo({ object_kind: changed.kind, object_id: changed.id });
            }}
          >
            {t("done.undo")}
          </Button>
        </>
      ) : (
        said
      ),
    });
  };
}
