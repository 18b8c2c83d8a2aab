"""Transfer, consult, three-way: whatever happens somebody has the caller, and the books say who."""

import itertools
from collections import Counter
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from interactions_books import findings, judged, rows
from interactions_town import Town
from msgspec.structs import replace
from structlog.testing import capture_logs
from test_interactions_floor import play
from test_interactions_machine import AGENTS, QUEUE, Call, enqueued
from test_interactions_resume import MortalTown

from andon.interactions.events import (
    By,
    ContactConnected,
    ContactDisconnected,
    OfferEnded,
    Outcome,
    PartyJoined,
    PartyLeft,
    TransferEnded,
    TransferHow,
    TransferReason,
    TransferWay,
)
from andon.interactions.inputs import (
    AgentAnswered,
    AgentCancels,
    AgentCompletes,
    AgentConferences,
    AgentDials,
    AgentEnded,
    AgentHangsUp,
    AgentMutes,
    AgentRejects,
    AgentSwaps,
    AgentTransfers,
    CallerEnded,
    Found,
    Stop,
    Summoned,
    Withdrawn,
)
from andon.interactions.model import Contact, Handover, Place, Stage
from andon.interactions.orders import (
    DialOut,
    Drop,
    Enter,
    Join,
    Music,
    MuteAgent,
    Park,
    Part,
    Requeue,
    RouterConversationEnded,
    RouterHeld,
    RouterSummonsEnded,
)
from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules import Books
from andon.routing.model import OfferEnd
from andon.telephony.events import RecordingStopped

pytestmark = pytest.mark.unit

FIRST, OTHER, THIRD = AGENTS[1], AGENTS[2], AGENTS[0]
OFFER = UUID(int=801)


def handover(way: TransferWay = TransferWay.CONSULT, by: UUID = FIRST, n: int = 1) -> Handover:
    return Handover(
        transfer_id=UUID(int=600 + n), by=by, way=way, reason=TransferReason.SPECIALIST, note="等了很久"
    )


def summoned(way: TransferWay = TransferWay.CONSULT) -> Summoned:
    return Summoned(
        handover=handover(way),
        offer_id=OFFER,
        agent_id=OTHER,
        queue_id=QUEUE,
        device="sip",
        ring_timeout_s=20,
        decision={},
    )


def ringing(way: TransferWay = TransferWay.CONSULT) -> Call:
    call = Call().talking()
    call.hear(summoned(way))
    return call


def consulting() -> Call:
    call = ringing()
    call.hear(AgentAnswered(call.leg))
    return call


def place(call: Call) -> Place:
    assert call.contact.second is not None
    return call.contact.second.place


def how(call: Call) -> list[TransferHow]:
    return [fact.how for fact in call.facts if isinstance(fact, TransferEnded)]


def talker(contact: Contact) -> UUID | None:
    return contact.talk.agent_id if contact.talk is not None else None


def balanced(call: Call) -> None:
    """End the call; the ledger's rules for contacts find nothing. Agents' states are the router's."""
    call.hear(CallerEnded(16))
    assert call.contact.stage is Stage.ENDED and call.ended.outcome is Outcome.SERVED
    assert [f for f in findings(call.facts, call.at) if not f.startswith("agent.")] == []


def test_a_colleague_is_asked_and_takes_the_caller_over() -> None:
    call = Call().talking()
    first = call.leg
    got = call.hear(summoned())
    assert Part(first, agent_stays=True) in got and Music(True, QUEUE) in got
    assert got[-1] == RouterHeld(True, FIRST)
    got = call.hear(AgentAnswered(call.leg))
    assert Enter(call.leg) in got and place(call) is Place.APART
    got = call.hear(AgentCompletes(FIRST))
    assert Drop(first) in got and Join(call.leg, report=False) in got and Music(False, None) in got
    assert got[-1] == RouterConversationEnded(FIRST)
    assert call.contact.stage is Stage.TALKING and talker(call.contact) == OTHER
    assert call.contact.handover == handover()
    left = call.one(PartyLeft)
    assert isinstance(left, PartyLeft) and left.how == "took_over"
    disconnected = call.one(ContactDisconnected)
    assert isinstance(disconnected, ContactDisconnected) and disconnected.transferred
    balanced(call)


