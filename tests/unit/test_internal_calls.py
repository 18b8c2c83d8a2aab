"""Calls between agents: who may be called, who is what afterwards, and books that see what is bent."""

import contextlib
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interactions_books import findings, judged, rows
from interactions_town import TENANT, Town
from structlog.testing import capture_logs
from test_interactions_resume import MortalTown

from andon.entrypoints.core_recovery import close_contact
from andon.interactions.events import (
    ContactConnected,
    ContactEnded,
    Outcome,
    TransferEnded,
    TransferHow,
    TransferReason,
    TransferWay,
)
from andon.interactions.inputs import (
    AgentAnswered,
    AgentCancels,
    AgentEnded,
    AgentHangsUp,
    AgentHolds,
    AgentMutes,
    AgentRejects,
    AgentRetrieves,
    CustomerAnswered,
    DeviceHeld,
    DeviceRetrieved,
    Found,
    Input,
    Joined,
    Stop,
    TapeRuns,
)
from andon.interactions.inside.events import InternalJoined, InternalLeft, InternalPassed
from andon.interactions.machine import step
from andon.interactions.model import Contact, Handover, Stage
from andon.interactions.orders import Dial, Drop, Enter, Join, MediumOrder, MuteAgent, Park, Part, Succeed
from andon.kit.journal import Fact
from andon.reporting.ledger.rules import Books
from andon.routing.config import AgentConfig, CentreConfig
from andon.routing.events import AgentState
from andon.routing.model import Refused
from andon.telephony.events import RecordingStopped

pytestmark = pytest.mark.unit


class Two(Town):
    """Two agents who are ready and one who is not there, an engine that does nothing by itself."""

    def __init__(self) -> None:
        super().__init__(1, agents=3)
        self.orders: list[MediumOrder] = []
        for agent in self.agents[:2]:
            self.ready(agent)

    def perform(self, contact: Contact, order: MediumOrder) -> None:
        self.orders.append(order)

    def begin(self, floor: object, contact: Contact) -> str:
        return "n1"

    def rings(self) -> Contact:
        contact = self.call_colleague(*self.agents[:2])
        assert contact.dialler is not None
        self.floor.feed(contact, AgentAnswered(contact.dialler.leg_id))
        return contact

    def talk(self) -> Contact:
        contact = self.rings()
        assert contact.dialler is not None
        self.floor.feed(contact, CustomerAnswered(), Joined(contact.dialler.leg_id))
        assert contact.stage is Stage.INSIDE
        return contact

    def hands_over(self, contact: Contact, by: UUID) -> str:
        """To the third agent, whose device rings as this leg."""
        self.ready(self.agents[2])
        handover = Handover(
            transfer_id=self.new_id(), by=by, way=TransferWay.BLIND, reason=TransferReason.OTHER, note="n"
        )
        self.floor.summon(contact, self.agents[2], handover)
        assert contact.second is not None
        return contact.second.leg_id

    def third(self) -> AgentState:
        return self.floor.router.agent(self.agents[2]).state

    def states(self) -> list[AgentState]:
        return [self.floor.router.agent(agent).state for agent in self.agents[:2]]

    def passes(self, seconds: float) -> None:
        self.later.run(self.clock.monotonic() + seconds)


def outcome(town: Two) -> Outcome:
    [ended] = [fact for fact in town.facts if isinstance(fact, ContactEnded)]
    return ended.outcome


def test_they_talk_and_are_afterwards_what_they_were() -> None:
    town = Two()
    town.floor.act(lambda r, at: r.request_state(town.agents[1], AgentState.NOT_READY, at))
    contact = town.talk()
    assert town.states() == [AgentState.TALKING, AgentState.TALKING]
    town.passes(3)
    town.floor.feed(contact, AgentHangsUp(town.agents[1]))
    assert town.states() == [AgentState.READY, AgentState.NOT_READY]
    town.passes(10)
    assert outcome(town) is Outcome.SERVED
    assert findings(town.facts, town.floor.now()) == []


def test_a_ring_that_nobody_answers_takes_the_colleague_out_of_ready() -> None:
    town = Two()
    town.rings()
    town.passes(20.1)
    assert town.states() == [AgentState.READY, AgentState.NOT_READY]
    assert town.floor.router.agent(town.agents[0]).why == Outcome.CALLEE_NO_ANSWER.value
    town.passes(10)
    assert outcome(town) is Outcome.CALLEE_NO_ANSWER
    assert findings(town.facts, town.floor.now()) == []


