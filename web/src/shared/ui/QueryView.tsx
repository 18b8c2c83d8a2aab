import type { UseQueryResult } from "@tanstack/react-query";
import { Skeleton } from "antd";
import type { ReactNode } from "react";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { ProblemView } from "./ProblemView";

export function Pending({ rows = 4 }: { rows?: number }) {
  const t = useT(common);
  return (
    <div role="status" aria-label={t("loading.page")} style={{ padding: 12 }}>
      <Skeleton active title={false} paragraph={{ rows }} />
    </div>
  );
}

/** The three states of a query: waiting, refused, there. Old data stays on show while new data loads. */
export function QueryView<T>({
  query,
  children,
  rows,
}: {
  query: Pick<UseQueryResult<T>, "data" | "isError" | "error"> & { refetch: () => unknown };
  children: (data: T) => ReactNode;
  rows?: number;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <ProblemView problem={query.error} onRetry={() => void query.refetch()} />;
  return <Pending rows={rows} />;
}
