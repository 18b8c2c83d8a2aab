"""Agents who call out, over real SIP: who is shown, what is heard, how it ends, and what the books say."""

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from call_checks import both_heard, kinds, recorded_whole, right_tones, states, values
from call_house import Agent, House
from call_world import CUSTOMER, OUT, OUT_TOO
from sqlalchemy import insert

from andon.customers.tables import DoNotCallRow
from andon.kit.database import Database, Scope
from andon.kit.errors import AndonError
from town.carrier import Call

pytestmark = pytest.mark.telephony

_numbers = itertools.count(13600000000)


@contextlib.contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(AndonError) as caught:
        yield
    assert caught.value.code == code


async def called(agent: Agent, number: str, **how: Any) -> Call:
    """The agent calls; the own telephone has answered, as one does by itself. The call at the agent's."""
    await agent.ask("call.dial", number=number, **how)
    phone = await agent.phone.next_call(10)
    await phone.answer()
    return phone


async def ended(agent: Agent, outcome: str, state: str) -> UUID:
    """The agent is free again and told why; the contact."""
    await agent.until(lambda view: view["state"] == state and view["why"] == outcome, f"{state}: {outcome}")
    return await dialled(agent)


async def dialled(agent: Agent) -> UUID:
    """The contact this agent called out for last."""
    moves = await agent.house.facts(agent_id=agent.agent_id, kind="agent.state")
    return UUID(str([row["contact_id"] for row in moves if row["data"]["state"] == "dialing"][-1]))


async def shows(agent: Agent) -> list[str]:
    """The numbers the agent may show."""
    return [each["number"] for each in (await agent.ask("snapshot.dial"))["numbers"]]


async def test_an_agent_calls_a_customer(house: House) -> None:
    """Own telephone, ring back, talk with hold and keys, recording, wrap-up: as in a call that came in."""
    telephone = house.carrier.subscriber(CUSTOMER)
    async with house.on_duty("plain") as agent:
        assert await shows(agent) == [OUT, OUT_TOO]
        chosen = (await agent.ask("snapshot.dial"))["numbers"][1]["number_id"]
        phone = await called(agent, CUSTOMER, number_id=chosen)
        call = await telephone.next_call(10)
        assert call.caller.endswith(OUT_TOO)
        await call.ring()
        await agent.until(lambda view: view["contact"]["customer_name"] == "王女士", "sees who is called")
        assert agent.view["state"] == agent.view["contact"]["phase"] == "dialing"
        assert agent.view["contact"]["direction"] == "outbound"
        await phone.wait_tone(450, 10)  # hears that it rings there
        with refused("dial.not_now"):
            await agent.ask("call.dial", number="13511111111")
        await call.answer()
        await agent.in_state("talking")
        await both_heard(house, call, phone)
        contact_id = UUID(agent.view["contact"]["contact_id"])
        await agent.ask("call.hold")
        await agent.in_state("held")
        await agent.ask("call.retrieve")
        await agent.in_state("talking")
        await agent.ask("call.dtmf", digits="7")
        await house.until(lambda: call.received_keys == ["7"], 8, "the key")
        await agent.ask("call.hangup")
        await call.wait_ended(10)
        await agent.in_state("acw")
        await agent.ask("wrap.done")
        await agent.in_state("ready")
        agent_id = agent.agent_id
    assert await house.outcome(contact_id) == "served"
    facts = await house.facts(contact_id)
    assert values(facts, "contact.arrived", "direction") == ["outbound"]
    assert values(facts, "contact.arrived", "dnis") == [OUT_TOO]
    assert not {"contact.queued", "offer.made", "survey.asked"} & set(kinds(facts))
    assert right_tones(await recorded_whole(house, facts))
    assert (await states(house, agent_id))[1:5] == ["ready", "dialing", "talking", "held"]
    assert await house.unexplained() == []
    assert "core_fault" not in house.core_said()


