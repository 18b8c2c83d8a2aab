"""Whole centres in virtual time: floor, router and flows under chance, judged by the ledger's rules."""

import contextlib
from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interactions_books import judged
from interactions_town import OTHER, QUEUE, T0, Town
from structlog.testing import capture_logs

from andon.interactions.events import (
    CallbackEnded,
    CallbackKept,
    ContactConnected,
    ContactDequeued,
    ContactEnded,
    ContactQueued,
    Outcome,
    SurveyAnswered,
)
from andon.interactions.inputs import AgentEnded, Identified, Stop
from andon.interactions.model import Contact, Stage
from andon.interactions.recent import Recent
from andon.kit.journal import Fact
from andon.routing.config import LaneFlag
from andon.routing.events import AgentState
from andon.routing.model import Caller, Refused

pytestmark = pytest.mark.unit


def play(seed: int, seconds: int = 240, make: type[Town] = Town) -> tuple[Town, list[Contact]]:
    """Random callers and agents for a while, then everything is brought to its end in order."""
    town = make(seed)
    contacts: list[Contact] = []
    for agent in town.agents[:2]:
        town.ready(agent)
    now = 0.0
    while now < seconds:
        now += town.dice.expovariate(1.2)
        town.later.run(now)
        if town.dice.random() < 0.3:
            contacts.append(town.call(f"1380013{town.dice.randrange(8000, 8030)}"))
        else:
            town.something([contact for contact in contacts if contact.live])
    for agent in town.agents:  # nobody is called back any more
        with contextlib.suppress(Refused):
            town.floor.act(lambda router, at, agent=agent: router.request_state(agent, AgentState.BREAK, at))  # type: ignore[misc] # bound now
    if town.dice.random() < 0.5:
        for contact in [*contacts, *town.returned]:
            town.hang_up(contact)
        for contact in [contact for contact in town.returned if not contact.has_leg]:
            town.floor.feed(contact, Stop())
    else:
        for contact in list(town.floor.contacts.values()):
            town.floor.feed(contact, Stop())
    town.later.run(now + 30)
    town.floor.act(lambda router, at: router.close(at))
    town.later.run(now + 60)
    town.floor.callbacks.close()
    return town, [*contacts, *town.returned]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_books_of_a_random_centre_balance(seed: int) -> None:
    with capture_logs() as logs:
        town, contacts = play(seed)
    assert not [entry for entry in logs if entry["log_level"] in {"error", "critical"}]
    ended = Counter(fact.contact_id for fact in town.facts if isinstance(fact, ContactEnded))
    assert ended == Counter(contact.contact_id for contact in contacts)
    assert not town.floor.contacts and not town.floor._timers
    assert town.forgotten == set(ended)
    books = judged(town.facts, town.floor.now())
    wrong = [f"{f.rule}: {f.text}" for f in books.findings if f.rule != "recording.kept"]
    assert wrong == []
    # No agent's leg outlives its contact.
    assert not [leg for leg, alive in town.legs.items() if alive]
    # Router and floor agree that nothing is left.
    assert all(agent.state is AgentState.OFFLINE for agent in town.floor.router.agents())
    assert town.floor.router.all_waiting() == []


def test_chance_meets_every_outcome() -> None:
    """The random centre is no idle exercise: what it can reach, it reaches."""
    seen: Counter[Outcome] = Counter()
    for seed in range(24):
        town, _ = play(seed)
        seen.update(fact.outcome for fact in town.facts if isinstance(fact, ContactEnded))
    assert {each for each in seen if each.startswith("callee_")}
    assert set(seen) >= {
        Outcome.SERVED,
        Outcome.ABANDONED_FLOW,
        Outcome.ABANDONED_QUEUE,
        Outcome.ABANDONED_RINGING,
        Outcome.VOICEMAIL,
        Outcome.SELF_SERVICE,
        Outcome.QUEUE_TIMEOUT,
        Outcome.MEDIA_LOST,
        Outcome.INTERRUPTED,
        Outcome.SHUTDOWN,
        Outcome.CALLBACK_KEPT,
        Outcome.DIAL_CANCELLED,
        Outcome.CALLBACK_MISSED,
    }