def test_swap_and_three_way_move_the_legs() -> None:
    call = consulting()
    first = call.contact.talk
    assert first is not None
    second = call.leg
    got = call.hear(AgentSwaps(FIRST))
    assert [each for each in got if isinstance(each, Park | Join)] == [
        Park(second),
        Join(first.leg_id, report=False),
    ]
    assert place(call) is Place.PARKED and first.held_since is None
    got = call.hear(AgentSwaps(FIRST))
    assert Enter(second) in got and Part(first.leg_id, agent_stays=True) in got
    assert place(call) is Place.APART and first.held_since is not None
    got = call.hear(AgentConferences(FIRST))
    assert Join(first.leg_id, report=False) in got and place(call) is Place.TOGETHER
    got = call.hear(AgentMutes(OTHER, True))
    assert got[-1] == MuteAgent(second, True)
    call.hear(AgentHangsUp(FIRST))
    assert talker(call.contact) == OTHER and call.contact.talk is not None and call.contact.talk.muted
    call.hear(CallerEnded(16))
    stopped = call.one(RecordingStopped)
    assert isinstance(stopped, RecordingStopped)
    who = [(span.leg, span.agent_id, span.other_id) for span in stopped.spans[2:]]
    assert who == [
        ("agent", FIRST, None),
        ("hold", FIRST, None),
        ("agent", FIRST, None),
        ("hold", FIRST, None),
        ("conference", FIRST, OTHER),
        ("agent", OTHER, None),
    ]


@pytest.mark.parametrize("way", list(TransferWay))
@pytest.mark.parametrize(
    ("cause", "lost", "told", "offer"),
    [
        (21, False, TransferHow.REJECTED, OfferEnd.REJECTED),
        (19, False, TransferHow.TIMEOUT, OfferEnd.TIMEOUT),
        (20, False, TransferHow.UNREACHABLE, OfferEnd.UNREACHABLE),
        (16, True, TransferHow.UNREACHABLE, OfferEnd.UNREACHABLE),
        (38, False, TransferHow.FAILED, OfferEnd.FAILED),
    ],
)
def test_a_colleague_who_does_not_come_gives_the_caller_back(
    way: TransferWay, cause: int, lost: bool, told: TransferHow, offer: OfferEnd
) -> None:
    call = ringing(way)
    first = call.contact.talk
    assert first is not None
    got = call.hear(AgentEnded(call.leg, cause, lost))
    assert call.contact.stage is Stage.TALKING and talker(call.contact) == FIRST
    assert Join(first.leg_id, report=False) in got and Music(False, None) in got
    assert RouterSummonsEnded(OFFER, offer) in got and got[-1] == RouterHeld(False, FIRST)
    assert call.contact.told is not None and call.contact.told.how is told
    assert call.contact.handover is None
    balanced(call)


def test_the_router_takes_a_colleague_back_who_signs_off_that_instant() -> None:
    call = ringing(TransferWay.BLIND)
    got = call.hear(Withdrawn(OFFER, OfferEnd.ENDED))
    assert Drop(call.leg) in got and not any(isinstance(each, RouterSummonsEnded) for each in got)
    assert how(call) == [TransferHow.ENDED] and talker(call.contact) == FIRST
    balanced(call)


def test_who_was_asked_may_say_no_by_button() -> None:
    call = ringing()
    assert Drop(call.leg, 21) in call.hear(AgentRejects(OTHER))
    assert not call.hear(AgentRejects(OTHER))
    assert how(call) == [TransferHow.REJECTED]
    balanced(call)


@pytest.mark.parametrize("steps", [0, 1, 2], ids=["apart", "parked", "together"])
@pytest.mark.parametrize("leaves", ["first", "second", "caller", "first lost"])
def test_somebody_has_the_caller_whoever_leaves(steps: int, leaves: str) -> None:
    call = consulting()
    first = call.contact.talk
    assert first is not None
    second = call.leg
    call.hear(*[AgentSwaps(FIRST), AgentConferences(FIRST)][:steps])
    match leaves:
        case "first":
            call.hear(AgentEnded(first.leg_id, 16))
        case "first lost":
            call.hear(AgentEnded(first.leg_id, 44, lost=True))
        case "second":
            call.hear(AgentEnded(second, 16))
        case "caller":
            got = call.hear(CallerEnded(16))
            assert {Drop(first.leg_id), Drop(second)} <= {each for each in got if isinstance(each, Drop)}
            assert [each.agent_id for each in got if isinstance(each, RouterConversationEnded)] == [
                OTHER,
                FIRST,
            ]
            return
    assert call.contact.stage is Stage.TALKING and call.contact.second is None and not call.contact.music
    assert talker(call.contact) == (FIRST if leaves == "second" else OTHER)
    balanced(call)


