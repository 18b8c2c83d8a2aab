import { MoreOutlined } from "@ant-design/icons";
import { App, Dropdown, type MenuProps, Modal, Select } from "antd";
import { memo, useState } from "react";
import { api, type BoardWaiting, take } from "@/shared/api";
import { phone } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { useBoardStore } from "../live";
import { agentsInOrder } from "../model";
import { pull } from "./line";
import { texts } from "./texts";
import { useOwnMonitor, useRun } from "./useVerbs";
import "./verbs.css";

const POINTS = 10;

type Choice = "give" | "move";

/** The menu of what a supervisor may do with a waiting call. */
export const WaitingVerbs = memo(function WaitingVerbs({ row }: { row: BoardWaiting }) {
  const t = useT(texts);
  const run = useRun();
  const own = useOwnMonitor();
  const { message } = App.useApp();
  const [choosing, setChoosing] = useState<Choice | null>(null);
  const path = { contact_id: row.contact_id };
  const caller = phone(row.caller_masked);

  const items: MenuProps["items"] = [
    {
      key: "pull",
      disabled: own !== undefined,
      label: (
        <span className="verb-item">
          <span>{t("pull")}</span>
          <small>{t(own === undefined ? "hint.pull" : "busy.elsewhere")}</small>
        </span>
      ),
    },
    { key: "give", label: t("give") },
    { key: "raise", label: t("raise") },
    { key: "move", label: t("move") },
  ];
  const choose = (key: string) => {
    if (key === "pull") void run(() => pull(row.contact_id));
    else if (key === "raise")
      void run(async () => {
        await take(
          api.POST("/api/supervise/contacts/{contact_id}/priority", {
            params: { path },
            body: { points: POINTS },
          }),
        );
        void message.success(t("raise.done"));
      });
    else setChoosing(key as Choice);
  };
  const chosen = (id: string, name: string) => {
    const work =
      choosing === "give"
        ? () =>
            take(
              api.POST("/api/supervise/contacts/{contact_id}/give", {
                params: { path },
                body: { agent_id: id },
              }),
            )
        : () =>
            take(
              api.POST("/api/supervise/contacts/{contact_id}/queue", {
                params: { path },
                body: { queue_id: id },
              }),
            );
    const said = choosing === "give" ? "give.done" : "move.done";
    return run(async () => {
      await work();
      void message.success(t(said, { name }));
      setChoosing(null);
    });
  };

  return (
    <>
      <Dropdown
        trigger={["click"]}
        placement="bottomRight"
        menu={{ items, onClick: ({ key }) => choose(key) }}
        destroyOnHidden
      >
        <button type="button" className="verb-button" aria-label={t("menu.waiting", { caller })}>
          <MoreOutlined aria-hidden="true" />
        </button>
      </Dropdown>
      {choosing ? (
        <Chooser what={choosing} row={row} onChoose={chosen} onClose={() => setChoosing(null)} />
      ) : null}
    </>
  );
});

interface ChooserProps {
  what: Choice;
  row: BoardWaiting;
  onChoose: (id: string, name: string) => Promise<boolean>;
  onClose: () => void;
}

/** Chooses one agent who is signed in, or one queue. */
function Chooser({ what, row, onChoose, onClose }: ChooserProps) {
  const t = useT(texts);
  const c = useT(common);
  const board = useBoardStore((store) => store.board);
  const [id, setId] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const options =
    what === "give"
      ? agentsInOrder(board?.agents.values() ?? [], {}, "state")
          .filter((agent) => agent.state !== "offline")
          .map((agent) => ({
            value: agent.agent_id,
            name: agent.name,
            label: `${agent.name} ${agent.agent_no} · ${c(`state.${agent.state}`)}`,
          }))
      : [...(board?.queues.values() ?? [])]
          .filter((queue) => queue.queue_id !== row.queue_id)
          .map((queue) => ({ value: queue.queue_id, name: queue.name, label: queue.name }));
  const field = `choose-${what}`;
  return (
    <Modal
      open
      width={440}
      title={t(`title.${what}`, { caller: phone(row.caller_masked) })}
      okButtonProps={{ disabled: id === null, loading: busy }}
      onOk={async () => {
        const found = options.find((each) => each.value === id);
        if (!found) return;
        setBusy(true);
        await onChoose(found.value, found.name);
        setBusy(false);
      }}
      onCancel={onClose}
      destroyOnHidden
    >
      <label htmlFor={field}>{t(what === "give" ? "give.agent" : "move.queue")}</label>
      <Select
        id={field}
        autoFocus
        showSearch={{ optionFilterProp: "label" }}
        className="verb-choice"
        value={id}
        onChange={setId}
        options={options}
        notFoundContent={what === "give" ? t("give.none") : undefined}
      />
      {what === "give" ? <p className="dim">{t("body.give")}</p> : null}
    </Modal>
  );
}
