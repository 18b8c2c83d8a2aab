import { App, Button } from "antd";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { useReportProblem } from "@/shared/ui";
import { texts } from "../texts";
import { changedAt, useRetire } from "./api";
import { useDone } from "./useDone";

interface Removed {
  id: string;
  name: string;
}

/** Deletes a thing once the person has confirmed. Returns the button for the foot of a form; none while there is nothing to delete. */
export function useRemoval(path: string, hint: string | undefined, onRemoved: () => void) {
  const t = useT(texts);
  const c = useT(common);
  const retire = useRetire(path);
  const done = useDone();
  const report = useReportProblem();
  const { modal } = App.useApp();
  const remove = ({ id, name }: Removed) =>
    modal.confirm({
      title: t("retire.title", { name }),
      content: hint ?? t("retire.content"),
      okText: c("action.delete"),
      okButtonProps: { danger: true },
      cancelText: c("action.cancel"),
      onOk: async () => {
        try {
          await retire.mutateAsync(id);
          done(t("done.deleted", { name }), changedAt(path, id));
          onRemoved();
        } catch (thrown) {
          // Still in use: the server says by what.
          report(thrown);
        }
      },
    });
  return (what: Removed | null) =>
    what ? (
      <Button danger type="text" className="editor-delete" onClick={() => remove(what)}>
        {c("action.delete")}
      </Button>
    ) : null;
}
