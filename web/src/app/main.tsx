import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { useLocale } from "@/shared/i18n";
import { queryClient } from "./queries";
import { reloadWhenOutdated } from "./reload";
import { router } from "./router";
import { useTheme } from "./theme";

function Root() {
  const locale = useLocale();
  const theme = useTheme();
  return (
    <ConfigProvider locale={locale === "zh" ? zhCN : enUS} theme={theme} button={{ autoInsertSpace: false }}>
      <AntApp style={{ height: "100%" }} notification={{ placement: "topRight", maxCount: 3 }}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}

reloadWhenOutdated();
const host = document.getElementById("root");
if (host)
  createRoot(host).render(
    <StrictMode>
      <Root />
    </StrictMode>,
  );
