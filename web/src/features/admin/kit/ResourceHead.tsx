import type { ReactNode } from "react";

/** What a section is, and what can be done in it. */
export function ResourceHead({
  title,
  lead,
  children,
}: {
  title: ReactNode;
  lead: ReactNode;
  children: ReactNode;
}) {
  return (
    <header className="resource-head">
      <div className="resource-words">
        <h2 id="resource-title">{title}</h2>
        <p className="dim">{lead}</p>
      </div>
      <div className="resource-tools">{children}</div>
    </header>
  );
}
