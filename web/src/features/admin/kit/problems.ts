/** Field errors of the API as an antd form wants them. Pure. */

import { asProblem, Problem } from "@/shared/api";

export type FieldPath = (string | number)[];

export interface FieldError {
  name: FieldPath;
  errors: string[];
}

/** `required_skills.0.skill_id` is the path `["required_skills", 0, "skill_id"]`. */
export function pathOf(name: string): FieldPath {
  return name.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** Errors that name a field of the form, and the others, which must be shown above it. */
export function splitErrors(
  problem: Pick<Problem, "fields">,
  known: (path: FieldPath) => boolean,
): { fields: FieldError[]; others: { name: string; text: string }[] } {
  const fields = new Map<string, FieldError>();
  const others: { name: string; text: string }[] = [];
  for (const [name, text] of Object.entries(problem.fields)) {
    let place = pathOf(name);
    // A list's own field may have no input at that depth: the nearest one above it tells.
    while (place.length > 0 && !known(place)) place = place.slice(0, -1);
    if (place.length === 0) {
      others.push({ name, text });
      continue;
    }
    const key = place.join(".");
    const told = fields.get(key) ?? { name: place, errors: [] };
    told.errors.push(text);
    fields.set(key, told);
  }
  return { fields: [...fields.values()], others };
}

/** What was thrown for a list that is stored by itself, its fields below the form's list. */
export function below(list: string, thrown: unknown): Problem {
  const told = asProblem(thrown);
  const fields = Object.entries(told.fields).map(([name, text]) => [`${list}.${name}`, text]);
  return new Problem({ ...told, fields: Object.fromEntries(fields) });
}
