"""Links by text message: through a real gateway that is well, slow, refusing or gone; once a caller."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
import structlog

from andon.channels.text import model
from andon.channels.text.events import TextSettled
from andon.channels.text.model import PLACES, Gateway, addressee, contact_of, token_of
from andon.channels.voice.model import Project
from andon.entrypoints.core_texts import Texts
from andon.flows.fetch import Fetcher
from andon.interactions.ports import ContactView
from andon.kit.ids import uuid7
from andon.kit.links import well_formed

pytestmark = pytest.mark.unit

KEY = "key of the installation"
SECRET = "Bearer s3cret"
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)


class Server:
    """Answers each try with the next of `moods`, the last for ever: a status, or `slow`."""

    def __init__(self) -> None:
        self.moods: list[str] = ["200 OK"]
        self.asked: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.url = ""

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            body = json.loads(await reader.readexactly(int(headers["content-length"])))
            self.asked.append((headers, body))
            mood = self.moods.pop(0) if len(self.moods) > 1 else self.moods[0]
            if mood == "slow":
                await reader.read()
                return
            writer.write(f"HTTP/1.1 {mood}\r\ncontent-length: 4\r\nconnection: close\r\n\r\nsent".encode())
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


class Desk:
    """A core's part, and what became of each message."""

    def __init__(self, fetcher: Fetcher, server: Server) -> None:
        self.facts: list[TextSettled] = []
        self.texts = Texts(fetcher, self._append, lambda: NOW, KEY)
        self.gateway = Gateway(
            gateway_id=uuid7(), url=server.url, header="Authorization", secret=SECRET, timeout_s=1, retries=2
        )
        self.project = Project(
            project_id=uuid7(), client_id=uuid7(), name="青禾", client_name="青禾商城",
            chat_link="https://chat.example/?c={contact}", text_gateway_id=self.gateway.gateway_id,
        )  # fmt: skip

    def _append(self, fact: Any) -> None:
        self.facts.append(fact)

    async def send(self, caller: str = "13800138000", **changed: Any) -> dict[str, Any]:
        view = ContactView(
            contact_id=uuid7(), tenant_id=uuid7(), client_id=self.project.client_id,
            project_id=self.project.project_id, number_id=uuid7(), flow_id=None, caller=caller, dnis="95001",
            language="zh", arrived_at=NOW,
        )  # fmt: skip
        done: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        gateway = msgspec.structs.replace(self.gateway, **changed)
        self.texts.send_link(view, "zh", self.project, gateway, done.set_result)
        return await asyncio.wait_for(done, 30)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.start_server(made.meet, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/send"
    yield made
    listening.close()


@pytest.fixture
async def desk(server: Server) -> AsyncIterator[Desk]:
    fetcher = Fetcher(allow_private=True)
    desk = Desk(fetcher, server)
    yield desk
    await desk.texts.close()
    await fetcher.close()


async def test_the_link_is_sent_and_the_number_is_in_no_log(desk: Desk, server: Server) -> None:
    with structlog.testing.capture_logs() as logs:
        assert await desk.send() == {"ok": True, "why": ""}
    ((headers, body),) = server.asked
    (fact,) = desk.facts
    assert headers["authorization"] == SECRET
    assert headers["idempotency-key"] == body["id"] == f"{fact.contact_id}-chat-link"
    assert body["to"] == "13800138000" and body["language"] == "zh"
    assert body["text"].startswith("【青禾】") and body["text"].endswith(body["link"])
    assert contact_of(KEY, body["link"].partition("?c=")[2]) == fact.contact_id
    assert (fact.why, fact.tries, fact.gateway_id) == ("", 1, desk.gateway.gateway_id)
    said = str(logs) + str(msgspec.to_builtins(fact))
    assert "text_settled" in said and "0013800" not in said and "138001" not in said and SECRET not in said


@pytest.mark.parametrize(
    ("moods", "tries", "why"),
    [
        (["503 Busy", "200 OK"], 2, ""),  # the same key each time: it is sent once
        (["503 Busy"], 3, "status"),
        (["400 Bad"], 1, "rejected"),
        (["429 Slow down", "202 Taken"], 2, ""),
        (["302 Elsewhere"], 1, "redirect"),
        (["slow", "200 OK"], 2, ""),
    ],
)
async def test_a_gateway_that_fails(
    desk: Desk, server: Server, moods: list[str], tries: int, why: str
) -> None:
    server.moods = list(moods) if moods[0] != "302 Elsewhere" else ["302 Elsewhere\r\nlocation: http://x/"]
    assert await desk.send() == {"ok": not why, "why": why}
    assert (desk.facts[0].tries, desk.facts[0].why) == (tries, why)
    assert len({body["id"] for _, body in server.asked}) == 1 and len(server.asked) == tries


async def test_without_a_gateway_a_number_or_a_server(desk: Desk, server: Server) -> None:
    assert (await desk.send(caller="02151860000"))["why"] == "no_mobile"
    assert (await desk.send(caller=""))["why"] == "no_mobile"
    assert (await desk.send(url="http://127.0.0.1:9/send", retries=0))["why"] == "unreachable"
    desk.project = msgspec.structs.replace(desk.project, chat_link="")
    assert (await desk.send())["why"] == "no_gateway"
    assert server.asked == [] and [fact.tries for fact in desk.facts] == [0, 0, 1, 0]


def test_who_takes_text_messages() -> None:
    for caller in ("13800138000", "+8613800138000", "013800138000", "008613800138000"):
        assert addressee(caller) == "13800138000"
    assert addressee("+4915112345678") == "+4915112345678"
    for caller in ("", "anonymous", "4001234567", "02151860000", "+862151860000", "12345678901", "+123"):
        assert addressee(caller) is None, caller


def test_a_token_names_its_contact_and_no_other() -> None:
    contact = UUID(int=7)
    token = token_of(KEY, contact)
    assert contact_of(KEY, token) == contact and token.isascii() and len(token) <= 40
    other = token_of(KEY, UUID(int=8))
    forged = other[:21] + token[21:]
    for wrong in ("", "x", "é", token[:-1], token + "A", forged, token_of("another", contact)):
        assert contact_of(KEY, wrong) is None, wrong
    assert model.link_for("https://a/{contact}", KEY, contact) == f"https://a/{token}"


def test_what_a_link_may_be() -> None:
    for right in ("https://chat.example/?c={contact}&p=1", "https://chat.example:8443/a"):
        assert well_formed(right, PLACES)
    for wrong in (
        "http://chat.example/", "https://", "https://{contact}.example/", "https://a@b.example/",
        "https://a.example/{name}", "https://a.example/ b", "javascript:1", "https://a.example:x/",
        "https://a.example/聊天",
    ):  # fmt: skip
        assert not well_formed(wrong, PLACES), wrong
