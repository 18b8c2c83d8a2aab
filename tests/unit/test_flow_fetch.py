"""Requests of flows against real servers that are slow, wrong, closed, huge or sly."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any

import pytest

from andon.flows.breaker import FAILURES, REST_S, Breaker
from andon.flows.fetch import MOST_AT_ONCE, MOST_BYTES, Fetcher, public
from andon.flows.model import Request
from harness.ports import free_port

pytestmark = pytest.mark.unit

Serve = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Answers each request by `serve`; keeps what it was asked."""

    def __init__(self, serve: Serve) -> None:
        self.serve = serve
        self.asked: list[str] = []
        self.url = ""

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = head.lower().split("\r\n")
                length = next((int(line[15:]) for line in lines if line.startswith("content-length")), 0)
                self.asked.append(head + (await reader.readexactly(length)).decode())
                await self.serve(self.asked[-1], writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[Server]:
    server = Server(serve)
    listening = await asyncio.start_server(server.meet, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()


@asynccontextmanager
async def fetching(*, allow_private: bool = True) -> AsyncIterator[Fetcher]:
    fetcher = Fetcher(allow_private=allow_private)
    try:
        yield fetcher
    finally:
        await fetcher.close()


def reply(body: Any, status: str = "200 OK", *headers: str) -> Serve:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(data)}", *headers, "", ""]

    async def serve(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join(lines).encode() + data)

    return serve


def get(url: str, **more: Any) -> Request:
    return Request(method="GET", url=url, **more)


async def test_an_answer_is_read_and_the_request_is_as_it_was_made() -> None:
    async with serving(reply({"a": [1, {"b": "王"}]})) as server, fetching() as fetcher:
        request = Request(
            method="POST",
            url=server.url + "/a%2Fb?x=1",
            headers={"x-key": "k", "Host": "evil.example"},
            query={"q": "a&b"},
            body={"n": 1},
        )
        answer = await fetcher.fetch(request)
        assert answer == {"ok": True, "status": 200, "data": {"a": [1, {"b": "王"}]}}
        asked = server.asked[0]
        assert asked.startswith("POST /a%2Fb?x=1&q=a%26b HTTP/1.1\r\n")
        assert "x-key: k\r\n" in asked and asked.endswith('{"n":1}')
        assert "evil" not in asked and f"host: {server.url[7:]}\r\n" in asked.lower()
        await fetcher.fetch(get(server.url))
        assert await fetcher.fetch(get(server.url)) == answer


async def test_no_content_is_an_answer_too() -> None:
    async with serving(reply(b"", "204 No Content")) as server, fetching() as fetcher:
        assert await fetcher.fetch(get(server.url)) == {"ok": True, "status": 204, "data": None}


@pytest.mark.parametrize(
    ("serve", "why"),
    [
        (reply({}, "404 Not Found"), "status"),
        (reply({}, "500 Broken"), "status"),
        (reply(b"<html>"), "not_json"),
        (reply(b"[" * 50_000), "not_json"),
        (reply(b"\xff\xfe"), "not_json"),
        (reply(b"x", "200 OK", "content-encoding: gzip"), "not_json"),
        (reply(b" " * (MOST_BYTES + 1)), "too_large"),
        (reply({}, "302 Found", "location: /again"), "redirect"),
    ],
)
async def test_a_wrong_answer_is_none(serve: Serve, why: str) -> None:
    async with serving(serve) as server, fetching() as fetcher:
        answer = await fetcher.fetch(get(server.url))
        assert (answer["ok"], answer["why"]) == (False, why)


async def test_a_server_that_speaks_no_http_or_hangs_up_is_unreachable() -> None:
    async def nonsense(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x00\x01 hello\r\n\r\n")

    async def gone(_: str, writer: asyncio.StreamWriter) -> None:
        writer.close()

    for serve in (nonsense, gone):
        async with serving(serve) as server, fetching() as fetcher:
            assert (await fetcher.fetch(get(server.url)))["why"] == "unreachable"
    async with fetching() as fetcher:
        assert (await fetcher.fetch(get(f"http://127.0.0.1:{free_port()}")))["why"] == "unreachable"
        assert (await fetcher.fetch(get("http://no-such-host.invalid/")))["why"] == "unreachable"
        assert (await fetcher.fetch(get("ftp://127.0.0.1/")))["why"] == "address"


async def test_a_slow_server_and_one_that_never_stops_cost_only_their_time() -> None:
    async def slow(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while True:  # a byte now and then keeps most clients waiting for ever
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with serving(slow) as server, fetching() as fetcher:
        begun = time.monotonic()
        assert (await fetcher.fetch(get(server.url, timeout_s=0.3, retries=1)))["why"] == "timeout"
        assert 0.6 <= time.monotonic() - begun < 10
        assert len(server.asked) == 2

    async def endless(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            await writer.drain()

    async with serving(endless) as server, fetching() as fetcher:
        assert (await fetcher.fetch(get(server.url)))["why"] == "too_large"


async def test_only_what_may_be_sent_twice_is() -> None:
    async with serving(reply({}, "503 Busy")) as server, fetching() as fetcher:
        await fetcher.fetch(get(server.url, retries=2))
        assert len(server.asked) == 3
        await fetcher.fetch(Request(method="POST", url=server.url, retries=2))
        assert len(server.asked) == 4


async def test_a_redirect_is_followed_without_showing_another_server_what_was_not_meant_for_it() -> None:
    async with serving(reply({"there": True})) as target:
        away = reply(b"", "302 Found", f"location: {target.url}/b")
        async with serving(away) as server, fetching() as fetcher:
            answer = await fetcher.fetch(get(server.url, headers={"x-key": "secret"}, query={"q": "1"}))
            assert answer["data"] == {"there": True}
            assert "secret" in server.asked[0] and "secret" not in target.asked[0]
            assert target.asked[0].startswith("GET /b HTTP/1.1")
            sent = Request(method="POST", url=server.url, body={"a": 1})
            assert (await fetcher.fetch(sent))["why"] == "redirect"
            assert len(target.asked) == 1


async def test_addresses_of_the_own_network_are_refused_unless_allowed() -> None:
    async with serving(reply({})) as server, fetching(allow_private=False) as fetcher:
        port = server.url.rpartition(":")[2]
        for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"):
            answer = await fetcher.fetch(get(f"http://{host}:{port}/"))
            assert answer["why"] in {"address", "unreachable"}, host
        assert server.asked == []


@pytest.mark.parametrize(
    ("address", "open_"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("172.16.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a9fe:a9fe", False),
    ],
)
def test_which_addresses_are_of_the_open_internet(address: str, open_: bool) -> None:
    assert public(ip_address(address)) is open_


async def test_a_server_that_fails_again_and_again_is_left_alone_and_others_are_not() -> None:
    async with serving(reply({}, "500 Broken")) as server, fetching() as fetcher:
        for _ in range(FAILURES):
            assert (await fetcher.fetch(get(server.url)))["why"] == "status"
        assert (await fetcher.fetch(get(server.url)))["why"] == "resting"
        assert len(server.asked) == FAILURES
        assert (await fetcher.fetch(get(server.url), owner="another tenant"))["why"] == "status"


async def test_a_server_gets_only_so_many_at_once() -> None:
    waiting, all_there = asyncio.Event(), asyncio.Event()

    async def held(_: str, writer: asyncio.StreamWriter) -> None:
        if len(server.asked) == MOST_AT_ONCE:
            all_there.set()
        await waiting.wait()
        await reply({})("", writer)

    async with serving(held) as server, fetching() as fetcher:
        under_way = [asyncio.ensure_future(fetcher.fetch(get(server.url))) for _ in range(MOST_AT_ONCE)]
        await all_there.wait()
        assert (await fetcher.fetch(get(server.url)))["why"] == "busy"
        waiting.set()
        assert all(answer["ok"] for answer in await asyncio.gather(*under_way))


async def test_the_answer_comes_by_call_and_closing_gives_up_what_is_under_way() -> None:
    answers: list[Any] = []
    async with serving(reply({"a": 1})) as server, fetching() as fetcher:
        done = asyncio.Event()
        fetcher.start(get(server.url), lambda answer: (answers.append(answer), done.set()))  # type: ignore[func-returns-value] # only done for what they do
        await asyncio.wait_for(done.wait(), 10)
        assert answers == [{"ok": True, "status": 200, "data": {"a": 1}}]


def test_a_breaker_rests_lets_one_through_and_closes_when_it_works() -> None:
    breaker = Breaker()
    for n in range(FAILURES):
        assert breaker.lets_through(n)
        breaker.failed(n)
    last = FAILURES - 1
    assert not breaker.lets_through(last + REST_S - 0.1)
    assert breaker.lets_through(last + REST_S)
    with breaker:
        assert not breaker.lets_through(last + REST_S + 1)
    breaker.failed(last + REST_S + 2)
    assert not breaker.lets_through(last + REST_S + 3)
    breaker.worked()
    assert breaker.lets_through(last + REST_S + 3)
