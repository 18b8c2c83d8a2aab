import { useQuery } from "@tanstack/react-query";
import { Input, Modal, Segmented, Select } from "antd";
import { useId, useState } from "react";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { QueryView, StateDot } from "@/shared/ui";
import { commands, type Target, TRANSFER_REASONS, type TransferReason, type useCommands } from "./commands";
import { type TargetAgent, type TargetQueue, type Targets, targetsQuery } from "./data";
import { NumberPad } from "./NumberPad";
import { isNumber, matching, type Whom } from "./targets";
import { texts } from "./texts";
import "./callcontrol.css";

const NOTE_MOST = 500;

/** Whom to pass the caller on to, or to ask: colleagues with their states, queues, a number outside. From a
 * call between agents (`inside`) only colleagues. */
export default function TargetPanel({
  verb,
  inside,
  onClose,
  commandsOf,
}: {
  verb: "transfer" | "consult";
  inside: boolean;
  onClose: () => void;
  commandsOf: ReturnType<typeof useCommands>;
}) {
  const t = useT(texts);
  const targets = useQuery(targetsQuery);
  const [kind, setKind] = useState<Target["to"]>("agent");
  const [search, setSearch] = useState("");
  const [picked, setPicked] = useState<Whom | null>(null);
  const [number, setNumber] = useState("");
  const [reason, setReason] = useState<TransferReason>("specialist");
  const [note, setNote] = useState("");
  const fields = useId();

  const outside: Whom | null = isNumber(number)
    ? { id: number, target: { to: "external", number }, name: number }
    : null;
  const chosen = kind === "external" ? outside : picked?.target.to === kind ? picked : null;
  const kinds = (["agent", "queue", "flow", "external"] as const).filter(
    (each) =>
      (each !== "queue" || verb === "transfer") && (each !== "external" || targets.data?.outside !== false),
  );

  const go = async () => {
    if (!chosen) return;
    const target: Target = { ...chosen.target, reason, note: note.trim() };
    const work = () =>
      verb === "consult" && target.to !== "queue" ? commands.consult(target) : commands.transfer(target);
    if (await commandsOf.run(verb, work)) onClose();
  };

  const searchName = t(
    kind === "agent" ? "target.search" : kind === "flow" ? "target.search.flow" : "target.search.queue",
  );
  return (
    <Modal
      open
      title={t(`target.${verb}`)}
      onCancel={onClose}
      width={560}
      style={{ top: 76 }}
      okText={chosen ? t(`target.go.${verb}`, { who: chosen.name }) : t("target.pick")}
      okButtonProps={{ disabled: !chosen, loading: commandsOf.busy === verb }}
      onOk={() => void go()}
      className="target"
    >
      <p className="target-lead">
        {t(inside ? "target.transfer.inside" : `target.${verb}.${kind === "flow" ? "flow" : "lead"}`)}
      </p>
      {inside ? null : (
        <Segmented
          block
          aria-label={t("target.kind")}
          value={kind}
          onChange={(value) => {
            setKind(value);
            setSearch("");
          }}
          options={kinds.map((value) => ({ value, label: t(`target.kind.${value}`) }))}
        />
      )}
      {kind === "external" ? (
        <NumberPad
          number={number}
          name={t("target.number")}
          hint={t("target.number.hint")}
          onChange={setNumber}
          onEnter={() => void go()}
        />
      ) : (
        <>
          <Input
            autoFocus
            allowClear
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            placeholder={searchName}
            aria-label={searchName}
          />
          <QueryView query={targets}>
            {(found) => (
              <Choice
                targets={found}
                kind={kind}
                search={search}
                inside={inside}
                picked={picked}
                onPick={setPicked}
              />
            )}
          </QueryView>
        </>
      )}
      <div className="target-why">
        <label htmlFor={`${fields}-reason`}>{t("target.reason")}</label>
        <Select
          id={`${fields}-reason`}
          value={reason}
          onChange={setReason}
          options={TRANSFER_REASONS.map((value) => ({ value, label: t(`target.reason.${value}`) }))}
        />
        <label htmlFor={`${fields}-note`}>{t("target.note")}</label>
        <Input.TextArea
          id={`${fields}-note`}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          maxLength={NOTE_MOST}
          autoSize={{ minRows: 2, maxRows: 4 }}
          placeholder={t(inside ? "target.note.inside" : "target.note.hint")}
        />
      </div>
    </Modal>
  );
}

/** The agents or queues that match, as one group of radio buttons; who cannot be called stays and says why. */
function Choice({
  targets,
  kind,
  search,
  inside,
  picked,
  onPick,
}: {
  targets: Targets;
  kind: "agent" | "queue" | "flow";
  search: string;
  inside: boolean;
  picked: Whom | null;
  onPick: (whom: Whom) => void;
}) {
  const t = useT(texts);
  const group = useId();
  const found = matching(targets, kind, search, inside);
  if (found.length === 0) return <p className="target-none">{t("target.none")}</p>;
  return (
    <fieldset className="target-list" aria-label={t(`target.${kind}s`)}>
      {found.map((each) => (
        <label key={each.id} className="target-row" data-off={!each.open}>
          <input
            type="radio"
            name={group}
            disabled={!each.open}
            checked={picked?.id === each.id}
            onChange={() => onPick(each)}
          />
          {"agent" in each ? (
            <AgentRow agent={each.agent} why={each.open || inside ? undefined : t("target.only_ready")} />
          ) : "queue" in each ? (
            <QueueRow queue={each.queue} />
          ) : (
            <strong>{each.flow.name}</strong>
          )}
        </label>
      ))}
    </fieldset>
  );
}

function AgentRow({ agent, why }: { agent: TargetAgent; why: string | undefined }) {
  const c = useT(common);
  return (
    <>
      <StateDot state={agent.state} />
      <strong>{agent.name}</strong>
      <span className="target-more">{[agent.agent_no, agent.department].filter(Boolean).join(" · ")}</span>
      <span className="target-end" title={why}>
        {c(`state.${agent.state}`)}
      </span>
    </>
  );
}

function QueueRow({ queue }: { queue: TargetQueue }) {
  const t = useT(texts);
  return (
    <>
      <strong>{queue.name}</strong>
      <span className="target-more">{queue.project_name}</span>
      <span className="target-end">
        {queue.signed_in === 0
          ? t("target.queue.empty")
          : t("target.queue.counts", { ready: queue.ready, waiting: queue.waiting })}
      </span>
    </>
  );
}
