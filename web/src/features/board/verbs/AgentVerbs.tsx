import { MoreOutlined } from "@ant-design/icons";
import { App, Dropdown, type MenuProps } from "antd";
import { memo, useState } from "react";
import { type AgentView, api, type BoardAgent, take } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { takeAgentView, useLive } from "@/shared/live";
import { permitted, useMe } from "@/shared/session";
import {
  type AgentVerb,
  agentVerbs,
  blockedBy,
  type ForcedState,
  isHearing,
  takesEffectLater,
} from "./actions";
import { FollowDialog } from "./FollowDialog";
import { ForceDialog } from "./ForceDialog";
import { monitor, unfollow } from "./line";
import { texts } from "./texts";
import { useOwnFollows, useOwnMonitor, useRun } from "./useVerbs";
import "./verbs.css";

/** The menu of what a supervisor may do about an agent. */
export const AgentVerbs = memo(function AgentVerbs({ agent }: { agent: BoardAgent }) {
  const t = useT(texts);
  const run = useRun();
  const own = useOwnMonitor();
  const { modal, message } = App.useApp();
  const [forcing, setForcing] = useState<ForcedState | null>(null);
  const me = useMe();
  const signedIn = useLive((live) => live.agent?.signed_in === true);
  const desk = signedIn ? "signed_in" : permitted(me, ["desk"]) ? "signed_out" : "none";
  const [choosing, setChoosing] = useState(false);
  const following = useOwnFollows().some((one) => one.agent_id === agent.agent_id);
  const verbs = agentVerbs(agent, me?.user_id ?? "");
  if (verbs.state.length === 0) return null;

  const item = (verb: AgentVerb) => {
    const blocked = blockedBy(verb, agent, own, desk);
    const hint = `hint.${verb}`;
    return {
      key: verb,
      danger: verb === "hang_up" || verb === "force.offline",
      disabled: blocked !== null,
      label: (
        <span className="verb-item">
          <span>{t(verb)}</span>
          {blocked ? (
            <small>{t(blocked)}</small>
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
  items.push({
    key: "next",
    type: "group",
    label: t("menu.next"),
    children: [
      {
        key: "follow",
        label: (
          <span className="verb-item">
            <span>{t("follow")}</span>
            <small>{t("hint.follow")}</small>
          </span>
        ),
      },
      ...(following ? [{ key: "unfollow", label: t("unfollow") }] : []),
    ],
  });
  const after = takesEffectLater(agent.state, "break");
  items.push({
    key: "state",
    type: "group",
    label: t(after ? "menu.state.after" : "menu.state"),
    children: verbs.state.map(item),
  });

  const confirmed = (verb: "take_over" | "hang_up", work: () => Promise<unknown>) =>
    modal.confirm({
      title: t(`title.${verb}`, { name: agent.name }),
      content: t(agent.internal ? "body.hang_up.internal" : `body.${verb}`),
      okText: t(verb),
      okButtonProps: { danger: verb === "hang_up" },
      onOk: () => run(work),
    });
  const choose = (verb: AgentVerb | "follow" | "unfollow") => {
    if (verb === "follow") setChoosing(true);
    else if (verb === "unfollow") void run(() => unfollow(agent.agent_id));
    else if (isHearing(verb as "listen")) void run(() => monitor(agent.agent_id, verb as "listen"));
    else if (verb === "ring")
      void run(async () => {
        const body = { to_agent_id: agent.agent_id, agent_no: "" };
        const { view } = (await take(api.POST("/api/desk/colleague", { body }))) as { view: AgentView };
        takeAgentView(view); // the phone bar goes on from here
      });
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
      {choosing ? <FollowDialog agent={agent} onClose={() => setChoosing(false)} /> : null}
      {forcing ? <ForceDialog agent={agent} state={forcing} onClose={() => setForcing(null)} /> : null}
    </>
  );
});
