"""Transfer, consult, three-way with real telephones: who hears whom, and what the books and recording say."""

import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
from call_checks import ending, lasting, placed, recorded_whole, states, values
from call_house import Agent, House

from andon.flows.graph import Graph
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.start import Start
from andon.flows.nodes.sub_flow import Return
from andon.flows.nodes.survey import Survey
from andon.flows.nodes.voicemail import Voicemail
from andon.kit.errors import AndonError
from andon.telephony.tones import tone_level
from town.carrier import CODECS, Call

pytestmark = pytest.mark.telephony

CALLER, FIRST, SECOND = 440.0, 1000.0, 1700.0
TONES = (CALLER, FIRST, SECOND)
PRESENT_DBFS, ABSENT_DBFS = -24.0, -30.0

_numbers = itertools.count(13900000000)


class Table:
    """The parties of a call, each speaking in its own tone."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.parties: dict[str, tuple[Call, float]] = {}

    async def seat(self, name: str, call: Call, hertz: float) -> Call:
        self.parties[name] = (call, hertz)
        await call.tone(hertz, 60)
        return call

    async def hear(self, **expected: str) -> None:
        """Who hears whom, by names: `caller="first second"`. A party that hears music hears nobody."""
        for name, whom in expected.items():
            call, _ = self.parties[name]
            heard = {self.parties[other][1] for other in whom.split()}
            try:
                await self.house.until(partial(_exactly, call, heard), 15, "")
            except TimeoutError:
                levels = {tone: round(tone_level(call.heard(0.4), tone)) for tone in TONES}
                raise AssertionError(f"{name} does not hear {whom or 'nobody'} but {levels}") from None

    async def lasting(self, name: str, hertz: float) -> None:
        """Wait until a party has heard a second of this tone, so that it is on record."""
        call, _ = self.parties[name]
        await self.house.until(lambda: lasting(np.array(call.heard(1.0)), hertz, 8), 10, f"{hertz} Hz")


async def both_on_record(house: House, facts: list[Any]) -> None:
    """Either agent is on the agents' side of the one recording, the caller on the other."""
    left, right = await recorded_whole(house, facts)
    assert {each for each in TONES if lasting(left, each)} == {CALLER}
    assert {each for each in TONES if lasting(right, each)} == {FIRST, SECOND}


def _exactly(call: Call, hertz: set[float]) -> bool:
    last = call.heard(0.4)
    if len(last) < 0.4 * 7000:
        return False
    present = {tone for tone in TONES if tone_level(last, tone) > PRESENT_DBFS}
    absent = {tone for tone in TONES if tone_level(last, tone) < ABSENT_DBFS}
    return present == hertz and absent == set(TONES) - hertz


@contextlib.asynccontextmanager
async def two(
    house: House, skill: str, codecs: str = CODECS
) -> AsyncIterator[tuple[Agent, Agent, Table, str]]:
    """A caller talks with the first of two agents, whose telephone speaks `codecs`; the second is ready and
    serves another queue."""
    async with house.on_duty(skill, codecs=codecs) as first:
        table = Table(house)
        call, own = await placed(house, house.world.numbers[skill])
        phone = await first.picks_up()
        await first.in_state("talking")
        async with house.on_duty("empty") as second:
            await table.seat("caller", call, CALLER)
            await table.seat("first", phone, FIRST)
            await table.hear(caller="first", first="caller")
            yield first, second, table, own


@contextlib.contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(AndonError) as caught:
        yield
    assert caught.value.code == code


def second_of(agent: Agent) -> dict[str, Any]:
    contact = agent.view.get("contact") or {}
    return contact.get("second") or {}


async def at(agent: Agent, place: str) -> None:
    await agent.until(lambda view: second_of(agent).get("place") == place, f"is at {place}")


async def told(agent: Agent, how: str) -> None:
    """The first agent has the caller again and is told why."""
    await agent.until(
        lambda view: (view["contact"] or {}).get("returned") and view["contact"]["returned"]["how"] == how,
        f"is told {how}",
    )
    assert agent.view["state"] == "talking" and agent.view["contact"]["second"] is None


def transferred(facts: list[Any]) -> list[bool]:
    """Of every conversation, whether its agent passed the caller on."""
    ends = [row["data"] for row in facts if row["kind"] == "contact.disconnected"]
    return [bool(data.get("transferred")) for data in ends]


