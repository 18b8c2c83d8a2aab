import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, DatePicker, Form, Input, Radio, Tooltip, TreeSelect } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useEffect, useMemo } from "react";
import { type Answers, FormFields } from "@/shared/answers";
import { asProblem } from "@/shared/api";
import { useLocale, useT } from "@/shared/i18n";
import { useReportProblem } from "@/shared/ui";
import { commands } from "./commands";
import { type WrapReason, wrapFormQuery, wrapReasonsQuery } from "./data";
import { reasonTree } from "./reasons";
import { ariaKey, keyName, useShortcuts } from "./shortcuts";
import { texts } from "./texts";

interface Filled {
  reason_id?: string;
  resolved?: boolean;
  note?: string;
  follow_up?: Dayjs | null;
  form?: Answers;
}

const DRAFT = "andon.draft.";

function draftOf(contactId: string): Filled {
  try {
    const kept = JSON.parse(sessionStorage.getItem(DRAFT + contactId) ?? "{}") as Filled & {
      follow_up?: string;
    };
    return { ...kept, follow_up: kept.follow_up ? dayjs(kept.follow_up) : undefined };
  } catch {
    return {};
  }
}

/** A day of the person's calendar as the instant its office opens: follow-ups are due that morning. */
function morningOf(day: Dayjs): string {
  return day.hour(9).startOf("hour").toISOString();
}

/** The wrap-up form. Can be filled in during the call; submitting it ends the wrap-up. */
export default function WrapUp({
  contactId,
  projectId,
  phase,
}: {
  contactId: string;
  projectId: string | null;
  /** `talking` while the call lasts, `wrap` during wrap-up, `late` afterwards. */
  phase: "talking" | "wrap" | "late";
}) {
  const t = useT(texts);
  const locale = useLocale();
  const { message } = App.useApp();
  const report = useReportProblem();
  const queries = useQueryClient();
  const [form] = Form.useForm<Filled>();
  const reasons = useQuery({ ...wrapReasonsQuery(projectId ?? ""), enabled: projectId !== null });
  const asked = useQuery({ ...wrapFormQuery(projectId ?? ""), enabled: projectId !== null }).data;
  const tree = useMemo(
    () => reasonTree((reasons.data?.items ?? []) as WrapReason[], locale),
    [reasons.data, locale],
  );

  useEffect(() => {
    form.resetFields();
    form.setFieldsValue(draftOf(contactId));
  }, [contactId, form]);

  const submit = useMutation({
    mutationFn: (filled: Filled) =>
      commands.wrapUp({
        contact_id: contactId,
        reason_id: filled.reason_id ?? null,
        resolved: filled.resolved ?? null,
        note: filled.note?.trim() ?? "",
        follow_up_at: filled.follow_up ? morningOf(filled.follow_up) : null,
        form: filled.form ?? {},
        form_version: asked && asked.version > 0 ? asked.version : null,
      }),
    onSuccess: async () => {
      sessionStorage.removeItem(DRAFT + contactId);
      void message.success(t("wrap.submitted"));
      await queries.invalidateQueries({ queryKey: ["desk"] });
    },
    onError: (thrown) => {
      const { fields } = asProblem(thrown);
      const known = Object.entries(fields).map(([name, error]) => ({
        name: name.startsWith("form.")
          ? ["form", name.slice(5)]
          : [name === "follow_up_at" ? "follow_up" : name],
        errors: [error],
      }));
      if (known.length > 0) form.setFields(known as never);
      report(thrown);
    },
  });
  const early = phase === "talking";
  useShortcuts({
    wrap: () => {
      if (!early && !submit.isPending) form.submit();
    },
  });

  return (
    <Form<Filled>
      form={form}
      layout="vertical"
      className="wrap"
      aria-label={t("wrap.title")}
      requiredMark={false}
      onValuesChange={(_, all) => sessionStorage.setItem(DRAFT + contactId, JSON.stringify(all))}
      onFinish={(filled) => submit.mutate(filled)}
      scrollToFirstError={{ focus: true }}
    >
      <header className="wrap-head">
        <h2>{t("wrap.title")}</h2>
        <small>{early ? t("wrap.during") : phase === "late" ? t("wrap.over") : null}</small>
      </header>
      {reasons.isError ? <Alert type="warning" showIcon title={asProblem(reasons.error).title} /> : null}
      <div className="wrap-row">
        <Form.Item
          name="reason_id"
          label={t("wrap.reason")}
          className="wrap-grow"
          rules={[{ required: tree.length > 0, message: t("wrap.reason.missing") }]}
        >
          <TreeSelect
            showSearch={{ treeNodeFilterProp: "path" }}
            allowClear
            treeDefaultExpandAll
            treeLine
            listHeight={320}
            treeData={tree}
            treeNodeLabelProp="path"
            loading={reasons.isPending && projectId !== null}
            placeholder={t("wrap.reason.pick")}
            notFoundContent={t("wrap.reason.none")}
          />
        </Form.Item>
        <Form.Item
          name="resolved"
          label={t("wrap.resolved")}
          rules={[{ required: true, message: t("wrap.resolved.missing") }]}
        >
          <Radio.Group
            optionType="button"
            options={[
              { value: true, label: t("wrap.resolved.yes") },
              { value: false, label: t("wrap.resolved.no") },
            ]}
          />
        </Form.Item>
        <Form.Item name="follow_up" label={t("wrap.follow_up")} tooltip={t("wrap.follow_up.hint")}>
          <DatePicker minDate={dayjs().startOf("day")} />
        </Form.Item>
      </div>
      {asked && asked.fields.length > 0 ? (
        <FormFields
          fields={asked.fields}
          onCard={(on) => {
            if (early || !on) commands.card(on, "field").catch(report);
          }}
        />
      ) : null}
      <Form.Item name="note" label={t("wrap.note")}>
        <Input.TextArea
          rows={3}
          maxLength={4000}
          placeholder={t("wrap.note.hint")}
          autoSize={{ minRows: 3, maxRows: 6 }}
        />
      </Form.Item>
      <div className="wrap-foot">
        <Tooltip title={early ? t("wrap.after_call") : keyName("wrap")}>
          <Button
            type="primary"
            htmlType="submit"
            disabled={early}
            loading={submit.isPending}
            aria-keyshortcuts={ariaKey("wrap")}
          >
            {phase === "late" ? t("wrap.save") : t("wrap.submit")}
          </Button>
        </Tooltip>
      </div>
    </Form>
  );
}
