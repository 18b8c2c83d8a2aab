"""Waiting at a project of its own over real SIP: its music, the keys in words, a link by text message."""

import asyncio
import io
import json
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import numpy as np
import pytest
import soundfile
from call_checks import ending, hears_music, kinds, lasting, placed, values
from call_house import House
from sqlalchemy import insert

from andon.channels.voice.tables import NumberRow
from andon.flows.graph import Graph
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.queue import WaitInQueue
from andon.flows.nodes.start import Start
from andon.identity.tables import Project, TextGateway
from andon.kit.clock import SystemClock
from andon.kit.database import Database, Scope
from andon.kit.ids import uuid7
from andon.prompts.repository import add_version
from andon.prompts.sound import fit
from andon.prompts.tables import PromptRow
from andon.telephony.engine.layout import assets
from town.carrier import Call

pytestmark = pytest.mark.telephony

MUSIC_HZ = 700
LINE = "4008007001"
ALIKE = 0.6  # of 1; other words of the same voice are below 0.3


@asynccontextmanager
async def gateway() -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """A server that takes text messages, but fails the first time."""
    taken: list[dict[str, Any]] = []
    moods = iter(["503 Busy"])

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().partition("content-length:")[2].split("\r")[0])
        taken.append(json.loads(await reader.readexactly(length)))
        status = next(moods, "200 OK")
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/send", taken
    finally:
        server.close()


async def a_project(house: House, url: str) -> UUID:
    """A project with music, a link and a line; its queue is the house's. Returns its id."""
    out = io.BytesIO()
    soundfile.write(
        out, 0.05 * np.sin(2 * np.pi * MUSIC_HZ * np.arange(60 * 8000) / 8000), 8000, format="WAV"
    )
    project_id, world = uuid7(), house.world
    ways = dict.fromkeys(("conversation_ended", "timeout", "nobody_signed_in", "callback", "key"), "end")
    waits = WaitInQueue(
        queue_id=world.queues["plain"],
        prompts=(),
        wait_prompts=(),
        say_position=False,
        say_estimated_wait=False,
        announce_every_s=4,
        callback_key="2",
        link_key="3",
        exits=ways,
    )
    graph = Graph(start="a", nodes={"a": Start(exits={"next": "q"}), "q": waits, "end": HangUp()})
    db = Database(house.app_url, "andon edge", pool_size=1)
    try:
        async with db.session(Scope(world.tenant_id)) as session:
            sender = TextGateway(id=uuid7(), name="短信", url=url)
            session.add(sender)
            await session.flush()
            session.add(
                Project(
                    id=project_id, client_id=world.client_id, name="等待", music="tune",
                    chat_link="https://chat.example/?c={contact}", text_gateway_id=sender.id,
                )
            )  # fmt: skip
            await session.flush()
            prompt = PromptRow(
                client_id=world.client_id, project_id=project_id, name="tune", note="", current={}
            )
            session.add(prompt)
            await session.flush()
            await add_version(
                session, prompt, "zh", fit(out.getvalue()), source="upload", says="", file_name="",
                at=SystemClock().now(), by=None,
            )  # fmt: skip
        lines = await house.world.new_lines(house.app_url, {"waiting": graph})
        async with db.session(Scope(world.tenant_id)) as session:
            await session.execute(
                insert(NumberRow).values(
                    id=uuid7(), client_id=world.client_id, project_id=project_id, trunk_id=None, e164=LINE,
                    label="waiting", home="上海", kind="400", flow_id=house.world.flow_ids["waiting"],
                )
            )  # fmt: skip
        assert lines
    finally:
        await db.close()
    agent_id = await world.new_agent(house.app_url, "plain")
    await house.config_changed()
    await house.until(lambda: house._known(agent_id), 15, "the core knows the project")
    return project_id


def said(call: Call, name: str, since: int) -> bool:
    """Whether this standard prompt is in what was heard from that sample on."""
    with wave.open(str(assets() / "prompts" / "zh" / f"{name}.wav")) as file:
        wanted = np.frombuffer(file.readframes(12_000), "<i2") / 32768
    heard = np.array(call.heard()[since:])
    if len(heard) < len(wanted):
        return False
    size = len(heard) + len(wanted)
    found = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size)), size)[: len(heard)]
    power = np.cumsum(np.r_[0, heard**2])
    near = power[len(wanted) :] - power[: -len(wanted)]
    alike = found[: len(near)] / np.sqrt(np.maximum(near, 1e-4) * np.sum(wanted**2))
    return bool(alike.max() > ALIKE)


async def hears(house: House, call: Call, name: str, since: int = 0) -> int:
    """Wait for a prompt; the number of samples heard by then."""
    await house.until(lambda: said(call, name, since), 20, f"“{name}” is said")
    return len(call.heard())


async def hears_tune(house: House, call: Call) -> None:
    await house.until(lambda: lasting(np.array(call.heard(1)), MUSIC_HZ, 8), 10, "the project's own music")


async def test_a_project_s_own_music_its_offers_in_words_and_a_link(house: House) -> None:
    async with gateway() as (url, taken), house.on_duty("plain", ready=False) as agent:
        other, other_own = await placed(house, house.world.numbers["plain"])
        await hears_music(house, other)
        await a_project(house, url)
        call, own = await placed(house, LINE)
        await hears_tune(house, call)
        # who heard the standard music meanwhile goes on hearing it
        await hears_music(house, other)
        assert not lasting(np.array(other.heard(1)), MUSIC_HZ, 3)
        await other.hangup()
        await ending(house, other_own, "abandoned_queue", "caller")
        # what the keys do, without anybody having chosen prompts for it
        await hears(house, call, "offer_callback")
        await hears(house, call, "offer_link")
        assert not said(call, "offer_exit", 0)  # its key is not set
        await hears_tune(house, call)

        before = len(call.heard())
        await call.keys("3")
        before = await hears(house, call, "link_sent", before)
        contact_id = await house.contact_of(own)
        sent = await house.fact(contact_id, "text.settled")
        assert "why" not in sent and sent["tries"] == 2  # the first time it failed
        assert [message["to"] for message in taken] == [own, own] and taken[0] == taken[1]
        assert "contact.dequeued" not in kinds(await house.facts(contact_id))  # the place is kept

        # on hold it is the project's as well
        await agent.ready()
        await agent.picks_up()
        await agent.in_state("talking")
        await agent.ask("call.hold")
        await hears_tune(house, call)
        await call.hangup()
        await agent.in_state("acw")
        facts = await ending(house, own, "served", "caller")
        assert values(facts, "contact.dequeued", "how") == ["answered"]
    assert await house.unexplained() == []
