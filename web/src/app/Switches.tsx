import { BulbOutlined, MoonOutlined, SunOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { api, take } from "@/shared/api";
import { changeLocale, useLocale, useT } from "@/shared/i18n";
import { type ThemeChoice, usePreferences } from "@/shared/preferences";
import { useMe } from "@/shared/session";
import { useReportProblem } from "@/shared/ui";
import { queryClient } from "./queries";
import { texts } from "./texts";

const ICONS = { light: <SunOutlined />, dark: <MoonOutlined />, auto: <BulbOutlined /> };

export function ThemeSwitch() {
  const t = useT(texts);
  const { theme, setTheme } = usePreferences();
  const choices: ThemeChoice[] = ["light", "dark", "auto"];
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        selectable: true,
        selectedKeys: [theme],
        items: choices.map((key) => ({
          key,
          icon: ICONS[key],
          label: t(`menu.theme.${key}` as "menu.theme.light"),
        })),
        onClick: ({ key }) => setTheme(key as ThemeChoice),
      }}
    >
      <Button type="text" icon={ICONS[theme]} aria-label={t("menu.theme")} title={t("menu.theme")} />
    </Dropdown>
  );
}

/** Shows the other language's own name; the choice is kept with the person once logged in. */
export function LanguageSwitch() {
  const t = useT(texts);
  const locale = useLocale();
  const me = useMe();
  const report = useReportProblem();
  const other = locale === "zh" ? "en" : "zh";
  const change = async () => {
    // Told to the server first, or what it is asked for meanwhile would come in the old language.
    if (me)
      try {
        await take(api.PUT("/api/me/locale", { body: { locale: other } }));
      } catch (thrown) {
        report(thrown);
      }
    await changeLocale(other);
    if (me) await queryClient.invalidateQueries();
  };
  const name = other === "zh" ? "\u4e2d" : "EN";
  return (
    <Button
      type="text"
      onClick={() => void change()}
      aria-label={`${name} ${t("menu.language")}`}
      title={t("menu.language")}
      lang={other === "zh" ? "zh-CN" : "en"}
    >
      {name}
    </Button>
  );
}
