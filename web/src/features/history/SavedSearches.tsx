import { DeleteOutlined, EditOutlined, StarOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Form, Input, Modal, Popover, Select } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { asProblem } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Nothing, Pending, ProblemView, useReportProblem } from "@/shared/ui";
import { type Column, readColumns } from "./columns";
import { forgetSearch, keepSearch, type SavedSearch, savedQuery } from "./queries";
import { conditionsOf, periodOf, type Search, searchOf } from "./search";
import { texts } from "./texts";

/** With whom a search can be shared. */
const ROLES = ["supervisor", "quality", "auditor", "client_viewer"] as const;

interface Values {
  name: string;
  with_columns: boolean;
  renew: boolean;
  roles: string[];
  departments: string[];
}

/** Searches kept under a name, own and shared; the present one can be kept too. */
export function SavedSearches({
  search,
  columns,
  onOpen,
}: {
  search: Search;
  columns: readonly Column[];
  onOpen: (search: Search, columns: readonly Column[] | null) => void;
}) {
  const t = useT(texts);
  const c = useT(common);
  const [open, setOpen] = useState(false);
  const [editing, setEditing] = useState<SavedSearch | "new" | null>(null);
  const saved = useQuery(savedQuery);
  const client = useQueryClient();
  const report = useReportProblem();
  const { modal, message } = App.useApp();
  const forget = useMutation({
    mutationFn: forgetSearch,
    onSuccess: () => client.invalidateQueries({ queryKey: savedQuery.queryKey }),
  });
  const remove = (one: SavedSearch) =>
    modal.confirm({
      title: t("saved.forget.title", { name: one.name }),
      content: one.roles.length + one.departments.length > 0 ? t("saved.forget.shared") : undefined,
      okText: c("action.delete"),
      okButtonProps: { danger: true },
      cancelText: c("action.cancel"),
      onOk: () => forget.mutateAsync(one.id).catch(report),
    });
  return (
    <>
      <Popover
        trigger="click"
        placement="bottomLeft"
        open={open}
        onOpenChange={setOpen}
        content={
          <div className="history-saved">
            {saved.isError ? (
              <ProblemView problem={saved.error} onRetry={() => void saved.refetch()} />
            ) : !saved.data ? (
              <Pending rows={3} />
            ) : saved.data.items.length === 0 ? (
              <Nothing title={t("saved.none")} hint={t("saved.none.hint")} />
            ) : (
              <ul aria-label={t("saved.open")}>
                {saved.data.items.map((one) => (
                  <li key={one.id}>
                    <button
                      type="button"
                      className="link"
                      onClick={() => {
                        setOpen(false);
                        onOpen(
                          searchOf(one.search, one.period),
                          one.columns.length > 0 ? readColumns(one.columns) : null,
                        );
                      }}
                    >
                      {one.name}
                    </button>
                    {one.own ? (
                      <span>
                        {one.roles.length + one.departments.length > 0 ? (
                          <small className="dim">{t("saved.shared")} </small>
                        ) : null}
                        <Button
                          type="text"
                          size="small"
                          icon={<EditOutlined />}
                          aria-label={t("saved.edit", { name: one.name })}
                          onClick={() => {
                            setOpen(false);
                            setEditing(one);
                          }}
                        />
                        <Button
                          type="text"
                          size="small"
                          icon={<DeleteOutlined />}
                          aria-label={t("saved.forget", { name: one.name })}
                          onClick={() => remove(one)}
                        />
                      </span>
                    ) : (
                      <small className="dim">{one.owner_name}</small>
                    )}
                  </li>
                ))}
              </ul>
            )}
            <Button
              type="primary"
              block
              onClick={() => {
                setOpen(false);
                setEditing("new");
              }}
            >
              {t("saved.keep")}
            </Button>
          </div>
        }
      >
        <Button icon={<StarOutlined />}>{t("saved.open")}</Button>
      </Popover>
      {editing === null ? null : (
        <KeepDialog
          one={editing === "new" ? null : editing}
          search={search}
          columns={columns}
          departments={saved.data?.departments ?? []}
          onClose={() => setEditing(null)}
          onKept={(name) => {
            setEditing(null);
            void client.invalidateQueries({ queryKey: savedQuery.queryKey });
            void message.success(t("saved.kept", { name }));
          }}
        />
      )}
    </>
  );
}

function KeepDialog({
  one,
  search,
  columns,
  departments,
  onClose,
  onKept,
}: {
  one: SavedSearch | null;
  search: Search;
  columns: readonly Column[];
  departments: readonly string[];
  onClose: () => void;
  onKept: (name: string) => void;
}) {
  const t = useT(texts);
  const c = useT(common);
  const report = useReportProblem();
  const [form] = Form.useForm<Values>();
  const keep = useMutation({
    mutationFn: ({ name, with_columns, renew, roles, departments: shared }: Values) => {
      const old = renew ? null : one;
      return keepSearch(one?.id ?? null, {
        name,
        search: old ? old.search : conditionsOf(search),
        period: old ? old.period : periodOf(search, dayjs()),
        columns: with_columns ? (old && old.columns.length > 0 ? old.columns : columns) : null,
        roles,
        departments: shared,
      });
    },
    onSuccess: (_answer, { name }) => onKept(name),
    onError: (thrown) => {
      const { fields } = asProblem(thrown);
      if (fields.name) form.setFields([{ name: "name", errors: [fields.name] }]);
      else report(thrown);
    },
  });
  return (
    <Modal
      open
      title={one ? t("saved.edit", { name: one.name }) : t("saved.keep")}
      onCancel={onClose}
      okText={c("action.save")}
      cancelText={c("action.cancel")}
      confirmLoading={keep.isPending}
      onOk={form.submit}
    >
      <Form<Values>
        form={form}
        layout="vertical"
        onFinish={(values) => keep.mutate(values)}
        initialValues={{
          name: one?.name ?? "",
          renew: one === null,
          with_columns: (one?.columns.length ?? 0) > 0,
          roles: one?.roles ?? [],
          departments: one?.departments ?? [],
        }}
      >
        <Form.Item
          name="name"
          label={t("saved.name")}
          rules={[{ required: true, whitespace: true, message: t("saved.name.missing") }]}
        >
          <Input maxLength={80} autoFocus />
        </Form.Item>
        <Form.Item name="renew" valuePropName="checked" hidden={one === null}>
          <Checkbox>{t("saved.renew")}</Checkbox>
        </Form.Item>
        <Form.Item name="with_columns" valuePropName="checked">
          <Checkbox>{t("saved.columns")}</Checkbox>
        </Form.Item>
        <Form.Item name="roles" label={t("saved.roles")}>
          <Select
            mode="multiple"
            allowClear
            options={ROLES.map((value) => ({ value, label: c(`role.${value}`) }))}
          />
        </Form.Item>
        <Form.Item name="departments" label={t("saved.departments")} help={t("saved.share.help")}>
          <Select
            mode="multiple"
            allowClear
            options={departments.map((value) => ({ value, label: value }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
