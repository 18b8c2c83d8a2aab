"""A menu that listens, over real SIP: what callers say is kept, recognised by a real command, and gone."""

import asyncio
from typing import Any

import pytest
from call_checks import ending, placed, values
from call_house import House
from call_world import SHORT

from andon.flows.graph import Graph
from andon.flows.model import Variable
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.speech import SpeechInput
from andon.flows.nodes.start import Start
from andon.telephony.model import UTTERANCE

pytestmark = pytest.mark.telephony

ORDER, HELP, WEATHER = 440, 880, 1300  # what `toy_recogniser` makes of these tones


def listens(**fields: Any) -> Graph:
    ways = {"1": "order", "2": "other", "wrong": "wrong", "silence": "silent", "emergency": "help"}
    ask = SpeechInput(
        **{
            "prompts": SHORT,
            "wrong_prompt": "1",
            "silence_prompt": "1",
            "words": {"1": "订单|order"},
            "variable": "said",
            "pause_s": 1,
            "tries": 2,
            **fields,
        },
        exits=ways,
    )
    ends = {name: HangUp() for name in ways.values()}
    start = Start(exits={"next": "ask"})
    return Graph(start="start", nodes={"start": start, "ask": ask, **ends}, variables={"said": Variable()})


def path(facts: list[Any]) -> list[str]:
    return values(facts, "flow.node", "node")


async def says(house: House, number: str, hertz: float, outcome: str = "self_service") -> list[Any]:
    """A caller who speaks from the first moment on; their facts."""
    call, own = await placed(house, number)
    await call.wait_answered(20)
    await call.tone(hertz, 4)
    await call.wait_ended(40)
    return await ending(house, own, outcome, "system")


async def presses(house: House, number: str) -> list[Any]:
    """A caller who is listened to and presses a key instead."""
    call, own = await placed(house, number, keys="info")
    await house.fact(await house.contact_of(own), "flow.node", 20, n=2)
    await call.wait_sound(10)  # the prompt
    await asyncio.sleep(1)  # it is over, and the caller is listened to for three seconds
    await call.keys("2")
    await call.wait_ended(20)
    return await ending(house, own, "self_service", "system")


async def hangs_up(house: House, number: str) -> list[Any]:
    call, own = await placed(house, number)
    await house.fact(await house.contact_of(own), "flow.node", 20, n=2)
    await call.tone(ORDER, 6)
    await asyncio.sleep(1.5)  # in the midst of what is kept
    await call.hangup()
    return await ending(house, own, "abandoned_flow", "caller")


async def test_what_callers_say_leads_them_and_is_gone_afterwards(house: House) -> None:
    lines = await house.open_lines({"listens": listens(), "patient": listens(pause_s=3)})
    number = lines["listens"]
    order, helped, pressed, gone = await asyncio.gather(
        says(house, number, ORDER),
        says(house, number, HELP),
        presses(house, lines["patient"]),
        hangs_up(house, number),
    )
    assert path(order) == ["start", "ask", "order"]
    assert values(order, "flow.key", "keys") == ["1"]
    assert path(helped) == ["start", "ask", "help"]
    assert path(pressed) == ["start", "ask", "other"]
    assert path(gone) == ["start", "ask"]
    lost, silent = await asyncio.gather(
        says(house, number, WEATHER, "silence"), walked_in_silence(house, number)
    )
    assert path(lost) == ["start", "ask", "silent"], "first not understood, then nothing said"
    assert values(lost, "flow.key", "accepted") == [False, False]
    assert path(silent) == ["start", "ask", "silent"]
    raw = house.settings.folder("spool", "recordings")
    await house.until(lambda: not list(raw.glob(f"{UTTERANCE}*")), 10, "nothing of what callers said is left")
    assert "core_fault" not in house.core_said()


async def walked_in_silence(house: House, number: str) -> list[Any]:
    call, own = await placed(house, number)
    await call.wait_ended(40)
    return await ending(house, own, "silence", "system")
