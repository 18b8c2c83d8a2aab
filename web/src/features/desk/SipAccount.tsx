import { Alert, Typography } from "antd";
import { useT } from "@/shared/i18n";
import { useSeat } from "./seat";
import { texts } from "./texts";

/** The account to enter in a desk phone. */
export function SipAccount({ registered }: { registered: boolean }) {
  const t = useT(texts);
  const credentials = useSeat((seat) => seat.credentials);
  const servers = useSeat((seat) => seat.servers);
  if (!credentials) return null;
  return (
    <section className="sip" aria-label={t("seat.sip.title")}>
      <h2>{t("seat.sip.title")}</h2>
      <p>{t("seat.sip.hint")}</p>
      <dl>
        <dt>{t("seat.sip.server")}</dt>
        <dd>
          {servers.map((server) => (
            <div key={server}>
              <Typography.Text copyable>{server}</Typography.Text>
            </div>
          ))}
          {servers.length > 1 ? <small className="dim">{t("seat.sip.servers")}</small> : null}
        </dd>
        <dt>{t("seat.sip.user")}</dt>
        <dd>
          <Typography.Text copyable>{credentials.username}</Typography.Text>
        </dd>
        <dt>{t("seat.sip.secret")}</dt>
        <dd>
          <Typography.Text copyable={{ text: credentials.secret }}>
            {"•".repeat(Math.min(16, credentials.secret.length))}
          </Typography.Text>
        </dd>
      </dl>
      <Alert
        type={registered ? "success" : "info"}
        showIcon
        title={t(registered ? "seat.sip.registered" : "seat.sip.waiting")}
      />
    </section>
  );
}
