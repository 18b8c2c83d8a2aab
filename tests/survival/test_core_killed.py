"""`kill -9` of the core under live calls: nobody's call notices, and the books balance."""

import asyncio
import contextlib
import os
import signal
import time
from pathlib import Path

import psycopg
import pytest
from call_supervisor import SUPERVISOR_HZ
from call_world import MENU
from mortal_house import MortalHouse, longest, sound

from andon.channels.voice.watchdog import LOOK_S
from andon.telephony.ari import AriClient
from andon.telephony.service import EngineAddress
from andon.telephony.tones import tone_level

pytestmark = [pytest.mark.survival, pytest.mark.timeout(600)]

LONG = bool(os.environ.get("ANDON_LONG"))
TALKING, WAITING, RINGING, MENUS = (50, 20, 5, 5) if LONG else (6, 4, 2, 2)
TAKE_OVER_S = 3.0 if LONG else 10.0  # what is promised is asked for on a quiet machine
STOPPED_S = 8.0  # the supervisor insists then
TONE, SECOND, GAP_S = 440, 1700, 0.4


async def test_calls_outlive_the_core(mortal: MortalHouse) -> None:
    talks = await mortal.talks(TALKING, "plain", TONE)
    held = await mortal.talking("held", TONE)
    await held.agent.ask("call.hold")
    lazy = await mortal.on_duty_until_end("lost", ready=False)
    supervisor = await mortal.supervisor_until_end()
    await supervisor.follows(lazy, 2)
    listener = await mortal.supervisor_until_end()
    listening = await listener.goes_to(talks[0].agent, "listen")
    await listening.wait_tone(TONE, 10)
    waiters = [await mortal.waiting("lost") for _ in range(WAITING)]
    for call, _ in waiters:
        await call.wait_sound(5)
    ringing = []
    for _ in range(RINGING):
        agent = await mortal.on_duty_until_end("race")
        call, contact_id = await mortal.caller(mortal.world.numbers["race"])
        device = await agent.phone.next_call(10)
        await device.ring()
        await agent.in_state("ringing")
        ringing.append((call, contact_id, agent, device))
    states = {agent["agent_id"]: (agent["state"], agent["since"]) for agent in await agents_of(mortal)}
    menus = await asyncio.gather(*(mortal.caller(MENU) for _ in range(MENUS)))
    for _, contact_id in menus:
        await until_node(mortal, contact_id, "menu")

    took = await mortal.core_killed()
    assert took < TAKE_OVER_S

    for call, contact_id in menus:  # the key is heard by the same menu
        await call.keys("1")
        await mortal.fact(contact_id, "contact.queued")
    assert {a["agent_id"]: (a["state"], a["since"]) for a in await agents_of(mortal)} == states
    for talk in talks:
        assert talk.caller.live and talk.device.live
        assert talk.gap_s(TONE, took + 3) <= GAP_S
    for call, _ in waiters:
        assert call.live and longest(call, took + 3, sound) < 1.0
    await listening.wait_tone(TONE, 10)  # who listens listens on
    assert longest(listening, took + 3, lambda part: tone_level(part, TONE) > -40) < 1.0
    await listener.ask("monitor", agent_id=str(talks[0].agent.agent_id), mode="whisper")
    whispers = await mortal.fact(talks[0].contact_id, "monitor.mode")
    assert (whispers["previous"], whispers["mode"]) == ("listen", "whisper")
    await talks[0].device.wait_tone(SUPERVISOR_HZ, 10)
    await talks[0].caller.wait_tone(TONE, 10)
    places = {row["contact_id"]: row["position"] for row in (await mortal.board())["waiting"]}
    assert [places[str(contact_id)] for _, contact_id in waiters] == list(range(1, WAITING + 1))
    await held.agent.ask("call.retrieve")
    await held.caller.wait_tone(TONE, 10)
    for call, _, agent, device in ringing:  # the same ring is answered
        assert device.live
        await device.answer()
        await agent.in_state("talking")
        assert call.live
    assert await supervisor.waits_for(lazy) == [2]
    await lazy.ready()  # the first in line is served first
    device = await lazy.picks_up()
    await mortal.fact(waiters[0][1], "contact.connected")
    ear = await supervisor.picks_up()  # who waits for the agent's next calls waits on
    heard = await mortal.fact(waiters[0][1], "monitor.started")
    assert heard["mode"] == "listen" and heard["follow_id"]
    assert await supervisor.waits_for(lazy) == [1]

    for _, contact_id in menus:
        kinds = [row["kind"] for row in await mortal.facts(contact_id)]
        assert kinds.count("contact.arrived") == kinds.count("flow.entered") == 1
    await everybody_leaves(mortal, [talk.caller for talk in [*talks, held]], "served")
    assert (await mortal.fact(talks[0].contact_id, "monitor.ended"))["why"] == "call_over"
    await listening.wait_ended(8)
    await device.hangup()
    await ear.wait_ended(8)
    started = [row["data"] for row in await mortal.facts(kind="core.started")]
    assert started[-1]["resumed_contacts"] == TALKING + 1 + WAITING + RINGING + MENUS
    assert started[-1]["resumed_agents"] == TALKING + 2 + RINGING
    status, said = await mortal.ledger()
    assert status == 0, said


