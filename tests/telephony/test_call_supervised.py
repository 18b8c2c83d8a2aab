"""Supervisors at real calls: who hears whom in every mode, by the tones each party says and hears.

`docs/supervising.md` has the table that these tests prove.
"""

import itertools
from functools import partial

import numpy as np
import pytest
from call_checks import (
    AGENT_HZ,
    BLOCK,
    CALLER_HZ,
    both_heard,
    ending,
    kinds,
    lasting,
    placed,
    recorded_whole,
    values,
)
from call_house import Agent, House
from call_supervisor import NAME, SUPERVISOR_HZ, supervising

from andon.kit.errors import AndonError
from andon.telephony.tones import tone_level
from town.carrier import Call

pytestmark = pytest.mark.telephony

COLLEAGUE_HZ = 1300
NOTE = "请去见培训师"
HEARD_DBFS, UNHEARD_DBFS = -35.0, -45.0
# Who hears the supervisor; the supervisor hears both in every mode.
MODES = {"listen": set(), "whisper": {"agent"}, "barge_in": {"agent", "caller"}}


async def hear_each_other(house: House, ears: dict[str, Call], hears: dict[str, set[str]]) -> None:
    """Wait until every party hears exactly the tones it should and none of the others."""
    tones = {"caller": CALLER_HZ, "agent": AGENT_HZ, "supervisor": SUPERVISOR_HZ}

    def now() -> bool:
        for name, ear in ears.items():
            samples = ear.heard(0.6)
            for voice, hertz in tones.items():
                if voice == name:
                    continue
                level = tone_level(samples, hertz)
                if (level < HEARD_DBFS) if voice in hears[name] else (level > UNHEARD_DBFS):
                    return False
        return True

    await house.until(now, 20, f"they hear {hears}")


def who_hears(mode: str) -> dict[str, set[str]]:
    hearing = MODES[mode]
    return {
        "caller": {"agent"} | ({"supervisor"} if "caller" in hearing else set()),
        "agent": {"caller"} | ({"supervisor"} if "agent" in hearing else set()),
        "supervisor": {"caller", "agent"},
    }


async def talk(house: House, agent: Agent, queue: str) -> tuple[Call, str, Call]:
    """Caller and agent in conversation, each saying its tone: the caller's side, number, the agent's side."""
    call, own = await placed(house, house.world.numbers[queue])
    phone = await agent.picks_up()
    await agent.in_state("talking")
    await both_heard(house, call, phone)
    return call, own, phone


async def test_who_hears_whom_in_each_mode_and_after_each_change(house: House) -> None:
    """Every change from one mode to another, twice around; the recording has no whisper in it."""
    async with house.on_duty("plain") as agent, supervising(house) as supervisor:
        call, own, phone = await talk(house, agent, "plain")
        contact_id = await house.contact_of(own)
        ear = await supervisor.goes_to(agent, "listen")
        ears = {"caller": call, "agent": phone, "supervisor": ear}
        order = ["listen", "whisper", "listen", "barge_in", "whisper", "barge_in", "listen"]
        for before, mode in itertools.pairwise(["", *order]):
            if before:
                await supervisor.ask("monitor", agent_id=str(agent.agent_id), mode=mode)
            await hear_each_other(house, ears, who_hears(mode))
        await supervisor.ask("end")
        await ear.wait_ended(8)
        await hear_each_other(house, {"caller": call, "agent": phone}, who_hears("listen"))
        await call.hangup()
        await agent.in_state("acw")
    facts = await ending(house, own, "served", "caller")
    assert values(facts, "monitor.started", "mode") == ["listen"]
    assert values(facts, "monitor.mode", "mode") == order[1:]
    (ended,) = [row["data"] for row in facts if row["kind"] == "monitor.ended"]
    assert (ended["why"], ended["mode"]) == ("asked", "listen")
    assert {row["agent_id"] for row in facts if row["kind"].startswith("monitor.")} == {agent.agent_id}
    assert await house.unexplained() == []
    assert contact_id


