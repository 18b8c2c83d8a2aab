import { Empty } from "antd";
import type { ReactNode } from "react";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";

/** An empty state that says what would be here and, where there is one, what to do. */
export function Nothing({ title, hint, action }: { title?: string; hint?: ReactNode; action?: ReactNode }) {
  const t = useT(common);
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        <div>
          <div>{title ?? t("empty.nothing")}</div>
          {hint ? <div style={{ marginTop: 4 }}>{hint}</div> : null}
        </div>
      }
    >
      {action}
    </Empty>
  );
}
