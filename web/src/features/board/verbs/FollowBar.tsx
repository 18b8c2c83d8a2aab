import { FieldTimeOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useEffect, useRef } from "react";
import { useT } from "@/shared/i18n";
import { useBoardStore } from "../live";
import { unfollow, wake } from "./line";
import { texts } from "./texts";
import { useOwnFollows, useRun } from "./useVerbs";
import "./verbs.css";

/** Whose next calls the supervisor waits for, how many are left, and the way out. */
export function FollowBar() {
  const t = useT(texts);
  const run = useRun();
  const own = useOwnFollows();
  const agents = useBoardStore((store) => store.board?.agents);
  const waits = own.length > 0;

  // The page may only have been loaded again: the telephone must be there when the next call begins.
  useEffect(() => {
    if (waits) void run(wake);
  }, [waits, run]);

  // Said when it ends early and by itself: the agent has left, for instance.
  const { message } = App.useApp();
  const last = useRef(own);
  const stopped = useRef(new Set<string>());
  useEffect(() => {
    for (const one of last.current) {
      const gone = own.every((each) => each.agent_id !== one.agent_id);
      if (gone && one.left > 1 && !stopped.current.has(one.follow_id))
        void message.info(t("follow.over", { name: agents?.get(one.agent_id)?.name ?? "" }));
    }
    last.current = own;
  });

  // Nobody listens from another page, where nothing shows it.
  useEffect(
    () => () => {
      for (const one of last.current) void unfollow(one.agent_id).catch(() => undefined);
    },
    [],
  );

  if (!waits) return null;
  return (
    <ul className="follows" aria-label={t("follow.label")}>
      {own.map((one) => {
        const name = agents?.get(one.agent_id)?.name ?? "";
        return (
          <li key={one.follow_id}>
            <FieldTimeOutlined aria-hidden="true" />
            <span role="status">{t("follow.left", { name, left: one.left, calls: one.calls })}</span>
            <Button
              size="small"
              aria-label={`${t("follow.stop")} ${name}`}
              onClick={() => {
                stopped.current.add(one.follow_id);
                void run(() => unfollow(one.agent_id));
              }}
            >
              {t("follow.stop")}
            </Button>
          </li>
        );
      })}
    </ul>
  );
}
