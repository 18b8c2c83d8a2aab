import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input } from "antd";
import { useState } from "react";
import { api, asProblem, take } from "@/shared/api";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { useMe } from "@/shared/session";
import { useReportProblem } from "@/shared/ui";
import { call, listQuery } from "../kit/api";
import { Editor } from "../kit/Editor";
import { useDone } from "../kit/useDone";
import { texts } from "../texts";
import type { User } from "../types";

interface Values {
  password: string;
  current: string;
}

/** Sets a person's password. The own one asks for the present one, as the server does; that of somebody with
 * another duty takes a second person's leave, which is asked for here. */
export function PasswordReset({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useT(texts);
  const n = useT(fields);
  const me = useMe();
  const done = useDone();
  const cache = useQueryClient();
  const own = me?.user_id === user.id;
  const report = useReportProblem();
  const { message } = App.useApp();
  const [needsLeave, setNeedsLeave] = useState(false);
  const ask = useMutation({
    mutationFn: () => take(api.POST("/api/users/{id}/password-leave", { params: { path: { id: user.id } } })),
    onSuccess: () => {
      onClose();
      void message.success(t("password.leave.asked", { name: user.name }));
    },
    onError: report,
  });
  const save = async (values: Values) => {
    try {
      await call.act("/api/users/{id}/password", user.id, own ? values : { password: values.password });
    } catch (thrown) {
      setNeedsLeave(asProblem(thrown).code === "password.second_person");
      throw thrown;
    }
    await cache.invalidateQueries({ queryKey: listQuery("/api/users").queryKey });
    onClose();
    done(t("password.done", { name: user.name }));
  };
  return (
    <Editor<Values>
      open
      width={420}
      title={t("password.title", { name: user.name })}
      initial={{ password: "", current: "" }}
      saveLabel={t("password.reset")}
      onSave={save}
      onClose={onClose}
    >
      {() => (
        <>
          <Alert
            type="info"
            showIcon
            className="editor-problem"
            title={t(user.locked ? "password.unlocks" : "password.ends")}
            {...(own ? {} : { description: t("password.first") })}
          />
          {needsLeave ? (
            <Button block className="editor-ask" loading={ask.isPending} onClick={() => ask.mutate()}>
              {t("password.leave.ask")}
            </Button>
          ) : null}
          {own ? (
            <Form.Item name="current" label={t("password.current")} rules={[{ required: true }]}>
              <Input.Password maxLength={200} autoComplete="current-password" />
            </Form.Item>
          ) : null}
          <Form.Item
            name="password"
            label={n("password")}
            extra={t("password.help")}
            rules={[{ required: true }, { min: 8, message: t("password.short") }]}
          >
            <Input.Password maxLength={200} autoComplete="new-password" />
          </Form.Item>
        </>
      )}
    </Editor>
  );
}
