import type { FormField, FormOption } from "@/shared/answers";

/** A field as the builder edits it: its options as lines of text, its condition in two parts. */
export interface FieldDraft extends Omit<FormField, "options" | "shown_when"> {
  options: string;
  shown_when?: string;
  values?: string[];
}

/** `中文 | English` a line; a line without the bar is the same in both languages. */
export function toLines(options: readonly FormOption[]): string {
  return options
    .map((option) =>
      option.label_zh === option.label_en ? option.label_zh : `${option.label_zh} | ${option.label_en}`,
    )
    .join("\n");
}

/** The lines as options. One that was there keeps its value, so that answers keep their meaning. Pure. */
export function toOptions(lines: string, before: readonly FormOption[]): FormOption[] {
  const free = new Set(before.map((option) => option.value));
  const named = lines
    .split("\n")
    .map((line) => line.split("|").map((part) => part.trim()))
    .filter(([zh]) => zh)
    .map(([zh = "", en]) => ({ label_zh: zh, label_en: en || zh }));
  const kept = named.map(
    (option) =>
      before.find((old) => old.label_zh === option.label_zh && free.delete(old.value))?.value ?? null,
  );
  const used = new Set([...before.map((option) => option.value), ...kept.filter((value) => value !== null)]);
  return named.map((option, index) => {
    const value = kept[index] ?? nextName("o", used);
    used.add(value);
    return { value, ...option };
  });
}

/** The first of `f1`, `f2`, … that is not used. */
export function nextName(start: string, used: ReadonlySet<string>): string {
  let n = 1;
  while (used.has(`${start}${n}`)) n += 1;
  return `${start}${n}`;
}

export function toDraft(field: FormField): FieldDraft {
  const { options, shown_when, ...rest } = field;
  return {
    ...rest,
    options: toLines(options),
    ...(shown_when ? { shown_when: shown_when.key, values: shown_when.values } : {}),
  };
}

/** What the server keeps of the drafts; `before` are the fields as they were. */
export function toFields(drafts: readonly FieldDraft[], before: readonly FormField[]): FormField[] {
  return drafts.map(({ options, shown_when, values, ...field }) => {
    const choice = field.type === "choice" || field.type === "choices";
    const old = before.find((one) => one.key === field.key)?.options ?? [];
    return {
      ...field,
      required: field.required ?? false,
      pattern: field.type === "text" ? (field.pattern ?? "") : "",
      max_length: field.max_length ?? 200,
      least: field.type === "number" ? (field.least ?? null) : null,
      most: field.type === "number" ? (field.most ?? null) : null,
      last_four: field.type === "card" && (field.last_four ?? false),
      options: choice ? toOptions(options ?? "", old) : [],
      shown_when: shown_when ? { key: shown_when, values: values ?? [] } : null,
    };
  });
}
