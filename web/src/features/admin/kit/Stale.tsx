import { Alert, Button } from "antd";
import type { Problem } from "@/shared/api";
import { type FieldName, fields as fieldNames } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { texts } from "../texts";

export const STALE = "changed_meanwhile";

/** Somebody stored another change while the form was open: who, when and what, and the two ways on. */
export function Stale({
  problem,
  onReload,
  onOverwrite,
}: {
  problem: Problem;
  onReload: () => void;
  onOverwrite: () => void;
}) {
  const t = useT(texts);
  const n = useT(fieldNames);
  const f = useFormat();
  const { who, at, names } = problem.params as { who: string; at: string | null; names: string[] };
  const what = names.map((name) => (name in fieldNames.zh ? n(name as FieldName) : name));
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      className="editor-problem"
      title={t("stale.title", { who, at: at ? f.moment(at) : "" })}
      description={
        <>
          {what.length > 0 ? <div>{t("stale.what", { what: what.join(t("stale.comma")) })}</div> : null}
          <div className="editor-ways">
            <Button type="primary" onClick={onReload}>
              {t("stale.reload")}
            </Button>
            <Button danger onClick={onOverwrite}>
              {t("stale.overwrite")}
            </Button>
          </div>
        </>
      }
    />
  );
}
