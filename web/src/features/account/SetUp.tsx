import { useMutation } from "@tanstack/react-query";
import { Button, Form, Input, QRCode, Typography } from "antd";
import { useEffect, useState } from "react";
import { api, asProblem, take } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { Pending, ProblemView } from "@/shared/ui";
import { Proof } from "./Proof";
import { RecoveryCodes } from "./RecoveryCodes";
import { texts } from "./texts";
import "./account.css";

interface Enrolment {
  secret: string;
  uri: string;
}

/** Sets up the second factor: password where asked, QR code, first code, recovery codes. */
export function SetUp({ askPassword, onDone }: { askPassword: boolean; onDone: () => void }) {
  const t = useT(texts);
  const [told, setTold] = useState<Enrolment | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const begin = useMutation({
    mutationFn: async (password: string) =>
      setTold((await take(api.POST("/api/me/second-factor", { body: { password } }))) as Enrolment),
  });
  const { mutate } = begin;
  useEffect(() => {
    if (!askPassword) mutate("");
  }, [askPassword, mutate]);

  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  if (told) return <FirstCode told={told} onCodes={setCodes} />;
  if (askPassword)
    return (
      <Proof lead={t("proof.lead")} label={t("proof.next")} act={(password) => begin.mutateAsync(password)} />
    );
  if (begin.isError) return <ProblemView problem={begin.error} onRetry={() => mutate("")} />;
  return <Pending rows={6} />;
}

function FirstCode({ told, onCodes }: { told: Enrolment; onCodes: (codes: string[]) => void }) {
  const t = useT(texts);
  const confirm = useMutation({
    mutationFn: async (code: string) =>
      (await take(api.PUT("/api/me/second-factor", { body: { code } }))) as { codes: string[] },
    onSuccess: ({ codes }) => onCodes(codes),
  });
  const refused = confirm.isError ? asProblem(confirm.error).fields.code : undefined;
  return (
    <Form
      name="first"
      layout="vertical"
      requiredMark={false}
      onFinish={({ code }: { code: string }) => confirm.mutate(code)}
    >
      <ol className="account-steps">
        <li>{t("setup.scan")}</li>
        <li>{t("setup.type")}</li>
      </ol>
      <div className="account-qr">
        {/* Cameras want dark on light, whatever the page looks like. */}
        <QRCode
          aria-label={t("setup.qr")}
          value={told.uri}
          type="svg"
          size={196}
          color="#000000"
          bgColor="#ffffff"
        />
      </div>
      <p className="account-secret">
        {t("setup.by_hand")}
        <Typography.Text code copyable={{ text: told.secret }}>
          {told.secret.match(/.{1,4}/g)?.join(" ")}
        </Typography.Text>
      </p>
      {confirm.isError && !refused ? <ProblemView problem={confirm.error} /> : null}
      <Form.Item
        name="code"
        label={t("setup.code")}
        rules={[{ required: true, message: t("setup.code.missing") }]}
        {...(refused ? { validateStatus: "error" as const, help: refused } : {})}
      >
        <Input
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
          autoFocus
          className="account-code"
        />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={confirm.isPending}>
        {t("setup.confirm")}
      </Button>
    </Form>
  );
}
