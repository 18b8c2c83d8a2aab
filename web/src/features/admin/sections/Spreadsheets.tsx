import { DownloadOutlined, UploadOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Progress, Segmented, Table, Tag, Upload } from "antd";
import { useEffect, useState } from "react";
import { api, take } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { Nothing, QueryView, useReportProblem } from "@/shared/ui";
import { ResourceHead } from "../kit/ResourceHead";
import { useDone } from "../kit/useDone";
import { texts } from "../texts";

const KINDS = ["users", "numbers", "reasons"] as const;
type Kind = (typeof KINDS)[number];

interface Fault {
  row: number;
  column: string;
  text: string;
}

interface Import {
  id: string;
  kind: Kind;
  file_name: string;
  state:
    | "wanted"
    | "checking"
    | "checked"
    | "wrong"
    | "approved"
    | "applying"
    | "applied"
    | "failed"
    | "expired";
  asked_by: string;
  asked_at: string;
  rows: number;
  done: number;
  made: number;
  changed: number;
  same: number;
  faults_count: number;
  faults: Fault[];
}

const BUSY: readonly Import["state"][] = ["wanted", "checking", "approved", "applying"];
const COLORS: Partial<Record<Import["state"], string>> = {
  checked: "processing",
  applied: "success",
  wrong: "error",
  failed: "error",
};
const KEY = ["imports"];
const RECENT = [...KEY, "recent"];

const importQuery = (id: string | null) => ({
  queryKey: [...KEY, id],
  queryFn: async ({ signal }: { signal: AbortSignal }) =>
    (await take(
      api.GET("/api/imports/{id}", { params: { path: { id: id ?? "" } }, signal }),
    )) as unknown as Import,
  enabled: id !== null,
  refetchInterval: (query: { state: { data?: Import | undefined } }) =>
    query.state.data && !BUSY.includes(query.state.data.state) ? false : 700,
});

