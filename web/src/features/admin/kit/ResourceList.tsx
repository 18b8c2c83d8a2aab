import { PlusOutlined } from "@ant-design/icons";
import type { UseQueryResult } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { type ReactNode, useMemo, useState } from "react";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Nothing, QueryView, useNarrow } from "@/shared/ui";
import { texts } from "../texts";
import type { Row } from "./api";
import { ResourceHead } from "./ResourceHead";

export interface Column<R> {
  key: string;
  title: string;
  render: (row: R) => ReactNode;
  num?: boolean;
}

interface Props<R extends Row> {
  title: string;
  lead: string;
  query: UseQueryResult<R[]>;
  columns: Column<R>[];
  /** Text a search looks in. */
  text: (row: R) => string;
  nameOf: (row: R) => string;
  onOpen: (row: R) => void;
  /** What opening a row is called, where it is not editing it. */
  openLabel?: string;
  onAdd?: () => void;
  addLabel?: string;
  actions?: (row: R) => ReactNode;
  tools?: ReactNode;
  dim?: (row: R) => boolean;
  /** The thing saved last: shown so that it is seen to have taken effect. */
  saved?: string | null;
  sort?: (a: R, b: R) => number;
}

/** The list of one kind of thing: searched here, a table on a wide page, cards on a phone. */
export function ResourceList<R extends Row>(props: Props<R>) {
  const {
    title,
    lead,
    query,
    columns,
    text,
    nameOf,
    onOpen,
    openLabel,
    onAdd,
    addLabel,
    actions,
    tools,
    dim,
    saved,
    sort,
  } = props;
  const t = useT(texts);
  const c = useT(common);
  const narrow = useNarrow();
  const [sought, setSought] = useState("");
  const shown = useMemo(() => {
    const wanted = sought.trim().toLowerCase();
    const rows = (query.data ?? []).filter(
      (row) => wanted === "" || text(row).toLowerCase().includes(wanted),
    );
    return sort ? rows.sort(sort) : rows;
  }, [query.data, sought, text, sort]);

  return (
    <section className="resource" aria-labelledby="resource-title">
      <ResourceHead title={title} lead={lead}>
        {tools}
        <Input.Search
          allowClear
          value={sought}
          onChange={(event) => setSought(event.target.value)}
          placeholder={c("action.search")}
          aria-label={c("action.search")}
        />
        {onAdd ? (
          <Button type="primary" icon={<PlusOutlined />} onClick={onAdd}>
            {addLabel ?? c("action.add")}
          </Button>
        ) : null}
      </ResourceHead>
      <QueryView query={query} rows={8}>
        {(all) =>
          shown.length === 0 ? (
            <Nothing
              title={all.length === 0 ? t("list.none") : t("list.none.found")}
              action={
                all.length === 0 && onAdd ? (
                  <Button onClick={onAdd}>{addLabel ?? c("action.add")}</Button>
                ) : null
              }
            />
          ) : narrow ? (
            <ul className="resource-cards">
              {shown.map((row) => (
                <li key={row.id} data-saved={row.id === saved} data-dim={dim?.(row) ?? false}>
                  <button type="button" className="resource-card" onClick={() => onOpen(row)}>
                    <b>{columns[0]?.render(row)}</b>
                    <dl>
                      {columns.slice(1).map((column) => {
                        const value = column.render(row);
                        return value === null || value === undefined || value === "" ? null : (
                          <div key={column.key}>
                            <dt>{column.title}</dt>
                            <dd>{value}</dd>
                          </div>
                        );
                      })}
                    </dl>
                  </button>
                  {actions ? <div className="resource-actions">{actions(row)}</div> : null}
                </li>
              ))}
            </ul>
          ) : (
            <div className="resource-scroll">
              <table className="resource-table">
                <thead>
                  <tr>
                    {columns.map((column) => (
                      <th key={column.key} scope="col" className={column.num ? "num" : undefined}>
                        {column.title}
                      </th>
                    ))}
                    <th scope="col" className="resource-actions">
                      <span className="unseen">{t("list.actions")}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map((row) => (
                    <tr key={row.id} data-saved={row.id === saved} data-dim={dim?.(row) ?? false}>
                      {columns.map((column, index) =>
                        index === 0 ? (
                          <th key={column.key} scope="row">
                            <button type="button" className="link" onClick={() => onOpen(row)}>
                              {column.render(row)}
                            </button>
                          </th>
                        ) : (
                          <td key={column.key} className={column.num ? "num" : undefined}>
                            {column.render(row)}
                          </td>
                        ),
                      )}
                      <td className="resource-actions">
                        {actions?.(row)}
                        <Button
                          type="text"
                          size="small"
                          aria-label={`${openLabel ?? c("action.edit")} ${nameOf(row)}`}
                          onClick={() => onOpen(row)}
                        >
                          {openLabel ?? c("action.edit")}
                        </Button>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </QueryView>
    </section>
  );
}
