import { say } from "@/shared/i18n";
import { common } from "@/shared/texts";

/** A refusal a person can act on: what happened and what to do, in the reader's language. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly remedy: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, unknown>>;

  constructor(given: {
    code: string;
    status?: number;
    title: string;
    remedy: string;
    fields?: Record<string, string>;
    params?: Record<string, unknown>;
  }) {
    super(given.title);
    this.name = "Problem";
    this.code = given.code;
    this.status = given.status ?? 0;
    this.title = given.title;
    this.remedy = given.remedy;
    this.fields = given.fields ?? {};
    this.params = given.params ?? {};
  }
}

type Own = "unknown" | "network" | "bad_answer" | "crash" | "forbidden" | "not_found";

/** A problem the page itself found. */
export function ownProblem(code: Own, status = 0): Problem {
  return new Problem({
    code,
    status,
    title: say(common, `problem.${code}.title`),
    remedy: say(common, `problem.${code}.remedy`),
  });
}

/** Reads `{"error": {code, title, remedy, fields}}`; anything else becomes a problem of our own. */
export function problemOf(body: unknown, status: number): Problem {
  const error = (body as { error?: Record<string, unknown> } | null)?.error;
  if (error && typeof error.code === "string" && typeof error.title === "string") {
    return new Problem({
      code: error.code,
      status,
      title: error.title,
      remedy: typeof error.remedy === "string" ? error.remedy : "",
      fields: (error.fields as Record<string, string>) ?? {},
      params: (error.params as Record<string, unknown>) ?? {},
    });
  }
  return ownProblem(status === 403 ? "forbidden" : "bad_answer", status);
}

/** Whatever was thrown, as a problem to show. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof TypeError && /fetch|network|load failed/i.test(thrown.message))
    return ownProblem("network");
  return ownProblem("unknown");
}
