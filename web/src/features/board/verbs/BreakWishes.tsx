import { App, Button, Input } from "antd";
import { useEffect, useRef, useState } from "react";
import { api, type BoardAgent, take } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { StateDot } from "@/shared/ui";
import { Elapsed } from "../Elapsed";
import { texts } from "./texts";
import { useMaySupervise, useRun } from "./useVerbs";
import "./verbs.css";

const NOTE_MOST = 200;

interface Props {
  agents: readonly BoardAgent[];
  reasonOf: (id: string | null) => { name: string } | undefined;
  frozen: boolean;
}

/** Agents who wish a break beyond the rules: who, why it needs a word, how long they wait, yes or no. */
export function BreakWishes({ agents, reasonOf, frozen }: Props) {
  const t = useT(texts);
  const { notification } = App.useApp();
  const may = useMaySupervise();
  const wishing = agents
    .filter((agent) => agent.break_wish)
    .sort((a, b) => (a.break_wish?.since ?? "").localeCompare(b.break_wish?.since ?? ""));

  // Each new wish is said once, also to who looks at another part of the board.
  const told = useRef(new Set<string>());
  useEffect(() => {
    for (const agent of wishing) {
      const wish = `${agent.agent_id} ${agent.break_wish?.since}`;
      if (may && !told.current.has(wish))
        notification.info({
          key: `break ${agent.agent_id}`,
          title: t("break.wishes", { name: agent.name }),
          duration: 8,
        });
      told.current.add(wish);
    }
  });

  if (wishing.length === 0) return null;
  return (
    <ul className="wishes" aria-label={t("break.title")}>
      {wishing.map((agent) => (
        <Wish
          key={agent.agent_id}
          agent={agent}
          reason={reasonOf(agent.break_wish?.reason_id ?? null)?.name}
          may={may}
          frozen={frozen}
        />
      ))}
    </ul>
  );
}

function Wish({
  agent,
  reason,
  may,
  frozen,
}: {
  agent: BoardAgent;
  reason: string | undefined;
  may: boolean;
  frozen: boolean;
}) {
  const t = useT(texts);
  const run = useRun();
  const { message } = App.useApp();
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState<boolean | null>(null);
  const wish = agent.break_wish;
  if (!wish) return null;
  const answer = async (approve: boolean) => {
    setBusy(approve);
    const done = await run(() =>
      take(
        api.POST("/api/supervise/agents/{agent_id}/break", {
          params: { path: { agent_id: agent.agent_id } },
          body: { approve, note },
        }),
      ),
    );
    setBusy(null);
    if (done) void message.success(t(approve ? "break.granted" : "break.declined", { name: agent.name }));
  };
  return (
    <li>
      <StateDot state="break" />
      <b>{t("break.wishes", { name: agent.name })}</b>
      <span>{[reason, t(`break.why.${wish.why}`)].filter(Boolean).join(" · ")}</span>
      <Elapsed since={wish.since} frozen={frozen} />
      {may ? (
        <span className="wish-verbs">
          <Input
            size="small"
            value={note}
            maxLength={NOTE_MOST}
            placeholder={t("break.note")}
            aria-label={`${t("break.note")} ${agent.name}`}
            onChange={(event) => setNote(event.target.value)}
          />
          <Button
            size="small"
            type="primary"
            loading={busy === true}
            aria-label={`${t("break.approve")} ${agent.name}`}
            onClick={() => void answer(true)}
          >
            {t("break.approve")}
          </Button>
          <Button
            size="small"
            loading={busy === false}
            aria-label={`${t("break.refuse")} ${agent.name}`}
            onClick={() => void answer(false)}
          >
            {t("break.refuse")}
          </Button>
        </span>
      ) : null}
    </li>
  );
}
