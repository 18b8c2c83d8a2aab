import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Button, Popconfirm, Tag } from "antd";
import { api, take } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { permitted, useMe } from "@/shared/session";
import { Nothing, Pending, ProblemView, useReportProblem } from "@/shared/ui";
import { type Callback, callbacksQuery } from "./queries";
import { texts } from "./texts";

/** Callers who kept their place: where they stand, until when, and the way to give one up. */
export function Callbacks() {
  const t = useT(texts);
  const query = useInfiniteQuery(callbacksQuery);
  if (query.isError) return <ProblemView problem={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Pending rows={8} />;
  const rows = query.data.pages.flatMap((page) => page.items);
  return (
    <div className="work-callbacks card">
      {rows.length === 0 ? (
        <Nothing title={t("none.callbacks")} hint={t("none.callbacks.hint")} />
      ) : (
        <div className="work-scroll">
          <table className="list-table">
            <thead>
              <tr>
                {(["who", "queue", "stands", "attempts", "kept", "next", "expires"] as const).map(
                  (column) => (
                    <th key={column} scope="col">
                      {t(`back.${column}`)}
                    </th>
                  ),
                )}
                <th>
                  <span className="unseen">{t("back.cancel")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.contact_id} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {query.hasNextPage ? (
        <Button
          block
          type="text"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t("more")}
        </Button>
      ) : null}
    </div>
  );
}

const COLORS = { in_line: "processing", asleep: "default", calling: "success" } as const;

function Row({ row }: { row: Callback }) {
  const t = useT(texts);
  const f = useFormat();
  const me = useMe();
  const { message } = App.useApp();
  const report = useReportProblem();
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () =>
      take(
        api.POST("/api/supervise/callbacks/{contact_id}/cancel", {
          params: { path: { contact_id: row.contact_id } },
        }),
      ),
    onSuccess: () => void message.success(t("back.cancelled")),
    onError: report,
    onSettled: () => queries.invalidateQueries({ queryKey: ["work"] }),
  });
  return (
    <tr>
      <td>
        <Link to="/contacts/$id" params={{ id: row.contact_id }} translate="no">
          {row.customer?.name ?? f.phone(row.caller)}
        </Link>
      </td>
      <td translate="no">{row.queue?.name}</td>
      <td>
        {row.stands === null ? (
          t("back.unknown")
        ) : (
          <Tag color={COLORS[row.stands]}>
            {row.stands === "in_line" && row.position !== null
              ? t("back.position", { n: row.position })
              : t(`back.stands.${row.stands}`)}
          </Tag>
        )}
      </td>
      <td>{row.attempts}</td>
      <td>{f.moment(row.kept_at)}</td>
      <td>{row.not_before ? f.moment(row.not_before) : "—"}</td>
      <td>{f.moment(row.expires_at)}</td>
      <td>
        {permitted(me, ["supervise"]) ? (
          <Popconfirm
            title={t("back.cancel.sure")}
            okText={t("back.cancel")}
            onConfirm={() => cancel.mutate()}
          >
            <Button size="small" loading={cancel.isPending}>
              {t("back.cancel")}
            </Button>
          </Popconfirm>
        ) : null}
      </td>
    </tr>
  );
}
