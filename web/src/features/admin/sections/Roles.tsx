import { CheckOutlined, EditOutlined, MinusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Form, Select } from "antd";
import { useState } from "react";
import { useT } from "@/shared/i18n";
import { meQuery, permitted, useMe } from "@/shared/session";
import { common } from "@/shared/texts";
import { QueryView, useNarrow } from "@/shared/ui";
import { call } from "../kit/api";
import { Editor } from "../kit/Editor";
import { ResourceHead } from "../kit/ResourceHead";
import { useDone } from "../kit/useDone";
import { texts } from "../texts";
import { PERMISSIONS, type Permission, type RoleGrant } from "../types";

const PATH = "/api/roles";
const KEY = ["config", PATH];

interface Values {
  permissions: Permission[];
}

interface GrantsProps {
  grants: RoleGrant[];
  onEdit: ((row: RoleGrant) => void) | null;
}

/** Whether the role allows it, and whether that is as the role comes. */
function grantOf(row: RoleGrant, each: Permission) {
  const has = row.permissions.includes(each);
  return { has, changed: has !== row.standard.includes(each) };
}

/** Roles and what they allow: a matrix, on a phone one role; what each permission means stands beside it. */
export function Roles() {
  const t = useT(texts);
  const c = useT(common);
  const done = useDone();
  const cache = useQueryClient();
  const narrow = useNarrow();
  const manages = permitted(useMe(), ["people"]);
  const roles = useQuery({ queryKey: KEY, queryFn: ({ signal }) => call.list<RoleGrant>(PATH, {}, signal) });
  const [editing, setEditing] = useState<RoleGrant | null>(null);
  return (
    <section className="resource" aria-labelledby="resource-title">
      <ResourceHead title={t("section.roles")} lead={t("roles.lead")}>
        {null}
      </ResourceHead>
      <QueryView query={roles}>
        {(grants) =>
          narrow ? (
            <OneRole grants={grants} onEdit={manages ? setEditing : null} />
          ) : (
            <Matrix grants={grants} onEdit={manages ? setEditing : null} />
          )
        }
      </QueryView>
      {editing ? (
        <Editor<Values>
          key={editing.revision}
          open
          title={t("edit.title", { noun: t("roles.role"), name: c(`role.${editing.role}`) })}
          initial={{ permissions: editing.permissions }}
          onClose={() => setEditing(null)}
          onReload={async () => {
            const { data } = await roles.refetch({ throwOnError: true });
            setEditing(data?.find((each) => each.role === editing.role) ?? null);
          }}
          onSave={async ({ permissions }, overwrite) => {
            await call.set(`${PATH}/${editing.role}`, { permissions }, overwrite ? "" : editing.revision);
            await cache.invalidateQueries({ queryKey: KEY });
            setEditing(null);
            done(t("done.changed", { name: c(`role.${editing.role}`) }));
            await cache.invalidateQueries({ queryKey: meQuery.queryKey, exact: true });
          }}
        >
          {() => (
            <>
              <p className="dim">{t("roles.people", { n: editing.people })}</p>
              <Alert type="info" showIcon title={t("roles.effect")} className="editor-problem" />
              <Form.Item name="permissions" label={t("roles.allows")}>
                <Checkbox.Group className="roles-choices">
                  {PERMISSIONS.map((each) => (
                    <Checkbox
                      key={each}
                      value={each}
                      disabled={editing.keeps.includes(each) || editing.never.includes(each)}
                    >
                      {t(`permission.${each}`)}
                      <small className="dim">
                        {editing.keeps.includes(each)
                          ? t("roles.keeps")
                          : editing.never.includes(each)
                            ? t("roles.never")
                            : t(`permission.${each}.means`)}
                      </small>
                    </Checkbox>
                  ))}
                </Checkbox.Group>
              </Form.Item>
            </>
          )}
        </Editor>
      ) : null}
    </section>
  );
}

function OneRole({ grants, onEdit }: GrantsProps) {
  const t = useT(texts);
  const c = useT(common);
  const [chosen, setChosen] = useState(grants[0]?.role);
  const row = grants.find((each) => each.role === chosen);
  if (!row) return null;
  return (
    <>
      <div className="roles-pick">
        <Select
          aria-label={t("roles.role")}
          value={row.role}
          onChange={setChosen}
          options={grants.map(({ role }) => ({ value: role, label: c(`role.${role}`) }))}
        />
        {onEdit ? (
          <Button icon={<EditOutlined />} onClick={() => onEdit(row)}>
            {c("action.edit")}
          </Button>
        ) : null}
      </div>
      <p className="dim roles-note">
        {t("roles.people", { n: row.people })} {t("roles.changed")}
      </p>
      <ul className="roles-one" aria-label={c(`role.${row.role}`)}>
        {PERMISSIONS.map((each) => {
          const { has, changed } = grantOf(row, each);
          return (
            <li key={each} data-has={has || undefined} data-changed={changed || undefined}>
              {has ? <CheckOutlined aria-hidden="true" /> : <MinusOutlined aria-hidden="true" />}
              <div>
                <span className="unseen">{c(has ? "value.yes" : "value.no")}</span>
                {t(`permission.${each}`)}
                <small className="dim">{t(`permission.${each}.means`)}</small>
              </div>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Matrix({ grants, onEdit }: GrantsProps) {
  const t = useT(texts);
  const c = useT(common);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section className="resource-scroll" tabIndex={0} aria-label={t("section.roles")}>
      <table className="resource-table roles-matrix">
        <thead>
          <tr>
            <th scope="col">{t("roles.permission")}</th>
            {grants.map((row) => (
              <th scope="col" key={row.role}>
                {c(`role.${row.role}`)}
                {onEdit ? (
                  <Button
                    type="text"
                    size="small"
                    icon={<EditOutlined />}
                    aria-label={`${c("action.edit")} ${c(`role.${row.role}`)}`}
                    onClick={() => onEdit(row)}
                  />
                ) : null}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {PERMISSIONS.map((each) => (
            <tr key={each}>
              <th scope="row">
                {t(`permission.${each}`)}
                <small className="dim">{t(`permission.${each}.means`)}</small>
              </th>
              {grants.map((row) => {
                const { has, changed } = grantOf(row, each);
                return (
                  <td key={row.role} data-changed={changed || undefined}>
                    {has ? <CheckOutlined aria-hidden="true" /> : null}
                    <span className="unseen">{c(has ? "value.yes" : "value.no")}</span>
                  </td>
                );
              })}
            </tr>
          ))}
          <tr>
            <th scope="row">{t("roles.count")}</th>
            {grants.map((row) => (
              <td key={row.role}>{row.people}</td>
            ))}
          </tr>
        </tbody>
      </table>
      <p className="dim roles-note">{t("roles.changed")}</p>
    </section>
  );
}
