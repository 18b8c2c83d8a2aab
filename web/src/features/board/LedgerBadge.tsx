import { Link } from "@tanstack/react-router";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { permitted, useMe } from "@/shared/session";
import { useLedgerShort } from "./queries";
import { texts } from "./texts";

/** What the last check of the books left unexplained. Not shown to those who may not see the ledger. */
export function LedgerBadge() {
  const t = useT(texts);
  const f = useFormat();
  const may = permitted(useMe(), ["ledger"]);
  const { data } = useLedgerShort(may);
  if (!may || !data) return null;
  const checked = data.unexplained !== null;
  return (
    <Link
      to="/ledger"
      className="ledger-badge"
      data-tone={!checked ? "" : data.unexplained === 0 ? "good" : "bad"}
      title={t("ledger.open", { time: f.moment(data.checkedAt) })}
    >
      {t("ledger.badge")}
      {checked ? <b>{t("ledger.unexplained", { n: data.unexplained ?? 0 })}</b> : t("ledger.never")}
    </Link>
  );
}
