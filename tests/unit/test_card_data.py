"""Card data: nobody keeps it, nobody overhears it, and it is never forgotten."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from interactions_books import findings, rows
from test_call_control import handover
from test_interactions_machine import AGENTS, TAPE, Call
from test_supervising import T0, session

from andon.entrypoints.core_recovery import close_contact
from andon.interactions.card.events import CardBegan, CardEnd, CardEnded, Source
from andon.interactions.events import TransferWay
from andon.interactions.inputs import (
    AgentAnswered,
    AgentCard,
    AgentDials,
    AgentEnded,
    AgentHangsUp,
    AgentHolds,
    AgentLeavesAlone,
    AgentRetrieves,
    AgentSends,
    AgentTransfers,
    AskCard,
    AskTape,
    CallerEnded,
    CallerKey,
    CardTimeUp,
    FlowBegins,
    Found,
    Interrupted,
    Joined,
    SpeechEnded,
    TapeRuns,
)
from andon.interactions.machine.card import CARD_TIMER
from andon.interactions.model import Stage
from andon.interactions.monitor import model as m
from andon.interactions.monitor.events import Mode, MonitorStarted
from andon.interactions.monitor.machine import step
from andon.interactions.orders import Join, Music, Part, SetTimer, Silence, Speak, StopSpeaking
from andon.interactions.ports import Prompt
from andon.reporting.ledger.rules import Books
from andon.telephony.events import RecordingStopped

pytestmark = pytest.mark.unit

AGENT = AGENTS[1]
BEGIN = AgentCard(AGENT, True, Source.BUTTON, 60)
END = AgentCard(AGENT, False, Source.BUTTON, 60)


def taking(source: Source = Source.BUTTON) -> Call:
    call = Call().talking()
    call.hear(msgspec.structs.replace(BEGIN, source=source))
    return call


def ended(call: Call) -> CardEnded:
    [fact] = [fact for fact in call.facts if isinstance(fact, CardEnded)]
    return fact


def test_while_it_lasts_the_recording_is_silent_and_keys_are_only_counted() -> None:
    call = Call().talking()
    began, *orders = call.hear(BEGIN)
    assert isinstance(began, CardBegan) and began.until == call.at + timedelta(seconds=60)
    assert orders == [Silence(True), SetTimer(CARD_TIMER, 60)]
    assert call.hear(BEGIN) == [] and call.hear(CallerKey("4"), CallerKey("2")) == []
    _, *orders = call.hear(END, after_ms=4000)
    assert orders == [Silence(False), SetTimer(CARD_TIMER, None)]
    fact = ended(call)
    assert (fact.how, fact.keys, fact.private_ms, fact.began_at) == (CardEnd.RESUMED, 2, 4030, began.at)
    assert "42" not in str(call.effects) and "'4'" not in str(call.effects)
    call.hear(CallerEnded(16))
    [tape] = [fact for fact in call.facts if isinstance(fact, RecordingStopped)]
    assert [span.leg for span in tape.spans][-3:] == ["agent", "card", "agent"]
    assert findings(call.facts, call.at, partial=True) == []


def away(call: Call) -> None:
    call.hear(AgentSends(handover(by=AGENT), UUID(int=77)))


@pytest.mark.parametrize(
    ("happens", "how"),
    [
        (lambda call: call.hear(CardTimeUp()), CardEnd.LIMIT),
        (lambda call: call.hear(AgentHangsUp(AGENT)), CardEnd.CALL_OVER),
        (lambda call: call.hear(CallerEnded(16)), CardEnd.CALL_OVER),
        (lambda call: call.hear(Interrupted()), CardEnd.CALL_OVER),
        (lambda call: call.hear(AgentDials(handover(by=AGENT), "13900000000", 45)), CardEnd.PASSED_ON),
        (away, CardEnd.PASSED_ON),
        (
            lambda call: call.hear(AgentTransfers(handover(TransferWay.BLIND, AGENT), UUID(int=6), True)),
            CardEnd.CALL_OVER,
        ),
    ],
    ids=["limit", "agent", "caller", "interrupted", "consult", "flow", "transfer"],
)
def test_whatever_happens_it_is_over(happens: Callable[[Call], object], how: CardEnd) -> None:
    call = taking()
    happens(call)
    assert call.contact.card is None and ended(call).how is how
    assert Silence(False) in call.effects
    call.hear(CallerEnded(16))
    assert findings(call.facts, call.at, partial=True) == []


def test_leaving_a_field_ends_what_the_field_began_and_not_what_was_begun_by_hand() -> None:
    left = AgentCard(AGENT, False, Source.FIELD, 60)
    by_field, by_hand = taking(Source.FIELD), taking()
    by_field.hear(left)
    by_hand.hear(left)
    assert ended(by_field).how is CardEnd.FIELD_LEFT and by_hand.contact.card is not None
    by_hand.hear(AgentCard(AGENTS[2], False, Source.BUTTON, 60))  # somebody else's wish
    assert by_hand.contact.card is not None


def test_it_outlives_hold_a_lost_device_and_the_core() -> None:
    call = taking()
    call.hear(AgentHolds(AGENT), AgentRetrieves(AGENT), AgentEnded(call.leg, 44, lost=True))
    assert call.contact.card is not None
    call.hear(AgentAnswered(call.leg))
    call.hear(Joined(call.leg))
    assert call.contact.card is not None
    again = call.hear(Found(up=True, together=True))
    assert Silence(True) in again


ALONE = AgentLeavesAlone(AGENT, 60)


def test_a_key_or_the_end_cuts_the_words_that_say_what_to_key() -> None:
    """Before anything else of that step: the engine takes nobody into a bridge while something is played."""
    by_key, by_agent, by_consulting = (Call().talking() for _ in range(3))
    for call, heard, then in (
        (by_key, CallerKey("4"), [Music(True, by_key.contact.queue_id)]),
        (by_agent, AgentRetrieves(AGENT), [Join(by_agent.leg, report=False)]),
        (by_consulting, AgentDials(handover(by=AGENT), "13900000000", 45), []),
    ):
        call.hear(ALONE)
        token = call.contact.playing
        first, *rest = call.hear(heard)
        assert first == StopSpeaking(token) and call.contact.playing == 0
        assert all(each in rest for each in then)
        assert call.contact.music is (call is not by_agent)
        assert call.hear(SpeechEnded(token)) == []


def test_the_caller_keys_alone_until_the_hash_key() -> None:
    call = Call().talking()
    effects = call.hear(ALONE)
    assert Silence(True) in effects and Part(call.leg, agent_stays=True) in effects
    assert call.contact.stage is Stage.HELD and call.contact.apart
    assert Speak(call.contact.playing, [Prompt("key_card", "zh")]) in effects and not call.contact.music
    assert call.hear(SpeechEnded(call.contact.playing)) == [Music(True, call.contact.queue_id)]
    call.hear(CallerKey("4"), CallerKey("1"))
    assert call.contact.card is not None and call.contact.card.keys == 2
    effects = call.hear(CallerKey("#"))
    assert Join(call.leg, report=False) in effects and Silence(False) in effects
    assert call.contact.stage is Stage.TALKING and not call.contact.apart
    assert (ended(call).how, ended(call).keys) == (CardEnd.COLLECTED, 2)
    call.hear(CallerEnded(16))
    assert findings(call.facts, call.at, partial=True) == []


def test_an_agent_who_was_lost_meanwhile_is_not_let_in() -> None:
    call = taking()
    call.hear(ALONE, AgentEnded(call.leg, 44, lost=True))
    assert call.contact.stage is Stage.RETURNING and call.contact.apart
    call.hear(AgentAnswered(call.leg))
    effects = call.hear(Joined(call.leg))
    assert call.contact.stage is Stage.HELD and Part(call.leg, agent_stays=True) in effects
    effects = call.hear(AgentRetrieves(AGENT))  # comes back for the rest of it
    assert call.contact.stage is Stage.TALKING and not call.contact.apart and call.contact.card is not None
    call.hear(ALONE)
    call.hear(CardTimeUp())
    assert call.contact.stage is Stage.TALKING and ended(call).how is CardEnd.LIMIT
    call.hear(CallerEnded(16))
    assert findings(call.facts, call.at, partial=True) == []


def test_a_flow_has_its_own_that_ends_with_its_node_or_its_call() -> None:
    call = Call()
    call.hear(FlowBegins(), AskTape(TAPE), TapeRuns(TAPE), AskCard(True))
    assert [type(one) for one in call.effects[-2:]] == [CardBegan, Silence]
    assert call.hear(END) == []  # no agent is there
    call.hear(AskCard(False), after_ms=700)
    assert ended(call).how is CardEnd.COLLECTED
    call.hear(AskCard(True), CallerEnded(16))
    *_, last = [fact for fact in call.facts if isinstance(fact, CardEnded)]
    assert last.how is CardEnd.CALL_OVER
    [tape] = [fact for fact in call.facts if isinstance(fact, RecordingStopped)]
    assert [span.leg for span in tape.spans] == ["flow", "card", "flow", "card"]
    assert findings(call.facts, call.at, partial=True) == []


def test_a_core_that_dies_meanwhile_leaves_true_books() -> None:
    call = taking()
    at = call.at + timedelta(seconds=3)
    facts = [*call.facts, *close_contact(call.facts, at)]
    assert [fact.how for fact in facts if isinstance(fact, CardEnded)] == [CardEnd.CALL_OVER]
    assert findings(facts, at, partial=True) == []


def test_the_ledger_sees_card_data_that_is_on_the_recording() -> None:
    call = taking()
    call.hear(END, after_ms=4000)
    call.hear(CallerEnded(16))
    bent = []
    for row in rows(call.facts):
        if row.kind == "recording.stopped":
            spans = [{**span, "leg": "agent"} for span in row.data["spans"]]
            row = msgspec.structs.replace(row, data={**row.data, "spans": spans})
        bent.append(row)
    books = Books()
    books.take_all(bent)
    assert [finding.rule for finding in books.findings] == ["card.pairs"]


@pytest.mark.parametrize("mode", [Mode.LISTEN, Mode.WHISPER, Mode.BARGE_IN])
def test_a_supervisor_is_put_away_and_back(mode: Mode) -> None:
    monitor = session(mode)
    step(monitor, m.LegUp(), T0)
    step(monitor, m.Placed(mode), T0)
    assert step(monitor, m.Deafened(True), T0) == [m.Deafen()]
    assert step(monitor, m.Wanted(Mode.LISTEN), T0) == []  # later
    assert step(monitor, m.Deafened(False), T0) == [m.Place(Mode.LISTEN)]
    got = step(monitor, m.Placed(Mode.LISTEN), T0 + timedelta(seconds=1))
    assert len(got) == (mode is not Mode.LISTEN)  # back where they were is no change


def test_a_supervisor_who_comes_meanwhile_hears_nothing_yet_and_may_take_over() -> None:
    monitor = session()
    step(monitor, m.Deafened(True), T0)
    assert step(monitor, m.LegUp(), T0) == []
    assert step(monitor, m.Deafened(False), T0) == [m.Place(Mode.LISTEN)]
    [started] = step(monitor, m.Placed(Mode.LISTEN), T0)
    assert isinstance(started, MonitorStarted)
    step(monitor, m.Deafened(True), T0)
    assert step(monitor, m.Wanted(Mode.TAKE_OVER), T0) == [m.Place(Mode.TAKE_OVER)]
