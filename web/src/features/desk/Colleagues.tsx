import { useQuery } from "@tanstack/react-query";
import { Input } from "antd";
import { useState } from "react";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { QueryView, StateDot } from "@/shared/ui";
import { colleaguesQuery } from "./data";
import { type Colleague, found } from "./targets";
import { texts } from "./texts";
import "./callcontrol.css";

/** Everybody one may call, with their states; Enter calls the first, a press anybody who can be called. */
export function Colleagues({ busy, onCall }: { busy: boolean; onCall: (who: Colleague) => void }) {
  const t = useT(texts);
  const query = useQuery(colleaguesQuery);
  const [search, setSearch] = useState("");
  const first = found(query.data?.agents ?? [], search)[0];
  const call = (who: Colleague | undefined) => {
    if (who?.open && !busy) onCall(who);
  };
  return (
    <>
      <Input
        autoFocus
        allowClear
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        onPressEnter={() => call(first)}
        placeholder={t("colleague.search")}
        aria-label={t("colleague.search")}
      />
      <QueryView query={query}>
        {({ agents }) => {
          const rows = found(agents, search);
          if (rows.length === 0) return <p className="target-none">{t("target.none")}</p>;
          return (
            <ul className="target-list colleagues" aria-label={t("target.agents")}>
              {rows.map((who) => (
                <li key={who.agent_id}>
                  <Row who={who} first={who === rows[0]} onCall={() => call(who)} />
                </li>
              ))}
            </ul>
          );
        }}
      </QueryView>
    </>
  );
}

function Row({ who, first, onCall }: { who: Colleague; first: boolean; onCall: () => void }) {
  const c = useT(common);
  return (
    <button
      type="button"
      className="target-row"
      data-off={!who.open}
      data-first={first && who.open}
      disabled={!who.open}
      onClick={onCall}
    >
      <StateDot state={who.state} />
      <strong>{who.name}</strong>
      <span className="target-more">{[who.agent_no, who.department].filter(Boolean).join(" · ")}</span>
      <span className="target-end">
        {c(`state.${who.state}`)}
        {first && who.open ? <kbd>Enter</kbd> : null}
      </span>
    </button>
  );
}