def test_who_runs_over_waits_on_in_the_other_queue_and_is_then_sent_back() -> None:
    """The books show two waits; the ledger's rules are the judge over every random town."""
    town = Town(8, agents=1)
    (agent,) = town.agents
    town.ready(agent)
    town.dice.random = lambda: 0.5  # type: ignore[method-assign] # agents answer, nobody leaves messages
    first, second = town.call(), town.call()
    town.later.run(20)
    assert first.stage is Stage.TALKING and second.stage is Stage.QUEUED
    town.later.run(80)
    of = [fact for fact in town.facts if fact.contact_id == second.contact_id]
    assert [fact.queue_id for fact in of if isinstance(fact, ContactQueued)] == [QUEUE, OTHER]
    left = [(fact.queue_id, fact.how) for fact in of if isinstance(fact, ContactDequeued)]
    assert left == [(QUEUE, "overflow"), (OTHER, "overflow")]
    assert [fact.outcome for fact in of if isinstance(fact, ContactEnded)] == [Outcome.QUEUE_TIMEOUT]


def test_a_caller_is_remembered_for_the_last_agent_and_a_bad_survey() -> None:
    town = Town(7)
    contact, recent = town.call(), Recent()
    talk = ContactConnected(
        at=T0,
        tenant_id=contact.tenant_id,
        contact_id=contact.contact_id,
        agent_id=town.agents[0],
        queue_id=QUEUE,
        offer_id=OTHER,
        waited_ms=0,
    )
    survey = SurveyAnswered(
        at=T0, tenant_id=contact.tenant_id, contact_id=contact.contact_id, survey="csat", score=2
    )
    assert recent.caller(contact, T0, fast_lane=False) == Caller(key="13800138000")
    recent.note(contact, talk)
    recent.note(contact, survey)
    known = recent.caller(contact, T0 + timedelta(days=7), fast_lane=True)
    assert known.last_agent_id == town.agents[0]
    assert known.flags == (LaneFlag.MENU_KEY, LaneFlag.BAD_SURVEY)
    assert recent.caller(contact, T0 + timedelta(days=8), fast_lane=False).flags == ()
    recent.note(contact, msgspec.structs.replace(survey, score=5))
    assert recent.caller(contact, T0, fast_lane=False).flags == ()


def test_a_customer_has_an_agent_of_its_own_and_with_an_open_complaint_takes_the_fast_lane() -> None:
    """Both are told in the queue's fact: a replay asks the router for the same."""
    town = a_town()
    (own,) = town.agents
    contact = town.call()
    town.floor.feed(contact, Identified(OTHER, "gold", "phone", "", own, True))
    town.later.run(30)
    queued = said(town, contact, ContactQueued)[0]
    assert (queued.flags, queued.wanted_agent_id) == (("open_complaint",), own)
    known = town.floor.recent.caller(contact, T0, fast_lane=False)
    assert (known.dedicated_id, known.flags) == (own, (LaneFlag.OPEN_COMPLAINT,))


def a_town(*, agents: int = 1) -> Town:
    """Agents answer at once, nobody leaves messages, no queue runs over."""
    town = Town(7, agents=agents)
    town.dice.random = lambda: 0.5  # type: ignore[method-assign] # no chance
    town.dice.choice = lambda options: options[0]  # type: ignore[method-assign] # no priority
    for agent in town.agents:
        town.ready(agent)
    return town


def said(town: Town, contact: Contact, kind: type[Fact]) -> list[Any]:
    return [fact for fact in town.facts if fact.contact_id == contact.contact_id and isinstance(fact, kind)]


