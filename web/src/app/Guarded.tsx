import type { ReactNode } from "react";
import { ownProblem, Problem } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { permitted, useMe } from "@/shared/session";
import { ErrorBoundary, ProblemView } from "@/shared/ui";
import { texts } from "./texts";

/** Shows the page to those who may see it and says why to the others. The server checks again. */
export function Guarded({ permission, children }: { permission: readonly string[]; children?: ReactNode }) {
  const me = useMe();
  const t = useT(texts);
  if (permitted(me, permission)) return <ErrorBoundary>{children}</ErrorBoundary>;
  const homeless = me !== undefined && me.permissions.length === 0;
  return (
    <div style={{ padding: 24 }}>
      <ProblemView
        problem={
          homeless
            ? new Problem({ code: "no_rooms", title: t("rooms.none.title"), remedy: t("rooms.none.remedy") })
            : ownProblem("forbidden", 403)
        }
      />
    </div>
  );
}
