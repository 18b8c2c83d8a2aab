import { type ThemeConfig, theme } from "antd";
import { useEffect, useSyncExternalStore } from "react";
import { usePreferences } from "@/shared/preferences";

const FONT =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

const media = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
const stillness = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)");

function listenTo(query: MediaQueryList | undefined) {
  return (changed: () => void) => {
    query?.addEventListener("change", changed);
    return () => query?.removeEventListener("change", changed);
  };
}

/** True when the page is dark, by choice or by the system. */
export function useDark(): boolean {
  const choice = usePreferences((kept) => kept.theme);
  const system = useSyncExternalStore(listenTo(media), () => media?.matches ?? false);
  const dark = choice === "auto" ? system : choice === "dark";
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
  }, [dark]);
  return dark;
}

/** Calm surfaces, one accent, compact enough for a page looked at for ten hours. */
export function useTheme(): ThemeConfig {
  const dark = useDark();
  const still = useSyncExternalStore(listenTo(stillness), () => stillness?.matches ?? false);
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    cssVar: { key: "andon" },
    hashed: false,
    token: {
      fontFamily: FONT,
      motion: !still,
      colorPrimary: dark ? "#23918a" : "#0f766e",
      colorInfo: dark ? "#5aa5d6" : "#2b7fb8",
      colorSuccess: dark ? "#3fbf83" : "#1f9d63",
      colorWarning: dark ? "#f0bd3c" : "#d99a00",
      colorError: dark ? "#e8695c" : "#c4372b",
      colorBgLayout: dark ? "#12181a" : "#eef2f2",
      colorBgContainer: dark ? "#1a2224" : "#ffffff",
      colorBgElevated: dark ? "#222c2f" : "#ffffff",
      colorTextSecondary: dark ? "rgba(255,255,255,0.68)" : "rgba(16,32,34,0.68)",
      colorTextTertiary: dark ? "rgba(255,255,255,0.58)" : "rgba(16,32,34,0.62)",
      colorTextDescription: dark ? "rgba(255,255,255,0.62)" : "rgba(16,32,34,0.64)",
      // Tints by hand: those computed from deep colours come out grey.
      colorPrimaryBg: dark ? "#173230" : "#e4f3f1",
      colorPrimaryBgHover: dark ? "#1d3f3c" : "#d3ebe8",
      colorPrimaryBorder: dark ? "#2a6a65" : "#8cc7c1",
      colorPrimaryBorderHover: dark ? "#33807a" : "#5fb0a8",
      colorPrimaryText: dark ? "#5cc0ba" : "#0d655e",
      colorInfoBg: dark ? "#152c3b" : "#e6f1f8",
      colorInfoBorder: dark ? "#2b5a78" : "#9cc7e2",
      colorSuccessBg: dark ? "#153225" : "#e5f5ec",
      colorSuccessBorder: dark ? "#28694a" : "#93d1b1",
      colorSuccessText: dark ? "#5fd39c" : "#116d42",
      colorWarningBg: dark ? "#382d10" : "#fdf3d8",
      colorWarningBorder: dark ? "#7a6220" : "#ecca70",
      colorWarningText: dark ? "#f3cd6b" : "#805700",
      colorErrorBg: dark ? "#3b1c18" : "#fdecea",
      colorErrorBorder: dark ? "#7c382f" : "#f0a9a1",
      colorErrorText: dark ? "#f0968b" : "#b3362a",
      colorTextPlaceholder: dark ? "rgba(255,255,255,0.5)" : "rgba(16,32,34,0.64)",
      colorLink: dark ? "#5cc0ba" : "#0d655e",
      colorLinkHover: dark ? "#8ad5d0" : "#0f766e",
      borderRadius: 6,
      controlHeight: 30,
      fontSize: 14,
      lineWidthFocus: 2,
    },
    components: {
      Layout: { headerHeight: 48, headerPadding: "0 16px", headerBg: dark ? "#172022" : "#ffffff" },
      Menu: {
        horizontalLineHeight: "46px",
        itemHeight: 36,
        horizontalItemSelectedColor: dark ? "#5cc0ba" : "#0d655e",
        itemSelectedColor: dark ? "#5cc0ba" : "#0d655e",
      },
      // What the dark algorithm makes of these is too deep for words on a dark ground.
      Button: dark
        ? {
            defaultHoverColor: "#5cc0ba",
            defaultHoverBorderColor: "#5cc0ba",
            defaultActiveColor: "#5cc0ba",
            defaultActiveBorderColor: "#5cc0ba",
            colorPrimaryHover: "#1d7f79",
            colorError: "#f0968b",
            colorErrorHover: "#f5aca3",
            dangerColor: "#2a0d0a",
          }
        : {},
      Radio: dark
        ? { colorPrimary: "#5cc0ba", colorPrimaryHover: "#8ad5d0", colorPrimaryActive: "#5cc0ba" }
        : {},
      // Tags carry small text: it takes the readable shade of the tag's colour.
      Tag: {
        colorSuccess: dark ? "#5fd39c" : "#116d42",
        colorWarning: dark ? "#f3cd6b" : "#805700",
        colorError: dark ? "#f0968b" : "#b3362a",
        colorInfo: dark ? "#8fc4ea" : "#1d5f8c",
      },
      Card: { bodyPaddingSM: 12, headerHeightSM: 38 },
      Table: { cellPaddingBlock: 8, cellPaddingInline: 10, cellPaddingBlockSM: 5, cellPaddingInlineSM: 8 },
      Form: { itemMarginBottom: 14 },
      Descriptions: { itemPaddingBottom: 6 },
      Tabs: {
        horizontalMargin: "0 0 8px 0",
        ...(dark
          ? { itemSelectedColor: "#5cc0ba", itemHoverColor: "#8ad5d0", itemActiveColor: "#5cc0ba" }
          : {}),
      },
    },
  };
}