async def to_agent(first: Agent, verb: str, second: Agent, **more: Any) -> None:
    await first.ask(verb, to="agent", to_agent_id=str(second.agent_id), **more)


async def consult_in_full(house: House, codecs: str = CODECS) -> None:
    """Asked, swapped, together, left: at each step who hears whom."""
    async with two(house, "ask", codecs) as (first, second, table, own):
        await to_agent(first, "call.consult", second, reason="specialist", note="车险理赔，已等十分钟")
        ring = await second.phone.next_call(10)
        await ring.ring()
        await second.in_state("ringing")
        before = second.view["contact"]
        assert before["handed_over"]["note"] == "车险理赔，已等十分钟"
        assert before["handed_over"]["reason"] == "specialist" and before["handed_over"]["from_name"]
        await table.hear(caller="", first="")
        await ring.answer()
        await table.seat("second", ring, SECOND)
        await at(first, "apart")
        await table.hear(caller="", first="second", second="first")
        await first.ask("consult.swap")
        await at(first, "parked")
        await table.hear(caller="first", first="caller", second="")
        await first.ask("consult.swap")
        await table.hear(caller="", first="second", second="first")
        await first.ask("consult.conference")
        await at(first, "together")
        await table.hear(caller="first second", first="caller second", second="caller first")
        await second.ask("call.mute", on=True)
        await table.hear(caller="first", first="caller")
        await second.ask("call.mute", on=False)
        await table.hear(caller="first second")
        await first.ask("consult.complete")
        await first.in_state("acw")
        await table.parties["first"][0].wait_ended(8)
        await table.hear(caller="second", second="caller")
        await second.in_state("talking")
        await table.lasting("caller", SECOND)
        await table.parties["caller"][0].hangup()
        await second.in_state("acw")
        ids = (first.agent_id, second.agent_id)
    facts = await ending(house, own, "served", "caller")
    assert values(facts, "transfer.ended", "how") == ["completed"]
    assert values(facts, "party.left", "how") == ["took_over"]
    assert transferred(facts) == [True, False]
    stopped = next(row["data"] for row in facts if row["kind"] == "recording.stopped")
    who = [(span["leg"], span.get("agent_id"), span.get("other_id")) for span in stopped["spans"][2:]]
    a, b = (str(each) for each in ids)
    assert who == [
        ("agent", a, None), ("hold", a, None), ("agent", a, None), ("hold", a, None),
        ("conference", a, b), ("agent", b, None),
    ]  # fmt: skip
    await both_on_record(house, facts)  # one recording runs through all of it
    assert len(values(facts, "recording.started", "recording_id")) == 1
    assert (await states(house, ids[1]))[:5] == ["not_ready", "ready", "ringing", "talking", "acw"]


async def consult_from_a_browser(house: House) -> None:
    """The first agent speaks Opus as browsers do, so that the engine translates towards everybody."""
    await consult_in_full(house, "opus")


async def blind_to_an_agent(house: House) -> None:
    """The first agent is done the moment the second answers."""
    async with two(house, "pass") as (first, second, table, own):
        await table.lasting("caller", FIRST)
        await to_agent(first, "call.transfer", second, note="请接")
        await table.hear(caller="", first="")
        phone = await second.picks_up()
        await table.seat("second", phone, SECOND)
        await table.hear(caller="second", second="caller")
        await first.in_state("acw")
        await second.in_state("talking")
        assert second.view["contact"]["handed_over"]["note"] == "请接"
        await table.lasting("caller", SECOND)
        await phone.hangup()
        await table.parties["caller"][0].wait_ended(15)
    facts = await ending(house, own, "served", "agent")
    await both_on_record(house, facts)
    assert values(facts, "transfer.ended", "how") == ["completed"]
    assert "survey.asked" in [row["kind"] for row in facts]


