import { useQueryClient } from "@tanstack/react-query";
import { Alert, Form, Input } from "antd";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { useMe } from "@/shared/session";
import { call, listQuery } from "../kit/api";
import { Editor } from "../kit/Editor";
import { useDone } from "../kit/useDone";
import { texts } from "../texts";
import type { User } from "../types";

interface Values {
  password: string;
  current: string;
}

/** Sets a person's password. The own one asks for the present one, as the server does. */
export function PasswordReset({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useT(texts);
  const n = useT(fields);
  const me = useMe();
  const done = useDone();
  const cache = useQueryClient();
  const own = me?.user_id === user.id;
  const save = async (values: Values) => {
    await call.act("/api/users/{id}/password", user.id, own ? values : { password: values.password });
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
          />
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
