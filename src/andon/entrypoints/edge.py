"""The edge process: HTTP API, log-in, live push, the web app. `python -m andon.entrypoints.edge`.

Stateless: any number may run. What it serves of the rooms is listed here and in `edge_rooms`.
"""

import asyncio
import hmac
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from andon.alarms import http as alarms
from andon.calendars import http as calendars
from andon.channels.text import http as text_messages
from andon.channels.voice import http as voice
from andon.customers import do_not_call_http as do_not_call
from andon.customers import http as customers
from andon.entrypoints import edge_rooms, texts  # noqa: F401  (texts registers what is said here)
from andon.entrypoints.processes import claim
from andon.flows import design_http as flow_design
from andon.flows import http as flows
from andon.flows import number_http as number_ways
from andon.flows import trial_http as trials
from andon.identity import http as identity
from andon.identity.directory import Directory
from andon.identity.oidc import Provider
from andon.identity.passwords import Passwords
from andon.identity.service import Sessions, policy_of
from andon.interactions import forms_http as wrap_forms
from andon.interactions import http as interactions
from andon.kit import i18n, telemetry
from andon.kit.bus import open_bus
from andon.kit.clock import SystemClock
from andon.kit.database import Database, database_urls
from andon.kit.errors import AndonError
from andon.kit.seal import Seal
from andon.kit.settings import Settings
from andon.kit.static import WebApp, find_web
from andon.kit.web import Services, install, locale_of
from andon.prompts import http as prompts
from andon.routing import agents_http as agents
from andon.routing import http as routing
from andon.routing import levels_http as skill_levels

ROUTERS: tuple[APIRouter, ...] = (
    identity.router,
    routing.router,
    agents.router,
    skill_levels.router,
    voice.router,
    prompts.router,
    flows.router,
    flow_design.router,
    trials.router,
    number_ways.router,
    calendars.router,
    customers.router,
    do_not_call.router,
    interactions.router,
    wrap_forms.router,
    alarms.router,
    text_messages.router,
    *edge_rooms.ROUTERS,
)

HEALTH_SECONDS = 1.0
STOP_SECONDS = 3
# Without these no call can be taken.
NEEDED = ("database", "engine", "core", "worker")

here = APIRouter(include_in_schema=False)


@here.get("/healthz")
async def health(request: Request) -> JSONResponse:
    """200 once a call can be taken, 503 with the reason before; either way the parts one by one."""
    services: Services = request.app.state.services
    database, core, worker = await asyncio.gather(
        _database(services),
        _asked(services, "core.command", {"verb": "health"}),
        _asked(services, "worker.health", {}),
    )
    said: dict[str, Any] = core.get("parts", {})
    parts: dict[str, dict[str, Any]] = {
        **said,
        "database": {**said.get("database", {}), "ok": database},
        "core": said.get("core", {"ok": False}),
        "engine": said.get("engine", {"ok": False}),
        "worker": {"ok": bool(worker.get("ok"))},
    }
    missing = [name for name in NEEDED if not parts[name]["ok"]]
    body: dict[str, Any] = {"ok": not missing, "parts": parts}
    if missing:
        body["reason"] = i18n.text(f"health.{missing[0]}", locale_of(request))
    return JSONResponse(body, 503 if missing else 200, {"cache-control": "no-store"})


@here.get("/metrics")
async def metrics(request: Request) -> PlainTextResponse:
    """Prometheus metrics of all processes, for this machine or whoever brings `ANDON_METRICS_TOKEN`."""
    services: Services = request.app.state.services
    token = services.settings.metrics_token
    brought = request.headers.get("authorization", "").removeprefix("Bearer ")
    local = request.client is not None and request.client.host in ("127.0.0.1", "::1")
    if not (hmac.compare_digest(brought.encode(), token.encode()) if token else local):
        raise AndonError("forbidden", 403)

    async def ask(process: str) -> str | None:
        if process == "edge":
            return str((await telemetry.own_metrics({}))["text"])
        return (await _asked(services, f"metrics.{process}", {})).get("text")

    return PlainTextResponse(await telemetry.gather_metrics(ask, ["edge", "core", "worker"]))


async def _database(services: Services) -> bool:
    try:
        async with asyncio.timeout(HEALTH_SECONDS):
            await services.db.ping()
    except (DBAPIError, PoolTimeout, OSError, TimeoutError):
        return False
    return True


async def _asked(services: Services, topic: str, payload: dict[str, Any]) -> dict[str, Any]:
    try:
        return await services.bus.request(topic, payload, timeout=HEALTH_SECONDS)
    except AndonError:
        return {}


def create_app(services: Services, passwords: Passwords | None = None) -> FastAPI:
    """The application. Starting it starts the bus; stopping it stops the bus and the database's pool."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(services.db.close)
            await services.bus.start()
            stack.push_async_callback(services.bus.stop)
            await stack.enter_async_context(edge_rooms.sockets(app, services))
            yield

    app = FastAPI(
        title="Andon", lifespan=lifespan, openapi_url="/api/openapi.json", docs_url=None, redoc_url=None
    )
    install(app, services.settings.pop_origins)
    app.state.services = services
    seal = Seal(services.settings.secrets().cookie)
    oidc = services.settings.oidc
    app.state.oidc = Provider(oidc, services.clock, seal) if oidc is not None else None
    ldap = services.settings.ldap
    app.state.sessions = Sessions(
        services.db,
        services.clock,
        services.bus,
        policy_of(services.settings),
        passwords or Passwords(),
        seal,
        Directory(ldap) if ldap is not None else None,
    )
    for router in (*ROUTERS, here):
        app.include_router(router)
    folder = find_web()
    if folder is not None:
        _serve_web(app, WebApp(folder))
    return app


def _serve_web(app: FastAPI, web: WebApp) -> None:
    async def page(request: Request) -> Response:
        path = request.url.path
        found = None if path.startswith(("/api/", "/sip")) else await asyncio.to_thread(web.answer, request)
        if found is None:
            raise AndonError("http.404", 404)
        return found

    app.add_api_route("/{path:path}", page, methods=["GET", "HEAD"], include_in_schema=False)


def main() -> int:
    """Run the edge of the installation the settings name."""
    settings = Settings()
    _, url = database_urls(settings)
    services = Services(settings, Database(url, "andon edge"), open_bus(settings, url), SystemClock())
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(services),
            host=settings.http_host,
            port=settings.ports().http,
            ssl_certfile=settings.tls_cert,
            ssl_keyfile=settings.tls_key,
            loop="uvloop",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    )
    with claim(settings, "edge"):
        telemetry.configure(settings, "edge")
        server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