async def test_every_way_of_not_coming_has_its_name(house: House) -> None:
    """Who was not ready is not ready again, who was ready is; nothing is to be wrapped up."""
    number = str(next(_numbers))
    telephone = house.carrier.subscriber(number)
    async with house.on_duty("plain", ready=False) as agent:
        await called(agent, number)
        call = await telephone.next_call(10)
        assert call.caller.endswith(OUT)  # the first by rule
        await call.busy()
        found = {"callee_busy": await ended(agent, "callee_busy", "not_ready")}
        await called(agent, number)
        await (await telephone.next_call(10)).reject()
        found["callee_rejected"] = await ended(agent, "callee_rejected", "not_ready")
        await called(agent, "13899999999")
        found["wrong_number"] = await ended(agent, "wrong_number", "not_ready")
        await agent.ready()
        phone = await called(agent, number)
        call = await telephone.next_call(10)
        await call.ring()
        await agent.ask("call.hangup")
        await call.wait_ended(10)
        await phone.wait_ended(10)
        found["dial_cancelled"] = await ended(agent, "dial_cancelled", "ready")
        with refused("dial.too_often"):
            await agent.ask("call.dial", number="+86" + number)
        with refused("dial.number"):
            await agent.ask("call.dial", number="12")
        with refused("dial.no_caller_id"):
            await agent.ask("call.dial", number=number, number_id=str(uuid4()))
        await agent.ask("agent.state", state="break")
        with refused("dial.not_now"):
            await agent.ask("call.dial", number="13511111111")
        await agent.ready()
        # the agent's own telephone refuses
        await agent.ask("call.dial", number="13511111111")
        await (await agent.phone.next_call(10)).reject()
        await agent.until(lambda view: view["why"] == "no_device", "is told of the own telephone")
        await agent.in_state("ready")
    async with house.on_duty("plain") as leaving:
        away = house.carrier.subscriber(other := str(next(_numbers)))
        await called(leaving, other)
        call = await away.next_call(10)
        await leaving.ask("agent.sign_out")
        await call.wait_ended(10)
        assert await house.outcome(await dialled(leaving)) == "dial_cancelled"
    for outcome, contact_id in found.items():
        assert await house.outcome(contact_id) == outcome
        assert "contact.connected" not in kinds(await house.facts(contact_id))
    assert await house.unexplained() == []


async def test_who_must_not_be_called_is_not_and_help_always_is(house: House) -> None:
    """The list, and the numbers that pass every rule, with an alarm for whoever supervises."""
    number = str(next(_numbers))
    db = Database(house.app_url, "andon tests", pool_size=1)
    async with db.session(Scope(house.world.tenant_id)) as session:
        await session.execute(insert(DoNotCallRow).values(number="+86" + number, reason="来信"))
    await db.close()
    help_line = house.carrier.subscriber("110")
    async with house.on_duty("plain") as agent, house.on_duty("plain", ready=False) as other:
        assert other.view["signed_in"]  # its coming made the core read the list
        with refused("dial.do_not_call"):
            await agent.ask("call.dial", number=number)
        await called(agent, "110")
        call = await help_line.next_call(10)
        await call.answer()
        await agent.in_state("talking")
        board = await house.bus.request(
            "core.command", {"verb": "snapshot.board", "tenant_id": str(house.world.tenant_id)}
        )
        assert "emergency_dialled" in [row["code"] for row in board["alarms"]]
        await call.hangup()
        await agent.in_state("acw")
    assert await house.unexplained() == []


async def test_a_call_out_outlives_the_core(house: House) -> None:
    """One core dies while it rings at the customer's, the next one while they talk."""
    number = str(next(_numbers))
    telephone = house.carrier.subscriber(number)
    async with house.on_duty("plain") as agent:
        phone = await called(agent, number)
        call = await telephone.next_call(10)
        await call.ring()
        await house.stop_core(9)
        await house.start_core()
        await call.answer()
        await agent.in_state("talking", 15)
        await both_heard(house, call, phone)
        contact_id = UUID(agent.view["contact"]["contact_id"])
        await house.stop_core(9)
        await house.start_core()
        await both_heard(house, call, phone)
        await call.hangup()
        await agent.in_state("acw")
    assert await house.outcome(contact_id) == "served"
    assert await house.unexplained() == []
    code, said = await house.ledger()
    assert code == 0, said
