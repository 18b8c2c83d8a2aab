/** Field errors of the API as an antd form wants them. Pure. */

import type { Problem } from "@/shared/api";

export interface FieldError {
  name: (string | number)[];
  errors: string[];
}

/** `required_skills.0.skill_id` is the path `["required_skills", 0, "skill_id"]`. */
export function pathOf(name: string): (string | number)[] {
  return name.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** Errors that name a field of the form, and the others, which must be shown above it. */
export function splitErrors(
  problem: Pick<Problem, "fields">,
  known: (path: (string | number)[]) => boolean,
): { fields: FieldError[]; others: string[] } {
  const fields: FieldError[] = [];
  const others: string[] = [];
  for (const [name, text] of Object.entries(problem.fields)) {
    const path = pathOf(name);
    // A list's own field may have no input at that depth: the nearest one above it tells.
    let place = path;
    while (place.length > 0 && !known(place)) place = place.slice(0, -1);
    if (place.length > 0) fields.push({ name: place, errors: [text] });
    else others.push(`${name}: ${text}`);
  }
  return { fields, others };
}
