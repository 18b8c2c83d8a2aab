import { CheckCircleFilled, CloseCircleFilled, MinusCircleOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Button, DatePicker } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { type ReactNode, useState } from "react";
import { api, take } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { permitted, useMe } from "@/shared/session";
import { QueryView, useReportProblem } from "@/shared/ui";
import {
  type Check,
  contactOf,
  type Finding,
  isWitness,
  type LedgerState,
  type Report,
  type Rule,
  verdict,
  witnessFailures,
} from "./report";
import { texts } from "./texts";
import "./ledger.css";

const KEY = ["ledger"] as const;

export default function LedgerPage() {
  const t = useT(texts);
  const client = useQueryClient();
  const problem = useReportProblem();
  const { message } = App.useApp();
  const [period, setPeriod] = useState<[Dayjs | null, Dayjs | null] | null>(null);
  const state = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }): Promise<LedgerState> =>
      (await take(api.GET("/api/ledger", { signal }))) as LedgerState,
    refetchInterval: ({ state: known }) => (known.data?.running ? 1000 : 15_000),
  });
  const check = useMutation({
    mutationFn: async () =>
      take(
        api.POST("/api/ledger/check", {
          body: {
            since: period?.[0]?.startOf("day").toISOString() ?? null,
            until: period?.[1]?.startOf("day").add(1, "day").toISOString() ?? null,
          },
        }),
      ),
    onSuccess: () => {
      message.success(t("action.started"));
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: problem,
  });
  const running = check.isPending || Boolean(state.data?.running);
  const today = dayjs().startOf("day");

  return (
    <div className="ledger">
      <header className="ledger-head">
        <div>
          <h1>{t("title")}</h1>
          <p className="dim">{t("lead")}</p>
        </div>
        <div className="ledger-actions">
          <DatePicker.RangePicker
            value={period}
            onChange={setPeriod}
            allowEmpty={[true, true]}
            aria-label={t("action.period")}
            presets={[
              { label: t("action.today"), value: [today, today] },
              { label: t("action.week"), value: [today.subtract(6, "day"), today] },
            ]}
          />
          <Button type="primary" loading={running} onClick={() => check.mutate()}>
            {t(running ? "action.running" : "action.check")}
          </Button>
        </div>
      </header>
      <QueryView query={state} rows={10}>
        {({ last }) => <Result check={last} />}
      </QueryView>
    </div>
  );
}

