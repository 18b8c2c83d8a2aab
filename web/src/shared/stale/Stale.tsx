import { Alert, Button } from "antd";
import { asProblem, type Problem } from "@/shared/api";
import { type FieldName, fields as fieldNames } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { texts } from "./texts";
import "./stale.css";

const CODE = "changed_meanwhile";

/** The refusal to overwrite what somebody else stored meanwhile, if it is one. */
export function staleOf(thrown: unknown): Problem | null {
  const problem = asProblem(thrown);
  return problem.code === CODE ? problem : null;
}

/** Somebody stored another change while the page was open: who, when and what, and the ways on. */
export function Stale({
  problem,
  onReload,
  onOverwrite,
}: {
  problem: Problem;
  onReload: () => void;
  /** Not where there is nothing of one's own to put in its place. */
  onOverwrite?: () => void;
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
      className="stale"
      title={at ? t("title", { who, at: f.moment(at) }) : problem.title}
      description={
        <>
          {what.length > 0 ? <div>{t("what", { what: what.join(t("comma")) })}</div> : null}
          <div className="stale-ways">
            <Button type="primary" onClick={onReload}>
              {t("reload")}
            </Button>
            {onOverwrite ? (
              <Button danger onClick={onOverwrite}>
                {t("overwrite")}
              </Button>
            ) : null}
          </div>
        </>
      }
    />
  );
}