@pytest.mark.parametrize("way", list(TransferWay))
def test_an_agent_who_leaves_while_it_rings_leaves_the_ring(way: TransferWay) -> None:
    call = ringing(way)
    call.hear(AgentHangsUp(FIRST))
    assert call.contact.stage is Stage.CONSULTING and talker(call.contact) is None
    call.hear(AgentAnswered(call.leg))
    assert call.contact.stage is Stage.TALKING and talker(call.contact) == OTHER
    balanced(call)


def test_with_nobody_left_the_caller_goes_to_the_head_of_the_queue() -> None:
    call = ringing(TransferWay.BLIND)
    call.hear(AgentHangsUp(FIRST))
    got = call.hear(AgentEnded(call.leg, 21))
    assert got[-1] == Requeue(QUEUE, head=True)
    call.hear(enqueued())
    assert call.contact.stage is Stage.QUEUED and call.contact.music
    assert call.contact.handover is not None  # for whoever is next
    balanced(call)


def test_an_agent_cancels_or_gives_up_waiting() -> None:
    call = ringing()
    assert Drop(call.leg) in call.hear(AgentCancels(FIRST))
    assert how(call) == [TransferHow.CANCELLED]
    ended = [fact.how for fact in call.facts if isinstance(fact, OfferEnded)]
    assert ended == ["answered", "ended"]
    balanced(call)


def test_a_queue_takes_the_caller_at_once() -> None:
    for head in (True, False):
        call = Call().talking()
        got = call.hear(AgentTransfers(handover(TransferWay.BLIND), QUEUE, head))
        assert got[-2:] == [RouterConversationEnded(FIRST), Requeue(QUEUE, head)]
        call.hear(enqueued())
        assert call.contact.stage is Stage.QUEUED and how(call) == [TransferHow.COMPLETED]
        balanced(call)


@pytest.mark.parametrize(
    ("cause", "told"),
    [(1, TransferHow.WRONG_NUMBER), (17, TransferHow.BUSY), (19, TransferHow.TIMEOUT),
     (21, TransferHow.REJECTED), (34, TransferHow.UNREACHABLE)],
)  # fmt: skip
def test_a_number_outside_that_fails_gives_the_caller_back(cause: int, told: TransferHow) -> None:
    call = Call().talking()
    got = call.hear(AgentDials(handover(TransferWay.BLIND), "13900000000", 45))
    assert DialOut(leg_id=call.leg, number="13900000000", ring_timeout_s=45) in got
    call.hear(AgentEnded(call.leg, cause))
    assert how(call) == [told] and talker(call.contact) == FIRST
    balanced(call)


def test_a_number_outside_has_the_caller_until_it_hangs_up() -> None:
    call = Call().talking()
    call.hear(AgentDials(handover(TransferWay.BLIND), "13900000000", 45), AgentAnswered(f"{call.leg[:-1]}2"))
    assert call.contact.stage is Stage.OUTSIDE and talker(call.contact) is None
    joined = call.one(PartyJoined)
    assert isinstance(joined, PartyJoined) and joined.number == "13900000000" and joined.agent_id is None
    got = call.hear(AgentEnded(call.leg, 16))
    assert call.contact.stage is Stage.AFTER and Part("", agent_stays=False) in got
    balanced(call)


def test_an_end_from_above_ends_all_three() -> None:
    call = consulting()
    got = call.hear(Stop())
    assert call.contact.stage is Stage.ENDING and how(call) == [TransferHow.ENDED]
    assert [each.agent_id for each in got if isinstance(each, RouterConversationEnded)] == [OTHER, FIRST]


def test_found_again_everybody_is_put_where_they_were() -> None:
    call = consulting()
    first = call.contact.talk
    assert first is not None
    second = call.leg
    again = Found(up=True, together=False)
    assert call.hear(again) == [Music(True, QUEUE), Enter(second)]
    assert Part(first.leg_id, agent_stays=True) in call.hear(Found(up=True, together=True))
    call.hear(AgentSwaps(FIRST))
    assert call.hear(again) == [Join(first.leg_id, report=False), Park(second)]
    call.hear(AgentConferences(FIRST))
    assert call.hear(again) == [Join(first.leg_id, report=False), Enter(second)]


def test_only_who_began_decides() -> None:
    call = consulting()
    for ask in (AgentSwaps(OTHER), AgentConferences(OTHER), AgentCompletes(OTHER), AgentCancels(THIRD)):
        assert not call.hear(ask)
    call.hear(AgentHangsUp(OTHER))
    assert how(call) == [TransferHow.HUNG_UP] and talker(call.contact) == FIRST


