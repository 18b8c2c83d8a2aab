import { ExportOutlined } from "@ant-design/icons";
import { Button, Segmented } from "antd";
import { type ReactNode, useState } from "react";
import type { AgentContact } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { ariaKey, keyName, useShortcuts } from "./shortcuts";
import { texts } from "./texts";

/** What scrolls must be reachable by keyboard. */
export const SCROLLED = { tabIndex: 0 };

/** It may run and be filled in, but neither leave its frame nor take ours along. */
const SANDBOX =
  "allow-scripts allow-same-origin allow-forms allow-modals allow-downloads allow-popups allow-popups-to-escape-sandbox";

/** The course of a call and, where the project has one, the page of the client's own system for it: beside it
 * when it may be shown here, else behind a button that opens a tab. */
export function WithPop({ contact, children }: { contact: AgentContact; children: ReactNode }) {
  const t = useT(texts);
  const [shown, setShown] = useState<"call" | "pop">("pop");
  const pop = contact.pop ?? null;
  useShortcuts(
    pop === null
      ? {}
      : {
          pop: () => {
            if (pop.inside) setShown((now) => (now === "pop" ? "call" : "pop"));
            else globalThis.open(pop.url, "_blank", "noopener,noreferrer");
          },
        },
  );
  const course = (
    <div className="work-scroll" {...SCROLLED}>
      {children}
    </div>
  );
  if (pop === null) return course;
  const tab = t(pop.inside ? "pop.tab" : "pop.open");
  return (
    <>
      <div className="pop-bar">
        {pop.inside ? (
          <Segmented
            size="small"
            aria-label={t("pop.choose")}
            value={shown}
            onChange={setShown}
            options={[
              { value: "call" as const, label: t("pop.call") },
              { value: "pop" as const, label: t("pop.title") },
            ]}
          />
        ) : null}
        <Button
          type={pop.inside ? "text" : "default"}
          size="small"
          href={pop.url}
          target="_blank"
          rel="noopener noreferrer"
          icon={<ExportOutlined />}
          title={`${tab} (${keyName("pop")})`}
          aria-label={tab}
          aria-keyshortcuts={ariaKey("pop")}
        >
          {pop.inside ? null : tab}
        </Button>
      </div>
      {pop.inside ? (
        // Kept when the call's course is looked at: what was typed there must not be lost.
        <iframe
          key={pop.url}
          className="pop-frame"
          hidden={shown !== "pop"}
          title={t("pop.title")}
          src={pop.url}
          sandbox={SANDBOX}
          referrerPolicy="no-referrer"
        />
      ) : null}
      {pop.inside && shown === "pop" ? null : course}
    </>
  );
}
