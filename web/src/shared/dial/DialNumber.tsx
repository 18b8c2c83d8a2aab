import { PhoneOutlined } from "@ant-design/icons";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useLive } from "@/shared/live";
import { permitted, useMe } from "@/shared/session";
import { common } from "@/shared/texts";
import { wishToDial } from "./store";
import "./dial.css";

/** A telephone number; for an agent who is signed in and may call out it is a button that calls it. */
export function DialNumber({
  number,
  projectId = null,
  clientId = null,
}: {
  number: string;
  projectId?: string | null | undefined;
  clientId?: string | null | undefined;
}) {
  const t = useT(common);
  const { phone } = useFormat();
  const seated = useLive((live) => live.agent?.signed_in ?? false);
  const may = permitted(useMe(), ["dial_out"]);
  const shown = phone(number);
  if (!seated || !may || !/^\+?[0-9]{3,20}$/.test(number)) return shown;
  return (
    <button
      type="button"
      className="dial-number"
      title={t("dial.number", { number: shown })}
      aria-label={t("dial.number", { number: shown })}
      onClick={() => wishToDial({ number, projectId, clientId })}
    >
      {shown}
      <PhoneOutlined aria-hidden="true" />
    </button>
  );
}