async def test_a_caller_in_the_gap_is_served(mortal: MortalHouse) -> None:
    """Calls that come while no core works, twice in a row, reach an agent within three seconds."""
    for _ in range(2):
        agent = await mortal.on_duty_until_end("plain")
        died = await mortal.kill_core()
        call = await mortal.carrier.call(mortal.world.numbers["plain"], f"1360000{died:.0f}"[:11])
        await call.wait_answered(10)
        took = time.monotonic() - died
        print(f"a new call was answered {took:.2f} s after the kill")
        assert took < TAKE_OVER_S
        await agent.picks_up()
        await agent.in_state("talking")
        await mortal.core_is_well()
        await mortal.stand_by()
        await call.hangup()
        await agent.until(lambda view: view["state"] not in {"talking", "held"}, "is free")
    status, said = await mortal.ledger()
    assert status == 0, said


async def test_killed_while_the_database_restarts(mortal: MortalHouse) -> None:
    """Facts of the database's absence outlive the core in the spool."""
    talk = await mortal.talking("plain", TONE)
    agent = await mortal.on_duty_until_end("race")
    await asyncio.to_thread(mortal.database.stop)
    call = await mortal.carrier.call(mortal.world.numbers["race"], "13611112222")
    device = await agent.picks_up()
    await device.tone(660, 60)
    await call.wait_tone(660, 10)
    gone = await mortal.carrier.call(mortal.world.numbers["lost"], "13611113333")
    await gone.wait_ended(10)  # nobody is signed in: told, and over before the database is back
    await asyncio.sleep(0.1)  # the spool is written every few milliseconds
    await mortal.kill_core()
    await asyncio.to_thread(mortal.database.start)
    await mortal.core_is_well()
    assert talk.caller.live and call.live and device.live
    assert longest(call, 2, sound) < 0.5
    with contextlib.suppress(psycopg.OperationalError):  # our own connection of before
        await mortal.facts()
    assert await mortal.outcome(await mortal.contact_of("13611113333")) == "nobody_signed_in"
    await call.hangup()
    assert await mortal.outcome(await mortal.contact_of("13611112222")) == "served"
    await talk.device.hangup()
    assert await mortal.outcome(talk.contact_id) == "served"
    status, said = await mortal.ledger()
    assert status == 0, said


async def test_what_cannot_be_resumed_is_closed(mortal: MortalHouse) -> None:
    """Checkpoints of another version: better every call closed with its name than one resumed wrongly.
    Whoever talked is owed a call."""
    talk = await mortal.talking("plain", TONE)
    await mortal.no_core()
    async with await psycopg.AsyncConnection.connect(mortal.app_url, autocommit=True) as connection:
        await connection.execute(
            "SELECT set_config('andon.tenant', %s, false)", [str(mortal.world.tenant_id)]
        )
        changed = await connection.execute("UPDATE live_state SET version = version + 1")
        assert changed.rowcount >= 3  # the contact, its agent, the engine
    await mortal.start_core()
    assert await mortal.outcome(talk.contact_id) == "interrupted"
    assert (await mortal.fact(talk.contact_id, "callback.kept"))["why"] == "interrupted"
    await talk.caller.wait_ended(5)
    await talk.device.wait_ended(5)
    started = [row["data"] for row in await mortal.facts(kind="core.started")]
    assert "resumed_contacts" not in started[-1] and started[-1]["clean"] is False
    status, said = await mortal.ledger()
    assert status == 0, said


