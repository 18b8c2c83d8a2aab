import type { Locale } from "@/shared/i18n";

export interface FormOption {
  value: string;
  label_zh: string;
  label_en: string;
}

export const FIELD_TYPES = ["text", "number", "date", "choice", "choices", "phone", "card"] as const;

/** A field of a project's form, as the server keeps it. */
export interface FormField {
  key: string;
  type: (typeof FIELD_TYPES)[number];
  label_zh: string;
  label_en: string;
  required: boolean;
  max_length: number;
  pattern: string;
  least: number | null;
  most: number | null;
  options: FormOption[];
  /** Of card data the last four digits are kept; else only that it was there. */
  last_four: boolean;
  shown_when: { key: string; values: string[] } | null;
}

export interface WrapForm {
  project_id: string;
  version: number;
  fields: FormField[];
  published_at: string | null;
  published_by: string | null;
}

export type Answers = Record<string, unknown>;

/** The fields that are asked for, given the answers so far; one whose condition is hidden is hidden too. Pure. */
export function shownFields(fields: readonly FormField[], answers: Answers): FormField[] {
  const shown = new Set<string>();
  return fields.filter((field) => {
    const condition = field.shown_when;
    const answer = condition && shown.has(condition.key) ? answers[condition.key] : undefined;
    const given = Array.isArray(answer) ? answer : [answer];
    const asked = condition === null || given.some((one) => condition.values.includes(one as string));
    if (asked) shown.add(field.key);
    return asked;
  });
}

/** What is kept of card data, as the server does it: the digits themselves never leave the page. Pure. */
export function maskCard(typed: string, lastFour: boolean): string {
  const digits = typed.replace(/[\s.-]/g, "");
  if (!/^[0-9]{3,19}$/.test(digits)) return typed;
  return lastFour && digits.length >= 12 ? `•••• ${digits.slice(-4)}` : "••••";
}

export function labelOf(named: { label_zh: string; label_en: string }, locale: Locale): string {
  return locale === "zh" ? named.label_zh : named.label_en;
}