async def test_a_whisper_is_in_no_recording(house: House) -> None:
    async with house.on_duty("plain") as agent, supervising(house) as supervisor:
        call, own, phone = await talk(house, agent, "plain")
        ear = await supervisor.goes_to(agent, "whisper")
        ears = {"caller": call, "agent": phone, "supervisor": ear}
        await hear_each_other(house, ears, who_hears("whisper"))
        await house.until(partial(_lasting, phone, SUPERVISOR_HZ), 15, "a second of whisper")
        await call.hangup()
        await ear.wait_ended(8)
        await agent.in_state("acw")
    facts = await ending(house, own, "served", "caller")
    left, right = await recorded_whole(house, facts)
    assert lasting(left, CALLER_HZ) and lasting(right, AGENT_HZ)
    for side in (left, right):
        blocks = [list(side[at : at + BLOCK]) for at in range(0, len(side) - BLOCK, BLOCK)]
        assert max(tone_level(block, SUPERVISOR_HZ) for block in blocks) < UNHEARD_DBFS
    assert values(facts, "monitor.ended", "why") == ["call_over"]


def _lasting(ear: Call, hertz: float) -> bool:
    return lasting(np.array(ear.heard(1.5)), hertz, 8) or tone_level(ear.heard(1.0), hertz) > HEARD_DBFS


async def test_whoever_hangs_up_first_nothing_is_left(house: House) -> None:
    """The caller, the agent or the supervisor goes first; two supervisors at one call do not disturb."""
    for first in ("agent", "supervisor", "caller"):
        async with (
            house.on_duty("plain") as agent,
            supervising(house) as one,
            supervising(house) as other,
        ):
            call, own, phone = await talk(house, agent, "plain")
            ear = await one.goes_to(agent, "barge_in")
            second = await other.goes_to(agent, "listen")
            everybody = {"caller": call, "agent": phone, "supervisor": ear}
            await hear_each_other(house, everybody, who_hears("barge_in"))
            await {"agent": phone, "supervisor": ear, "caller": call}[first].hangup()
            if first == "supervisor":
                await hear_each_other(house, {"caller": call, "agent": phone}, who_hears("listen"))
                await call.hangup()
            await second.wait_ended(8)
            await ear.wait_ended(8)
            await phone.wait_ended(8)
            await call.wait_ended(15)
            await agent.in_state("acw")
        facts = await ending(house, own, "served", "agent" if first == "agent" else "caller")
        whys = sorted(values(facts, "monitor.ended", "why"))
        assert whys == (["call_over", "device_lost"] if first == "supervisor" else ["call_over"] * 2)
    assert await house.unexplained() == []


async def among(house: House, ear: Call, hertz: float) -> None:
    """Wait until this tone is among what is heard."""
    await house.until(lambda: tone_level(ear.heard(0.4), hertz) > HEARD_DBFS, 10, f"{hertz} Hz")


async def test_a_supervisor_stays_while_the_agent_asks_somebody(house: House) -> None:
    """Hears what the agent hears; cannot take over meanwhile; leaves when the caller is passed on."""
    async with (
        house.on_duty("plain") as agent,
        house.on_duty("empty") as colleague,
        supervising(house) as supervisor,
    ):
        call, own, _ = await talk(house, agent, "plain")
        ear = await supervisor.goes_to(agent, "listen")
        await among(house, ear, CALLER_HZ)
        await agent.ask("call.consult", to="agent", to_agent_id=str(colleague.agent_id))
        phone = await colleague.picks_up()
        await phone.tone(COLLEAGUE_HZ, 60)
        await among(house, ear, COLLEAGUE_HZ)
        with pytest.raises(AndonError) as refused:
            await supervisor.ask("monitor", agent_id=str(agent.agent_id), mode="take_over")
        assert refused.value.code == "monitor.consulting"
        await agent.ask("consult.swap")
        await among(house, ear, CALLER_HZ)
        await agent.ask("consult.complete")
        await ear.wait_ended(8)
        await call.hangup()
        await colleague.in_state("acw")
    facts = await ending(house, own, "served", "caller")
    assert values(facts, "monitor.ended", "why") == ["call_over"]
    assert await house.unexplained() == []


