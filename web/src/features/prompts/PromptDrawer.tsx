import { AudioOutlined, DeleteOutlined, InboxOutlined, PhoneOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Drawer, Input, Segmented, Space, Tag, Upload } from "antd";
import { useEffect, useRef, useState } from "react";
import type { Problem } from "@/shared/api";
import { timer, useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { HearButton, type Prompt, promptsQuery, soundOf, standardQuery, type Voice } from "@/shared/prompts";
import { Stale, staleOf } from "@/shared/stale";
import { common } from "@/shared/texts";
import { Nothing, QueryView, useReportProblem } from "@/shared/ui";
import { press, rung, trialQuery, useTrialLine } from "@/softphone/trial";
import {
  bringSound,
  callForPrompt,
  chooseVersion,
  LANGUAGES,
  type Language,
  removePrompt,
  speakPrompt,
  takeRecorded,
  versionsQuery,
} from "./data";
import { type Recording, record } from "./recorder";
import { Synthesis } from "./Synthesis";
import { texts } from "./texts";

/** One prompt: bring a sound in, hear its versions, go back to one. */
export function PromptDrawer({ prompt, onClose }: { prompt: Prompt; onClose: () => void }) {
  const t = useT(texts);
  const c = useT(common);
  const { message, modal } = App.useApp();
  const report = useReportProblem();
  const cache = useQueryClient();
  const [language, setLanguage] = useState<Language>("zh");
  const [says, setSays] = useState("");
  const standard = useQuery(standardQuery).data?.find(
    (each) => each.name === prompt.name && each.language === language,
  );
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState<Voice | null>(null);
  const [late, setLate] = useState<{ problem: Problem; voice: Voice } | null>(null);
  const changed = () =>
    Promise.all([
      cache.invalidateQueries({ queryKey: promptsQuery(prompt.project_id).queryKey }),
      cache.invalidateQueries({ queryKey: versionsQuery(prompt.id).queryKey }),
    ]);
  const bring = (sound: Blob, source: "upload" | "microphone", file_name: string) =>
    kept(() => bringSound(prompt.id, sound, { language, source, says, file_name }));
  const kept = async (keep: () => Promise<Voice>) => {
    setBusy(true);
    setDone(null);
    try {
      setDone(await keep());
      setSays("");
      await changed();
    } catch (thrown) {
      report(thrown);
    } finally {
      setBusy(false);
    }
  };
  const take = () => kept(() => takeRecorded(prompt.id, language, says));
  const choose = async (voice: Voice, seen: string) => {
    try {
      await chooseVersion(prompt.id, voice.language, voice.version, seen);
      setDone(null);
      setLate(null);
      await changed();
      void message.success(t("used", { n: voice.version }));
    } catch (thrown) {
      const problem = staleOf(thrown);
      if (problem) setLate({ problem, voice });
      else report(thrown);
    }
  };
  const remove = () =>
    modal.confirm({
      title: t("remove.title", { name: prompt.name }),
      content: t("remove.content"),
      okText: t("remove"),
      okButtonProps: { danger: true },
      cancelText: c("action.cancel"),
      onOk: async () => {
        try {
          await removePrompt(prompt.id);
          onClose();
          await changed();
          void message.success(t("removed"));
        } catch (thrown) {
          report(thrown);
        }
      },
    });
  return (
    <Drawer
      open
      title={<span translate="no">{prompt.name}</span>}
      size={480}
      onClose={onClose}
      extra={
        <Button danger icon={<DeleteOutlined />} onClick={remove}>
          {t("remove")}
        </Button>
      }
    >
      <div className="prompt-drawer">
        {prompt.note ? (
          <p className="dim" translate="no">
            {prompt.note}
          </p>
        ) : null}
        <Segmented<Language>
          aria-label={t("sound")}
          value={language}
          options={LANGUAGES.map((each) => ({ value: each, label: t(`lang.${each}`) }))}
          onChange={setLanguage}
        />
        <label htmlFor="prompt-says">{t("says")}</label>
        <Input.TextArea
          id="prompt-says"
          autoSize={{ minRows: 2, maxRows: 5 }}
          maxLength={1000}
          placeholder={t("says.hint")}
          value={says}
          onChange={(event) => setSays(event.target.value)}
        />
        {standard && says === "" ? (
          <Button type="link" size="small" onClick={() => setSays(standard.says)}>
            {t("says.standard", { says: standard.says })}
          </Button>
        ) : null}
        <Upload.Dragger
          accept=".wav,.mp3,.ogg,.oga,.flac,audio/*"
          showUploadList={false}
          disabled={busy}
          beforeUpload={(file) => {
            void bring(file, "upload", file.name);
            return false;
          }}
        >
          <p>
            <InboxOutlined /> {t("upload")}
          </p>
          <p className="dim">{t("upload.hint")}</p>
        </Upload.Dragger>
        <Space wrap>
          <Microphone disabled={busy} onSound={(sound) => void bring(sound, "microphone", "")} />
          <Telephone promptId={prompt.id} disabled={busy} onRecorded={() => void take()} />
        </Space>
        <Synthesis
          disabled={busy || says.trim() === ""}
          busy={busy}
          onSpeak={() => void kept(() => speakPrompt(prompt.id, language, says.trim()))}
        />
        {done ? <WhatWasDone voice={done} /> : null}
        {late ? (
          <Stale
            problem={late.problem}
            onReload={() => {
              setLate(null);
              void changed();
            }}
            onOverwrite={() => void choose(late.voice, "")}
          />
        ) : null}
        <Versions prompt={prompt} language={language} onChoose={(voice, seen) => void choose(voice, seen)} />
      </div>
    </Drawer>
  );
}

function Microphone({ disabled, onSound }: { disabled: boolean; onSound: (sound: Blob) => void }) {
  const t = useT(texts);
  const { message } = App.useApp();
  const recording = useRef<Recording | null>(null);
  const [since, setSince] = useState<number | null>(null);
  const [now, setNow] = useState(0);
  useEffect(() => () => recording.current?.cancel(), []);
  useEffect(() => {
    if (since === null) return;
    const clock = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(clock);
  }, [since]);
  const begin = async () => {
    try {
      recording.current = await record();
      setNow(Date.now());
      setSince(Date.now());
    } catch {
      void message.error(t("mic.refused"), 8);
    }
  };
  const end = async (use: boolean) => {
    const was = recording.current;
    recording.current = null;
    setSince(null);
    if (!use) {
      was?.cancel();
      return;
    }
    const sound = await was?.stop().catch(() => null);
    if (sound) onSound(sound);
    else void message.error(t("mic.refused"), 8);
  };
  if (since === null)
    return (
      <Button icon={<AudioOutlined />} disabled={disabled} onClick={() => void begin()}>
        {t("mic")}
      </Button>
    );
  return (
    <Space wrap>
      <Tag color="error" role="status">
        {t("mic.on", { time: timer(now - since) })}
      </Tag>
      <Button type="primary" onClick={() => void end(true)}>
        {t("mic.stop")}
      </Button>
      <Button onClick={() => void end(false)}>{t("mic.cancel")}</Button>
    </Space>
  );
}

/** Recorded by the telephone that this page is, or that the user is signed in with. */
function Telephone({
  promptId,
  disabled,
  onRecorded,
}: {
  promptId: string;
  disabled: boolean;
  onRecorded: () => void;
}) {
  const t = useT(texts);
  const report = useReportProblem();
  const cache = useQueryClient();
  const { busy, deaf } = useTrialLine();
  const [began, setBegan] = useState(false);
  const trial = useQuery(trialQuery(began));
  const over = began && (trial.data?.over ?? trial.isError);
  const recorded = useRef(onRecorded);
  recorded.current = onRecorded;
  useEffect(() => {
    if (!over) return;
    setBegan(false);
    recorded.current();
  }, [over]);
  const call = async () => {
    try {
      await rung(() => callForPrompt(promptId));
      cache.removeQueries({ queryKey: ["trial"] });
      setBegan(true);
    } catch (thrown) {
      report(thrown);
    }
  };
  if (!began)
    return (
      <Button icon={<PhoneOutlined />} loading={busy} disabled={disabled} onClick={() => void call()}>
        {t("phone")}
      </Button>
    );
  return (
    <Space wrap>
      <Tag color="error" role="status">
        {t(trial.data?.answered ? "phone.on" : "phone.ringing")}
      </Tag>
      {deaf ? <Tag color="warning">{t("phone.deaf")}</Tag> : null}
      <Button type="primary" onClick={() => void press("#").catch(report)} disabled={!trial.data?.answered}>
        {t("mic.stop")}
      </Button>
    </Space>
  );
}

function WhatWasDone({ voice }: { voice: Voice }) {
  const t = useT(texts);
  const { done } = voice;
  const lines = [
    t("done.format", { format: done.format, rate: done.rate_hz, channels: done.channels }),
    t("done.level", { before: done.level_before.toFixed(1), after: done.level_after.toFixed(1) }),
    ...(done.trimmed_ms >= 100 ? [t("done.trimmed", { s: (done.trimmed_ms / 1000).toFixed(1) })] : []),
    ...(done.limited ? [t("done.limited")] : []),
    ...(done.marked ? [t("done.marked")] : []),
  ];
  return (
    <Alert
      type="success"
      showIcon
      title={t("done.title", {
        language: t(`lang.${voice.language}`),
        version: voice.version,
        ms: (voice.ms / 1000).toFixed(1),
      })}
      description={
        <ul className="prompt-done">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      }
    />
  );
}

function Versions({
  prompt,
  language,
  onChoose,
}: {
  prompt: Prompt;
  language: Language;
  onChoose: (voice: Voice, seen: string) => void;
}) {
  const t = useT(texts);
  const f = useFormat();
  const versions = useQuery(versionsQuery(prompt.id));
  return (
    <section aria-labelledby="prompt-versions">
      <h3 id="prompt-versions">{t("versions")}</h3>
      <QueryView query={versions} rows={2}>
        {({ items, revision }) => {
          const own = items.filter((each) => each.language === language);
          if (own.length === 0) return <Nothing title={t("versions.none")} />;
          return (
            <ol className="prompt-versions">
              {own.map((each) => (
                <li key={each.version}>
                  <div>
                    <HearButton
                      src={soundOf.version(prompt.id, each)}
                      what={`${prompt.name} ${t("version", { n: each.version })}`}
                    >
                      {t("version", { n: each.version })} · {(each.ms / 1000).toFixed(1)} s
                    </HearButton>
                    {each.current ? (
                      <Tag color="success">{t("current")}</Tag>
                    ) : (
                      <Button type="link" size="small" onClick={() => onChoose(each, revision ?? "")}>
                        {t("use")}
                      </Button>
                    )}
                  </div>
                  <div className="dim">
                    {t(`source.${each.source}`)}
                    {each.file_name ? ` · ${each.file_name}` : ""} · {f.moment(each.made_at)} ·{" "}
                    {each.made_by ?? "—"}
                  </div>
                  {each.says ? <div translate="no">{each.says}</div> : null}
                </li>
              ))}
            </ol>
          );
        }}
      </QueryView>
    </section>
  );
}