const bring = async (kind: Kind, file: File) =>
  (await take(
    api.POST("/api/imports", {
      params: { query: { kind, file_name: file.name.slice(-200) } },
      body: file as unknown as string,
      bodySerializer: (body) => body as unknown as Blob,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  )) as unknown as Import;

/** People, numbers and reasons as spreadsheets: out, and in again once tried. */
export function Spreadsheets() {
  const t = useT(texts);
  const [kind, setKind] = useState<Kind>("users");
  const [id, setId] = useState<string | null>(null);
  const client = useQueryClient();
  const report = useReportProblem();
  const upload = useMutation({
    mutationFn: (file: File) => bring(kind, file),
    onSuccess: (made) => {
      setId(made.id);
      void client.invalidateQueries({ queryKey: KEY });
    },
    onError: report,
  });
  const file = (filled: boolean, format: "xlsx" | "csv") =>
    `/api/import-templates/${kind}?format=${format}&filled=${filled}`;
  return (
    <section className="resource" aria-labelledby="resource-title">
      <ResourceHead title={t("section.spreadsheets")} lead={t("sheets.lead")}>
        <Segmented<Kind>
          aria-label={t("section.spreadsheets")}
          value={kind}
          onChange={(next) => {
            setKind(next);
            setId(null);
          }}
          options={KINDS.map((value) => ({ value, label: t(`sheets.kind.${value}`) }))}
        />
      </ResourceHead>
      <div className="sheets-steps">
        <p>{t(`sheets.help.${kind}`)}</p>
        <div className="sheets-tools">
          <Button icon={<DownloadOutlined />} href={file(false, "xlsx")} download>
            {t("sheets.template")}
          </Button>
          <Button icon={<DownloadOutlined />} href={file(true, "xlsx")} download>
            {t("sheets.present", { form: "XLSX" })}
          </Button>
          <Button icon={<DownloadOutlined />} href={file(true, "csv")} download>
            {t("sheets.present", { form: "CSV" })}
          </Button>
          <Upload
            accept=".xlsx,.csv"
            showUploadList={false}
            beforeUpload={(chosen: File) => {
              upload.mutate(chosen);
              return false;
            }}
          >
            <Button type="primary" icon={<UploadOutlined />} loading={upload.isPending}>
              {t("sheets.bring")}
            </Button>
          </Upload>
        </div>
      </div>
      {id === null ? null : <Brought id={id} />}
      <h3 className="sheets-head">{t("sheets.recent")}</h3>
      <Recent onOpen={setId} />
    </section>
  );
}

/** What trying the file found, and taking it over. */
function Brought({ id }: { id: string }) {
  const t = useT(texts);
  const f = useFormat();
  const client = useQueryClient();
  const report = useReportProblem();
  const done = useDone();
  const query = useQuery(importQuery(id));
  const state = query.data?.state;
  useEffect(() => {
    if (state) void client.invalidateQueries({ queryKey: RECENT });
  }, [state, client]);
  const apply = useMutation({
    mutationFn: () => take(api.POST("/api/imports/{id}/apply", { params: { path: { id } } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [...KEY, id] });
      void client.invalidateQueries({ queryKey: ["config"] });
    },
    onError: report,
  });
  return (
    <div className="sheets-brought card" aria-live="polite">
      <QueryView query={query}>
        {(one) => {
          const counts = {
            rows: f.count(one.rows) ?? "",
            made: f.count(one.made) ?? "",
            changed: f.count(one.changed) ?? "",
            same: f.count(one.same) ?? "",
          };
          if (BUSY.includes(one.state))
            return (
              <Alert
                type="info"
                showIcon
                title={t(`sheets.state.${one.state}`)}
                description={one.state === "applying" ? <Written one={one} /> : null}
              />
            );
          if (one.state === "checked")
            return (
              <Alert
                type="success"
                showIcon
                title={t("sheets.good", counts)}
                description={t("sheets.good.hint")}
                action={
                  <Button
                    type="primary"
                    disabled={one.made + one.changed === 0}
                    loading={apply.isPending}
                    onClick={() => apply.mutate(undefined, { onSuccess: () => done(one.file_name) })}
                  >
                    {t("sheets.apply")}
                  </Button>
                }
              />
            );
          if (one.state === "applied")
            return <Alert type="success" showIcon title={t("sheets.applied", counts)} />;
          if (one.state !== "wrong")
            return (
              <Alert
                type="error"
                showIcon
                title={t(`sheets.state.${one.state}`)}
                description={t("sheets.again")}
              />
            );
          return (
            <>
              <Alert
                type="error"
                showIcon
                title={t("sheets.wrong", { n: f.count(one.faults_count) ?? "" })}
                description={t("sheets.wrong.hint")}
              />
              <Table<Fault & { key: number }>
                size="small"
                className="sheets-faults"
                dataSource={one.faults.map((fault, key) => ({ ...fault, key }))}
                pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
                columns={[
                  { title: t("sheets.row"), dataIndex: "row", width: 90 },
                  { title: t("sheets.column"), dataIndex: "column", width: 140 },
                  { title: t("sheets.what"), dataIndex: "text" },
                ]}
              />
            </>
          );
        }}
      </QueryView>
    </div>
  );
}

/** How far the taking over is. Nobody sees any of it before its end. */
function Written({ one }: { one: Import }) {
  const t = useT(texts);
  const f = useFormat();
  const all = one.made + one.changed;
  return (
    <>
      <Progress
        aria-label={t("sheets.state.applying")}
        percent={all > 0 ? Math.floor((100 * one.done) / all) : 0}
        status="active"
      />
      {t("sheets.written", { n: f.count(one.done) ?? "", all: f.count(all) ?? "" })}
    </>
  );
}

function Recent({ onOpen }: { onOpen: (id: string) => void }) {
  const t = useT(texts);
  const f = useFormat();
  const query = useQuery({
    queryKey: RECENT,
    queryFn: async ({ signal }) =>
      ((await take(api.GET("/api/imports", { signal }))) as unknown as { items: Import[] }).items,
    refetchInterval: 5000,
  });
  return (
    <QueryView query={query}>
      {(items) =>
        items.length === 0 ? (
          <Nothing title={t("sheets.none")} hint={t("sheets.none.hint")} />
        ) : (
          <div className="resource-scroll">
            <table className="resource-table">
              <thead>
                <tr>
                  <th scope="col">{t("sheets.file")}</th>
                  <th scope="col">{t("sheets.kind")}</th>
                  <th scope="col">{t("sheets.state")}</th>
                  <th scope="col" className="num">
                    {t("sheets.rows")}
                  </th>
                  <th scope="col">{t("sheets.by")}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((one) => (
                  <tr key={one.id}>
                    <th scope="row">
                      <button type="button" className="link" onClick={() => onOpen(one.id)}>
                        {one.file_name || f.moment(one.asked_at)}
                      </button>
                    </th>
                    <td>{t(`sheets.kind.${one.kind}`)}</td>
                    <td>
                      <Tag color={COLORS[one.state]}>{t(`sheets.state.${one.state}`)}</Tag>
                    </td>
                    <td className="num">{f.count(one.rows)}</td>
                    <td>
                      {one.asked_by} · {f.moment(one.asked_at)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )
      }
    </QueryView>
  );
}
