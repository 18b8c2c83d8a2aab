import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Modal, Table, Tag } from "antd";
import { useState } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { Nothing, QueryView, useReportProblem } from "@/shared/ui";
import { compareQuery, versionGraph, versionsQuery } from "./data";
import { useNamed } from "./names";
import { texts } from "./texts";
import type { Change, Graph } from "./types";

interface Props {
  id: string;
  current: number | null;
  hasDraft: boolean;
  onTake: (graph: Graph, version: number) => void;
  onClose: () => void;
}

/** Every version ever published: take it to the canvas, or see how the draft differs from it. */
export function Versions({ id, current, hasDraft, onTake, onClose }: Props) {
  const t = useT(texts);
  const f = useFormat();
  const report = useReportProblem();
  const versions = useQuery(versionsQuery(id));
  const [compared, setCompared] = useState<number | null>(null);
  const take = async (version: number) => {
    try {
      onTake(await versionGraph(id, version), version);
    } catch (thrown) {
      report(thrown);
    }
  };
  return (
    <Drawer open title={t("versions")} size={360} onClose={onClose}>
      <QueryView query={versions} rows={4}>
        {(all) =>
          all.length === 0 ? (
            <Nothing title={t("versions.none")} />
          ) : (
            <ol className="flow-version-list">
              {all.map((each) => (
                <li key={each.version}>
                  <div>
                    <b>{t("version", { n: each.version })}</b>{" "}
                    {each.version === current ? <Tag color="success">{t("versions.current")}</Tag> : null}
                  </div>
                  <div className="dim">
                    {f.moment(each.published_at)} · {each.published_by?.name ?? t("versions.by")}
                  </div>
                  {each.note ? <div>{each.note}</div> : null}
                  {each.accepted.length > 0 ? (
                    <details>
                      <summary>{t("versions.accepted", { n: each.accepted.length })}</summary>
                      <ul>
                        {each.accepted.map((one) => (
                          <li key={`${one.code}:${one.node}:${one.reason}`}>
                            {one.node}: {one.reason}
                          </li>
                        ))}
                      </ul>
                    </details>
                  ) : null}
                  <Button type="link" size="small" onClick={() => void take(each.version)}>
                    {t("versions.take")}
                  </Button>
                  <Button
                    type="link"
                    size="small"
                    disabled={!hasDraft}
                    title={hasDraft ? undefined : t("compare.save")}
                    onClick={() => setCompared(each.version)}
                  >
                    {t("versions.compare")}
                  </Button>
                </li>
              ))}
            </ol>
          )
        }
      </QueryView>
      {compared === null ? null : <Compared id={id} version={compared} onClose={() => setCompared(null)} />}
    </Drawer>
  );
}

const written = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

function Compared({ id, version, onClose }: { id: string; version: number; onClose: () => void }) {
  const t = useT(texts);
  const named = useNamed();
  const changes = useQuery(compareQuery(id, version, 0));
  const field = (change: Change) =>
    change.field.startsWith("exits.")
      ? `${t("inspect.exits")} ${named("exit", change.field.slice(6))}`
      : named("field", change.field) || named("change", change.what);
  return (
    <Modal open width={860} title={t("compare.title", { n: version })} footer={null} onCancel={onClose}>
      <QueryView query={changes} rows={4}>
        {(all) => (
          <Table<Change>
            size="small"
            pagination={false}
            scroll={{ x: "max-content", y: 420 }}
            rowKey={(each) => `${each.node}:${each.field}:${each.what}`}
            dataSource={[...all]}
            locale={{ emptyText: <Nothing title={t("compare.none")} /> }}
            columns={[
              {
                title: t("compare.node"),
                render: (_, each) => (
                  <>
                    {each.node || t("compare.whole")} <Tag>{named("change", each.what)}</Tag>
                  </>
                ),
              },
              { title: t("compare.field"), render: (_, each) => field(each) },
              { title: t("compare.before"), render: (_, each) => <code>{written(each.before)}</code> },
              { title: t("compare.after"), render: (_, each) => <code>{written(each.after)}</code> },
            ]}
          />
        )}
      </QueryView>
    </Modal>
  );
}
