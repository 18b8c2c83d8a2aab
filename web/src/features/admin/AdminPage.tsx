import { Link, Navigate, useNavigate, useParams } from "@tanstack/react-router";
import { Select } from "antd";
import { ownProblem } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { useMe } from "@/shared/session";
import { ErrorBoundary, ProblemView, useNarrow } from "@/shared/ui";
import { groupsFor, SECTIONS, type SectionKey } from "./sections";
import { texts } from "./texts";
import "./admin.css";

/** Everything an administrator sets up, one section each. */
export default function AdminPage() {
  const t = useT(texts);
  const narrow = useNarrow();
  const { section } = useParams({ strict: false }) as { section?: string };
  const groups = groupsFor(useMe()?.permissions ?? []);
  const [first] = groups.flatMap((group) => group.sections);
  if (section === undefined)
    return first ? <Navigate to="/admin/$section" params={{ section: first }} replace /> : null;
  const Section = section in SECTIONS ? SECTIONS[section as SectionKey] : undefined;
  const open = groups.some((group) => group.sections.includes(section as SectionKey));
  return (
    <div className="admin">
      {narrow ? (
        <SectionSelect groups={groups} section={section} />
      ) : (
        <SectionMenu groups={groups} section={section} />
      )}
      <div className="admin-body">
        <h1 className="unseen">{t("title")}</h1>
        {Section && open ? (
          <ErrorBoundary key={section}>
            <Section />
          </ErrorBoundary>
        ) : (
          <ProblemView problem={Section ? ownProblem("forbidden", 403) : ownProblem("not_found")} />
        )}
      </div>
    </div>
  );
}

interface Menu {
  groups: ReturnType<typeof groupsFor>;
  section: string;
}

function SectionMenu({ groups, section }: Menu) {
  const t = useT(texts);
  return (
    <nav className="admin-menu" aria-label={t("menu")}>
      {groups.map((group) => (
        <div key={group.key}>
          <h2>{t(`group.${group.key}`)}</h2>
          <ul>
            {group.sections.map((key) => (
              <li key={key}>
                <Link
                  to="/admin/$section"
                  params={{ section: key }}
                  aria-current={key === section ? "page" : undefined}
                >
                  {t(`section.${key}`)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <p className="admin-note">{t("effective")}</p>
    </nav>
  );
}

function SectionSelect({ groups, section }: Menu) {
  const t = useT(texts);
  const navigate = useNavigate();
  return (
    <div className="admin-select">
      <Select
        value={section}
        aria-label={t("menu")}
        onChange={(key: string) => void navigate({ to: "/admin/$section", params: { section: key } })}
        options={groups.map((group) => ({
          label: t(`group.${group.key}`),
          options: group.sections.map((key) => ({ value: key, label: t(`section.${key}`) })),
        }))}
      />
      <p className="admin-note">{t("effective")}</p>
    </div>
  );
}