def test_a_colleague_refused_stays_ready_and_one_taken_meanwhile_is_busy() -> None:
    town = Two()
    contact = town.rings()
    town.floor.feed(contact, AgentRejects(town.agents[1]))
    assert town.states() == [AgentState.READY, AgentState.READY]
    town.passes(10)
    assert outcome(town) is Outcome.CALLEE_REJECTED
    other = Two()
    first = other.call_colleague(*other.agents[:2])
    other.call_out(other.agents[1])
    assert first.dialler is not None
    other.floor.feed(first, AgentAnswered(first.dialler.leg_id))
    assert other.states() == [AgentState.READY, AgentState.DIALING]
    assert outcome(other) is Outcome.CALLEE_BUSY
    assert findings(other.facts, other.floor.now()) == []


def test_behind_another_clients_wall_nobody_is_known() -> None:
    town = Two()
    one, two, three = town.agents
    clients = {one: UUID(int=91), two: UUID(int=92), three: None}
    config = CentreConfig(
        tenant_id=TENANT,
        agents=tuple(
            AgentConfig(agent_id=agent, agent_no=str(agent.int), name="", client_id=client)
            for agent, client in clients.items()
        ),
    )
    town.floor.act(lambda r, at: r.configure(config, at))
    town.ready(three)
    for by, whom, code in (
        (one, two, "colleague.unknown"),
        (two, one, "colleague.unknown"),
        (one, one, "colleague.self"),
        (one, UUID(int=5), "colleague.unknown"),
    ):
        with pytest.raises(Refused) as caught:
            town.call_colleague(by, whom)
        assert caught.value.code == code
    assert town.call_colleague(one, three).stage is Stage.BUZZING


def test_either_holds_the_other_hears_music_and_a_core_that_follows_puts_it_right() -> None:
    town = Two()
    contact = town.talk()
    one, two = town.agents[:2]
    leg = contact.talk.leg_id if contact.talk is not None else ""
    for agent, away, back in ((one, Part(leg, True), Join(leg, False)), (two, Park(leg), Enter(leg))):
        town.orders.clear()
        town.floor.feed(contact, AgentHolds(agent), AgentHolds(two if agent == one else one))
        assert away in town.orders and town.states().count(AgentState.HELD) == 1
        found = step(contact, Found(up=True, together=agent == one), town.floor.now())
        assert away in found
        town.floor.feed(contact, AgentRetrieves(two if agent == one else one))
        assert contact.inside is not None and contact.inside.holder == agent
        town.floor.feed(contact, AgentRetrieves(agent))
        assert back in town.orders and town.states() == [AgentState.TALKING] * 2
    assert Join(leg, False) in step(contact, Found(up=True, together=False), town.floor.now())
    assert contact.inside is not None
    contact.inside.muted = True
    assert MuteAgent(contact.leg_id, True) in step(contact, Found(up=True, together=True), town.floor.now())


def test_a_recording_is_the_agents_from_its_first_instant() -> None:
    town = Two()
    contact = town.rings()
    assert contact.inside is not None and contact.dialler is not None
    contact.inside.recording_id = UUID(int=77)
    town.floor.feed(contact, CustomerAnswered(), TapeRuns(UUID(int=77)))
    town.passes(0.1)
    town.floor.feed(contact, Joined(contact.dialler.leg_id))
    town.passes(2)
    town.floor.feed(contact, AgentHangsUp(town.agents[0]))
    town.passes(10)
    [stopped] = [fact for fact in town.facts if isinstance(fact, RecordingStopped)]
    assert {(span.leg, span.agent_id) for span in stopped.spans} == {("agent", town.agents[0])}
    assert findings(town.facts, town.floor.now()) == []


def test_a_core_that_dies_meanwhile_leaves_true_books() -> None:
    town = Two()
    contact = town.talk()
    town.passes(2)
    mine = [fact for fact in town.facts if fact.contact_id == contact.contact_id]
    at = town.floor.now()
    closing = close_contact(mine, at)
    assert [fact.talked_ms for fact in closing if isinstance(fact, InternalLeft)] == [2000]
    assert findings([*town.facts, *closing], at, partial=True) == []


