import { Button } from "antd";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import type { ReasonBranch } from "../reasonTree";
import { texts } from "../texts";
import type { WrapReason } from "../types";

interface Props {
  branches: readonly ReasonBranch[];
  saved: string | null;
  onOpen: (row: WrapReason) => void;
  onAddBelow: (row: WrapReason) => void;
}

/** The tree as nested lists, so that a screen reader hears the depth too. */
export function ReasonRows(props: Props) {
  const { branches, saved, onOpen, onAddBelow } = props;
  const t = useT(texts);
  const c = useT(common);
  const { locale } = useFormat();
  return (
    <ul className="reason-tree">
      {branches.map(({ reason, children }) => {
        const [first, second] =
          locale === "zh" ? [reason.name_zh, reason.name_en] : [reason.name_en, reason.name_zh];
        return (
          <li key={reason.id}>
            <div className="reason-row" data-saved={reason.id === saved}>
              <button type="button" className="link" onClick={() => onOpen(reason)}>
                {first}
              </button>
              <span className="dim">{second}</span>
              <span className="reason-actions">
                <Button
                  type="text"
                  size="small"
                  aria-label={`${t("wrap-reasons.below")} ${first}`}
                  onClick={() => onAddBelow(reason)}
                >
                  {t("wrap-reasons.below")}
                </Button>
                <Button
                  type="text"
                  size="small"
                  aria-label={`${c("action.edit")} ${first}`}
                  onClick={() => onOpen(reason)}
                >
                  {c("action.edit")}
                </Button>
              </span>
            </div>
            {children.length > 0 ? <ReasonRows {...props} branches={children} /> : null}
          </li>
        );
      })}
    </ul>
  );
}
