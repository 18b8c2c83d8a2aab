import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";

export type Locale = "zh" | "en";
const KEY = "andon.locale";

export function asLocale(value: unknown): Locale {
  return typeof value === "string" && value.toLowerCase().startsWith("en") ? "en" : "zh";
}

function remembered(): Locale {
  return asLocale(globalThis.localStorage?.getItem(KEY));
}

/** Starts the two languages. Must run before any texts.ts is imported. */
export function startLanguages(): void {
  if (i18next.isInitialized) return;
  void i18next.use(initReactI18next).init({
    lng: remembered(),
    fallbackLng: false,
    supportedLngs: ["zh", "en"],
    resources: { zh: {}, en: {} },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    initAsync: false,
    react: { useSuspense: false, bindI18nStore: "added" },
  });
  document.documentElement.lang = remembered() === "zh" ? "zh-CN" : "en";
}

export function currentLocale(): Locale {
  return asLocale(i18next.language);
}

export async function changeLocale(locale: Locale): Promise<void> {
  globalThis.localStorage?.setItem(KEY, locale);
  await speak(locale);
}

/** Speaks a language on this page without remembering it: a wallboard has its own. */
export async function speak(locale: Locale): Promise<void> {
  if (currentLocale() === locale) return;
  document.documentElement.lang = locale === "zh" ? "zh-CN" : "en";
  await i18next.changeLanguage(locale);
}

export function useLocale(): Locale {
  const { i18n } = useTranslation();
  return asLocale(i18n.language);
}

startLanguages();

export { defineTexts, type Say, say, type Texts, useT } from "./texts";