@pytest.mark.parametrize("hands", [0, 1])
def test_either_hands_the_other_over_and_nothing_changes_before_the_answer(hands: int) -> None:
    town = Two()
    contact = town.talk()
    by, stays = town.agents[hands], town.agents[1 - hands]
    own, theirs = contact.leg_id, contact.talk.leg_id if contact.talk is not None else ""
    town.passes(1)
    town.floor.feed(contact, AgentHolds(stays))
    leg = town.hands_over(contact, by)
    assert contact.stage is Stage.INSIDE and town.third() is AgentState.RINGING
    assert town.orders[-1] == Dial(
        leg_id=leg, agent_id=town.agents[2], ring_timeout_s=20, shown=str(stays.int)
    )
    town.passes(2)
    town.orders.clear()
    town.floor.feed(contact, AgentAnswered(leg), AgentAnswered(leg))
    assert town.floor.router.agent(by).state is AgentState.READY
    assert town.floor.router.agent(stays).state is town.third() is AgentState.TALKING
    assert contact.inside is not None and contact.talk is not None and contact.inside.holder is None
    if hands == 0:
        assert (contact.inside.by, contact.inside.agent_id) == (town.agents[2], stays)
        assert town.orders[-2:] == [Drop(theirs), Join(leg, False)]
    else:
        assert (contact.inside.by, contact.inside.agent_id) == (stays, town.agents[2])
        assert (contact.leg_id, contact.talk.leg_id) == (leg, theirs)
        assert town.orders[-2:] == [Succeed(leg, own), Join(theirs, False)]
        # a core that dies now may have done nothing of it
        again = step(contact, Found(up=True, together=False), town.floor.now())
        assert again[-2:] == [Succeed(leg, own), Join(theirs, False)]
        assert Succeed(leg, own) not in step(contact, Found(up=True, together=True), town.floor.now())
    town.floor.feed(contact, AgentEnded(own, 16), AgentEnded("no such", 16))
    assert contact.stage is Stage.INSIDE
    town.passes(2)
    town.floor.feed(contact, AgentHangsUp(town.agents[2]))
    town.passes(10)
    assert town.states() == [AgentState.READY] * 2 and town.third() is AgentState.READY
    assert outcome(town) is Outcome.SERVED
    assert findings(town.facts, town.floor.now()) == []


def test_whoever_does_not_come_leaves_them_where_they_are() -> None:
    town = Two()
    contact = town.talk()
    one, two, three = town.agents
    told: list[tuple[UUID | None, TransferHow]] = []

    def fails(by: UUID, how: TransferHow, *heard: object) -> None:
        leg = town.hands_over(contact, by)
        town.floor.feed(
            contact, *[AgentEnded(leg, each) if isinstance(each, int) else each for each in heard]
        )  # type: ignore[arg-type]  # inputs
        town.passes(0 if heard else 20.1)
        assert contact.second is None and contact.stage is Stage.INSIDE and contact.told is not None
        assert (contact.told.by, contact.told.how) == (by, how)
        assert town.states() == [AgentState.TALKING] * 2
        told.append((by, how))

    fails(one, TransferHow.REJECTED, AgentRejects(three))
    fails(two, TransferHow.REJECTED, AgentHangsUp(three))
    fails(two, TransferHow.REJECTED, 17)
    fails(one, TransferHow.UNREACHABLE, 20)
    fails(two, TransferHow.CANCELLED, AgentCancels(one), AgentCancels(two))
    fails(one, TransferHow.TIMEOUT)
    ends = [fact for fact in town.facts if isinstance(fact, TransferEnded)]
    assert [(end.agent_id, end.how) for end in ends] == told
    leg = town.hands_over(contact, one)
    town.floor.feed(contact, AgentHangsUp(two))
    assert Drop(leg) in town.orders and town.third() is AgentState.READY
    town.passes(10)
    assert findings(town.facts, town.floor.now()) == []


class Chatty(MortalTown):
    """Agents who do little but call each other and hand each other over, over the deaths of cores."""

    def something(self, contacts: list[Contact]) -> None:
        dice = self.dice
        agent = dice.choice(self.agents)
        card = self.floor.contact_of(agent)
        if dice.random() < 0.03:
            self.core_dies()
        elif card is None or card.inside is None:
            self.ready(agent)
            self.maybe_calls_colleague(agent)
            if dice.random() < 0.05:
                super().something(contacts)
        elif card.stage is not Stage.INSIDE or card.talk is None:
            if dice.random() < 0.03:
                super().something(contacts)
        elif card.second is None and dice.random() < 0.4:
            with contextlib.suppress(Refused):
                self.hands_over(card, agent)
        else:
            leg = card.talk.leg_id
            asks: list[Input] = [AgentHolds(agent), AgentRetrieves(agent), AgentMutes(agent, True)]
            asks += [DeviceHeld(leg), DeviceRetrieved(leg), AgentRejects(agent)]
            if dice.random() < 0.15:
                asks += [AgentCancels(agent), AgentHangsUp(agent)]
            self.floor.feed(card, dice.choice(asks))
            if dice.random() < 0.02:
                self.hang_up(card)
            elif dice.random() < 0.02:
                self.end_leg(card, leg, 16)

    def hands_over(self, card: Contact, agent: UUID) -> None:
        third = self.dice.choice(self.agents)
        self.ready(third)
        handover = Handover(
            transfer_id=self.new_id(), by=agent, way=TransferWay.BLIND, reason=TransferReason.OTHER, note=""
        )
        self.floor.summon(card, third, handover)


