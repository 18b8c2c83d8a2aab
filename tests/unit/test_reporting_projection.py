"""Facts in, rows out: the call as it should be, calls cut short, and facts applied twice."""

import copy
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from andon.interactions import events as ix
from andon.kit.journal import Fact, Record
from andon.reporting.model import Shelf
from andon.reporting.projection import needs, project
from andon.routing import events as rt
from andon.telephony import events as tp

pytestmark = pytest.mark.unit

T0 = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TENANT, CLIENT, PROJECT, QUEUE, AGENT, CONTACT = (UUID(int=n) for n in range(1, 7))
OFFER, RECORDING = UUID(int=20), UUID(int=21)


class Journal:
    """Makes records: `add(kind, seconds after T0, …)`."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def add(self, fact: type[Fact], at_s: float, **fields: Any) -> None:
        envelope: dict[str, Any] = {
            "at": T0 + timedelta(seconds=at_s),
            "tenant_id": TENANT,
            "client_id": CLIENT,
            "project_id": PROJECT,
            "contact_id": CONTACT,
        }
        seq = len(self.records) + 1
        self.records.append(Record(seq=seq, id=UUID(int=1000 + seq), fact=fact(**envelope | fields)))


def arrive(journal: Journal) -> None:
    journal.add(
        ix.ContactArrived,
        0,
        medium="voice",
        direction="inbound",
        caller="13800001111",
        caller_raw="13800001111",
        dnis="95001",
        node="n1",
        channel_id="c-1",
    )


def whole_call() -> list[Record]:
    j = Journal()
    arrive(j)
    j.add(ix.ContactIdentified, 0.1, customer_id=UUID(int=30), tier="gold", matched_by="phone")
    j.add(ix.FlowEntered, 0.1, flow_id=UUID(int=31), flow_version=3)
    j.add(tp.RecordingStarted, 0.2, recording_id=RECORDING, channel_id="c-1")
    j.add(ix.ContactQueued, 10, queue_id=QUEUE, priority=1, position=1)
    j.add(ix.OfferMade, 11, agent_id=AGENT, offer_id=uuid4(), queue_id=QUEUE, device="browser", decision={})
    first = j.records[-1].fact
    assert isinstance(first, ix.OfferMade)
    j.add(ix.OfferEnded, 31, offer_id=first.offer_id, queue_id=QUEUE, how="timeout", rang_ms=20_000)
    j.add(ix.OfferMade, 32, agent_id=AGENT, offer_id=OFFER, queue_id=QUEUE, device="browser", decision={})
    j.add(ix.OfferEnded, 35, offer_id=OFFER, queue_id=QUEUE, how="answered", rang_ms=3_000)
    j.add(ix.ContactDequeued, 35, queue_id=QUEUE, how="answered", waited_ms=25_000)
    j.add(ix.ContactConnected, 35, agent_id=AGENT, queue_id=QUEUE, offer_id=OFFER, waited_ms=25_000)
    j.add(ix.ContactDisconnected, 95, agent_id=AGENT, by=ix.By.AGENT, talked_ms=60_000, held_ms=10_000)
    j.add(ix.SurveyAsked, 96, survey="csat")
    j.add(ix.SurveyAnswered, 99, survey="csat", score=5)
    span = tp.RecordingSpan(leg="flow", from_ms=0, to_ms=99_800)
    j.add(tp.RecordingStopped, 100, recording_id=RECORDING, total_ms=99_800, spans=[span])
    j.add(ix.ContactEnded, 100, outcome=ix.Outcome.SERVED, by=ix.By.SYSTEM, sip_cause=16, total_ms=100_000)
    j.add(
        tp.RecordingStored,
        101,
        recording_id=RECORDING,
        path="2026/03/02/x.wav",
        audio_ms=99_780,
        size=9,
        sha256="00",
    )
    j.add(ix.WrapUpSubmitted, 110, agent_id=AGENT, reason_id=UUID(int=40), resolved=True)
    return j.records


def shelf_of(records: list[Record]) -> Shelf:
    shelf = Shelf()
    project(shelf, records)
    return shelf


def test_a_served_call_ends_on_one_row_with_all_its_parts() -> None:
    shelf = shelf_of(whole_call())
    contact = shelf.contacts[CONTACT]
    assert (contact.outcome, contact.ended_by, contact.total_ms) == ("served", "system", 100_000)
    assert (contact.client_id, contact.project_id, contact.tier) == (CLIENT, PROJECT, "gold")
    assert (contact.queue_id, contact.queue_how, contact.visits, contact.waited_ms) == (
        QUEUE,
        "answered",
        1,
        25_000,
    )
    assert (contact.agent_id, contact.offers, contact.answer_wait_ms) == (AGENT, 2, 25_000)
    assert (contact.talked_ms, contact.held_ms, contact.disconnected_by) == (60_000, 10_000, "agent")
    assert (contact.survey_score, contact.recording_id, contact.resolved) == (5, RECORDING, True)
    assert [offer.how for offer in shelf.offers.values()] == ["timeout", "answered"]
    recording = shelf.recordings[RECORDING]
    assert (recording.path, recording.total_ms, recording.contact_id) == ("2026/03/02/x.wav", 99_800, CONTACT)
    assert recording.spans == [
        {"leg": "flow", "from_ms": 0, "to_ms": 99_800, "agent_id": None, "other_id": None}
    ]
    (survey,) = shelf.surveys.values()
    assert (survey.agent_id, survey.queue_id, survey.score) == (AGENT, QUEUE, 5)


def test_what_an_interrupted_contact_left_open_ends_with_it() -> None:
    j = Journal()
    arrive(j)
    j.add(ix.ContactQueued, 10, queue_id=QUEUE, priority=1, position=1)
    j.add(ix.OfferMade, 12, agent_id=AGENT, offer_id=OFFER, queue_id=QUEUE, device="browser", decision={})
    j.add(ix.ContactEnded, 15, outcome=ix.Outcome.INTERRUPTED, by=ix.By.SYSTEM, sip_cause=41, total_ms=15_000)
    shelf = shelf_of(j.records)
    (visit,) = shelf.visits.values()
    assert (visit.how, visit.waited_ms) == ("ended", 5_000)
    assert (shelf.offers[OFFER].how, shelf.offers[OFFER].rang_ms) == ("ended", 3_000)
    assert shelf.contacts[CONTACT].queue_how == "ended"


def test_two_visits_to_queues_are_two_rows_and_one_contact() -> None:
    j = Journal()
    arrive(j)
    j.add(ix.ContactQueued, 10, queue_id=QUEUE, priority=1, position=1)
    j.add(ix.ContactDequeued, 40, queue_id=QUEUE, how="timeout", waited_ms=30_000)
    other = UUID(int=50)
    j.add(ix.ContactQueued, 41, queue_id=other, priority=1, position=1)
    j.add(ix.ContactDequeued, 46, queue_id=other, how="abandoned", waited_ms=5_000)
    shelf = shelf_of(j.records)
    contact = shelf.contacts[CONTACT]
    assert [v.how for v in shelf.visits.values()] == ["timeout", "abandoned"]
    assert (contact.visits, contact.queue_id, contact.queue_how, contact.waited_ms) == (
        2,
        other,
        "abandoned",
        35_000,
    )
    assert contact.queued_at == T0 + timedelta(seconds=10)


def test_voicemail_and_missing_recording() -> None:
    j = Journal()
    arrive(j)
    j.add(ix.VoicemailLeft, 30, voicemail_ms=12_000)
    j.add(tp.RecordingIncomplete, 31, recording_id=RECORDING, missing_ms=500, why="disk_full")
    j.add(ix.ContactEnded, 31, outcome=ix.Outcome.VOICEMAIL, by=ix.By.CALLER, sip_cause=16, total_ms=31_000)
    shelf = shelf_of(j.records)
    assert shelf.voicemails[CONTACT].voicemail_ms == 12_000
    assert (shelf.recordings[RECORDING].missing_ms, shelf.recordings[RECORDING].missing_why) == (
        500,
        "disk_full",
    )


def shift() -> list[Record]:
    j = Journal()
    state = rt.AgentState
    of_agent: dict[str, Any] = {"agent_id": AGENT, "client_id": None, "project_id": None, "contact_id": None}
    j.add(rt.AgentSignedIn, 0, device="browser", **of_agent)
    spans = [(state.NOT_READY, 0), (state.READY, 60), (state.RINGING, 100), (state.TALKING, 103)]
    spans += [(state.ACW, 163), (state.READY, 193), (state.OFFLINE, 253)]
    before, since = state.OFFLINE, 0
    for now, at in spans:
        busy = now in (state.RINGING, state.TALKING, state.ACW)
        j.add(
            rt.AgentStateChanged,
            at,
            **of_agent | {"contact_id": CONTACT if busy else None},
            state=now,
            previous=before,
            previous_ms=(at - since) * 1000,
            by="self",
            why="asked",
        )
        before, since = now, at
    j.add(rt.AgentSignedOut, 253, by="self", why="asked", **of_agent)
    return j.records


def test_an_agents_spans_follow_each_other_without_a_gap() -> None:
    rows = sorted(shelf_of(shift()).states.values(), key=lambda row: row.seq)
    assert [(row.state, row.lasted_ms) for row in rows] == [
        ("not_ready", 60_000),
        ("ready", 40_000),
        ("ringing", 3_000),
        ("talking", 60_000),
        ("acw", 30_000),
        ("ready", 60_000),
    ]
    for one, two in itertools.pairwise(rows):
        assert one.ended_at == two.started_at
    assert rows[4].contact_id == CONTACT


def test_wrap_up_counts_for_its_contact_once_it_is_over() -> None:
    both = whole_call() + [
        Record(seq=record.seq + 100, id=UUID(int=5000 + record.seq), fact=record.fact) for record in shift()
    ]
    assert shelf_of(both[:-3]).contacts[CONTACT].acw_ms is None
    assert shelf_of(both).contacts[CONTACT].acw_ms == 30_000


def test_taking_over_a_session_ends_no_state_and_signing_in_anew_does() -> None:
    records = shift()[:3]
    records.append(
        Record(
            seq=50,
            id=uuid4(),
            fact=rt.AgentSignedIn(
                at=T0 + timedelta(seconds=90),
                tenant_id=TENANT,
                agent_id=AGENT,
                device="browser",
                took_over=True,
            ),
        )
    )
    assert [row.ended_at for row in shelf_of(records).states.values()][-1] is None


@pytest.mark.parametrize("make", [whole_call, shift])
@given(data=st.data())
def test_in_any_batches_and_however_often_the_rows_are_the_same(
    make: Callable[[], list[Record]], data: st.DataObject
) -> None:
    """Cut anywhere into batches, each loaded anew, any prefix replayed: the same rows."""
    records = make()
    expected = shelf_of(records)
    shelf = Shelf()
    at = 0
    while at < len(records):
        step = data.draw(st.integers(1, len(records) - at))
        back = data.draw(st.integers(0, at))
        batch = records[at - back : at + step]
        shelf = copy.deepcopy(shelf)
        changes = project(shelf, batch)
        wanted = needs(batch)
        for row in changes.rows:
            contact = getattr(row, "contact_id", None)
            agent = getattr(row, "agent_id", None)
            recording = getattr(row, "recording_id", None)
            assert contact in wanted.contacts or agent in wanted.agents or recording in wanted.recordings
        at += step
    assert shelf == expected


def test_changes_name_what_live_pages_must_look_at() -> None:
    changes = project(Shelf(), whole_call())
    assert changes.queues == {QUEUE} and changes.agents == {AGENT}
    assert changes.contacts == {CONTACT} and changes.projects == {PROJECT}


def test_facts_of_no_interest_change_nothing() -> None:
    j = Journal()
    j.add(ix.FlowNodePassed, 1, node="n", node_type="play")
    j.add(tp.EngineUp, 1, node="n1", engine="22", contact_id=None)
    assert project(Shelf(), j.records).rows == []
    assert needs(j.records).contacts == set()
