import { Link, Navigate, useNavigate, useParams } from "@tanstack/react-router";
import { Select } from "antd";
import { ownProblem } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { ErrorBoundary, ProblemView, useNarrow } from "@/shared/ui";
import { GROUPS, SECTIONS, type SectionKey } from "./sections";
import { texts } from "./texts";
import "./admin.css";

/** Everything an administrator sets up, one section each. */
export default function AdminPage() {
  const t = useT(texts);
  const narrow = useNarrow();
  const { section } = useParams({ strict: false }) as { section?: string };
  if (section === undefined) return <Navigate to="/admin/$section" params={{ section: "users" }} replace />;
  const Section = section in SECTIONS ? SECTIONS[section as SectionKey] : undefined;
  return (
    <div className="admin">
      {narrow ? <SectionSelect section={section} /> : <SectionMenu section={section} />}
      <div className="admin-body">
        <h1 className="unseen">{t("title")}</h1>
        {Section ? (
          <ErrorBoundary key={section}>
            <Section />
          </ErrorBoundary>
        ) : (
          <ProblemView problem={ownProblem("not_found")} />
        )}
      </div>
    </div>
  );
}

function SectionMenu({ section }: { section: string }) {
  const t = useT(texts);
  return (
    <nav className="admin-menu" aria-label={t("menu")}>
      {GROUPS.map((group) => (
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

function SectionSelect({ section }: { section: string }) {
  const t = useT(texts);
  const navigate = useNavigate();
  return (
    <div className="admin-select">
      <Select
        value={section}
        aria-label={t("menu")}
        onChange={(key: string) => void navigate({ to: "/admin/$section", params: { section: key } })}
        options={GROUPS.map((group) => ({
          label: t(`group.${group.key}`),
          options: group.sections.map((key) => ({ value: key, label: t(`section.${key}`) })),
        }))}
      />
      <p className="admin-note">{t("effective")}</p>
    </div>
  );
}
