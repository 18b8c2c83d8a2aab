import { LockOutlined, SafetyOutlined, UserOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Form, Input, Modal } from "antd";
import { useState } from "react";
import { api, asProblem, type Me, take } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { startLive } from "@/shared/live";
import { meQuery } from "@/shared/session";
import { ProblemView } from "@/shared/ui";
import { queryClient } from "./queries";
import { texts } from "./texts";

interface Values {
  login: string;
  password: string;
  code?: string;
}

/** Over the page of who is in a call as the log-in runs out: nothing below is lost, the call least of all. */
export function LogInAgain({ me, onDone }: { me: Me; onDone: () => void }) {
  const t = useT(texts);
  const [form] = Form.useForm<Values>();
  const [coded, setCoded] = useState(false);
  const login = useMutation({
    mutationFn: async (values: Values) =>
      (await take(api.POST("/api/session", { body: { code: "", ...values } }))) as Me,
    onSuccess: (entered) => {
      // Somebody else, or somebody with something to do first: not on this page.
      if (entered.user_id !== me.user_id || entered.renewing || entered.enrolling) {
        globalThis.location.assign("/");
        return;
      }
      queryClient.setQueryData(meQuery.queryKey, entered);
      startLive();
      void queryClient.invalidateQueries();
      onDone();
    },
    onError: (thrown) => {
      if (asProblem(thrown).code === "login.code_needed") setCoded(true);
    },
  });
  const asked = login.isError && asProblem(login.error).code === "login.code_needed";
  return (
    <Modal
      open
      width={400}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      title={t("again.title")}
      okText={t("again.submit")}
      confirmLoading={login.isPending}
      cancelButtonProps={{ style: { display: "none" } }}
      onOk={() => form.submit()}
    >
      <p>{t("again.lead")}</p>
      {login.isError && !asked ? <ProblemView problem={login.error} /> : null}
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ login: me.login }}
        onFinish={(values) => login.mutate(values)}
      >
        <Form.Item
          name="login"
          label={t("login.name")}
          rules={[{ required: true, message: t("login.name.missing") }]}
        >
          <Input prefix={<UserOutlined />} autoComplete="username" autoCapitalize="none" />
        </Form.Item>
        <Form.Item
          name="password"
          label={t("login.password")}
          rules={[{ required: true, message: t("login.password.missing") }]}
        >
          <Input.Password
            prefix={<LockOutlined />}
            autoComplete="current-password"
            autoFocus
            onPressEnter={() => form.submit()}
          />
        </Form.Item>
        {coded ? (
          <Form.Item
            name="code"
            label={t("login.code")}
            rules={[{ required: true, whitespace: true, message: t("login.code.missing") }]}
          >
            <Input
              prefix={<SafetyOutlined />}
              autoComplete="one-time-code"
              maxLength={20}
              autoFocus
              onPressEnter={() => form.submit()}
            />
          </Form.Item>
        ) : null}
      </Form>
    </Modal>
  );
}
