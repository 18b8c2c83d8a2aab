import { useQuery } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { Nothing, QueryView } from "@/shared/ui";
import { versionsQuery } from "../flowData";
import { texts } from "../texts";
import type { FlowVersion } from "../types";

interface Props {
  id: string;
  current: number | null;
  shown: number | null;
  onShow: (version: number) => void;
  onRollBack: (version: FlowVersion) => void;
}

/** Every version ever published, newest first: look at it, go back to it. */
export function FlowVersions({ id, current, shown, onShow, onRollBack }: Props) {
  const t = useT(texts);
  const f = useFormat();
  const versions = useQuery(versionsQuery(id));
  return (
    <aside className="flow-versions" aria-labelledby="flow-versions-title">
      <h3 id="flow-versions-title">{t("flow.versions")}</h3>
      <QueryView query={versions} rows={3}>
        {(all) =>
          all.length === 0 ? (
            <Nothing title={t("flow.versions.none")} />
          ) : (
            <ol>
              {all.map((version) => (
                <li key={version.version} aria-current={version.version === shown}>
                  <div className="flow-version-line">
                    <b>{t("flow.version", { n: version.version })}</b>
                    {version.version === current ? <Tag color="success">{t("flow.current")}</Tag> : null}
                  </div>
                  <div className="dim">
                    {f.moment(version.published_at)} · {version.published_by?.name ?? t("flow.by_system")}
                  </div>
                  {version.note ? <div>{version.note}</div> : null}
                  <div>
                    {version.version === shown ? null : (
                      <Button
                        type="link"
                        size="small"
                        aria-label={`${t("flow.show")} ${t("flow.version", { n: version.version })}`}
                        onClick={() => onShow(version.version)}
                      >
                        {t("flow.show")}
                      </Button>
                    )}
                    {version.version === current ? null : (
                      <Button
                        type="link"
                        size="small"
                        aria-label={`${t("flow.rollback")} ${t("flow.version", { n: version.version })}`}
                        onClick={() => onRollBack(version)}
                      >
                        {t("flow.rollback")}
                      </Button>
                    )}
                  </div>
                </li>
              ))}
            </ol>
          )
        }
      </QueryView>
    </aside>
  );
}
