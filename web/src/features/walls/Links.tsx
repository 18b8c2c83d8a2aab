import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Input, Modal, Tag, Typography } from "antd";
import { useState } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Nothing, QueryView, useReportProblem } from "@/shared/ui";
import { addressOf, type Link, linksQuery, makeLink, revokeLink } from "./data";
import { texts } from "./texts";

/** A board's links: made for a screen, shown once, revoked. */
export function Links({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useT(texts);
  const c = useT(common);
  const cache = useQueryClient();
  const report = useReportProblem();
  const links = useQuery(linksQuery(id));
  const [name, setName] = useState("");
  const [address, setAddress] = useState<string | null>(null);
  const refresh = () => cache.invalidateQueries({ queryKey: linksQuery(id).queryKey });
  const make = useMutation({
    mutationFn: () => makeLink(id, name.trim()),
    onSuccess: async (token) => {
      setAddress(addressOf(token));
      setName("");
      await refresh();
    },
    onError: report,
  });
  return (
    <Modal
      open
      title={t("links")}
      width={640}
      onCancel={onClose}
      footer={<Button onClick={onClose}>{c("action.close")}</Button>}
    >
      <p className="dim">{t("links.lead")}</p>
      <form
        className="wall-bar"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) make.mutate();
        }}
      >
        <Input
          aria-label={t("links.name")}
          placeholder={t("links.name")}
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
          style={{ flex: 1, minWidth: 160 }}
        />
        <Button type="primary" htmlType="submit" loading={make.isPending} disabled={name.trim() === ""}>
          {t("links.make")}
        </Button>
      </form>
      {address ? (
        <Alert
          type="success"
          style={{ marginTop: 12 }}
          title={t("links.once")}
          description={
            <Typography.Text
              code
              copyable={{ tooltips: [c("action.copy"), c("action.copied")] }}
              style={{ wordBreak: "break-all" }}
            >
              {address}
            </Typography.Text>
          }
        />
      ) : null}
      <QueryView query={links} rows={2}>
        {(all) => <List id={id} links={all} onChanged={refresh} />}
      </QueryView>
    </Modal>
  );
}

function List({
  id,
  links,
  onChanged,
}: {
  id: string;
  links: readonly Link[];
  onChanged: () => Promise<void>;
}) {
  const t = useT(texts);
  const c = useT(common);
  const f = useFormat();
  const { modal } = App.useApp();
  const report = useReportProblem();
  if (links.length === 0) return <Nothing title={t("links.none")} />;
  const revoke = (link: Link) =>
    modal.confirm({
      title: t("links.revoke.title", { name: link.name }),
      okText: t("links.revoke"),
      okButtonProps: { danger: true },
      cancelText: c("action.cancel"),
      onOk: async () => {
        try {
          await revokeLink(id, link.id);
          await onChanged();
        } catch (thrown) {
          report(thrown);
        }
      },
    });
  return (
    <ul className="wall-links">
      {links.map((link) => (
        <li key={link.id}>
          <span translate="no">{link.name}</span>
          <span className="dim">{f.moment(link.created_at)}</span>
          {link.revoked_at ? (
            <Tag>{t("links.revoked")}</Tag>
          ) : (
            <Button
              size="small"
              danger
              aria-label={`${t("links.revoke")} ${link.name}`}
              onClick={() => revoke(link)}
            >
              {t("links.revoke")}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
