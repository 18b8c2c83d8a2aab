import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import type { ComponentType } from "react";
import { asProblem, ownProblem } from "@/shared/api";
import { meQuery, permitted } from "@/shared/session";
import { Pending, ProblemView } from "@/shared/ui";
import { Frame } from "./Frame";
import { Guarded } from "./Guarded";
import { queryClient } from "./queries";
import { rooms } from "./rooms";

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: () => (
    <div style={{ padding: 24 }}>
      <ProblemView problem={ownProblem("not_found")} />
    </div>
  ),
});

/** Where to go after the log-in: a page of ours, never another site's. */
function readNext(raw: Record<string, unknown>): { next?: string } {
  return typeof raw.next === "string" && /^\/(?!\/)/.test(raw.next) ? { next: raw.next } : {};
}

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  component: lazyRouteComponent(() => import("./LoginPage"), "LoginPage"),
  pendingComponent: Pending,
  validateSearch: (raw: Record<string, unknown>): { next?: string; ended?: boolean; refused?: string } => ({
    ...readNext(raw),
    ...(typeof raw.refused === "string" ? { refused: raw.refused } : {}),
    ...(raw.ended ? { ended: true } : {}),
  }),
});

const enrol = createRoute({
  getParentRoute: () => root,
  path: "/second-factor",
  component: lazyRouteComponent(() => import("./EnrolPage"), "EnrolPage"),
  pendingComponent: Pending,
  validateSearch: readNext,
  beforeLoad: async () => {
    const me = await queryClient.ensureQueryData(meQuery).catch(() => null);
    if (me?.renewing || !me?.enrolling) throw redirect({ to: me ? "/" : "/login" });
  },
});

const renew = createRoute({
  getParentRoute: () => root,
  path: "/new-password",
  component: lazyRouteComponent(() => import("./RenewPage"), "RenewPage"),
  pendingComponent: Pending,
  validateSearch: readNext,
  beforeLoad: async () => {
    const me = await queryClient.ensureQueryData(meQuery).catch(() => null);
    if (!me?.renewing) throw redirect({ to: me ? "/" : "/login" });
  },
});

/** A screen in the room: nobody is logged in there. */
const wall = createRoute({
  getParentRoute: () => root,
  path: "/wall",
  component: lazyRouteComponent(() => import("@/features/walls/WallPage")),
  pendingComponent: Pending,
});

const frame = createRoute({
  getParentRoute: () => root,
  id: "frame",
  component: Frame,
  pendingComponent: Pending,
  errorComponent: ({ error, reset }) => (
    <div style={{ padding: 24 }}>
      <ProblemView problem={error} onRetry={reset} />
    </div>
  ),
  beforeLoad: async ({ location }) => {
    const next = location.pathname === "/" ? {} : { next: location.href };
    // The page's code comes while the server says who is there; if it fails, the page itself asks again and says so.
    rooms
      .find((room) => location.pathname.startsWith(room.path))
      ?.load()
      .catch(() => undefined);
    try {
      const me = await queryClient.ensureQueryData(meQuery);
      if (me.renewing) throw redirect({ to: "/new-password", search: next });
      if (me.enrolling) throw redirect({ to: "/second-factor", search: next });
    } catch (thrown) {
      if (asProblem(thrown).status === 401) throw redirect({ to: "/login", search: next });
      throw thrown;
    }
  },
});

const index = createRoute({
  getParentRoute: () => frame,
  path: "/",
  beforeLoad: () => {
    const me = queryClient.getQueryData(meQuery.queryKey);
    const first = rooms
      .filter((room) => room.menu !== undefined && permitted(me, room.permission))
      .sort((a, b) => (a.menu ?? 0) - (b.menu ?? 0))[0];
    if (first) throw redirect({ to: first.path });
  },
  component: () => <Guarded permission={["none"]} />,
});

const pages = rooms.map((room) => {
  const Page = lazyRouteComponent(room.load) as ComponentType;
  return createRoute({
    getParentRoute: () => frame,
    path: room.path,
    pendingComponent: Pending,
    ...(room.validateSearch ? { validateSearch: room.validateSearch } : {}),
    component: () => (
      <Guarded permission={room.permission}>
        <Page />
      </Guarded>
    ),
  });
});

export const router = createRouter({
  routeTree: root.addChildren([login, renew, enrol, wall, frame.addChildren([index, ...pages])]),
  defaultPreload: "intent",
  scrollRestoration: false,
  context: {},
});
