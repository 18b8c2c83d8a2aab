import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Drawer, Form, Input, InputNumber, Select } from "antd";
import { useEffect, useState } from "react";
import { api, asProblem, take } from "@/shared/api";
import type { components } from "@/shared/api/schema";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { ProblemView, useNarrow, useReportProblem } from "@/shared/ui";
import { useChoices } from "../kit/api";
import { texts } from "../texts";
import type { PhoneNumber, Trunk } from "../types";
import { HOW, useHow } from "./TrunkState";
import { lineTexts } from "./texts";

type Trial = components["schemas"]["TrunkTrialShown"];

interface Values {
  number: string;
  number_id: string;
  ring_s: number;
}

const KEY = ["trunk-trial"];
const LOOK_MS = 700;
const STEPS = ["dialled", "ringing", "answered", "said", "ended"] as const;

/** Calls a number through a trunk, and shows step by step what became of it. */
export function TrunkTrial({ trunk, onClose }: { trunk: Trunk; onClose: () => void }) {
  const t = useT(lineTexts);
  const u = useT(texts);
  const c = useT(common);
  const narrow = useNarrow();
  const cache = useQueryClient();
  const report = useReportProblem();
  const [form] = Form.useForm<Values>();
  const [mine, setMine] = useState<string | null>(null);
  const numbers = useChoices<PhoneNumber>("/api/numbers", (row) => `${row.e164} ${row.label}`);
  const usable = numbers.rows.filter(
    (row) => row.kind !== "400" && (row.trunk_id === null || row.trunk_id === trunk.id),
  );
  const [first] = usable;
  useEffect(() => {
    if (first && !form.getFieldValue("number_id")) form.setFieldValue("number_id", first.id);
  }, [first, form]);
  const look = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await take(api.GET("/api/trunk-trial", { signal }))).trial,
    // Somebody else's call is seen too: there is one at a time.
    refetchInterval: ({ state }) => (state.data && !state.data.over ? LOOK_MS : false),
  });
  const start = useMutation({
    mutationFn: (values: Values) =>
      take(api.POST("/api/trunks/{id}/trial", { params: { path: { id: trunk.id } }, body: values })),
    onSuccess: (trial) => {
      setMine(trial.trial_id);
      cache.setQueryData(KEY, trial);
      void cache.invalidateQueries({ queryKey: ["trunk-states"] });
    },
    onError: (thrown) => {
      const { fields } = asProblem(thrown);
      form.setFields(
        Object.entries(fields).map(([name, text]) => ({ name: name as keyof Values, errors: [text] })),
      );
      void cache.invalidateQueries({ queryKey: KEY });
    },
  });
  const end = useMutation({
    mutationFn: () => take(api.DELETE("/api/trunk-trial")),
    onSuccess: (trial) => cache.setQueryData(KEY, trial),
    onError: report,
  });
  const trial = look.data && (look.data.trial_id === mine || !look.data.over) ? look.data : null;
  const goesOn = trial !== null && !trial.over;
  const refused = start.error && Object.keys(asProblem(start.error).fields).length === 0;

  return (
    <Drawer
      open
      size={narrow ? "100%" : 480}
      title={t("trial.title", { name: trunk.name })}
      onClose={onClose}
      footer={
        <div className="editor-foot">
          <Button onClick={onClose}>{c("action.close")}</Button>
          {goesOn ? (
            <Button danger loading={end.isPending} onClick={() => end.mutate()}>
              {t("trial.end")}
            </Button>
          ) : (
            <Button
              type="primary"
              loading={start.isPending}
              disabled={usable.length === 0}
              onClick={() => form.submit()}
            >
              {t("trial.start")}
            </Button>
          )}
        </div>
      }
    >
      <p className="dim lines-lead">{t("trial.lead")}</p>
      {numbers.problem ? (
        <ProblemView problem={numbers.problem} onRetry={() => void numbers.refetch()} />
      ) : !numbers.loading && usable.length === 0 ? (
        <Alert type="warning" showIcon title={t("trial.shown.none")} />
      ) : null}
      <Form<Values>
        form={form}
        layout="vertical"
        disabled={goesOn || start.isPending}
        initialValues={{ ring_s: 30 }}
        onFinish={(values) => start.mutate(values)}
      >
        <Form.Item
          name="number"
          label={t("trial.number")}
          extra={t("trial.number.help")}
          rules={[
            { required: true },
            { pattern: /^\s*\+?[0-9\s()-]{3,30}\s*$/, message: t("trial.number.pattern") },
          ]}
        >
          <Input autoFocus maxLength={40} inputMode="tel" autoComplete="off" />
        </Form.Item>
        <Form.Item name="number_id" label={t("trial.shown")} rules={[{ required: true }]}>
          <Select
            loading={numbers.loading}
            showSearch={{ optionFilterProp: "label" }}
            options={usable.map((row) => ({ value: row.id, label: `${row.e164} ${row.label}` }))}
          />
        </Form.Item>
        <Form.Item name="ring_s" label={t("trial.ring_s")} rules={[{ required: true }]}>
          <InputNumber min={5} max={45} precision={0} suffix={u("unit.seconds")} />
        </Form.Item>
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </Form>
      {refused ? <ProblemView problem={start.error} /> : null}
      {look.isError ? <ProblemView problem={look.error} onRetry={() => void look.refetch()} /> : null}
      {trial ? <TrialSteps trial={trial} /> : null}
    </Drawer>
  );
}

function TrialSteps({ trial }: { trial: Trial }) {
  const t = useT(lineTexts);
  const f = useFormat();
  const said = useHow();
  const how = HOW.find((one) => one === trial.how) ?? "failed";
  const works = trial.how === "answered" || trial.how === "busy" || trial.how === "no_answer";
  return (
    <section className="trunk-trial" aria-labelledby="trunk-trial-steps">
      <h3 id="trunk-trial-steps">{t("trial.steps")}</h3>
      <p className="dim">{t("trial.of", { number: f.phone(trial.number), shown: f.phone(trial.shown) })}</p>
      <ol aria-live="polite">
        {trial.steps.map(({ what, s }) => {
          const step = STEPS.find((one) => one === what);
          return step ? (
            <li key={what}>
              <b>{t(`trial.step.${step}`)}</b> <span className="dim">{t("trial.step.at", { s })}</span>
            </li>
          ) : null;
        })}
        {trial.over ? null : <li className="dim">{t("trial.waiting")}</li>}
      </ol>
      {trial.over ? (
        <Alert
          showIcon
          role="status"
          type={works ? "success" : trial.how === "cancelled" ? "info" : "error"}
          title={said(trial.how, works ? 0 : trial.cause)}
          description={t(`advice.${how}`, { shown: f.phone(trial.shown) })}
        />
      ) : null}
    </section>
  );
}
