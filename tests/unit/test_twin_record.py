"""Of the journal's facts a day keeps what people did, not what the router made of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from andon.customers.model import phone_key
from andon.interactions import events as ix
from andon.interactions.service import HEAD_OF_QUEUE
from andon.kit.events import CoreHeartbeat, CoreStarted
from andon.kit.journal import Fact
from andon.routing.events import (
    AgentDeviceChanged,
    AgentDeviceTested,
    AgentSignedIn,
    AgentState,
    AgentStateChanged,
)
from andon.routing.model import to_ms
from andon.twin.model import ANSWERED, OPEN, Day, Doing, Gap, Handling, Ring
from andon.twin.record import recorded

pytestmark = pytest.mark.unit

BEGIN = datetime(2026, 3, 1, 16, tzinfo=UTC)
TENANT, AGENT, QUEUE, CONTACT = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def ms(seconds: float) -> int:
    return to_ms(at(seconds))


def contact(kind: type[Fact], seconds: float, number: UUID = CONTACT, **data: Any) -> Fact:
    return kind(at=at(seconds), tenant_id=TENANT, contact_id=number, **data)


def agent(kind: type[Fact], seconds: float, **data: Any) -> Fact:
    return kind(at=at(seconds), tenant_id=TENANT, agent_id=AGENT, **data)


def state(
    seconds: float, to: AgentState, was: AgentState, why: str, ms: int = 0, **more: Any
) -> AgentStateChanged:
    return AgentStateChanged(
        at=at(seconds),
        tenant_id=TENANT,
        agent_id=AGENT,
        state=to,
        previous=was,
        previous_ms=ms,
        by="self",
        why=why,
        **more,
    )


def core(kind: type[Fact], seconds: float, **data: Any) -> Fact:
    return kind(at=at(seconds), tenant_id=TENANT, **data)


def day(*facts: Fact, states: tuple[AgentStateChanged, ...] = ()) -> Day:
    return recorded(states, facts, record_ms=ms(0), since_ms=ms(0), until_ms=ms(3600), end_ms=ms(7200))


def queued(seconds: float, number: UUID = CONTACT) -> Fact:
    return contact(ix.ContactQueued, seconds, number, queue_id=QUEUE, priority=2, position=1)


def left(seconds: float, how: str, waited_ms: int) -> Fact:
    return contact(ix.ContactDequeued, seconds, queue_id=QUEUE, how=how, waited_ms=waited_ms)


def rang(seconds: float, how: str, rang_ms: int) -> Fact:
    return contact(
        ix.OfferEnded, seconds, offer_id=UUID(int=9), queue_id=QUEUE, how=how, rang_ms=rang_ms, agent_id=AGENT
    )


def connected(seconds: float) -> Fact:
    return contact(
        ix.ContactConnected, seconds, agent_id=AGENT, queue_id=QUEUE, offer_id=UUID(int=9), waited_ms=0
    )


def test_an_answered_call_with_its_rings_talk_and_wrap_up() -> None:
    s = AgentState
    told = day(
        queued(1),
        state(1, s.RINGING, s.READY, "offered", contact_id=CONTACT),
        rang(21, "timeout", 20_000),
        state(21, s.NOT_READY, s.RINGING, "ring_timeout", contact_id=CONTACT),
        state(27, s.READY, s.NOT_READY, "asked", 6_000),
        state(27, s.RINGING, s.READY, "offered", contact_id=CONTACT),
        rang(30, "answered", 3_000),
        left(30, "answered", 29_000),
        connected(30),
        contact(ix.ContactDisconnected, 90, by=ix.By.CALLER, talked_ms=60_000, held_ms=5_000, agent_id=AGENT),
        state(90, s.ACW, s.TALKING, "conversation_ended", contact_id=CONTACT),
        state(97, s.READY, s.ACW, "wrap_done", 7_000),
    )
    (stay,) = told.calls[0].stays
    assert (stay.queued_ms, stay.priority, stay.how, stay.waited_ms) == (ms(1), 2, ANSWERED, 29_000)
    assert stay.handling == Handling(60_000, 7_000)
    assert stay.rings == (Ring("timeout", 20_000, 6_000), Ring("answered", 3_000))
    assert told.rings == {AGENT: stay.rings}
    assert told.presence == (), "all of it was the router's, or an answer to it"


def test_what_agents_asked_for() -> None:
    s = AgentState
    told = day(
        agent(AgentSignedIn, 0, device="sip"),
        state(0, s.NOT_READY, s.OFFLINE, "signed_in"),
        agent(AgentDeviceChanged, 1, device="sip", registered=True),
        agent(AgentDeviceTested, 2, passed=True, speaker=True, echo=True),
        state(3, s.READY, s.NOT_READY, "asked"),
        state(50, s.BREAK, s.ACW, "asked"),
        state(60, s.READY, s.BREAK, "asked"),
        agent(AgentDeviceChanged, 70, device="sip", registered=False),
        state(70, s.NOT_READY, s.READY, "device_lost"),
        state(80, s.READY, s.NOT_READY, "asked"),
        state(90, s.READY, s.ACW, "asked"),
        state(99, s.OFFLINE, s.READY, "signed_out"),
    )
    assert [(one.at_ms - ms(0), one.doing) for one in told.presence] == [
        (0, Doing.SIGN_IN),
        (1_000, Doing.DEVICE_THERE),
        (2_000, Doing.TEST_PASSED),
        (3_000, Doing.ASK_READY),
        (50_000, Doing.ASK_BREAK),
        (60_000, Doing.ASK_READY),
        (70_000, Doing.DEVICE_GONE),
        (80_000, Doing.ASK_READY),
        (99_000, Doing.SIGN_OUT),
    ]
    assert told.devices_lost == 1


@pytest.mark.parametrize(
    ("before", "asks"),
    [
        (AgentState.TALKING, [Doing.ASK_READY]),
        (AgentState.BREAK, [Doing.ASK_BREAK]),
        (AgentState.OFFLINE, []),
    ],
)
def test_who_is_there_when_the_record_begins(before: AgentState, asks: list[Doing]) -> None:
    told = day(states=(state(-500, before, AgentState.READY, "asked"),))
    assert [one.doing for one in told.presence][3:] == asks
    assert {one.at_ms for one in told.presence} <= {ms(0)}


def test_one_wait_after_another() -> None:
    told = day(queued(0), left(30, "timeout", 30_000), queued(42), left(50, "abandoned", 8_000))
    first, second = told.calls[0].stays
    assert (first.how, first.pause_ms) == ("timeout", 0)
    assert (second.how, second.waited_ms, second.pause_ms) == ("abandoned", 8_000, 12_000)


def test_who_calls_and_with_which_priority() -> None:
    arrived = {"medium": "voice", "direction": "inbound", "caller": "+8613800000001", "caller_raw": ""}
    told = day(
        contact(ix.ContactArrived, 0, **arrived, dnis="95001", node="n", channel_id="c"),
        contact(ix.ContactIdentified, 0, customer_id=UUID(int=5), tier="gold", matched_by="phone"),
        contact(ix.ContactQueued, 1, queue_id=QUEUE, priority=9, position=1, asked_priority=4),
        left(5, "answered", 4_000),
        contact(ix.ContactQueued, 9, queue_id=QUEUE, priority=1009, position=1, asked_priority=4),
        queued(9, UUID(int=77)),
    )
    known, unknown = told.calls
    assert (known.tier, known.key) == ("gold", phone_key("13800000001"))
    assert [(stay.priority, stay.own) for stay in known.stays] == [(9, 4), (1009, 4 + HEAD_OF_QUEUE)]
    assert (unknown.tier, unknown.key, unknown.stays[0].own) == ("normal", "", None)


def test_what_the_system_cut_off() -> None:
    over = {"outcome": ix.Outcome.INTERRUPTED, "by": ix.By.SYSTEM, "sip_cause": 0, "total_ms": 0}
    (waiting,) = day(queued(0), contact(ix.ContactEnded, 9, **over)).calls[0].stays
    assert (waiting.how, waiting.waited_ms) == ("ended", 9_000)
    told = day(queued(0), left(5, "answered", 5_000), connected(5), contact(ix.ContactEnded, 25, **over))
    (talking,) = told.calls[0].stays
    assert (talking.how, talking.handling) == (ANSWERED, Handling(20_000, 0))
    (still,) = day(queued(7000)).calls[0].stays
    assert (still.how, still.waited_ms) == (OPEN, 200_000)


def test_when_the_core_was_away() -> None:
    beat = core(CoreHeartbeat, 100, live_contacts=1, signed_in=1)
    away = core(CoreStarted, 400, version_of_code="1", clean=False)
    soon = core(CoreStarted, 410, version_of_code="1", clean=False)
    assert day(beat, away, soon).gaps == (Gap(ms(100), ms(400)),)


def test_who_is_called_by_a_colleague_is_out_as_long_as_that_lasts() -> None:
    inside = {"contact_id": CONTACT}
    numbers = {"caller": "8001", "caller_raw": "8001", "dnis": "8002", "node": "n1", "channel_id": ""}
    ready, ringing, talking = AgentState.READY, AgentState.RINGING, AgentState.TALKING
    record = day(
        agent(AgentSignedIn, 1, device="browser"),
        state(2, ready, AgentState.NOT_READY, "asked"),
        contact(ix.ContactArrived, 10, medium="voice", direction="internal", **numbers),
        state(11, ringing, ready, "summoned", **inside),
        state(15, talking, ringing, "answered", **inside),
        state(75, AgentState.ACW, talking, "conversation_ended", **inside),
        state(75, ready, AgentState.ACW, "no_wrap_up"),
    )
    assert [(each.at_ms, each.doing) for each in record.presence][2:] == [
        (ms(11), Doing.ASK_NOT_READY),
        (ms(75), Doing.ASK_READY),
    ]
