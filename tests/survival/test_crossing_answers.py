"""Over real SIP an agent answers in the moment the ring moves on to another, who answers at once."""

import asyncio
import os
import random
import time
from collections import Counter
from datetime import datetime

import pytest
from call_checks import CALLER_HZ, placed, values
from call_house import Agent, House

from andon.telephony.errors import EngineRefused
from andon.telephony.tones import tone_level
from town.carrier import Call

pytestmark = [pytest.mark.survival, pytest.mark.timeout(1200)]

PAIRS = ("cross1", "cross2", "cross3", "cross4")
ROUNDS = 50 if os.environ.get("ANDON_LONG") else 3  # of each pair
RINGS_S = 1.0  # as these queues say
AROUND_S = 0.01  # so far about the moment the button is pressed
STEP_S = 0.01  # earlier after a loss, later after a win: a busy machine answers later
TONES = {True: 1000.0, False: 1500.0}


async def test_two_who_answer_in_one_moment_are_never_two_conversations(house: House) -> None:
    dice = random.Random(5)
    met = await asyncio.gather(*(pair(house, skill, random.Random(dice.random())) for skill in PAIRS))
    seen = sum(met, Counter[str]())
    print(f"of {seen.total()} answers in the moment the ring moved on: {dict(seen)}")
    assert seen.total() > seen["the second has it"]  # it was that moment indeed: the first had answered, too
    assert await house.unexplained() == []


async def pair(house: House, skill: str, dice: random.Random) -> Counter[str]:
    """Two agents of a queue of their own; who rings first takes turns."""
    met: Counter[str] = Counter()
    early_s = 0.01  # from the button to the answer
    async with house.on_duty(skill, ready=False) as one, house.on_duty(skill, ready=False) as other:
        for turn in range(ROUNDS):
            first, second = (one, other) if turn % 2 else (other, one)
            came = await crossing(house, skill, first, second, dice.uniform(-AROUND_S, AROUND_S) - early_s)
            early_s += -STEP_S if came == "the first has the call" else STEP_S
            met[came] += 1
    return met


async def crossing(house: House, skill: str, first: Agent, second: Agent, around_s: float) -> str:
    """One call; says what came of it."""
    caller, own = await placed(house, house.world.numbers[skill])
    contact_id = await house.contact_of(own)
    await house.fact(contact_id, "contact.queued")
    await first.ready()
    device = await first.phone.next_call(10)
    await first.in_state("ringing")
    await second.ready()
    answering = asyncio.create_task(answers(second))
    moves_on = datetime.fromisoformat(first.view["since"]).timestamp() + RINGS_S
    await asyncio.sleep(max(0.0, moves_on + around_s - time.time()))
    try:
        await device.answer()
        came = True
    except EngineRefused:  # it rings no more
        came = False
    connected = await house.fact(contact_id, "contact.connected", 15)
    (agent_id,) = values(await house.facts(contact_id), "contact.connected", "offer_id")
    assert agent_id == connected["offer_id"]
    rows = [row for row in await house.facts(contact_id) if row["kind"] == "contact.connected"]
    won = rows[0]["agent_id"] == first.agent_id
    winner, loser = (first, second) if won else (second, first)
    await winner.in_state("talking")
    if won:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
        assert second.phone.incoming.empty()
        talk = device
    else:
        talk = await answering
        await device.wait_ended(5)
    await caller.tone(CALLER_HZ, 5)
    await talk.tone(TONES[won], 5)
    await caller.wait_tone(TONES[won], 10)
    assert tone_level(caller.heard(0.4), TONES[not won]) < -40  # spoken, it is 30 dB louder
    assert loser.view["state"] != "talking"
    await caller.hangup()
    assert await house.outcome(contact_id) == "served"
    assert len([row for row in await house.facts(contact_id) if row["kind"] == "contact.connected"]) == 1
    for agent in (first, second):
        await agent.ask("agent.state", state="not_ready")
        await agent.in_state("not_ready")
    if won:
        return "the first has the call"
    return "the second has it, the first had answered" if came else "the second has it"


async def answers(agent: Agent) -> Call:
    """A telephone that is picked up as soon as it rings."""
    call = await agent.phone.next_call(15)
    await call.answer()
    return call
