import { ArrowLeftOutlined, PhoneOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Button, Form, Input, Radio, Select, Tag, Tooltip } from "antd";
import { Suspense, useCallback, useEffect, useRef } from "react";
import { api, asProblem, take } from "@/shared/api";
import { DialNumber, wishToDial } from "@/shared/dial";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useLive } from "@/shared/live";
import { type RecordingHandle, RecordingPlayer, Transcript } from "@/shared/recording";
import { permitted, useMe } from "@/shared/session";
import { common } from "@/shared/texts";
import { Pending, QueryView, TierTag, useReportProblem } from "@/shared/ui";
import { agentsQuery, itemQuery, type WorkDetail, type WorkStep } from "./queries";
import { texts } from "./texts";

const OUTCOMES = ["reached", "not_reached", "solved", "not_needed"] as const;
type Outcome = (typeof OUTCOMES)[number];
const NOTE_MOST = 2000;

type Act =
  | { verb: "take" }
  | { verb: "give-back" }
  | { verb: "assign"; agent_id: string }
  | { verb: "done"; outcome: Outcome; note: string };

function send(id: string, act: Act) {
  const params = { path: { id } };
  if (act.verb === "take") return take(api.POST("/api/work/{id}/take", { params }));
  if (act.verb === "give-back") return take(api.POST("/api/work/{id}/give-back", { params }));
  if (act.verb === "assign")
    return take(api.POST("/api/work/{id}/assign", { params, body: { agent_id: act.agent_id } }));
  return take(api.POST("/api/work/{id}/done", { params, body: { outcome: act.outcome, note: act.note } }));
}

/** One item: who, why, what there is to hear, what happened, and what can be done with it. */
export function WorkDetails({ id, onBack }: { id: string; onBack?: (() => void) | undefined }) {
  const t = useT(texts);
  const query = useQuery(itemQuery(id));
  return (
    <>
      {onBack ? (
        <Button type="text" icon={<ArrowLeftOutlined />} onClick={onBack}>
          {t("back")}
        </Button>
      ) : null}
      <QueryView query={query} rows={8}>
        {(item) => <Details item={item} />}
      </QueryView>
    </>
  );
}

