"""Large centres in virtual time: answers that cross, and six hundred agents who vanish."""

from collections import Counter

import pytest
from interactions_books import judged
from interactions_town import Town

from andon.interactions.events import ContactConnected, OfferMade
from andon.interactions.inputs import Joined, SpeechEnded, TapeRuns
from andon.interactions.model import Contact, Stage
from andon.interactions.orders import Dial, Drop, Join, MediumOrder, Speak, Tape
from andon.interactions.orders import HangUp as HangUpCaller
from andon.interactions.service import LATE_S
from andon.kit.journal import Fact
from andon.routing.events import AgentState

pytestmark = pytest.mark.survival


class Hands(Town):
    """A town whose engine does everything at once, except that people answer when the test says so."""

    def __init__(self, seed: int, *, agents: int) -> None:
        super().__init__(seed, agents=agents)
        self.dials: list[tuple[Contact, Dial]] = []
        self.dead: set[object] = set()
        self.second_answers_s: float | None = None

    def perform(self, contact: Contact, order: MediumOrder) -> None:
        match order:
            case Speak():
                self._feed(0.001, contact, SpeechEnded(order.token), spoken=order.token)
            case Tape():
                self._feed(0, contact, TapeRuns(order.recording_id))
            case Dial():
                self.legs[order.leg_id] = True
                self.dials.append((contact, order))
                if order.agent_id in self.dead:
                    self.later.call_later(0.01, self.end_leg, contact, order.leg_id, 20)
                elif order.by_itself:
                    self.later.call_later(0.5, self._answer, contact, order.leg_id)
                elif self.second_answers_s is not None and len(self.dials) > 1:
                    self.later.call_later(self.second_answers_s, self._answer, contact, order.leg_id)
            case Drop():
                self.later.call_later(0.001, self.end_leg, contact, order.leg_id, 16)
            case Join(report=True) if self.legs[order.leg_id]:
                self.later.call_later(0.001, self.floor.feed, contact, Joined(order.leg_id))
            case HangUpCaller():
                self.later.call_later(0.001, self.hang_up, contact)
            case _:
                pass

    def all_ready(self) -> None:
        for agent in self.agents:
            self.ready(agent)


def test_two_answers_within_a_millisecond_never_make_two_conversations() -> None:
    """The ring time-out gives the call to the next agent while the first picks up: ten thousand times."""
    town = Hands(1, agents=2)
    town.dice.random = lambda: 0.5  # type: ignore[method-assign] # nobody leaves a message
    town.second_answers_s = 0.0004
    won: Counter[bool] = Counter()
    for n in range(10_000):
        town.all_ready()
        town.dials.clear()
        contact = town.call()
        town.later.run(town.clock.monotonic() + 1)
        ((_, first),) = town.dials
        deadline = town.floor.router.next_deadline()
        assert deadline is not None
        over = (deadline - town.clock.now()).total_seconds() + LATE_S
        offset = (n % 41 - 30) / 10_000  # a time-out while the two are being joined still counts
        town.later.call_later(over + offset, town._answer, contact, first.leg_id)
        town.later.run(town.clock.monotonic() + over + 0.1)
        talk = contact.talk
        assert contact.stage is Stage.TALKING and talk is not None
        won[talk.agent_id == first.agent_id] += 1
        states = [town.floor.router.agent(agent).state for agent in town.agents]
        assert states.count(AgentState.TALKING) == 1
        assert [leg for leg, alive in town.legs.items() if alive] == [talk.leg_id]
        town.hang_up(contact)
        for agent in town.agents:
            town.floor.act(lambda router, at, agent=agent: router.wrap_done(agent, at))  # type: ignore[misc] # now
        town.later.run(town.clock.monotonic() + 0.1)
        town.legs.clear()
    assert min(won[True], won[False]) > 3_000  # each of the two was first often enough
    connected = Counter(fact.contact_id for fact in town.facts if isinstance(fact, ContactConnected))
    assert len(connected) == 10_000 and set(connected.values()) == {1}
    town.floor.act(lambda router, at: router.close(at))
    wrong = [f"{f.rule}: {f.text}" for f in judged(town.facts, town.floor.now()).findings]
    assert [text for text in wrong if not text.startswith("recording.kept")] == []


def test_six_hundred_agents_vanish() -> None:
    town = Hands(2, agents=650)
    town.dice.random = lambda: 0.5  # type: ignore[method-assign] # nobody leaves a message
    town.all_ready()
    calls = [town.call() for _ in range(650)]
    town.later.run(1)
    for contact, dial in list(town.dials):
        town._answer(contact, dial.leg_id)
    town.later.run(2)
    assert all(contact.stage is Stage.TALKING for contact in calls)
    waiting = [town.call() for _ in range(200)]
    town.later.run(3)
    assert {contact.stage for contact in waiting} == {Stage.QUEUED}

    lost = [contact for contact in calls if contact.talk and contact.talk.agent_id in set(town.agents[:600])]
    town.dead = set(town.agents[:600])
    for n, contact in enumerate(lost):
        assert contact.talk is not None
        agent, leg = contact.talk.agent_id, contact.talk.leg_id
        town.later.call_later(
            n / 600, town.floor.act, lambda r, at, agent=agent: r.device_changed(agent, False, at)
        )
        town.later.call_later(n / 600 + 0.1, town.end_leg, contact, leg, 44)
    offers = len(offers_of(town.facts))
    town.later.run(6)
    assert {contact.stage for contact in lost} == {Stage.RETURNING}
    for contact in calls:  # the fifty who are left finish, and serve those who wait
        if contact not in lost:
            town.hang_up(contact)
    for agent in town.agents[600:]:
        town.floor.act(lambda router, at, agent=agent: router.wrap_done(agent, at))  # type: ignore[misc] # now
    town.later.run(7)
    for contact, dial in list(town.dials):
        if not dial.by_itself and dial.agent_id not in town.dead:
            town._answer(contact, dial.leg_id)
    town.later.run(8)
    assert sum(contact.stage is Stage.TALKING for contact in waiting) == 50
    assert not [fact for fact in offers_of(town.facts)[offers:] if fact.agent_id in town.dead]

    town.dead = set()
    for agent in town.agents[:600]:
        town.floor.act(lambda router, at, agent=agent: router.device_changed(agent, True, at))  # type: ignore[misc] # now
    town.later.run(18)  # ten seconds later everything is as it was
    assert {contact.stage for contact in lost} == {Stage.TALKING}
    for contact in [*calls, *waiting]:
        town.hang_up(contact)
    town.later.run(60)
    town.floor.act(lambda router, at: router.close(at))
    wrong = [f"{f.rule}: {f.text}" for f in judged(town.facts, town.floor.now()).findings]
    assert [text for text in wrong if not text.startswith("recording.kept")] == []


def offers_of(facts: list[Fact]) -> list[OfferMade]:
    return [fact for fact in facts if isinstance(fact, OfferMade)]
