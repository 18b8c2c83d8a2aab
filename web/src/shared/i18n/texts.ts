import i18next from "i18next";
import { useTranslation } from "react-i18next";

/** Texts of one room in both languages; the type makes a key that lacks a language a compile error. */
export interface Texts<K extends string> {
  readonly space: string;
  readonly zh: Readonly<Record<K, string>>;
  readonly en: Readonly<Record<K, string>>;
}

export type Params = Record<string, string | number>;
export type Say<K extends string> = (key: K, params?: Params) => string;

/** Every room's texts once loaded, for the test that compares both languages. */
export const allTexts = new Map<string, Texts<string>>();

/** Declares a room's texts. Placeholders are written `{{name}}`. */
export function defineTexts<const Z extends Record<string, string>>(
  space: string,
  zh: Z,
  en: { [K in keyof Z]: string },
): Texts<Extract<keyof Z, string>> {
  const texts = { space, zh, en } as unknown as Texts<Extract<keyof Z, string>>;
  allTexts.set(space, texts as Texts<string>);
  i18next.addResourceBundle?.("zh", space, zh, true, true);
  i18next.addResourceBundle?.("en", space, en, true, true);
  return texts;
}

/** `const t = useT(texts); t("key", { name })`: re-renders when the language changes. */
export function useT<K extends string>(texts: Texts<K>): Say<K> {
  const { t } = useTranslation(texts.space);
  return (key, params) => (params ? t(key, params) : t(key)) as string;
}

/** The same outside React. */
export function say<K extends string>(texts: Texts<K>, key: K, params: Params = {}): string {
  return i18next.t(key, { ns: texts.space, ...params }) as string;
}