async def who_does_not_come(house: House) -> None:
    """Refused by phone and button, not answered, signed off that instant, cancelled: the caller is back."""
    async with two(house, "chain") as (first, second, table, own):
        back = {"caller": "first", "first": "caller"}

        await to_agent(first, "call.transfer", second)
        await (await second.phone.next_call(10)).reject()
        await told(first, "rejected")
        await table.hear(**back)
        await second.ready()

        await to_agent(first, "call.consult", second)
        await (await second.phone.next_call(10)).ring()
        await second.ask("call.reject")
        await told(first, "rejected")
        await second.ready()

        await to_agent(first, "call.transfer", second)
        ring = await second.phone.next_call(10)
        await ring.ring()
        await told(first, "timeout")  # the queue rings for four seconds
        await ring.wait_ended(8)
        await table.hear(**back)
        await second.in_state("not_ready")
        await second.ready()

        await to_agent(first, "call.consult", second)
        ring = await second.phone.next_call(10)
        await ring.ring()
        await first.ask("consult.cancel")
        await told(first, "cancelled")
        await ring.wait_ended(8)
        await second.in_state("ready")

        for verb in ("call.transfer", "call.consult"):
            with refused("transfer.self"):
                await to_agent(first, verb, first)
        await second.ask("agent.state", state="break")
        with refused("transfer.agent_away"):
            await to_agent(first, "call.transfer", second)
        with refused("transfer.queue_empty"):
            await first.ask("call.transfer", to="queue", queue_id=str(house.world.queues["brief"]))
        await second.ready()

        await to_agent(first, "call.transfer", second)
        await (await second.phone.next_call(10)).ring()
        await second.ask("agent.sign_out")
        await told(first, "ended")
        await table.hear(**back)
        with refused("transfer.agent_away"):
            await to_agent(first, "call.transfer", second)
        await table.parties["caller"][0].hangup()
    facts = await ending(house, own, "served", "caller")
    assert values(facts, "transfer.ended", "how") == ["rejected", "rejected", "timeout", "cancelled", "ended"]
    assert transferred(facts) == [False]


async def outside(house: House) -> None:
    """A number outside: unknown, busy, then the caller is left to it. It sees the number dialled."""
    async with two(house, "pass") as (first, _, table, own):
        number = str(next(_numbers))
        telephone = house.carrier.subscriber(number)
        with refused("transfer.number"):
            await first.ask("call.transfer", to="external", number="12")
        await first.ask("call.transfer", to="external", number="13899999999")
        await told(first, "wrong_number")
        await first.ask("call.transfer", to="external", number=number)
        await (await telephone.next_call(10)).busy()
        await told(first, "busy")
        await table.hear(caller="first", first="caller")
        await first.ask("call.consult", to="external", number=number)
        call = await telephone.next_call(10)
        assert call.caller == house.world.numbers["pass"]
        await call.ring()
        await call.answer()
        await table.seat("second", call, SECOND)
        await table.hear(caller="", first="second", second="first")
        await first.ask("call.dtmf", digits="7")
        await house.until(lambda: call.received_keys == ["7"], 8, "the key outside")
        await first.ask("consult.complete")
        await first.in_state("acw")
        await table.hear(caller="second", second="caller")
        await call.hangup()
        await table.parties["caller"][0].wait_ended(15)
    facts = await ending(house, own, "served", "agent")
    assert values(facts, "transfer.ended", "how") == ["wrong_number", "busy", "completed"]
    assert values(facts, "party.left", "how") == ["hung_up"]
    assert "survey.asked" in [row["kind"] for row in facts]


async def back_to_a_queue(house: House) -> None:
    """The caller waits with music and is offered to whoever serves that queue, who reads the note."""
    async with two(house, "pass") as (first, _, table, own), house.on_duty("ask", ready=False) as third:
        queue_id = str(house.world.queues["ask"])
        await first.ask("call.transfer", to="queue", queue_id=queue_id, reason="complaint", note="投诉")
        await first.in_state("acw")
        await table.hear(caller="")
        await third.ready()
        phone = await third.picks_up()
        await third.in_state("talking")
        assert third.view["contact"]["handed_over"]["reason"] == "complaint"
        await table.seat("second", phone, SECOND)
        await table.hear(caller="second", second="caller")
        await table.parties["caller"][0].hangup()
    facts = await ending(house, own, "served", "caller")
    assert values(facts, "transfer.asked", "queue_id") == [queue_id]
    assert values(facts, "contact.dequeued", "how") == ["answered", "answered"]


