import { MoreOutlined } from "@ant-design/icons";
import { App, Dropdown, type MenuProps } from "antd";
import { memo, useState } from "react";
import { api, type BoardAgent, take } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { type AgentVerb, agentVerbs, blockedBy, type ForcedState, isHearing } from "./actions";
import { ForceDialog } from "./ForceDialog";
import { monitor } from "./line";
import { texts } from "./texts";
import { useOwnMonitor, useRun } from "./useVerbs";
import "./verbs.css";

/** The menu of what a supervisor may do about an agent. */
export const AgentVerbs = memo(function AgentVerbs({ agent }: { agent: BoardAgent }) {
  const t = useT(texts);
  const run = useRun();
  const own = useOwnMonitor();
  const { modal, message } = App.useApp();
  const [forcing, setForcing] = useState<ForcedState | null>(null);
  const verbs = agentVerbs(agent);
  if (verbs.state.length === 0) return null;

  const item = (verb: AgentVerb) => {
    const blocked = blockedBy(verb, agent, own);
    const hint = `hint.${verb}`;
    return {
      key: verb,
      danger: verb === "hang_up" || verb === "force.offline",
      disabled: blocked,
      label: (
        <span className="verb-item">
          <span>{t(verb)}</span>
          {blocked ? (
            <small>{t("busy.elsewhere")}</small>
          ) : hint in texts.zh ? (
            <small>{t(hint as "hint.listen")}</small>
          ) : null}
        </span>
      ),
    };
  };
  const items: MenuProps["items"] = [];
  if (verbs.call.length > 0) {
    items.push({ key: "call", type: "group", label: t("menu.call"), children: verbs.call.map(item) });
  }
  const after = verbs.call.length > 0 || agent.state === "ringing";
  items.push({
    key: "state",
    type: "group",
    label: t(after ? "menu.state.after" : "menu.state"),
    children: verbs.state.map(item),
  });

  const confirmed = (verb: "take_over" | "hang_up", work: () => Promise<unknown>) =>
    modal.confirm({
      title: t(`title.${verb}`, { name: agent.name }),
      content: t(`body.${verb}`),
      okText: t(verb),
      okButtonProps: { danger: verb === "hang_up" },
      onOk: () => run(work),
    });
  const choose = (verb: AgentVerb) => {
    if (isHearing(verb as "listen")) void run(() => monitor(agent.agent_id, verb as "listen"));
    else if (verb === "take_over") void confirmed(verb, () => monitor(agent.agent_id, verb));
    else if (verb === "hang_up")
      void confirmed(verb, async () => {
        await take(
          api.POST("/api/supervise/agents/{agent_id}/hang-up", {
            params: { path: { agent_id: agent.agent_id } },
          }),
        );
        void message.success(t("hang_up.done"));
      });
    else setForcing(verb.slice("force.".length) as ForcedState);
  };

  return (
    <>
      <Dropdown
        trigger={["click"]}
        placement="bottomRight"
        menu={{ items, onClick: ({ key }) => choose(key as AgentVerb) }}
        destroyOnHidden
      >
        <button type="button" className="verb-button" aria-label={t("menu", { name: agent.name })}>
          <MoreOutlined aria-hidden="true" />
        </button>
      </Dropdown>
      {forcing ? <ForceDialog agent={agent} state={forcing} onClose={() => setForcing(null)} /> : null}
    </>
  );
});