async def test_take_over(house: House) -> None:
    """The agent goes to wrap-up, the caller talks on with the supervisor, and the books know both."""
    async with house.on_duty("plain") as agent, supervising(house) as supervisor:
        call, own, phone = await talk(house, agent, "plain")
        ear = await supervisor.goes_to(agent, "listen")
        await hear_each_other(house, {"supervisor": ear}, who_hears("listen"))
        await supervisor.ask("monitor", agent_id=str(agent.agent_id), mode="take_over")
        await phone.wait_ended(8)
        await agent.in_state("acw")
        two = {"caller": {"supervisor"}, "supervisor": {"caller"}}
        await hear_each_other(house, {"caller": call, "supervisor": ear}, two)
        await call.be_quiet()
        await supervisor.ask("end")
        await ear.wait_ended(8)
        contact_id = await house.contact_of(own)
        await house.fact(contact_id, "survey.asked")
        await call.hangup()
    facts = await ending(house, own, "served", "caller")
    connected = [row["agent_id"] for row in facts if row["kind"] == "contact.connected"]
    assert connected == [agent.agent_id, supervisor.user_id]
    assert values(facts, "contact.disconnected", "by") == ["supervisor", "agent"]
    assert values(facts, "monitor.mode", "mode") == ["take_over"]
    assert await house.unexplained() == []


async def test_force_hang_up(house: House) -> None:
    async with house.on_duty("plain") as agent, supervising(house) as supervisor:
        call, own, phone = await talk(house, agent, "plain")
        await supervisor.ask("hang_up", agent_id=str(agent.agent_id))
        await call.wait_ended(8)
        await phone.wait_ended(8)
        await agent.in_state("acw")
    facts = await ending(house, own, "served", "supervisor")
    assert values(facts, "contact.disconnected", "by") == ["supervisor"]
    assert "survey.asked" not in kinds(facts)
    assert await house.unexplained() == []


async def test_pull_a_waiting_call(house: House) -> None:
    """A supervisor takes a call out of its queue and talks to the caller."""
    async with house.on_duty("plain", ready=False), supervising(house) as supervisor:
        call, own = await placed(house, house.world.numbers["plain"])
        contact_id = await house.contact_of(own)
        await house.fact(contact_id, "contact.queued")
        await call.tone(CALLER_HZ, 60)
        await supervisor.ask("pull", contact_id=str(contact_id))
        ear = await supervisor.picks_up()
        two = {"caller": {"supervisor"}, "supervisor": {"caller"}}
        await hear_each_other(house, {"caller": call, "supervisor": ear}, two)
        await ear.hangup()
        await house.fact(contact_id, "survey.asked")
        await call.hangup()
    facts = await ending(house, own, "served", "caller")
    assert values(facts, "contact.dequeued", "how") == ["answered"]
    assert values(facts, "monitor.started", "mode") == ["pull"]
    assert await house.unexplained() == []