def test_who_was_broken_off_is_called_back_from_the_place_earned() -> None:
    """The engine dies under a talk, two waits and a greeting: the first three are owed a call, in their
    order, and not before the engine is there again."""
    town = a_town()
    (agent,) = town.agents
    talking = town.call("13800138001")
    town.later.run(20)
    waiting = [town.call(f"1380013800{n}") for n in (2, 3)]
    town.later.run(28)
    greeted = town.call("13800138004")
    stages = [contact.stage for contact in (talking, *waiting, greeted)]
    assert stages == [Stage.TALKING, Stage.QUEUED, Stage.QUEUED, Stage.FLOW]
    town.reachable = False
    for contact in (*waiting, talking, greeted):  # in whatever order they are told
        town.lose(contact)
    for contact in (talking, *waiting):
        (kept,) = said(town, contact, CallbackKept)
        (end,) = said(town, contact, ContactEnded)
        assert (kept.why, kept.queue_id, kept.at) == ("interrupted", QUEUE, end.at)
        assert end.outcome is Outcome.INTERRUPTED
    assert not said(town, greeted, CallbackKept)
    town.later.run(60)
    assert town.returned == [] and town.floor.router.agent(agent).state is AgentState.READY
    town.floor.act(lambda router, at: router.request_state(agent, AgentState.BREAK, at))
    town.reachable = True
    town.later.run(68)
    town.ready(agent)
    assert [back.view.caller for back in town.returned if back.view] == ["13800138001"]
    assert judged(town.facts, town.floor.now()).findings == []


def test_who_calls_again_or_cannot_be_called_is_not_called_back() -> None:
    """Once for one caller, not for a withheld number, not when the queue does not want it."""
    town = a_town()
    first = town.call("13800138001")
    town.later.run(20)
    twice = [town.call("13800138002"), town.call("13800138002")]
    withheld = town.call("")
    town.later.run(28)
    for contact in (first, *twice, withheld):
        town.lose(contact)
    owed = [len(said(town, contact, CallbackKept)) for contact in (first, *twice, withheld)]
    assert owed == [1, 1, 0, 0] and len(town.floor.callbacks) == 2
    town.call("13800138002")
    town.later.run(36)
    assert [fact.how for fact in said(town, twice[0], CallbackEnded)] == ["called_again"]
    rules = msgspec.structs.replace(town.config.queues[0].callback, when_interrupted=False)
    quiet = msgspec.structs.replace(town.config.queues[0], callback=rules)
    config = msgspec.structs.replace(town.config, queues=(quiet, town.config.queues[1]))
    town.floor.act(lambda router, at: router.configure(config, at))
    waits = town.call("13800138005")
    town.later.run(44)
    town.lose(waits)
    assert said(town, waits, CallbackKept) == []


def test_a_lost_agents_caller_is_the_next_one_served() -> None:
    """The agent does not come back in time: the caller goes before all who wait."""
    town = Town(7, agents=2)
    first, second = town.agents
    town.ready(first)
    town.dice.random = lambda: 0.5  # type: ignore[method-assign] # agents answer, nobody leaves messages
    caller = town.call()
    town.later.run(20)
    assert caller.stage is Stage.TALKING and caller.talk is not None
    waiting = [town.call() for _ in range(3)]
    town.later.run(26)
    assert [contact.stage for contact in waiting] == [Stage.QUEUED] * 3
    leg = caller.talk.leg_id
    town.legs[leg] = False
    town.dice.random = lambda: 0.95  # type: ignore[method-assign] # whoever is dialled does not answer
    town.floor.feed(caller, AgentEnded(leg, 44, lost=True))
    town.later.run(26 + caller.return_s - 1)
    assert caller.stage is Stage.RETURNING
    assert town.floor.router.agent(first).state is AgentState.HELD
    town.later.run(26 + caller.return_s + 0.1)
    assert caller.stage is Stage.QUEUED
    place = town.floor.router.waiting(caller.contact_id)
    assert place is not None and place.position == 1
    town.dice.random = lambda: 0.5  # type: ignore[method-assign] # agents answer again
    town.ready(second)
    assert caller.stage is Stage.OFFERING
    town.later.run(65)
    connected = [fact for fact in town.facts if isinstance(fact, ContactConnected)]
    assert [fact.agent_id for fact in connected if fact.contact_id == caller.contact_id] == [first, second]
    queued = [fact for fact in town.facts if isinstance(fact, ContactQueued)]
    assert [fact.queue_id for fact in queued if fact.contact_id == caller.contact_id] == [QUEUE, QUEUE]