def chats(seed: int) -> list[Fact]:
    """Minutes among colleagues without a caller, judged; their facts."""
    now = 0.0
    with capture_logs() as logs:
        town = Chatty(seed)
        while now < 250:
            now += town.dice.expovariate(1.2)
            town.later.run(now)
            town.something([])
        for contact in list(town.floor.contacts.values()):
            town.floor.feed(contact, Stop())
        town.later.run(now + 30)
        town.floor.act(lambda router, at: router.close(at))
        town.later.run(now + 60)
    assert not [entry for entry in logs if entry["log_level"] in {"error", "critical"}]
    assert not town.floor.contacts and not town.floor._timers
    books = judged(town.facts, town.floor.now())
    assert [f"{f.rule}: {f.text}" for f in books.findings if f.rule != "recording.kept"] == []
    assert not [leg for leg, alive in town.legs.items() if alive]
    return town.facts


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_books_balance_however_colleagues_hand_each_other_over(seed: int) -> None:
    chats(seed)


def test_colleagues_do_hand_each_other_over_there() -> None:
    facts = [fact for seed in range(8) for fact in chats(seed)]
    ends = {fact.how for fact in facts if isinstance(fact, TransferEnded)}
    assert ends >= {TransferHow.COMPLETED, TransferHow.TIMEOUT, TransferHow.REJECTED, TransferHow.ENDED}
    assert sum(isinstance(fact, InternalPassed) for fact in facts) > 5


def test_nobody_is_handed_to_who_may_not_know_them_or_is_not_there() -> None:
    town = Two()
    contact = town.talk()
    one, two, three = town.agents
    clients = {one: None, two: UUID(int=91), three: UUID(int=92)}
    agents = [AgentConfig(agent_id=each, agent_no="", name="", client_id=clients[each]) for each in clients]
    town.floor.act(lambda r, at: r.configure(CentreConfig(tenant_id=TENANT, agents=tuple(agents)), at))
    for by, code in ((one, "colleague.offline"), (three, "call.none")):
        with pytest.raises(Refused) as caught:
            town.floor.router.pass_colleague(contact.contact_id, by, three, town.floor.now())
        assert caught.value.code == code
    with pytest.raises(Refused) as caught:
        town.hands_over(contact, one)
    assert caught.value.code == "colleague.unknown"


def test_the_ledger_sees_who_took_over_without_being_asked() -> None:
    for kind, hands in ((InternalPassed, 1), (ContactConnected, 0)):
        town = Two()
        contact = town.talk()
        leg = town.hands_over(contact, town.agents[hands])
        town.passes(1)
        town.floor.feed(contact, AgentAnswered(leg), AgentHangsUp(town.agents[2]))
        town.passes(10)
        books = Books()
        for row in rows(town.facts):
            if row.kind == kind.kind and row.agent_id == str(town.agents[2]):
                row = msgspec.structs.replace(row, agent_id=str(UUID(int=6)))
            books.take(row)
        assert {"internal.pairs", "talk.pairs"} & {finding.rule for finding in books.findings}


@pytest.mark.parametrize("bent", [InternalJoined, InternalLeft])
def test_the_ledger_sees_a_colleague_who_talks_otherwise(bent: type[Fact]) -> None:
    town = Two()
    contact = town.talk()
    town.passes(2)
    town.floor.feed(contact, AgentHangsUp(town.agents[0]))
    town.passes(10)
    field = "rang_ms" if bent is InternalJoined else "talked_ms"
    books = Books()
    for row in rows(town.facts):
        if row.kind == bent.kind:
            row = msgspec.structs.replace(row, data={**row.data, field: row.data[field] + 500})
        books.take(row)
    assert {finding.rule for finding in books.findings} == {"internal.pairs"}


def test_the_ledger_misses_a_colleague_who_never_leaves() -> None:
    town = Two()
    contact = town.talk()
    town.floor.feed(contact, AgentHangsUp(town.agents[0]))
    town.passes(10)
    books = Books()
    books.take_all(row for row in rows(town.facts) if row.kind != InternalLeft.kind)
    assert [finding.rule for finding in books.findings] == ["internal.pairs"]