async def leaving_in_the_middle(house: House) -> None:
    """The agent hangs up while consulting: the colleague has the caller. The caller hangs up: all is over."""
    async with two(house, "ask") as (first, second, table, own):
        await to_agent(first, "call.consult", second)
        phone = await second.picks_up()
        await table.seat("second", phone, SECOND)
        await table.hear(first="second", second="first")
        await table.parties["first"][0].hangup()
        await table.hear(caller="second", second="caller")
        await first.in_state("acw")
        await first.ask("agent.state", state="ready")
        await to_agent(second, "call.consult", first)
        phone = await first.picks_up()
        await at(second, "apart")
        await table.parties["caller"][0].hangup()
        await phone.wait_ended(8)
        await first.in_state("acw")
        await second.in_state("acw")
    facts = await ending(house, own, "served", "caller")
    assert values(facts, "transfer.ended", "how") == ["completed", "caller_gone"]


def takes_message(house: House) -> bool:
    return any(house.settings.folder("spool", "recordings").glob("v-*.wav"))


async def to_a_flow(house: House) -> None:
    """The caller goes through a flow while the agent waits and is given back; then for good, for a survey."""
    nodes: dict[str, Any] = {
        "start": Start(exits={"next": "menu"}),
        "menu": Menu(
            prompts=("1",),
            labels={"1": "back", "2": "message"},
            tries=1,
            timeout_s=30,
            exits={"1": "back", "2": "message", "wrong": "end", "silence": "end"},
        ),
        "message": Voicemail(prompts=("1",), exits={"left": "end", "empty": "end"}),
        "back": Return(),
        "end": HangUp(),
    }
    survey = {
        "start": Start(exits={"next": "survey"}),
        "survey": Survey(prompts=("1",), thanks=(), timeout_s=30, tries=1, exits={"next": "end"}),
        "end": HangUp(),
    }
    await house.open_lines(
        {"check": Graph(start="start", nodes=nodes), "rate": Graph(start="start", nodes=survey)}
    )
    flows = {name: str(flow_id) for name, flow_id in house.world.flow_ids.items()}
    async with two(house, "pass") as (first, _, table, own):
        caller = table.parties["caller"][0]
        offered = (await first.ask("snapshot.targets"))["flows"]
        assert {"check", "rate"} <= {each["name"] for each in offered}
        with refused("transfer.flow"):
            await first.ask("call.transfer", to="flow", flow_id=str(house.world.queues["ask"]))
        await first.ask("call.consult", to="flow", flow_id=flows["check"])
        await at(first, "flow")
        await first.in_state("held")
        await table.hear(first="")
        await house.stop_core(9)
        await house.start_core()
        await caller.be_quiet()
        await caller.keys("1")
        await told(first, "returned")
        await caller.tone(CALLER, 60)
        await table.hear(caller="first", first="caller")
        await first.ask("call.consult", to="flow", flow_id=flows["check"])
        await at(first, "flow")
        await caller.be_quiet()
        await caller.keys("2")
        await house.until(lambda: takes_message(house), 10, "a message is being taken")
        await first.ask("consult.cancel")
        await told(first, "cancelled")
        await caller.tone(CALLER, 60)
        await table.hear(caller="first", first="caller")
        await first.ask("call.transfer", to="flow", flow_id=flows["rate"])
        await first.in_state("acw")
        contact_id = await house.contact_of(own)
        await house.fact(contact_id, "survey.asked")
        await caller.be_quiet()
        await caller.keys("4")
        await caller.wait_ended(15)
    facts = await ending(house, own, "served", "agent")
    assert values(facts, "transfer.ended", "how") == ["returned", "cancelled", "completed"]
    assert values(facts, "survey.answered", "score") == [4]
    assert not values(facts, "voicemail.left", "voicemail_ms")  # half of one, for somebody else
    assert transferred(facts) == [True]


CASES = [
    consult_in_full,
    consult_from_a_browser,
    blind_to_an_agent,
    who_does_not_come,
    outside,
    back_to_a_queue,
    leaving_in_the_middle,
    to_a_flow,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_call_control(house: House, case: Any) -> None:
    await case(house)
    assert await house.unexplained() == []
    assert "core_fault" not in house.core_said() and "watchdog_repairs" not in house.core_said()