function Details({ item }: { item: WorkDetail }) {
  const t = useT(texts);
  const c = useT(common);
  const f = useFormat();
  const me = useMe();
  const { message } = App.useApp();
  const report = useReportProblem();
  const queries = useQueryClient();
  const outcomes = useRef<HTMLDivElement>(null);
  const player = useRef<RecordingHandle>(null);
  const agent = permitted(me, ["desk"]);
  const chief = permitted(me, ["supervise"]);
  const act = useMutation({
    mutationFn: (what: Act) => send(item.id, what),
    onSuccess: async (fresh, what) => {
      void message.success(t(`said.${what.verb}`));
      queries.setQueryData(itemQuery(item.id).queryKey, fresh as WorkDetail);
      await queries.invalidateQueries({ queryKey: ["work"] });
    },
    onError: async (thrown) => {
      report(thrown);
      // Somebody else was faster: show what is true now.
      if (asProblem(thrown).status === 409) await queries.invalidateQueries({ queryKey: ["work"] });
    },
  });
  const mayTake = agent && item.state === "open";
  const mayReturn = item.mine || (chief && item.state === "taken");
  const mayFinish = item.mine || (chief && item.state !== "done");
  const run = act.mutate;
  const seated = useLive((live) => live.agent?.signed_in ?? false);
  const mayCall = item.mine && seated && permitted(me, ["dial_out"]);
  const call = useCallback(
    () =>
      wishToDial({
        number: item.caller,
        projectId: item.project?.id ?? null,
        clientId: item.client?.id ?? null,
      }),
    [item.caller, item.project, item.client],
  );

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const at = event.target as HTMLElement;
      if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
      if (at.closest("input, textarea, [role=dialog], .ant-select, [contenteditable]")) return;
      if (event.key === "t" && mayTake) run({ verb: "take" });
      else if (event.key === "c" && mayCall) call();
      else if (event.key === "b" && mayReturn) run({ verb: "give-back" });
      else if (event.key === "d" && mayFinish) {
        outcomes.current?.querySelector<HTMLInputElement>("input")?.focus();
      } else return;
      event.preventDefault();
    };
    globalThis.addEventListener("keydown", pressed);
    return () => globalThis.removeEventListener("keydown", pressed);
  }, [run, call, mayTake, mayCall, mayReturn, mayFinish]);

  const audible = item.mine || permitted(me, ["recordings"]);
  return (
    <article className="work-item" aria-label={t("item.label")}>
      <header>
        <h2 translate="no">{item.customer?.name ?? f.phone(item.caller)}</h2>
        <TierTag tier={item.tier} />
        <Tag>{t(`kind.${item.kind}`)}</Tag>
        <Tag color={item.state === "open" ? "warning" : item.state === "taken" ? "processing" : "success"}>
          {t(`state.${item.state}`)}
        </Tag>
        <span className="work-acts">
          {mayTake ? (
            <Tooltip title="T">
              <Button
                type="primary"
                aria-keyshortcuts="t"
                loading={act.isPending}
                onClick={() => run({ verb: "take" })}
              >
                {t("act.take")}
              </Button>
            </Tooltip>
          ) : null}
          {mayCall ? (
            <Tooltip title="C">
              <Button type="primary" icon={<PhoneOutlined />} aria-keyshortcuts="c" onClick={call}>
                {t("act.call")}
              </Button>
            </Tooltip>
          ) : null}
          {mayReturn ? (
            <Tooltip title="B">
              <Button
                aria-keyshortcuts="b"
                loading={act.isPending}
                onClick={() => run({ verb: "give-back" })}
              >
                {t("act.give_back")}
              </Button>
            </Tooltip>
          ) : null}
          {chief && item.state !== "done" ? (
            <Assign onChoose={(id) => run({ verb: "assign", agent_id: id })} />
          ) : null}
        </span>
      </header>
      <dl className="facts">
        <Fact name={t("fact.caller")}>
          <DialNumber number={item.caller} projectId={item.project?.id} clientId={item.client?.id} />
        </Fact>
        <Fact name={t("fact.why")}>
          {item.kind === "missed_call"
            ? c(`outcome.${item.why}` as "outcome.served")
            : t(`why.${item.why}` as "why.voicemail")}
        </Fact>
        <Fact name={t("fact.queue")}>
          <span translate="no">
            {[item.project?.name, item.queue?.name].filter(Boolean).join(" · ") || "—"}
          </span>
        </Fact>
        <Fact name={t("fact.opened")}>{f.moment(item.opened_at)}</Fact>
        {item.calls > 1 ? (
          <Fact name={t("fact.calls")}>
            {t("calls.last", { n: item.calls, time: f.moment(item.last_at) })}
          </Fact>
        ) : null}
        {item.due_at ? <Fact name={t("fact.due")}>{f.moment(item.due_at)}</Fact> : null}
        {item.length_ms !== null ? <Fact name={t("fact.length")}>{f.span(item.length_ms)}</Fact> : null}
        {item.agent ? (
          <Fact name={t("fact.agent")}>
            <span translate="no">{item.agent.name}</span>
          </Fact>
        ) : null}
      </dl>
      {item.promise ? (
        <blockquote className="work-promise" translate="no" dir="auto">
          {item.promise}
        </blockquote>
      ) : null}
      {item.kind === "voicemail" ? (
        <section aria-label={t("voicemail")}>
          <h3>{t("voicemail")}</h3>
          {audible ? (
            <Suspense fallback={<Pending rows={2} />}>
              <RecordingPlayer ref={player} contactId={item.contact_id} />
              <Transcript contactId={item.contact_id} onPlay={(ms) => player.current?.playFrom(ms)} />
            </Suspense>
          ) : (
            <p className="dim">{t("voicemail.take_first")}</p>
          )}
        </section>
      ) : null}
      {mayFinish ? (
        <Finish
          ref={outcomes}
          busy={act.isPending}
          onDone={(outcome, note) => run({ verb: "done", outcome, note })}
        />
      ) : null}
      {item.state === "done" && item.outcome ? (
        <section aria-label={t("result")}>
          <h3>{t("result")}</h3>
          <p>{t(`outcome.${item.outcome}` as "outcome.reached")}</p>
          {item.note ? (
            <p className="work-note" translate="no" dir="auto">
              {item.note}
            </p>
          ) : null}
        </section>
      ) : null}
      <section aria-label={t("history")}>
        <h3>{t("history")}</h3>
        <ol className="work-history">
          {item.history.map((step) => (
            <li key={`${step.at}${step.kind}`}>
              <time className="dim">{f.moment(step.at)}</time>
              <span>
                <StepWords step={step} />
              </span>
            </li>
          ))}
        </ol>
      </section>
      {permitted(me, ["contacts"]) ? (
        <Link to="/contacts/$id" params={{ id: item.contact_id }}>
          {t("contact")}
        </Link>
      ) : null}
    </article>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function StepWords({ step }: { step: WorkStep }) {
  const t = useT(texts);
  const who = <b translate="no">{step.agent?.name}</b>;
  if (step.kind === "done") {
    return (
      <>
        {step.agent ? who : null} {t("step.done")}：{t(`outcome.${step.detail}` as "outcome.reached")}
      </>
    );
  }
  if (step.kind === "repeated") return t("step.repeated", { n: step.detail });
  if (step.by)
    return (
      <>
        <b translate="no">{step.by.name}</b> {t(step.kind === "taken" ? "step.given" : "step.taken_away")}{" "}
        {who}
      </>
    );
  return (
    <>
      {step.agent ? who : null} {t(`step.${step.kind}`)}
    </>
  );
}

function Assign({ onChoose }: { onChoose: (agentId: string) => void }) {
  const t = useT(texts);
  const agents = useQuery(agentsQuery);
  return (
    <Select
      className="work-assign"
      value={null}
      showSearch={{ optionFilterProp: "label" }}
      placeholder={t("act.assign")}
      aria-label={t("act.assign")}
      loading={agents.isPending}
      onChange={(id: string | null) => id && onChoose(id)}
      popupMatchSelectWidth={false}
      options={(agents.data?.items ?? [])
        .filter((each) => each.active)
        .map((each) => ({ value: each.id, label: [each.agent_no, each.name].filter(Boolean).join(" ") }))}
    />
  );
}

function Finish({
  ref,
  busy,
  onDone,
}: {
  ref: React.Ref<HTMLDivElement>;
  busy: boolean;
  onDone: (outcome: Outcome, note: string) => void;
}) {
  const t = useT(texts);
  return (
    <Form<{ outcome: Outcome; note?: string }>
      layout="vertical"
      requiredMark={false}
      className="work-finish"
      aria-label={t("finish")}
      onFinish={({ outcome, note }) => onDone(outcome, note?.trim() ?? "")}
    >
      <h3>{t("finish")}</h3>
      <div ref={ref}>
        <Form.Item
          name="outcome"
          label={t("finish.outcome")}
          rules={[{ required: true, message: t("finish.outcome.missing") }]}
        >
          <Radio.Group
            optionType="button"
            options={OUTCOMES.map((value) => ({ value, label: t(`outcome.${value}`) }))}
          />
        </Form.Item>
      </div>
      <Form.Item name="note" label={t("finish.note")}>
        <Input.TextArea maxLength={NOTE_MOST} autoSize={{ minRows: 2, maxRows: 6 }} dir="auto" />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy} aria-keyshortcuts="d">
        {t("act.done")}
      </Button>
    </Form>
  );
}
