import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input } from "antd";
import { api, asProblem, type Me, take } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { meQuery } from "@/shared/session";
import { ProblemView } from "@/shared/ui";
import { texts } from "./texts";

/** Changes the own password, which takes the present one. */
export function OwnPassword({ me, onDone }: { me: Me; onDone?: () => void }) {
  const t = useT(texts);
  const { message } = App.useApp();
  const cache = useQueryClient();
  const [form] = Form.useForm<{ current: string; password: string }>();
  const change = useMutation({
    mutationFn: (body: { current: string; password: string }) =>
      take(api.POST("/api/users/{id}/password", { params: { path: { id: me.user_id } }, body })),
    onSuccess: () => {
      form.resetFields();
      void message.success(t("password.done"));
      if (onDone) onDone();
      else void cache.invalidateQueries({ queryKey: meQuery.queryKey });
    },
    onError: (thrown) => {
      const { fields } = asProblem(thrown);
      form.setFields(
        (["current", "password"] as const).flatMap((name) => {
          const told = fields[name];
          return told ? [{ name, errors: [told] }] : [];
        }),
      );
    },
  });
  const named = change.isError && Object.keys(asProblem(change.error).fields).length > 0;
  return (
    <Form
      form={form}
      name="own"
      layout="vertical"
      requiredMark={false}
      className="account-form"
      onFinish={(values) => change.mutate(values)}
    >
      {change.isError && !named ? <ProblemView problem={change.error} /> : null}
      <Form.Item
        name="current"
        label={t("password.current")}
        rules={[{ required: true, message: t("password.missing") }]}
      >
        <Input.Password maxLength={200} autoComplete="current-password" />
      </Form.Item>
      <Form.Item
        name="password"
        label={t("password.new")}
        extra={t("password.help")}
        rules={[
          { required: true, message: t("password.missing") },
          { min: 8, message: t("password.short") },
        ]}
      >
        <Input.Password maxLength={200} autoComplete="new-password" />
      </Form.Item>
      <Button
        type={onDone ? "primary" : "default"}
        block={onDone !== undefined}
        htmlType="submit"
        loading={change.isPending}
      >
        {t("password.change")}
      </Button>
    </Form>
  );
}
