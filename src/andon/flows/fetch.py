"""Sends the requests of flows, beside the calls: slow, wrong, closed or huge servers cost only their own
wait.

An answer is `{"ok": True, "status": 200, "data": …}` with the JSON read, or `{"ok": False, "why": …}` where
`why` is one of: timeout, unreachable, status, redirect, too_large, not_json, address, busy, resting.
"""

import asyncio
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec
import structlog

from andon.flows.breaker import Breaker
from andon.flows.model import Request
from andon.kit.tasks import Tasks

log = structlog.get_logger(__name__)

MOST_BYTES: Final = 256 * 1024
MOST_REDIRECTS: Final = 3
MOST_AT_ONCE: Final = 50  # to one server; a queue of requests helps no caller
SAFE_TWICE: Final = frozenset({"GET", "PUT", "DELETE"})
_NAT64: Final = IPv6Network("64:ff9b::/96")

Answer = dict[str, Any]
Resolve = Callable[[str, int], Any]


class Failed(Exception):
    """The request is lost. `sent`: the server may have acted on it."""

    def __init__(self, why: str, *, sent: bool = True) -> None:
        super().__init__(why)
        self.why = why
        self.sent = sent


class Fetcher:
    """One for the process. `close` when done."""

    def __init__(self, *, allow_private: bool = False) -> None:
        self._allow_private = allow_private
        self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=60.0)
        self._breakers: dict[str, Breaker] = {}
        self._tasks = Tasks("flow request")

    async def close(self) -> None:
        """Give up what is under way."""
        await self._tasks.close()
        await self._client.aclose()

    def start(self, request: Request, done: Callable[[Answer], None], owner: str = "") -> None:
        """Send it in a task of its own; `done` is called once with the answer. `owner` tells tenants apart:
        one's broken server is not the other's."""
        self._tasks.start(self._run(request, done, owner))

    async def _run(self, request: Request, done: Callable[[Answer], None], owner: str) -> None:
        try:
            answer = await self.fetch(request, owner)
        except Exception:
            # whatever a strange server makes the library do, the caller must not wait for ever
            log.exception("core_fault", what="flow request")
            answer = {"ok": False, "why": "unreachable"}
        done(answer)

    async def fetch(self, request: Request, owner: str = "") -> Answer:
        """The answer, after at most `(timeout_s + 1) * (retries + 1)` seconds."""
        where = urlsplit(request.url).netloc
        breaker = self._breakers.setdefault(f"{owner} {where}", Breaker())
        loop = asyncio.get_running_loop()
        why = "resting"
        for tried in range(request.retries + 1):
            if not breaker.lets_through(loop.time()):
                break
            if breaker.under_way >= MOST_AT_ONCE:
                why = "busy"
                break
            try:
                with breaker:
                    answer = await self._once(request)
            except Failed as failed:
                why = failed.why
                if why != "address":
                    breaker.failed(loop.time())
                if why in {"address", "redirect"} or (failed.sent and request.method not in SAFE_TWICE):
                    break
            else:
                down = answer.get("status", 0) >= 500
                breaker.failed(loop.time()) if down else breaker.worked()
                if not down or request.method not in SAFE_TWICE or tried == request.retries:
                    return answer
                why = "status"
        log.warning("flow_request_failed", where=where, why=why)
        return {"ok": False, "why": why}

    async def _once(self, request: Request) -> Answer:
        try:
            async with asyncio.timeout(request.timeout_s):
                return await self._follow(request)
        except TimeoutError:
            raise Failed("timeout") from None
        except httpx.ConnectError:
            raise Failed("unreachable", sent=False) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError):
            raise Failed("unreachable") from None

    async def _follow(self, request: Request) -> Answer:
        url, headers = request.url, dict(request.headers)
        query = request.query
        for _ in range(MOST_REDIRECTS + 1):
            status, target, body = await self._send(request, url, headers, query)
            if target is None:
                return _read(status, body)
            if request.method != "GET":
                raise Failed("redirect")
            before, url, query = urlsplit(url), urljoin(url, target), {}
            if urlsplit(url)[:2] != before[:2]:
                headers = {}  # what was meant for one server is not shown to another
        raise Failed("redirect")

    async def _send(
        self, request: Request, url: str, headers: dict[str, str], query: Any
    ) -> tuple[int, str | None, bytes]:
        """Status, target of a redirect, and body."""
        named = httpx.URL(url)
        if named.scheme not in {"http", "https"} or not named.host:
            raise Failed("address", sent=False)
        address = await self._address(named.host, named.port or (443 if named.scheme == "https" else 80))
        if query:
            named = named.copy_merge_params(query)
        async with self._client.stream(
            request.method,
            named.copy_with(host=address),
            headers={
                "accept": "application/json",
                **{name: each for name, each in headers.items() if name.lower() not in _OURS},
                "host": named.netloc.decode(),
                "accept-encoding": "identity",  # what comes is as large as it says
            },
            content=request.body if isinstance(request.body, bytes) else None,
            json=None if isinstance(request.body, bytes) else request.body,
            extensions={"sni_hostname": named.host},
        ) as response:
            if response.is_redirect:
                return response.status_code, response.headers["location"], b""
            if "content-encoding" in response.headers:
                raise Failed("not_json")
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise Failed("too_large")
            return response.status_code, None, bytes(body)

    async def _address(self, host: str, port: int) -> str:
        """The address that will be called, looked up once: a name that changes meanwhile changes nothing."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)
        except OSError:
            raise Failed("unreachable", sent=False) from None
        addresses = [str(each[4][0]) for each in found]
        if not self._allow_private and not all(public(ip_address(each)) for each in addresses):
            raise Failed("address", sent=False)
        return addresses[0]


_OURS: Final = frozenset({"host", "accept-encoding", "content-length", "transfer-encoding", "connection"})


def public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is an address of the open internet, however it is written."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return public(address.ipv4_mapped)
        if address in _NAT64:
            return public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast


def _read(status: int, body: bytes) -> Answer:
    if not 200 <= status < 300:
        return {"ok": False, "why": "status", "status": status}
    if not body.strip():
        return {"ok": True, "status": status, "data": None}
    try:
        return {"ok": True, "status": status, "data": msgspec.json.decode(body)}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {"ok": False, "why": "not_json", "status": status}
