import { DownloadOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Button, Form, Input, InputNumber, Modal, Progress, Segmented, Switch, Tag } from "antd";
import dayjs from "dayjs";
import { type ReactNode, useState } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { permitted, useMe } from "@/shared/session";
import { Stale, staleOf } from "@/shared/stale";
import { common } from "@/shared/texts";
import { Nothing, QueryView, useReportProblem } from "@/shared/ui";
import {
  type Box,
  cancelExport,
  decideExport,
  type Export,
  exportsQuery,
  fileOf,
  keepRule,
  OPEN,
  type Rule,
  ruleQuery,
} from "./exports";
import { searchOf } from "./search";
import { texts } from "./texts";
import "./history.css";

const COLORS: Partial<Record<Export["state"], string>> = {
  waiting: "warning",
  wanted: "processing",
  running: "processing",
  done: "success",
  failed: "error",
  refused: "error",
};

/** The own exports; those that wait for one's decision; the rule, for whoever sets it. */
export default function ExportsPage() {
  const t = useT(texts);
  const me = useMe();
  const exporter = permitted(me, ["export"]);
  const approver = permitted(me, ["approve_exports"]) && me?.client_id === null;
  const [box, setBox] = useState<Box>(exporter ? "own" : "decide");
  const [ruling, setRuling] = useState(false);
  const waiting = useQuery({ ...exportsQuery("decide"), enabled: approver }).data?.length ?? 0;
  const boxes: Box[] = [...(exporter ? (["own"] as const) : []), ...(approver ? (["decide"] as const) : [])];
  return (
    <div className="history exports">
      <header className="history-filters">
        <h1>{t("exports.title")}</h1>
        {boxes.length > 1 ? (
          <Segmented<Box>
            aria-label={t("exports.title")}
            value={box}
            onChange={setBox}
            options={boxes.map((value) => ({
              value,
              label: value === "decide" ? t("exports.box.decide", { n: waiting }) : t(`exports.box.${value}`),
            }))}
          />
        ) : null}
        <span className="history-end">
          {exporter && permitted(me, ["contacts"]) ? <Link to="/contacts">{t("exports.new")}</Link> : null}
          {permitted(me, ["config"]) ? (
            <Button onClick={() => setRuling(true)}>{t("exports.rule")}</Button>
          ) : null}
        </span>
      </header>
      <div className="history-list card">
        <Exports key={box} box={box} />
      </div>
      {ruling ? <RuleDialog onClose={() => setRuling(false)} /> : null}
    </div>
  );
}

function Exports({ box }: { box: Box }) {
  const t = useT(texts);
  const query = useQuery(exportsQuery(box));
  return (
    <QueryView query={query}>
      {(items) =>
        items.length === 0 ? (
          <Nothing title={t(`exports.none.${box}`)} hint={t(`exports.none.${box}.hint`)} />
        ) : (
          <ul className="list-cards" aria-label={t("exports.title")}>
            {items.map((one) => (
              <Item key={one.id} one={one} box={box} />
            ))}
          </ul>
        )
      }
    </QueryView>
  );
}

function Item({ one, box }: { one: Export; box: Box }) {
  const t = useT(texts);
  const c = useT(common);
  const f = useFormat();
  const me = useMe();
  const client = useQueryClient();
  const report = useReportProblem();
  const [note, setNote] = useState("");
  const again = () => client.invalidateQueries({ queryKey: ["exports"] });
  const cancel = useMutation({ mutationFn: () => cancelExport(one.id), onSuccess: again, onError: report });
  const decide = useMutation({
    mutationFn: (approve: boolean) => decideExport(one.id, approve, note),
    onSuccess: again,
    onError: report,
  });
  const open = OPEN.includes(one.state);
  const days = {
    first_day: dayjs(one.since).format("YYYY-MM-DD"),
    last_day: dayjs(one.until).subtract(1, "millisecond").format("YYYY-MM-DD"),
  };
  const facts: ReactNode[] = [
    `${days.first_day} – ${days.last_day}`,
    t("exports.rows", { n: f.count(one.state === "done" ? one.rows_done : one.rows_expected) ?? "" }),
    one.format.toUpperCase(),
    t("exports.columns", { n: one.columns.length }),
    one.size === null
      ? null
      : t("exports.size", { n: f.count(Math.max(1, Math.round(one.size / 1024))) ?? "" }),
  ].filter(Boolean);
  return (
    <li className="export">
      <div className="list-card-line">
        <Tag color={COLORS[one.state]}>{t(`exports.state.${one.state}`)}</Tag>
        {one.whole_numbers ? <Tag color="warning">{t("exports.whole")}</Tag> : null}
        <b>{box === "decide" ? one.asked_by : f.moment(one.asked_at)}</b>
        {box === "decide" ? <span className="dim">{f.moment(one.asked_at)}</span> : null}
        <span className="list-card-end">
          {permitted(me, ["contacts"]) ? (
            <Link to="/contacts" search={{ ...searchOf(one.search, days) }}>
              {t("exports.see")}
            </Link>
          ) : null}
        </span>
      </div>
      <div className="list-card-line dim">{facts.join(" · ")}</div>
      {one.decided_by ? (
        <div className="list-card-line dim">
          {t(one.state === "refused" ? "exports.refused_by" : "exports.approved_by", {
            name: one.decided_by,
            time: f.moment(one.decided_at),
          })}
          {one.decision ? `: ${one.decision}` : null}
        </div>
      ) : null}
      {one.state === "running" ? (
        <Progress
          percent={Math.min(99, Math.floor((100 * one.rows_done) / Math.max(1, one.rows_expected)))}
          aria-label={t("exports.progress")}
        />
      ) : null}
      {box === "decide" ? (
        <div className="list-card-line">
          <Input
            value={note}
            maxLength={200}
            onChange={(event) => setNote(event.target.value)}
            placeholder={t("exports.note")}
            aria-label={t("exports.note")}
          />
          <Button type="primary" loading={decide.isPending} onClick={() => decide.mutate(true)}>
            {t("exports.approve")}
          </Button>
          <Button danger loading={decide.isPending} onClick={() => decide.mutate(false)}>
            {t("exports.refuse")}
          </Button>
        </div>
      ) : open || one.state === "done" ? (
        <div className="list-card-line">
          {one.state === "done" ? (
            <>
              <Button type="primary" icon={<DownloadOutlined />} href={fileOf(one.id)} download>
                {t("exports.download")}
              </Button>
              <span className="dim">{t("exports.until", { time: f.moment(one.expires_at) })}</span>
            </>
          ) : null}
          <span className="list-card-end">
            <Button type="text" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              {one.state === "done" ? t("exports.delete") : c("action.cancel")}
            </Button>
          </span>
        </div>
      ) : null}
    </li>
  );
}

