"""The operator stops the core, or the engine dies, with calls in talk, in queue and in a menu."""

import asyncio
import signal

import pytest
from call_checks import (
    CALLER_HZ,
    awake,
    both_heard,
    ending,
    hears_music,
    lasting,
    placed,
    recorded_whole,
    sides,
    values,
)
from call_house import House
from call_world import MENU

from andon.telephony.recording import raw_files

WRITTEN = 60_000  # bytes: beyond three seconds

pytestmark = pytest.mark.telephony


async def test_shutdown(house: House) -> None:
    """Everybody hears a goodbye, every time line is closed, and the next core finds nothing to repair."""
    async with house.on_duty("stop") as agent:
        talking, talking_own = await placed(house, house.world.numbers["stop"])
        phone = await agent.picks_up()
        await agent.in_state("talking")
        await both_heard(house, talking, phone)
        waiting, waiting_own = await placed(house, house.world.numbers["stop"])
        await house.fact(await house.contact_of(waiting_own), "contact.queued")
        choosing, choosing_own = await placed(house, MENU)
        await house.fact(await house.contact_of(choosing_own), "flow.node", n=3)
        agent_id = agent.agent_id
        try:
            assert await house.stop_core() < 6
            await asyncio.gather(*(call.wait_ended(8) for call in (talking, waiting, choosing, phone)))
        finally:
            await house.start_core()
    for own in (talking_own, waiting_own, choosing_own):
        facts = await ending(house, own, "shutdown", "system")
        await recorded_whole(house, facts)
    assert values(await house.facts(agent_id=agent_id), "agent.state", "state")[-1] == "offline"
    started = (await house.facts(kind="core.started"))[-1]["data"]
    assert started["clean"] is True
    assert await house.unexplained() == []


async def test_the_engine_dies(house: House) -> None:
    """kill -9 under calls: each is interrupted, what was recorded is kept, callers are called back."""
    async with house.on_duty("stop") as agent:
        talking, talking_own = await placed(house, house.world.numbers["stop"])
        phone = await agent.picks_up()
        await agent.in_state("talking")
        await both_heard(house, talking, phone)
        waiting, waiting_own = await placed(house, house.world.numbers["stop"])
        talked, waited = await house.contact_of(talking_own), await house.contact_of(waiting_own)
        await house.fact(waited, "contact.queued")
        await hears_music(house, waiting)
        rx, _ = raw_files(
            house.settings.folder("spool", "recordings"),
            (await house.fact(talked, "recording.started"))["recording_id"],
        )
        await house.until(lambda: rx.stat().st_size > WRITTEN, 20, "the engine has written some of it")
        assert house.engine.pid is not None
        house.engine._process.send_signal(signal.SIGKILL)  # type: ignore[union-attr]  # it lives
        await house.engine.wait()
        await house.engine.start()
        for own in (talking_own, waiting_own):
            facts = await ending(house, own, "interrupted", "system")
            assert values(facts, "callback.kept", "why") == ["interrupted"]
        await asyncio.gather(*(call.hangup() for call in (talking, waiting, phone)))
        await agent.in_state("acw")
        await agent.ask("agent.state", state="not_ready")
        await agent.phone.register_again()
        await agent.until(lambda view: view["registered"], "registered")
        # Who waited calls again by themselves; who talked is called back, and goes first.
        again = await house.carrier.call(house.world.numbers["stop"], waiting_own)
        assert (await house.fact(waited, "callback.ended"))["how"] == "called_again"
        await house.fact(await house.contact_of(waiting_own), "contact.queued")
        telephone = house.carrier.subscriber(talking_own)
        await house.until(lambda: awake(house), 15, "the customer may be called")
        await agent.ready()
        phone = await agent.picks_up(15)
        back = await telephone.next_call(10)
        await back.answer()
        await agent.in_state("talking")
        await both_heard(house, back, phone)
        await back.hangup()
        over = await house.fact(talked, "callback.ended")
        assert (over["how"], over["attempts"]) == ("served", 1)
        await agent.ask("wrap.done")
        phone = await agent.picks_up(15)
        await agent.in_state("talking")
        await both_heard(house, again, phone)
        await again.hangup()
        await ending(house, waiting_own, "served", "caller")
        await agent.in_state("acw")
    assert await house.unexplained() == []
    # The engine never closed these files; nobody writes them any more, so they are taken as they are. It
    # wrote two seconds at a time: what it had not written is missing, and the journal says how much.
    # A busy machine comes to writing later.
    path = await house.stored(talked, 25)
    lost = [row["data"] for row in await house.facts(talked) if row["kind"] == "recording.incomplete"]
    assert sum(data["missing_ms"] for data in lost) <= 3500
    left, right = sides(path)
    assert lasting(left, CALLER_HZ) and lasting(right, 1000)
