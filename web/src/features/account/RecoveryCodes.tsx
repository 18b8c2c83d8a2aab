import { Alert, Button, Checkbox, Typography } from "antd";
import { useState } from "react";
import { useT } from "@/shared/i18n";
import { texts } from "./texts";

/** Recovery codes, which the server tells this once. They are left only by saying that they are kept. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const t = useT(texts);
  const [kept, setKept] = useState(false);
  return (
    <div className="account-codes">
      <Alert type="success" showIcon title={t("codes.title")} description={t("codes.lead")} />
      <Typography.Paragraph copyable={{ text: codes.join("\n") }}>
        <ul translate="no">
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
      </Typography.Paragraph>
      <Checkbox checked={kept} onChange={(event) => setKept(event.target.checked)}>
        {t("codes.kept")}
      </Checkbox>
      <Button type="primary" block disabled={!kept} onClick={onDone}>
        {t("codes.done")}
      </Button>
    </div>
  );
}