function Result({ check }: { check: Check | null }) {
  const t = useT(texts);
  const f = useFormat();
  const [rule, setRule] = useState<string | null>(null);
  const report = check?.report ?? null;
  if (!check || !report) {
    const kind = check ? "failed" : "never";
    return (
      <section className="ledger-card ledger-big" data-tone={check ? "bad" : "none"}>
        <p className="ledger-word">{t(`big.${kind}`)}</p>
        <p className="dim">{t(`big.${kind}.hint`)}</p>
      </section>
    );
  }
  const good = report.unexplained === 0;
  const period = report.since
    ? report.until
      ? t("meta.period.both", { from: f.moment(report.since), to: f.moment(report.until) })
      : t("meta.period.from", { from: f.moment(report.since) })
    : t("meta.period.all");
  return (
    <>
      <section className="ledger-card ledger-big" data-tone={good ? "good" : "bad"}>
        <div className="ledger-number" role="status">
          <span>{t("big.label")}</span>
          <b>{f.count(report.unexplained)}</b>
        </div>
        <div className="ledger-side">
          <p className="ledger-word">{good ? t("big.good") : t("big.bad", { n: report.unexplained })}</p>
          <dl className="ledger-facts">
            <Fact name={t("meta.checked")}>{f.moment(report.checked_at)}</Fact>
            <Fact name={t("meta.asked")}>{check.asked_by?.name ?? t("meta.system")}</Fact>
            <Fact name={t("meta.period")}>{period}</Fact>
            <Fact name={t("meta.rows")}>{f.count(report.rows)}</Fact>
            <Fact name={t("meta.contacts")}>
              {f.count(report.contacts)}
              {report.open_contacts > 0 ? (
                <small>
                  {" "}
                  {t("meta.open")} {f.count(report.open_contacts)}
                </small>
              ) : null}
            </Fact>
            <Fact name={t("meta.agent")}>{f.span(report.agent_seconds * 1000)}</Fact>
            <Fact name={t("meta.recording")}>{f.span(report.recording_seconds * 1000)}</Fact>
          </dl>
        </div>
      </section>
      <Witness report={report} />
      <section className="ledger-card" aria-labelledby="ledger-rules">
        <h2 id="ledger-rules">{t("rules.title")}</h2>
        <div className="ledger-scroll">
          <table className="ledger-table ledger-rules">
            <thead>
              <tr>
                <th scope="col">{t("rules.result")}</th>
                <th scope="col">{t("rules.rule")}</th>
                <th scope="col" className="num">
                  {t("rules.checked")}
                </th>
                <th scope="col" className="num">
                  {t("rules.failed")}
                </th>
              </tr>
            </thead>
            <tbody>
              {report.rules.map((one) => (
                <RuleRow
                  key={one.rule}
                  rule={one}
                  chosen={rule === one.rule}
                  onChoose={() => setRule(rule === one.rule ? null : one.rule)}
                />
              ))}
            </tbody>
          </table>
        </div>
      </section>
      {report.findings.length > 0 ? (
        <Findings report={report} rule={rule} onAll={() => setRule(null)} />
      ) : null}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What a rule says, in words; a rule this page does not know keeps its own name. */
function useRuleName(): (rule: string) => string {
  const t = useT(texts);
  return (rule) => {
    const key = `rule.${rule}`;
    return key in texts.zh ? t(key as "rule.contact.outcome") : rule;
  };
}

function RuleRow({ rule, chosen, onChoose }: { rule: Rule; chosen: boolean; onChoose: () => void }) {
  const t = useT(texts);
  const f = useFormat();
  const nameOf = useRuleName();
  const how = verdict(rule);
  const icon = {
    holds: <CheckCircleFilled />,
    fails: <CloseCircleFilled />,
    idle: <MinusCircleOutlined />,
  }[how];
  return (
    <tr data-verdict={how}>
      <td className="ledger-verdict">
        {icon} {how === "fails" ? t("rules.failed") : t(how === "holds" ? "rules.ok" : "rules.idle")}
      </td>
      <th scope="row">
        {nameOf(rule.rule)} <code>{rule.rule}</code>
      </th>
      <td className="num">{f.count(rule.checked)}</td>
      <td className="num">
        {rule.failed > 0 ? (
          <Button
            type="link"
            size="small"
            danger
            aria-pressed={chosen}
            aria-label={`${t("findings.filter")}: ${rule.rule}`}
            onClick={onChoose}
          >
            {f.count(rule.failed)}
          </Button>
        ) : (
          0
        )}
      </td>
    </tr>
  );
}

/** The journal beside what the engine itself wrote. */
function Witness({ report }: { report: Report }) {
  const t = useT(texts);
  const f = useFormat();
  const failed = witnessFailures(report);
  const looked = report.rules.some((rule) => isWitness(rule.rule) && rule.checked > 0);
  return (
    <section className="ledger-card ledger-witness" aria-labelledby="ledger-witness">
      <div>
        <h2 id="ledger-witness">{t("witness.title")}</h2>
        <p className="dim">{t("witness.lead")}</p>
      </div>
      {report.witness_channels === null ? (
        <p>{t("witness.none")}</p>
      ) : (
        <div className="ledger-scales">
          <span>
            <b>{f.count(report.contacts)}</b> {t("witness.ours")}
          </span>
          <span className="ledger-scale-sign" data-tone={failed > 0 ? "bad" : looked ? "good" : "none"}>
            {failed > 0 ? "≠" : looked ? "✓" : "–"}
            <small>
              {failed > 0 ? t("witness.differ", { n: failed }) : t(looked ? "witness.match" : "rules.idle")}
            </small>
          </span>
          <span>
            <b>{f.count(report.witness_channels)}</b> {t("witness.theirs")}
          </span>
        </div>
      )}
    </section>
  );
}

function Findings({ report, rule, onAll }: { report: Report; rule: string | null; onAll: () => void }) {
  const t = useT(texts);
  const f = useFormat();
  const nameOf = useRuleName();
  const may = permitted(useMe(), ["contacts"]);
  const shown = rule ? report.findings.filter((one) => one.rule === rule) : report.findings;
  const subject = (one: Finding) => {
    const contact = may ? contactOf(one) : null;
    return contact ? (
      <Link to="/contacts/$id" params={{ id: contact }} title={t("findings.open")}>
        <code>{one.subject}</code>
      </Link>
    ) : (
      <code>{one.subject}</code>
    );
  };
  return (
    <section className="ledger-card" aria-labelledby="ledger-findings">
      <h2 id="ledger-findings">
        {t("findings.title")}{" "}
        {rule ? (
          <Button type="link" size="small" onClick={onAll}>
            {t("findings.filter.clear")}
          </Button>
        ) : null}
      </h2>
      <div className="ledger-scroll">
        <table className="ledger-table ledger-findings">
          <thead>
            <tr>
              <th scope="col">{t("findings.rule")}</th>
              <th scope="col">{t("findings.subject")}</th>
              <th scope="col">{t("findings.text")}</th>
              <th scope="col" className="num">
                {t("findings.seq")}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: findings have no id and never change
              <tr key={index}>
                <td>{nameOf(one.rule)}</td>
                <td>{subject(one)}</td>
                <td className="ledger-text">{one.text}</td>
                <td className="num">{one.seq ?? "—"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {report.findings.length < report.unexplained ? (
        <p className="dim">
          {t("findings.more", { n: f.count(report.findings.length), total: f.count(report.unexplained) })}
        </p>
      ) : null}
    </section>
  );
}
