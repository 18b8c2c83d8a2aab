import { Tag } from "antd";
import { useT } from "@/shared/i18n";
import { ProblemView } from "@/shared/ui";
import { texts } from "./texts";
import type { FlowProblem } from "./types";

/** What the check found in the flow. */
export function Problems({
  problems,
  checking,
  errors,
  refused,
  onSelect,
}: {
  problems: FlowProblem[];
  checking: boolean;
  errors: number;
  refused: unknown;
  onSelect: (node: string) => void;
}) {
  const t = useT(texts);
  return (
    <section className="flow-problems" aria-labelledby="flow-problems-title">
      <h2 id="flow-problems-title">
        {t("problems")}{" "}
        <span className="dim" role="status">
          {checking
            ? t("problems.checking")
            : problems.length === 0
              ? t("problems.none")
              : t("problems.count", { errors, warnings: problems.length - errors })}
        </span>
      </h2>
      {refused ? <ProblemView problem={refused} /> : null}
      <ul>
        {problems.map((each) => (
          <li key={each.key + each.text}>
            <Tag color={each.warning ? "warning" : "error"}>
              {t(each.warning ? "problem.warning" : "problem.error")}
            </Tag>
            {each.node ? (
              <button type="button" onClick={() => onSelect(each.node)}>
                {each.text}
              </button>
            ) : (
              each.text
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