def test_a_chain_of_five_talks_once_with_each() -> None:
    call = Call().talking()
    people = [UUID(int=n) for n in range(101, 107)]
    people.remove(FIRST)
    people.insert(0, FIRST)
    for n, (by, to) in enumerate(itertools.pairwise(people), 1):
        ring = Summoned(
            handover=handover(TransferWay.BLIND, by, n),
            offer_id=UUID(int=800 + n),
            agent_id=to,
            queue_id=QUEUE,
            device="sip",
            ring_timeout_s=20,
            decision={},
        )
        call.hear(ring, AgentAnswered(f"a-{call.contact.contact_id.hex}-{n + 1}"), after_ms=1000)
    talked = Counter(f.agent_id for f in call.facts if isinstance(f, ContactConnected))
    assert talked == Counter(people)
    by = [f.by for f in call.facts if isinstance(f, ContactDisconnected)]
    assert by == [By.AGENT] * 5
    balanced(call)


def false_book(call: Call, kind: str, change: Callable[[Row], Row | None]) -> list[str]:
    """What the rules find when every row of this kind is changed or left out; agents' states aside."""
    books = Books()
    changed = [change(row) if row.kind == kind else row for row in rows(call.facts)]
    books.take_all(row for row in changed if row is not None)
    books.close(call.at)
    return [found.rule for found in books.findings if not found.rule.startswith("agent.")]


@pytest.mark.parametrize("kind", ["transfer.asked", "transfer.ended", "party.joined", "party.left"])
def test_a_false_book_is_found(kind: str) -> None:
    call = consulting()
    call.hear(AgentCompletes(FIRST), CallerEnded(16))
    assert false_book(call, kind, lambda row: row) == []
    assert "transfer.pairs" in false_book(call, kind, lambda row: None)
    spans = {"transfer.ended": "lasted_ms", "party.left": "joined_ms"}
    if kind in spans:
        name = spans[kind]
        longer = false_book(call, kind, lambda row: replace(row, data=row.data | {name: row.data[name] + 50}))
        assert "transfer.pairs" in longer
    other = false_book(call, "party.left", lambda row: replace(row, agent_id=str(THIRD)))
    assert "transfer.pairs" in other


class BusyTown(Town):
    """A town whose agents do little else than pass callers on and ask each other; some have time for it."""

    staff = 9

    def something(self, contacts: list[Contact]) -> None:
        super().something(contacts)
        for agent in self.agents:
            card = self.floor.contact_of(agent)
            if card is None or card.talk is None:
                continue
            second = card.second
            rings = second is not None and second.place is Place.RINGING
            if second is not None and not rings and self.dice.random() < 0.3:
                self.floor.feed(card, AgentCompletes(agent))
            elif self.dice.random() < (0.1 if rings else 0.5):  # whoever is called needs time to come
                self.dice.choice(self.control(agent, card))()
        for contact in self.floor.contacts.values():
            somebody = contact.talk is not None or contact.second is not None
            assert somebody is (
                contact.stage
                in {
                    Stage.TALKING,
                    Stage.HELD,
                    Stage.CONSULTING,
                    Stage.AWAY,
                    Stage.OUTSIDE,
                    Stage.RETURNING,
                    Stage.INSIDE,
                }
            ), contact.stage


class BusyMortalTown(BusyTown, MortalTown):
    """The same with cores that die."""


@pytest.mark.parametrize("make", [BusyTown, BusyMortalTown])
@settings(max_examples=20, deadline=None)
@example(seed=1163)  # the caller was speaking a message when the agent took the call back; then all shut down
@given(seed=st.integers(0, 2**32))
def test_books_balance_whatever_agents_do_to_callers(make: type[Town], seed: int) -> None:
    with capture_logs() as logs:
        town, _ = play(seed, 120, make)
    assert not [entry for entry in logs if entry["log_level"] in {"error", "critical"}]
    books = judged(town.facts, town.floor.now())
    assert [f"{f.rule}: {f.text}" for f in books.findings if f.rule != "recording.kept"] == []
    assert not [leg for leg, alive in town.legs.items() if alive]


def test_chance_meets_every_end_of_a_transfer() -> None:
    seen: Counter[str] = Counter()
    for seed in range(60):
        town, _ = play(seed, 200, BusyTown)
        seen.update(str(f.how) for f in town.facts if isinstance(f, TransferEnded | PartyLeft))
    assert seen.keys() >= {how.value for how in TransferHow} - {"wrong_number", "failed", "timeout"} | {
        "took_over"
    }
