import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Alert, App, Form, Modal, Radio, Switch } from "antd";
import dayjs from "dayjs";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { permitted, useMe } from "@/shared/session";
import { common } from "@/shared/texts";
import { useReportProblem } from "@/shared/ui";
import { COLUMNS, type Column } from "./columns";
import { approvalFor, askForExport, FORMATS, type Format, ruleQuery } from "./exports";
import { apiQuery, conditionsOf, type Search } from "./search";
import { texts } from "./texts";

interface Values {
  format: Format;
  columns: "shown" | "all";
  whole_numbers: boolean;
}

/** Asks for the result of the search as a file; says beforehand whether somebody must approve it. */
export function ExportDialog({
  search,
  columns,
  rows,
  onClose,
}: {
  search: Search;
  columns: readonly Column[];
  /** Null: more than the list counts. */
  rows: number | null;
  onClose: () => void;
}) {
  const t = useT(texts);
  const c = useT(common);
  const f = useFormat();
  const me = useMe();
  const navigate = useNavigate();
  const client = useQueryClient();
  const report = useReportProblem();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const whole = Form.useWatch("whole_numbers", form) ?? false;
  const rule = useQuery(ruleQuery).data;
  const mayWhole = permitted(me, ["numbers"]) && me?.client_id === null;
  const ask = useMutation({
    mutationFn: ({ format, columns: which, whole_numbers }: Values) => {
      const { from, to } = apiQuery(search, dayjs());
      return askForExport({
        search: conditionsOf(search),
        since: from ?? "",
        until: to ?? "",
        columns: [...(which === "shown" ? columns : COLUMNS)],
        format,
        whole_numbers: mayWhole && whole_numbers,
      });
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["exports"] });
      void message.success(t(made.state === "waiting" ? "export.asked.waiting" : "export.asked"));
      onClose();
      void navigate({ to: "/exports" });
    },
    onError: report,
  });
  return (
    <Modal
      open
      title={t("export.title")}
      onCancel={onClose}
      okText={t("export.ok")}
      cancelText={c("action.cancel")}
      confirmLoading={ask.isPending}
      onOk={form.submit}
    >
      <p>
        {rows === null ? t("export.many") : t("export.rows", { n: f.count(rows) ?? "" })}
        {rule ? ` ${t("export.kept", { hours: rule.keep_hours, n: f.count(rule.most_rows) ?? "" })}` : null}
      </p>
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{ format: "xlsx", columns: "shown", whole_numbers: false }}
        onFinish={(values) => ask.mutate(values)}
      >
        <Form.Item name="format" label={t("export.format")}>
          <Radio.Group options={FORMATS.map((value) => ({ value, label: t(`export.format.${value}`) }))} />
        </Form.Item>
        <Form.Item name="columns" label={t("export.columns")}>
          <Radio.Group
            options={[
              { value: "shown", label: t("export.columns.shown", { n: columns.length }) },
              { value: "all", label: t("export.columns.all", { n: COLUMNS.length }) },
            ]}
          />
        </Form.Item>
        {mayWhole ? (
          <Form.Item name="whole_numbers" label={t("export.whole")} valuePropName="checked">
            <Switch />
          </Form.Item>
        ) : (
          <p className="dim">{t("export.masked")}</p>
        )}
      </Form>
      {approvalFor(rule, rows, whole) ? <Alert type="info" showIcon title={t("export.approval")} /> : null}
    </Modal>
  );
}
