"""The centre's HTTP API and live socket, as one logged-in person uses them."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

TIMEOUT_S = 8.0
AGENT_NAME = "andon-town"

# What a call to the centre can end with when the centre is away for a moment.
Away = (httpx.HTTPError, OSError, TimeoutError, WebSocketException)


class Refused(Exception):
    """The centre said no. `params` tell what it said it about."""

    def __init__(self, status: int, code: str, params: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.params = params


class Person:
    """One log-in. Logs in again by itself when the session is over."""

    def __init__(self, base_url: str, login: str, password: str) -> None:
        self.login = login
        self._password = password
        self._base = base_url
        self._client = httpx.AsyncClient(
            base_url=base_url,
            timeout=TIMEOUT_S,
            verify=False,  # noqa: S501  (our own centre on the loop-back address, perhaps with its own authority)
            trust_env=False,
            headers={"X-Andon": "1", "User-Agent": AGENT_NAME, "Accept-Language": "zh"},
        )
        self._logging_in = asyncio.Lock()

    async def close(self) -> None:
        await self._client.aclose()

    async def log_in(self) -> None:
        """Raises `Refused` for a wrong password, and what `Away` names while the centre is away."""
        async with self._logging_in:
            answer = await self._client.post(
                "/api/session", json={"login": self.login, "password": self._password}
            )
            _check(answer)

    async def get(self, path: str, **query: Any) -> Any:
        return await self._request("GET", path, params=query)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return await self._request("POST", path, json=dict(body or {}))

    async def _request(self, method: str, path: str, **what: Any) -> Any:
        answer = await self._client.request(method, path, **what)
        if answer.status_code == 401:
            await self.log_in()
            answer = await self._client.request(method, path, **what)
        _check(answer)
        return answer.json() if answer.content else None

    @asynccontextmanager
    async def live(self, *, board: bool) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The live socket: messages as they come, until it breaks."""
        url = self._base.replace("http", "ws", 1) + "/api/live"
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._client.cookies.jar)
        async with connect(
            url,
            additional_headers={"Cookie": cookies},
            origin=self._base,  # type: ignore[arg-type]  # the library's own type for the same string
            user_agent_header=AGENT_NAME,
            open_timeout=TIMEOUT_S,
            close_timeout=1,
            max_size=8 * 1024 * 1024,
            proxy=None,
            ssl=_any_certificate() if url.startswith("wss:") else None,
        ) as socket:
            if board:
                await socket.send(json.dumps({"subscribe": "board"}))

            async def messages() -> AsyncIterator[dict[str, Any]]:
                async for frame in socket:
                    yield json.loads(frame)

            yield messages()


def _any_certificate() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _check(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    try:
        error = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        error = {}
    raise Refused(answer.status_code, error.get("code", "unknown"), error.get("params") or {})
