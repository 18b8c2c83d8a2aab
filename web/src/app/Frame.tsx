import { LogoutOutlined, MenuOutlined, SafetyOutlined } from "@ant-design/icons";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { Avatar, Button, Dropdown, Layout, Menu, Tooltip } from "antd";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { api, onSignedOut, take } from "@/shared/api";
import { useLocale, useT } from "@/shared/i18n";
import { startLive, stopLive, useLive } from "@/shared/live";
import { meQuery, permitted, useMe } from "@/shared/session";
import { common } from "@/shared/texts";
import { ErrorBoundary, useReportProblem } from "@/shared/ui";
import { queryClient } from "./queries";
import { rooms } from "./rooms";
import { LanguageSwitch, ThemeSwitch } from "./Switches";
import { texts } from "./texts";
import "./frame.css";

const companions = rooms.flatMap((room) =>
  room.companion ? [{ room, Component: lazy(room.companion) }] : [],
);

const badges = new Map(rooms.flatMap((room) => (room.badge ? [[room.path, lazy(room.badge)]] : [])));

const SideMenu = lazy(() => import("./SideMenu"));

const AlarmNotices = lazy(() => import("./AlarmNotices"));

const LogInAgain = lazy(async () => ({ default: (await import("./LogInAgain")).LogInAgain }));

const PasswordNotice = lazy(async () => ({ default: (await import("./PasswordNotice")).PasswordNotice }));

function LiveLamp() {
  const t = useT(common);
  const status = useLive((state) => state.status);
  const shown = status === "open" ? "open" : status === "lost" ? "lost" : "connecting";
  const text = t(`live.${shown}`);
  return (
    <Tooltip title={text}>
      <span className={`live-lamp live-lamp-${shown}`} role="status" aria-label={text} />
    </Tooltip>
  );
}

/** The page around every room: header, menu by permission, and what stays while pages change. */
export function Frame() {
  const t = useT(texts);
  const c = useT(common);
  const me = useMe();
  const locale = useLocale();
  const navigate = useNavigate();
  const location = useLocation();
  const report = useReportProblem();
  const [open, setOpen] = useState(false);
  const [opened, setOpened] = useState(false);
  /** The log-in ran out in the middle of a call. */
  const [again, setAgain] = useState(false);
  /** One's own leaving ends the session too: that is no news. */
  const leaving = useRef(false);

  useEffect(() => {
    startLive();
    const stop = onSignedOut(() => {
      if (leaving.current) return;
      if (useLive.getState().agent?.contact) {
        setAgain(true);
        return;
      }
      stopLive();
      queryClient.removeQueries({ queryKey: meQuery.queryKey });
      void navigate({ to: "/login", search: { ended: true, next: globalThis.location.pathname } });
    });
    return () => {
      stop();
      stopLive();
    };
  }, [navigate]);

  const items = useMemo(
    () =>
      rooms
        .filter((room) => room.menu !== undefined && permitted(me, room.permission))
        .sort((a, b) => (a.menu ?? 0) - (b.menu ?? 0))
        .map((room) => {
          const Icon = room.icon;
          const Beside = badges.get(room.path);
          return {
            key: room.path,
            icon: Icon ? <Icon /> : undefined,
            label: (
              <Link to={room.path}>
                {room.title[locale]}
                {Beside ? (
                  <Suspense fallback={null}>
                    <Beside />
                  </Suspense>
                ) : null}
              </Link>
            ),
            title: room.title[locale],
          };
        }),
    [me, locale],
  );
  const selected = items.filter((item) => location.pathname.startsWith(item.key)).map((item) => item.key);
  const here = rooms.find((room) => room.path === selected[0]);

  useEffect(() => {
    document.title = here ? `${here.title[locale]} · ${c("app.name")}` : c("app.name");
  }, [here, locale, c]);

  const signOut = async () => {
    leaving.current = true;
    try {
      await take(api.DELETE("/api/session"));
      stopLive();
      queryClient.clear();
      await navigate({ to: "/login" });
    } catch (thrown) {
      leaving.current = false;
      report(thrown);
    }
  };

  return (
    <Layout className="frame">
      <a className="frame-skip" href="#content">
        {t("menu.skip")}
      </a>
      <Layout.Header className="frame-header">
        <Button
          className="frame-burger"
          type="text"
          icon={<MenuOutlined />}
          aria-label={t("menu.open")}
          onClick={() => {
            setOpened(true);
            setOpen(true);
          }}
        />
        <Link to="/" className="frame-brand" aria-label={c("app.name")}>
          <img src="/lamp.svg" alt="" width={24} height={24} />
          <span>{c("app.name")}</span>
        </Link>
        <nav className="frame-menu" aria-label={t("menu.label")}>
          <Menu mode="horizontal" items={items} selectedKeys={selected} />
        </nav>
        <div className="frame-tools">
          <LiveLamp />
          <ThemeSwitch />
          <LanguageSwitch />
          {me ? (
            <Dropdown
              trigger={["click"]}
              menu={{
                items: [
                  {
                    key: "who",
                    type: "group",
                    label: (
                      <div>
                        <div>{me.name}</div>
                        <div>
                          {me.agent_no ? `${t("menu.agent_no", { no: me.agent_no })} · ` : ""}
                          {me.roles.map((role) => c(`role.${role}`)).join(" · ")}
                        </div>
                        <div>{me.tenant?.name}</div>
                      </div>
                    ),
                  },
                  { type: "divider" },
                  { key: "account", icon: <SafetyOutlined />, label: t("menu.account") },
                  { key: "out", icon: <LogoutOutlined />, label: t("menu.signout") },
                ],
                onClick: ({ key }) => {
                  if (key === "account") void navigate({ to: "/account" });
                  if (key === "out") void signOut();
                },
              }}
            >
              <Button type="text" className="frame-person">
                <Avatar size={24} aria-hidden="true">
                  {me.name.slice(-1)}
                </Avatar>
                <span className="frame-person-name">{me.name}</span>
                <span className="unseen">{t("menu.person")}</span>
              </Button>
            </Dropdown>
          ) : null}
        </div>
      </Layout.Header>
      {opened ? (
        <Suspense fallback={null}>
          <SideMenu open={open} onClose={() => setOpen(false)} items={items} selected={selected} />
        </Suspense>
      ) : null}
      {companions.map(({ room, Component }) =>
        permitted(me, room.permission) ? (
          <ErrorBoundary key={room.path}>
            <Suspense fallback={null}>
              <Component />
            </Suspense>
          </ErrorBoundary>
        ) : null,
      )}
      <Suspense fallback={null}>
        <AlarmNotices />
        {me?.password_set ? <PasswordNotice set={me.password_set} /> : null}
        {me && again ? <LogInAgain me={me} onDone={() => setAgain(false)} /> : null}
      </Suspense>
      <Layout.Content id="content" className="frame-content" tabIndex={-1}>
        <Outlet />
      </Layout.Content>
    </Layout>
  );
}