async def test_forced_states_and_orders_to_the_queue(house: House) -> None:
    """A state forced in a call waits for its end; a waiting call given to an agent goes to nobody else."""
    async with (
        house.on_duty("plain") as agent,
        house.on_duty("plain", ready=False) as other,
        supervising(house) as supervisor,
    ):
        call, own, phone = await talk(house, agent, "plain")
        await supervisor.ask("state", agent_id=str(agent.agent_id), state="break", note=NOTE)
        await agent.until(lambda view: view["pending_state"] == "break", "is to be on break")
        assert agent.view["pending_forced"] == {"name": NAME, "note": NOTE}
        with pytest.raises(AndonError) as refused:
            await agent.ask("agent.state", state="ready")
        assert refused.value.code == "agent.forced"

        waiting, theirs = await placed(house, house.world.numbers["plain"])
        contact_id = await house.contact_of(theirs)
        await house.fact(contact_id, "contact.queued")
        await supervisor.ask("raise", contact_id=str(contact_id), points=10)
        assert (await house.fact(contact_id, "contact.raised"))["priority"] == 10
        await supervisor.ask("give", contact_id=str(contact_id), agent_id=str(other.agent_id))
        await other.ready()
        line = await other.picks_up()
        await other.in_state("talking")

        await phone.hangup()
        await agent.in_state("acw")
        await agent.ask("wrap.done")
        await agent.in_state("break")
        assert agent.view["forced"] == {"name": NAME, "note": NOTE}
        await supervisor.ask("state", agent_id=str(agent.agent_id), state="offline")
        await agent.in_state("offline")
        await line.hangup()
        await waiting.hangup()
        await call.hangup()
    await ending(house, own, "served", "caller")
    states = [
        row["data"] for row in await house.facts(agent_id=agent.agent_id) if row["kind"] == "agent.state"
    ]
    forced = [(each["state"], each["by"], each["forced_by"]) for each in states if each.get("forced_by")]
    who = str(supervisor.user_id)
    assert forced == [("break", "supervisor", who), ("offline", "supervisor", who)]
    assert await house.unexplained() == []


async def test_the_next_calls_of_an_agent_are_listened_to_by_themselves(house: House) -> None:
    """Each as it begins, counted when heard; one that begins while the supervisor is elsewhere is not."""

    async def once(listened: bool) -> None:
        call, own, phone = await talk(house, agent, "again")
        if listened:
            ear = await supervisor.picks_up()
            ears = {"caller": call, "agent": phone, "supervisor": ear}
            await hear_each_other(house, ears, who_hears("listen"))
        await call.hangup()
        await agent.in_state("acw")
        await agent.ask("wrap.done")
        await agent.in_state("ready")
        facts = await ending(house, own, "served", "caller")
        assert values(facts, "monitor.started", "mode") == ["listen"] * listened

    async with (
        house.on_duty("again") as agent,
        house.on_duty("back") as elsewhere,
        supervising(house) as supervisor,
    ):
        await supervisor.follows(agent, 3)
        with pytest.raises(AndonError) as refused:
            await supervisor.follows(agent, 11)
        assert refused.value.code == "invalid"
        await supervisor.ask("follow", agent_id=str(agent.agent_id), calls=2)  # in place of the first
        assert await supervisor.waits_for(agent) == [2]
        await once(listened=True)
        assert await supervisor.waits_for(agent) == [1]
        call, _, _ = await talk(house, elsewhere, "back")
        busy = await supervisor.goes_to(elsewhere, "listen")
        await once(listened=False)
        assert await supervisor.waits_for(agent) == [1]
        await supervisor.ask("end")
        await busy.wait_ended(8)
        await call.hangup()
        await once(listened=True)
        assert await supervisor.waits_for(agent) == []
        await supervisor.ask("follow", agent_id=str(agent.agent_id), calls=1)
        await supervisor.ask("unfollow", agent_id=str(agent.agent_id))
        await supervisor.ask("follow", agent_id=str(agent.agent_id), calls=4)
        agent_id = agent.agent_id

    async def ended() -> list[tuple[str, int]]:
        facts = await house.facts(agent_id=agent_id, kind="follow.ended")
        return [(row["data"]["why"], row["data"]["left"]) for row in facts] if len(facts) == 4 else []

    ends = await house.until(ended, 10, "every wish is over")
    assert ends == [("replaced", 3), ("done", 0), ("asked", 1), ("agent_left", 4)]
    assert await house.unexplained() == []