interface RuleValues {
  limited: boolean;
  rows_over: number | null;
  whole_numbers: boolean;
  most_rows: number;
  keep_hours: number;
}

function RuleDialog({ onClose }: { onClose: () => void }) {
  const t = useT(texts);
  const query = useQuery(ruleQuery);
  // What is edited is what was there when the form was opened, or loaded again.
  const [rule, setRule] = useState<Rule>();
  if (!rule && query.data) setRule(query.data);
  return rule ? (
    <RuleForm
      key={rule.revision}
      rule={rule}
      onReload={async () => setRule((await query.refetch({ throwOnError: true })).data)}
      onClose={onClose}
    />
  ) : (
    <Modal open title={t("exports.rule")} onCancel={onClose} footer={null}>
      <QueryView query={query}>{() => null}</QueryView>
    </Modal>
  );
}

function RuleForm({
  rule,
  onReload,
  onClose,
}: {
  rule: Rule;
  onReload: () => Promise<void>;
  onClose: () => void;
}) {
  const t = useT(texts);
  const c = useT(common);
  const client = useQueryClient();
  const report = useReportProblem();
  const { message } = App.useApp();
  const [form] = Form.useForm<RuleValues>();
  const limited = Form.useWatch("limited", form) ?? rule.rows_over !== null;
  const keep = useMutation({
    mutationFn: ({
      values: { limited: some, rows_over, ...rest },
      seen,
    }: {
      values: RuleValues;
      seen: string;
    }) => keepRule({ ...rest, rows_over: some ? (rows_over ?? 0) : null }, seen),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ruleQuery.queryKey });
      void message.success(t("exports.rule.kept"));
      onClose();
    },
    onError: (thrown) => {
      if (!staleOf(thrown)) report(thrown);
    },
  });
  const stale = staleOf(keep.error);
  const required = [{ required: true, message: t("exports.rule.missing") }];
  return (
    <Modal
      open
      title={t("exports.rule")}
      onCancel={onClose}
      okText={c("action.save")}
      cancelText={c("action.cancel")}
      confirmLoading={keep.isPending}
      onOk={form.submit}
    >
      {stale ? (
        <Stale
          problem={stale}
          onReload={() => void onReload().catch(report)}
          onOverwrite={() => keep.mutate({ values: form.getFieldsValue(), seen: "" })}
        />
      ) : null}
      <Form<RuleValues>
        form={form}
        layout="vertical"
        initialValues={{ ...rule, limited: rule.rows_over !== null, rows_over: rule.rows_over ?? 1000 }}
        onFinish={(values) => keep.mutate({ values, seen: rule.revision ?? "" })}
      >
        <Form.Item name="limited" label={t("exports.rule.limited")} valuePropName="checked">
          <Switch />
        </Form.Item>
        <Form.Item name="rows_over" label={t("exports.rule.rows")} hidden={!limited} rules={required}>
          <InputNumber min={0} max={1_000_000} precision={0} style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="whole_numbers" label={t("exports.rule.whole")} valuePropName="checked">
          <Switch />
        </Form.Item>
        <Form.Item name="most_rows" label={t("exports.rule.most")} rules={required}>
          <InputNumber min={1} max={500_000} precision={0} style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="keep_hours" label={t("exports.rule.hours")} rules={required}>
          <InputNumber min={1} max={720} precision={0} style={{ width: "100%" }} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
