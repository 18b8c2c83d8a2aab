"""What every HTTP room shares: the services at hand, errors in the user's language, safe headers.

Unsafe methods below `/api` need the header `X-Andon: 1`, which no foreign page can send without our leave;
together with the cookie's SameSite=Strict a request cannot be forged.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from andon.kit import i18n
from andon.kit.bus.model import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database
from andon.kit.errors import AndonError
from andon.kit.i18n import Locale
from andon.kit.settings import Settings

log = structlog.get_logger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=4000)]


class Body(BaseModel):
    """A request's body: a field we do not know is an error, not a silent loss."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """An answer made from a row."""

    model_config = ConfigDict(from_attributes=True)


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """A list: `next` is the cursor of the following page, `total` is given when it costs nothing."""

    items: Sequence[T]
    next: str | None = None
    total: int | None = None


@dataclass(frozen=True)
class Services:
    """What a request needs of its process."""

    settings: Settings
    db: Database
    bus: Bus
    clock: Clock


def services(connection: HTTPConnection) -> Services:
    """The process' services, for requests and sockets."""
    found: Services = connection.app.state.services
    return found


def locale_of(connection: HTTPConnection) -> Locale:
    """The logged-in user's language once known, else what the browser prefers, else the installation's."""
    preferred = getattr(connection.state, "locale", None)
    default = services(connection).settings.locale
    return i18n.negotiate(preferred, connection.headers.get("accept-language"), default)


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a browser's request comes from a page of ours; programs send no `Origin`. For sockets, which
    carry cookies from any page."""
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host")


def refuse(connection: HTTPConnection, error: AndonError) -> JSONResponse:
    """The error as an answer."""
    return JSONResponse(error.said(locale_of(connection)), status_code=error.status)


def install(app: FastAPI, frames: Sequence[str] = ()) -> None:
    """Give the app our errors and headers; see `content_security_policy` for `frames`."""

    async def on_andon(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, AndonError)
        return refuse(request, error)

    async def on_invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return refuse(request, refusal_of(error.errors()))

    async def on_http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        code = f"http.{error.status_code}"
        if not i18n.has(f"error.{code}.title"):
            code = "request.malformed"
        answer = refuse(request, AndonError(code, error.status_code))
        answer.headers.update(error.headers or {})
        return answer

    async def on_database(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, DBAPIError) and not isinstance(error, OperationalError | InterfaceError):
            return await on_anything(request, error)
        log.warning("request_without_database", path=request.url.path, error=type(error).__name__)
        return refuse(request, AndonError("database_unavailable", 503))

    async def on_anything(request: Request, error: Exception) -> JSONResponse:
        trace = os.urandom(5).hex()
        log.error("request_failed", path=request.url.path, trace=trace, exc_info=error)
        return refuse(request, AndonError("internal", 500, trace=trace))

    app.add_exception_handler(AndonError, on_andon)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(DBAPIError, on_database)
    app.add_exception_handler(PoolTimeout, on_database)
    app.add_exception_handler(OSError, on_database)
    app.add_exception_handler(Exception, on_anything)
    app.add_middleware(_Guard, frames=frames)


def invalid(**fields: str | tuple[str, dict[str, Any]]) -> AndonError:
    """A refusal that names fields: `invalid(name="field.taken")`."""
    return AndonError("invalid", 422, fields=dict(fields))


_SAID: dict[str, tuple[str, str | None]] = {
    "missing": ("field.required", None),
    "string_too_short": ("field.too_short", "min_length"),
    "string_too_long": ("field.too_long", "max_length"),
    "too_short": ("field.too_few", "min_length"),
    "too_long": ("field.too_many", "max_length"),
    "greater_than_equal": ("field.too_small", "ge"),
    "less_than_equal": ("field.too_large", "le"),
    "extra_forbidden": ("field.unknown", None),
    "string_pattern_mismatch": ("field.pattern", None),
}
_SAID_BY_START = (
    ("uuid", "field.id"),
    ("int", "field.number"),
    ("float", "field.number"),
    ("bool", "field.boolean"),
    ("string", "field.text"),
)


def refusal_of(errors: Sequence[Any], *, inside: int = 1) -> AndonError:
    """What pydantic complains of, field by field; the first `inside` parts of a place are not the field's."""
    fields: dict[str, str | tuple[str, dict[str, Any]]] = {}
    for error in errors:
        kind, context = str(error["type"]), error.get("ctx") or {}
        if kind == "json_invalid":
            return AndonError("request.malformed", 400)
        place = [str(part) for part in error["loc"]]
        name = ".".join(place[inside:]) or (place[0] if place else "")
        if kind in ("literal_error", "enum"):
            fields[name] = ("field.choice", {"choices": str(context.get("expected", "")).replace("'", "")})
        elif kind in _SAID:
            key, limit = _SAID[kind]
            fields[name] = (key, {"n": context[limit]}) if limit else key
        elif i18n.has(str(context.get("error", ""))):
            fields[name] = str(context["error"])  # a validator of ours raised ValueError(<text key>)
        else:
            fields[name] = next(
                (key for start, key in _SAID_BY_START if kind.startswith(start)), "field.invalid"
            )
    return AndonError("invalid", 422, fields=fields)


_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "microphone=(self), speaker-selection=(self), camera=(), geolocation=()",
}


def content_security_policy(headers: Headers, frames: Sequence[str] = ()) -> str:
    """Only our own origin, and its sockets by name: `self` does not cover ws: in every browser. `frames`:
    origins whose pages may be shown within ours."""
    host = headers.get("host", "")
    # A header is the client's to write: only what can be a host may enter the policy.
    clean = host if host and all(sign.isalnum() or sign in ".-:[]" for sign in host) else ""
    sockets = f" ws://{clean} wss://{clean}" if clean else ""
    framed = " ".join(frames) or "'none'"
    return (
        f"default-src 'self'; connect-src 'self'{sockets}; media-src 'self' blob:;"
        f" frame-src {framed};"
        " img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self' data:;"
        " worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self';"
        " frame-ancestors 'none'"
    )


class _Guard:
    """Adds the headers; turns away unsafe requests without `X-Andon`."""

    def __init__(self, app: ASGIApp, frames: Sequence[str] = ()) -> None:
        self.app = app
        self.frames = frames

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    out.setdefault(name, value)
                out.setdefault("content-security-policy", content_security_policy(headers, self.frames))
                if scope["scheme"] == "https":
                    out.setdefault("strict-transport-security", "max-age=31536000")
                if scope["path"].startswith("/api"):
                    out.setdefault("cache-control", "no-store")
            await send(message)

        unsafe = scope["method"] not in SAFE_METHODS and scope["path"].startswith("/api")
        if unsafe and headers.get("x-andon") != "1":
            answer = refuse(Request(scope), AndonError("request.forged", 403))
            await answer(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)