async def test_who_hangs_up_while_no_core_is_there_leaves_nothing_behind(mortal: MortalHouse) -> None:
    talk = await mortal.talking("plain", TONE)
    await mortal.no_core()
    await talk.caller.hangup()
    await talk.caller.wait_ended(5)
    await mortal.start_core()
    assert await mortal.outcome(talk.contact_id) == "served"
    address = EngineAddress.all_of(mortal.settings)[0]
    async with AriClient(address.ari_url, address.ari_user, address.ari_secret, "look", print) as engine:

        async def empty() -> bool:
            return await engine.request("GET", "bridges") == []

        await mortal.until(empty, LOOK_S, "the bridge is gone before the watchdog would repair it")
    status, said = await mortal.ledger()
    assert status == 0, said


@pytest.mark.parametrize("what", ["database", "engine"])
async def test_a_stop_beside_what_hangs(mortal: MortalHouse, what: str) -> None:
    """Nobody who does not answer holds a stopping core; what it could not write, the next one finds."""
    talk = await mortal.talking("plain", TONE)
    await mortal.core_killed()
    first = mortal.database.pid() if what == "database" else mortal.engine.pid
    assert first is not None
    hung = [first, *children(first)]
    for pid in hung:
        os.kill(pid, signal.SIGSTOP)
    try:
        took = await mortal.stop_core()
    finally:
        for pid in hung:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
    print(f"beside a {what} that hangs the core stopped in {took:.2f} s")
    assert took < STOPPED_S
    await mortal.start_core()
    await talk.caller.wait_ended(5)
    assert await mortal.outcome(talk.contact_id) == "shutdown"
    status, said = await mortal.ledger()
    assert status == 0, said


async def test_transfers_and_consultations_outlive_the_core(mortal: MortalHouse) -> None:
    """A ring for a transfer rings on, who consults goes on talking, three stay together."""
    talks = [await mortal.talking("plain", TONE) for _ in range(3)]
    rings, asked, three = talks
    second = [await mortal.on_duty_until_end("empty") for _ in talks]
    verbs = ("call.transfer", "call.consult", "call.consult")
    for talk, colleague, verb in zip(talks, second, verbs, strict=True):
        await talk.agent.ask(verb, to="agent", to_agent_id=str(colleague.agent_id), note="n")
    ring = await second[0].phone.next_call(10)
    await ring.ring()
    others = [await colleague.picks_up() for colleague in second[1:]]
    for talk in (asked, three):
        await talk.agent.until(lambda view: view["contact"]["second"]["place"] == "apart", "consults")
    await three.agent.ask("consult.conference")
    for other in others:
        await other.wait_tone(TONE, 10)
        await other.tone(SECOND, 90)

    await mortal.core_killed()

    assert ring.live
    await ring.answer()
    await second[0].in_state("talking")
    await rings.agent.in_state("acw")
    await ring.tone(SECOND, 90)
    await rings.caller.wait_tone(SECOND, 10)
    for other in others:
        assert longest(other, 4, lambda part: tone_level(part, TONE) > -40) <= GAP_S
    await asked.agent.ask("consult.swap")
    await asked.caller.wait_tone(TONE, 10)
    await asked.agent.ask("consult.complete")
    await asked.caller.wait_tone(SECOND, 10)
    await three.agent.ask("consult.cancel")
    await others[1].wait_ended(10)
    await three.caller.wait_tone(TONE, 10)
    await everybody_leaves(mortal, [talk.caller for talk in talks], "served")
    status, said = await mortal.ledger()
    assert status == 0, said


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def agents_of(mortal: MortalHouse) -> list[dict[str, str]]:
    return list((await mortal.board())["agents"])


async def until_node(mortal: MortalHouse, contact_id: object, node: str) -> None:
    async def there() -> bool:
        return any(
            row["kind"] == "flow.node" and row["data"]["node"] == node
            for row in await mortal.facts(contact_id)  # type: ignore[arg-type]  # an id
        )

    await mortal.until(there, 10, f"{contact_id} is in {node}")


async def everybody_leaves(mortal: MortalHouse, calls: list[object], outcome: str) -> None:
    for call in calls:
        await call.hangup()  # type: ignore[attr-defined]  # a call
        contact_id = await mortal.contact_of(call.caller)  # type: ignore[attr-defined]  # a call
        assert await mortal.outcome(contact_id) == outcome
