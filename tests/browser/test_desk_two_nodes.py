"""A desk in a centre of two media nodes: its telephone moves when its node is drained, or dies in a call."""

import os
import signal
from pathlib import Path

import pytest
from call_house import command
from microphone import MICROPHONE_HZ
from office import OfficeHouse, opened
from playwright.async_api import Browser
from visitor import CALLER_HZ, LARGE, at_desk, in_talk, visit

from harness.ports import free_port

pytestmark = pytest.mark.browser


async def test_a_desk_leaves_its_node_and_is_reached_from_the_other(
    tmp_path: Path, chromium: Browser
) -> None:
    """Drained: the page registers on the other node by itself, ready as it was, and a call of the first node
    rings there. That node dies under the talk: the page comes back, and the caller with it."""
    ports = {f"{name}_port": free_port() for name in ("sip", "ari", "ami")}
    nodes = [{"name": "n2", "host": "127.0.0.2", **ports}]
    async with (
        opened(OfficeHouse(tmp_path / "office", nodes=nodes)) as house,
        at_desk(await visit(house, chromium, LARGE), await house.agent()) as desk,
    ):
        assert await house.node_is("n1", devices=1)
        status, said = await command(house.settings, "node", "drain", "n1")
        assert status == 0, said
        await house.until(lambda: house.node_is("n2", devices=1), 20, "the desk is at the other node")
        await desk.in_state("ready")
        status, said = await command(house.settings, "node", "resume", "n1")
        assert status == 0, said
        call = await in_talk(house, desk)
        contact_id = await house.contact_of(call.caller)
        assert (await house.fact(contact_id, "contact.arrived"))["node"] == "n1"
        assert house.further[0].pid is not None
        os.kill(house.further[0].pid, signal.SIGKILL)
        held = await house.fact(contact_id, "contact.held", 20)
        assert held["why"] == "agent_lost"
        await house.fact(contact_id, "contact.retrieved", 20)
        await desk.hears(CALLER_HZ)
        await call.wait_tone(MICROPHONE_HZ, 15)
        await call.hangup()
        assert await house.outcome(contact_id) == "served"
        status, said = await house.ledger()
        assert status == 0, said
