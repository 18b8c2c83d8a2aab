import { useMutation } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { asProblem } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { ProblemView } from "@/shared/ui";
import { texts } from "./texts";

/** Asks for the own password and then acts. */
export function Proof({
  lead,
  label,
  act,
}: {
  lead: string;
  label: string;
  act: (password: string) => Promise<void>;
}) {
  const t = useT(texts);
  const run = useMutation({ mutationFn: act });
  const refused = run.isError ? asProblem(run.error).fields.password : undefined;
  return (
    <Form
      name="proof"
      layout="vertical"
      requiredMark={false}
      onFinish={({ password }: { password: string }) => run.mutate(password)}
    >
      <p>{lead}</p>
      {run.isError && !refused ? <ProblemView problem={run.error} /> : null}
      <Form.Item
        name="password"
        label={t("password.current")}
        rules={[{ required: true, message: t("password.missing") }]}
        {...(refused ? { validateStatus: "error" as const, help: refused } : {})}
      >
        <Input.Password maxLength={200} autoComplete="current-password" autoFocus />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={run.isPending}>
        {label}
      </Button>
    </Form>
  );
}
