import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Tag } from "antd";
import { api, type Role, take } from "@/shared/api";
import type { components } from "@/shared/api/schema";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { ProblemView, QueryView } from "@/shared/ui";
import { texts } from "../texts";

/** Where the passwords of people who come from it are checked; no address: there is none. */
export function useDirectory(enabled = true) {
  return useQuery({
    queryKey: ["directory"],
    queryFn: ({ signal }) => take(api.GET("/api/directory", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
    enabled,
  });
}

/** Which the company's directory is, and whether it answers as log-in needs it. */
export function Directory() {
  const t = useT(texts);
  const directory = useDirectory();
  const check = useMutation({
    mutationFn: (login: string) => take(api.POST("/api/directory/check", { body: { login } })),
  });
  return (
    <section className="rules-directory" aria-labelledby="directory-title">
      <h2 id="directory-title">{t("directory.title")}</h2>
      <QueryView query={directory}>
        {({ urls }) =>
          urls.length === 0 ? (
            <p className="dim">{t("directory.none")}</p>
          ) : (
            <>
              <p>
                {urls.map((url) => (
                  <code key={url}>{url} </code>
                ))}
              </p>
              <Form<{ login?: string }>
                layout="inline"
                onFinish={({ login }) => check.mutate(login?.trim() ?? "")}
                disabled={check.isPending}
              >
                <Form.Item name="login">
                  <Input
                    maxLength={100}
                    placeholder={t("directory.login")}
                    aria-label={t("directory.login")}
                    autoCapitalize="none"
                    autoComplete="off"
                  />
                </Form.Item>
                <Button htmlType="submit" loading={check.isPending}>
                  {t("directory.check")}
                </Button>
              </Form>
              <div aria-live="polite">
                {check.isError ? <ProblemView problem={check.error} /> : null}
                {check.isSuccess ? (
                  <Alert
                    type="success"
                    showIcon
                    title={t("directory.ok")}
                    description={check.data.entry ? <Found entry={check.data.entry} /> : null}
                  />
                ) : null}
              </div>
            </>
          )
        }
      </QueryView>
    </section>
  );
}

/** Somebody as the directory has them. */
function Found({ entry }: { entry: components["schemas"]["EntryShown"] }) {
  const t = useT(texts);
  const c = useT(common);
  const n = useT(fields);
  return (
    <dl className="rules-facts">
      <dt>DN</dt>
      <dd>{entry.dn}</dd>
      <dt>{n("name")}</dt>
      <dd>{entry.name || t("directory.nothing")}</dd>
      <dt>{n("mobile")}</dt>
      <dd>{entry.mobile || t("directory.nothing")}</dd>
      <dt>{n("email")}</dt>
      <dd>{entry.mail || t("directory.nothing")}</dd>
      {entry.roles.length > 0 ? (
        <>
          <dt>{n("roles")}</dt>
          <dd>
            {entry.roles.map((role) => (
              <Tag key={role}>{c(`role.${role as Role}`)}</Tag>
            ))}
          </dd>
        </>
      ) : null}
    </dl>
  );
}
