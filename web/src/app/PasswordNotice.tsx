import { useNavigate } from "@tanstack/react-router";
import { Alert, Button } from "antd";
import type { Me } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { texts } from "./texts";

/** For whose password somebody else set, and who came in by another way: who it was, and when. */
export function PasswordNotice({ set }: { set: NonNullable<Me["password_set"]> }) {
  const t = useT(texts);
  const f = useFormat();
  const navigate = useNavigate();
  return (
    <Alert
      banner
      type="warning"
      closable
      title={t("renew.told", { by: set.by, at: f.moment(set.at) })}
      action={
        <Button size="small" onClick={() => void navigate({ to: "/account" })}>
          {t("renew.go")}
        </Button>
      }
    />
  );
}
