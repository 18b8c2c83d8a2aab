"""The ledger's rules: a true book is clean, and every single falsification of it is found."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from andon.reporting.ledger.model import Row, WitnessCall
from andon.reporting.ledger.rules import RULES, Books
from andon.reporting.ledger.witness import compare

pytestmark = pytest.mark.unit

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NOW = START + timedelta(hours=2)


class Book:
    """Writes rows as the core would: one instant a step, spans from the instants."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.ms = 0
        self.states: dict[str, tuple[str, int]] = {}

    def at(self, ms: int) -> datetime:
        return START + timedelta(milliseconds=ms)

    def add(self, kind: str, contact: str | None = None, agent: str | None = None, **data: Any) -> None:
        row = Row(
            seq=len(self.rows) + 1,
            at=self.at(self.ms),
            kind=kind,
            contact_id=contact,
            agent_id=agent,
            data=data,
        )
        self.rows.append(row)

    def state(self, agent: str, state: str) -> None:
        previous, since = self.states.get(agent, ("offline", self.ms))
        self.add("agent.state", agent=agent, state=state, previous=previous, previous_ms=self.ms - since)
        self.states[agent] = (state, self.ms)


def served_call(book: Book, contact: str, agent: str, waits: list[int]) -> None:
    """A recorded call: queue, one refused offer, talk with hold, wrap-up; `waits` are the gaps in ms."""
    gap = iter(waits)
    begin = book.ms
    rec = f"rec-{contact}"
    book.add("contact.arrived", contact, channel_id=f"chan-{contact}")
    book.ms += next(gap)
    recording = book.ms
    book.add("recording.started", contact, recording_id=rec, channel_id=f"chan-{contact}")
    book.ms += next(gap)
    queued = book.ms
    book.add("contact.queued", contact, queue_id="q", priority=1, position=1)
    for how in ("rejected", "answered"):
        offer = f"offer-{contact}-{how}"
        made = book.ms
        book.add("offer.made", contact, agent, offer_id=offer, queue_id="q", device="sip", decision={})
        book.state(agent, "ringing")
        book.ms += next(gap)
        book.add("offer.ended", contact, agent, offer_id=offer, queue_id="q", how=how, rang_ms=book.ms - made)
        if how == "rejected":
            book.state(agent, "not_ready")
            book.ms += 5
            book.state(agent, "ready")
    book.add("contact.dequeued", contact, queue_id="q", how="answered", waited_ms=book.ms - queued)
    book.add("contact.connected", contact, agent, queue_id="q", offer_id=offer, waited_ms=book.ms - queued)
    book.state(agent, "talking")
    talk = book.ms
    book.ms += next(gap)
    hold = book.ms
    book.add("contact.held", contact, agent)
    book.state(agent, "held")
    watched: dict[str, Any] = {"monitor_id": f"monitor-{contact}", "supervisor_id": "chief"}
    wish: dict[str, Any] = {"follow_id": f"follow-{contact}", "supervisor_id": "chief"}
    book.add("follow.began", None, agent, **wish, calls=1)
    book.add("monitor.started", contact, agent, **watched, mode="listen", follow_id=wish["follow_id"])
    book.add("follow.ended", None, agent, **wish, left=0, why="done")
    book.ms += next(gap)
    held = book.ms - hold
    book.add("contact.retrieved", contact, agent, held_ms=held)
    book.state(agent, "talking")
    spent: dict[str, Any] = {"previous": "listen", "previous_ms": book.ms - hold}
    book.add("monitor.mode", contact, agent, **watched, mode="whisper", **spent)
    retrieved = book.ms
    book.ms += next(gap)
    spent = {"previous_ms": book.ms - retrieved, "total_ms": book.ms - hold}
    book.add("monitor.ended", contact, agent, **watched, mode="whisper", **spent, why="asked")
    book.add("contact.disconnected", contact, agent, by="agent", talked_ms=book.ms - talk, held_ms=held)
    book.state(agent, "acw")
    book.ms += next(gap)
    total = book.ms - recording
    spans = [
        {"leg": "flow", "from_ms": 0, "to_ms": talk - recording},
        {"leg": "agent", "from_ms": talk - recording, "to_ms": total, "agent_id": agent},
    ]
    book.add("recording.stopped", contact, recording_id=rec, total_ms=total, spans=spans)
    book.add("contact.ended", contact, outcome="served", by="caller", total_ms=book.ms - begin)
    book.ms += 40
    book.add("recording.stored", contact, recording_id=rec, path="x.wav", audio_ms=total - 20, sha256="0")
    book.state(agent, "ready")


def returned_call(book: Book, agent: str) -> None:
    """A caller keeps the place while hanging up and is called back."""
    begin = book.ms
    book.add("contact.arrived", "c3", channel_id="chan-c3")
    book.ms += 300
    book.add("contact.queued", "c3", queue_id="q", priority=1, position=1)
    book.ms += 800
    book.add("contact.dequeued", "c3", queue_id="q", how="callback_kept", waited_ms=800)
    kept = book.ms
    expires_at = book.at(book.ms + 3_600_000).isoformat()
    book.add("callback.kept", "c3", queue_id="q", position=1, expires_at=expires_at)
    book.ms += 100
    book.add("contact.ended", "c3", outcome="callback_kept", by="system", total_ms=book.ms - begin)
    book.ms += 5000
    begin = book.ms
    book.add("contact.arrived", "c4", channel_id="", callback_of="c3")
    book.add("offer.made", "c4", agent, offer_id="o4", queue_id="q", device="sip", decision={})
    book.state(agent, "ringing")
    book.ms += 700
    book.add("callback.dialled", "c4", agent, channel_id="chan-c4")
    book.ms += 4000
    book.add("offer.ended", "c4", agent, offer_id="o4", queue_id="q", how="answered", rang_ms=4700)
    book.add("contact.connected", "c4", agent, queue_id="q", offer_id="o4", waited_ms=0)
    book.state(agent, "talking")
    book.ms += 6000
    book.add("contact.disconnected", "c4", agent, by="caller", talked_ms=6000, held_ms=0)
    book.state(agent, "acw")
    book.add("contact.ended", "c4", outcome="served", by="caller", total_ms=book.ms - begin)
    waited_ms = book.ms - kept
    book.add("callback.ended", "c3", how="served", attempts=1, waited_ms=waited_ms, returned_id="c4")
    book.ms += 900
    book.state(agent, "ready")


def called_out(book: Book, agent: str) -> None:
    """An agent calls a number that is engaged, then, by the own mobile, somebody who answers."""
    begin = book.ms
    book.add("contact.arrived", "c7", channel_id="", direction="outbound")
    book.state(agent, "dialing")
    book.ms += 150
    book.add("outbound.dialled", "c7", agent, number="138", channel_id="chan-c7")
    book.ms += 2000
    book.add("contact.ended", "c7", outcome="callee_busy", by="system", total_ms=book.ms - begin)
    book.state(agent, "ready")
    book.ms += 400
    begin = book.ms
    book.add("contact.arrived", "c8", channel_id="", direction="outbound")
    book.state(agent, "dialing")
    mobile: dict[str, Any] = {"channel_id": "a-c8-1"}
    book.add("mobile.dialled", "c8", agent, **mobile, trunk_id="t")
    book.ms += 150
    book.add("outbound.dialled", "c8", agent, number="139", channel_id="chan-c8")
    book.ms += 5000
    book.add("contact.connected", "c8", agent, queue_id=None, offer_id="c8", waited_ms=0)
    book.state(agent, "talking")
    book.ms += 7000
    book.add("contact.disconnected", "c8", agent, by="agent", talked_ms=7000, held_ms=0)
    book.state(agent, "acw")
    book.add("contact.ended", "c8", outcome="served", by="agent", total_ms=book.ms - begin)
    book.ms += 30
    spent = book.ms - begin
    book.add("mobile.ended", "c8", agent, **mobile, how="accepted", accepted_ms=150, total_ms=spent)
    book.ms += 800
    book.state(agent, "ready")


def torn_call(book: Book) -> None:
    """A caller waits when the engine dies, is owed a call, and calls again first."""
    begin = book.ms
    book.add("contact.arrived", "c5", channel_id="chan-c5")
    book.ms += 200
    book.add("contact.queued", "c5", queue_id="q", priority=1, position=1)
    book.ms += 900
    book.add("contact.dequeued", "c5", queue_id="q", how="ended", waited_ms=900)
    expires_at = book.at(book.ms + 3_600_000).isoformat()
    book.add("callback.kept", "c5", queue_id="q", position=1, expires_at=expires_at, why="interrupted")
    book.add("contact.ended", "c5", outcome="interrupted", by="system", total_ms=book.ms - begin)
    book.ms += 7000
    book.add("callback.ended", "c5", how="called_again", attempts=0, waited_ms=7000)


def parked_call(book: Book, agent: str) -> None:
    """An agent parks a caller and picks them up again."""
    served: dict[str, Any] = {"queue_id": "q", "offer_id": "o9"}
    begin = book.ms
    book.add("contact.arrived", "c9", channel_id="chan-c9")
    book.add("contact.queued", "c9", queue_id="q", priority=1, position=1)
    book.add("offer.made", "c9", agent, offer_id="o9", queue_id="q", device="sip", decision={})
    book.state(agent, "ringing")
    book.ms += 900
    book.add("offer.ended", "c9", agent, **served, how="answered", rang_ms=900)
    book.add("contact.dequeued", "c9", queue_id="q", how="answered", waited_ms=900)
    book.add("contact.connected", "c9", agent, **served, waited_ms=900)
    book.state(agent, "talking")
    book.ms += 4000
    book.add("card.began", "c9", agent, source="button", until=None)
    taken = {"source": "button", "how": "resumed", "began_at": book.at(book.ms).isoformat(), "keys": 0}
    book.ms += 1500
    book.add("card.ended", "c9", agent, **taken, private_ms=1500)
    book.add("contact.disconnected", "c9", agent, by="agent", talked_ms=5500, held_ms=0)
    book.add("contact.parked", "c9", agent, slot=1, queue_id="q")
    book.state(agent, "acw")
    book.ms += 2000
    book.state(agent, "dialing")
    book.ms += 300
    book.add("contact.unparked", "c9", agent, slot=1, queue_id="q", how="picked_up", parked_ms=2300)
    book.add("contact.connected", "c9", agent, queue_id="q", offer_id="o9b", waited_ms=0)
    book.state(agent, "talking")
    book.ms += 3000
    book.add("contact.disconnected", "c9", agent, by="caller", talked_ms=3000, held_ms=0)
    book.state(agent, "acw")
    book.add("contact.ended", "c9", outcome="served", by="caller", total_ms=book.ms - begin)
    book.ms += 700
    book.state(agent, "ready")
    book.add("break.asked", agent=agent, reason_id=None, why="at_once", taken_ms=0, until=None)
    book.ms += 800
    book.add("break.answered", agent=agent, how="refused", by_id="chief", waited_ms=800)


def a_day(waits: list[int], *, returned: bool = False) -> Book:
    book = Book()
    book.add("core.started", version_of_code="x", clean=True)
    book.add("agent.signed_in", agent="a", device="sip")
    book.state("a", "not_ready")
    book.ms += 10
    book.state("a", "ready")
    served_call(book, "c1", "a", waits)
    book.ms += 100
    if returned:
        returned_call(book, "a")
        called_out(book, "a")
        parked_call(book, "a")
        torn_call(book)
    book.add("contact.arrived", "c2", channel_id="chan-c2")
    book.ms += 500
    book.add("contact.queued", "c2", queue_id="q", priority=1, position=1)
    book.ms += 700
    book.add("contact.dequeued", "c2", queue_id="q", how="abandoned", waited_ms=700)
    book.add("contact.ended", "c2", outcome="abandoned_queue", by="caller", total_ms=1200)
    book.state("a", "offline")
    book.add("agent.signed_out", agent="a", by="self", why="asked")
    return book


def judge(rows: list[Row]) -> Books:
    books = Books()
    books.take_all(rows)
    books.close(NOW)
    return books


GAPS = st.lists(st.integers(1, 90_000), min_size=8, max_size=8)
PLAIN = a_day([200, 300, 4000, 6000, 8000, 3000, 2000, 900])
FULL = a_day([200, 300, 4000, 6000, 8000, 3000, 2000, 900], returned=True)


@given(GAPS)
def test_a_true_book_has_nothing_unexplained(waits: list[int]) -> None:
    books = judge(a_day(waits, returned=True).rows)
    assert books.findings == []
    assert all(rule.checked for rule in books.results() if not rule.rule.startswith("witness"))


NEEDED = [
    i
    for i, row in enumerate(FULL.rows)
    if row.kind not in {"core.started", "agent.signed_in", "agent.signed_out"}
]


@pytest.mark.parametrize("index", NEEDED, ids=lambda i: FULL.rows[i].kind)
def test_a_lost_row_is_found(index: int) -> None:
    closing = {"contact.ended", "recording.stopped", "recording.stored", "monitor.ended", "mobile.ended"}
    if FULL.rows[index].kind in closing | {"follow.ended"}:
        # A live subject is fine; only a core start after it, or time, makes it a loss.
        rows = FULL.rows[:index] + FULL.rows[index + 1 :]
        last = rows[-1]
        rows.append(Row(seq=999, at=last.at, kind="core.started", data={}))
    elif index == NEEDED[-1]:
        rows = [*FULL.rows[:index], Row(seq=999, at=NOW, kind="core.started", data={})]
    else:
        rows = FULL.rows[:index] + FULL.rows[index + 1 :]
    assert judge(rows).findings


@pytest.mark.parametrize("index", NEEDED, ids=lambda i: FULL.rows[i].kind)
def test_a_doubled_row_is_found(index: int) -> None:
    rows = [*FULL.rows[: index + 1], FULL.rows[index], *FULL.rows[index + 1 :]]
    assert judge(rows).findings


SPANS = [
    (i, key)
    for i, row in enumerate(FULL.rows)
    for key in (
        "total_ms",
        "waited_ms",
        "rang_ms",
        "talked_ms",
        "held_ms",
        "previous_ms",
        "audio_ms",
        "parked_ms",
        "private_ms",
    )
    if key in row.data
    and (key, row.data.get("previous")) != ("previous_ms", "offline")
    and row.kind != "contact.connected"
]


@pytest.mark.parametrize(("index", "key"), SPANS, ids=str)
def test_a_bent_span_is_found(index: int, key: str) -> None:
    row = FULL.rows[index]
    bent = msgspec.structs.replace(row, data={**row.data, key: row.data[key] + 150})
    assert judge([*FULL.rows[:index], bent, *FULL.rows[index + 1 :]]).findings


@pytest.mark.parametrize(
    ("within_ms", "open_end", "more_ms", "findings"),
    [(0, False, 150, 1), (60, False, 150, 0), (60, False, 190, 1), (0, True, 9000, 0), (0, True, -150, 1)],
)
def test_audio_beyond_the_measured_span(within_ms: int, open_end: bool, more_ms: int, findings: int) -> None:
    """More sound than measured is right only as far as the engine may have begun before it said so, or gone
    on after its core had died. Less never is."""
    rows = []
    for row in PLAIN.rows:
        data = dict(row.data)
        if row.contact_id == "c1" and row.kind == "recording.started":
            data["within_ms"] = within_ms
        elif row.contact_id == "c1" and row.kind == "recording.stopped":
            data["open_end"] = open_end
        elif row.contact_id == "c1" and row.kind == "recording.stored":
            data["audio_ms"] += more_ms
        rows.append(msgspec.structs.replace(row, data=data))
    assert len(judge(rows).findings) == findings


def test_a_wrong_name_for_the_outcome_is_found() -> None:
    for index, row in enumerate(PLAIN.rows):
        if row.kind == "contact.ended":
            other = "voicemail" if row.data["outcome"] == "served" else "served"
            bent = msgspec.structs.replace(row, data={**row.data, "outcome": other})
            assert judge([*PLAIN.rows[:index], bent, *PLAIN.rows[index + 1 :]]).findings


def test_the_witness_names_missing_foreign_and_bent_calls() -> None:
    def witness(contact: str, start: int, end: int) -> WitnessCall:
        return WitnessCall(
            channel_id=f"chan-{contact}",
            channel="PJSIP/trunk-1",
            started=PLAIN.at(start),
            ended=PLAIN.at(end),
        )

    def result(*calls: WitnessCall, read_at: datetime | None = None) -> dict[str, int]:
        books = judge(PLAIN.rows)
        channels = {call.channel_id: call for call in calls}
        compare(books, channels, caller_prefixes=("PJSIP/trunk",), first=None, last=read_at)
        return {rule.rule: rule.failed for rule in books.results() if rule.failed}

    spans = {}
    for subject, contact in judge(PLAIN.rows).contacts.items():
        assert contact.ended
        spans[subject] = [
            round((instant - START).total_seconds() * 1000) for instant in (contact.arrived, contact.ended)
        ]
    true = [witness(subject, *span) for subject, span in spans.items()]
    assert result(*true) == {}
    assert result(true[0]) == {"witness.contact": 1}
    newest = max(PLAIN.at(start) for start, _ in spans.values())
    assert result(true[0], read_at=newest + timedelta(seconds=1)) == {}  # not written down yet
    assert result(true[0], read_at=newest + timedelta(seconds=3)) == {"witness.contact": 1}
    assert result(*true, witness("ghost", 0, 10)) == {"witness.channel": 1}
    assert result(true[0], witness("c2", spans["c2"][0], spans["c2"][1] + 2000)) == {"witness.contact": 1}


def test_the_witness_knows_calls_that_were_returned() -> None:
    """By the leg on which the customer was called, from the dialling on; who talked must be on record."""

    def result(*calls: tuple[str, int, int]) -> dict[str, int]:
        book = Book()
        returned_call(book, "a")
        books = judge(book.rows)
        channels = {
            channel_id: WitnessCall(
                channel_id=channel_id, channel="PJSIP/trunk-1", started=book.at(start), ended=book.at(end)
            )
            for channel_id, start, end in calls
        }
        compare(books, channels, caller_prefixes=("PJSIP/trunk",), first=None, last=None)
        return {rule.rule: rule.failed for rule in books.results() if rule.failed and "witness" in rule.rule}

    first, second = ("chan-c3", 0, 1200), ("chan-c4", 6900, 16900)
    assert result(first, second) == {}
    assert result(first) == {"witness.contact": 1}
    assert result(first, ("chan-c4", 6900, 18900)) == {"witness.contact": 1}
    assert result(first, second, ("chan-c5", 0, 10)) == {"witness.channel": 1}


@pytest.mark.parametrize(("leg", "findings"), [("x-1", 0), ("x-2", 1)])
def test_the_witness_knows_calls_by_which_a_trunk_was_tried(leg: str, findings: int) -> None:
    book = Book()
    book.add("trunk.trial_began", trial_id="1", trunk_id="2", number="1", shown="2", channel_id="x-1")
    books = judge(book.rows)
    call = WitnessCall(channel_id=leg, channel="PJSIP/trunk-1", started=book.at(0), ended=book.at(9000))
    compare(books, {leg: call}, caller_prefixes=("PJSIP/trunk",), first=None, last=None)
    assert sum(rule.failed for rule in books.results()) == findings


@pytest.mark.parametrize(
    ("channel_id", "at_ms", "lasted_ms", "findings"),
    [
        ("n2-1.1", 5000, 30, 0),  # turned away
        ("n1-1.1", 5000, 30, 1),  # that node was not drained
        ("n2-1.1", 2000, 30, 1),  # not yet
        ("n2-1.1", 14_000, 30, 1),  # no longer
        ("n2-1.1", 5000, 4000, 1),  # turned away is done at once
    ],
)
def test_the_witness_knows_calls_that_a_drained_node_turned_away(
    channel_id: str, at_ms: int, lasted_ms: int, findings: int
) -> None:
    book = Book()
    book.ms = 4000
    book.add("node.drained", node="n2", calls=1)
    book.ms = 12_000
    book.add("node.resumed", node="n2")
    books = judge(book.rows)
    began, ended = book.at(at_ms), book.at(at_ms + lasted_ms)
    call = WitnessCall(channel_id=channel_id, channel="PJSIP/trunk-1", started=began, ended=ended)
    compare(books, {channel_id: call}, caller_prefixes=("PJSIP/trunk",), first=None, last=None)
    assert sum(rule.failed for rule in books.results()) == findings


@pytest.mark.parametrize(
    ("step_at_ms", "engine_more_ms", "findings"),
    [
        (4000, 3_600_000, 0),  # within the contact: the engine must have measured the hour
        (4000, 0, 1),
        (1000, 0, 0),  # noticed so early that it may have come before
        (1000, 3_600_000, 0),
        (12_000, 3_600_000, 0),  # noticed just after the end
        (20_000, 3_600_000, 1),  # long after
    ],
)
def test_the_witness_reads_a_clock_that_is_set(step_at_ms: int, engine_more_ms: int, findings: int) -> None:
    book = Book()
    book.add("contact.arrived", "c", channel_id="chan-c")
    ended_ms = 10_000
    for at_ms, kind, data in sorted(
        [
            (step_at_ms, "clock.stepped", {"by_ms": 3_600_000}),
            (ended_ms, "contact.ended", {"outcome": "silence", "by": "system", "total_ms": ended_ms}),
        ],
        key=lambda each: each[0],
    ):
        book.ms = at_ms
        book.add(kind, "c" if kind == "contact.ended" else None, **data)
    books = judge(book.rows)
    seen = WitnessCall(
        channel_id="chan-c",
        channel="PJSIP/trunk-1",
        started=book.at(0),
        ended=book.at(ended_ms + engine_more_ms),
    )
    compare(books, {"chan-c": seen}, caller_prefixes=("PJSIP/trunk",), first=None, last=None)
    assert len(books.findings) == findings


def test_the_witness_knows_that_nobody_heard_an_engine() -> None:
    """A core died and then the engine: who hung up meanwhile, who came and went with the engine, and who was
    let go as the core died."""
    book = Book()
    book.add("contact.arrived", "c", channel_id="chan-c")
    book.add("contact.arrived", "e", channel_id="chan-e")
    book.ms = 2_000
    book.add("contact.ended", "e", outcome="silence", by="system", total_ms=2_000)
    for at_ms, kind, data in (
        (2_000, "core.heartbeat", {"live_contacts": 1, "signed_in": 0}),
        (6_000, "wrapup.submitted", {}),  # by the edge, which goes on
        (9_000, "core.started", {"resumed_contacts": 1}),
        (14_000, "engine.up", {"node": "n1"}),
    ):
        book.ms = at_ms
        book.add(kind, **data)
    book.add("contact.ended", "c", outcome="silence", by="system", total_ms=14_000)
    book.ms = 15_000  # it came as the core died, which had not said so yet
    book.add("contact.arrived", "d", channel_id="chan-d")
    book.ms = 20_000
    book.add("contact.ended", "d", outcome="silence", by="system", total_ms=5_000)

    def failed(began_ms: int, ended_ms: int | None, let_go_ms: int = 14_100) -> dict[str, int]:
        books = judge(book.rows)
        ended = None if ended_ms is None else book.at(ended_ms)
        calls = [
            WitnessCall(channel_id="chan-c", channel="PJSIP/t", started=book.at(0), ended=book.at(4_000)),
            WitnessCall(
                channel_id="chan-d", channel="PJSIP/t", started=book.at(2_100), ended=book.at(20_000)
            ),
            WitnessCall(channel_id="chan-e", channel="PJSIP/t", started=book.at(0), ended=book.at(let_go_ms)),
            WitnessCall(channel_id="other", channel="PJSIP/t", started=book.at(began_ms), ended=ended),
        ]
        compare(books, {c.channel_id: c for c in calls}, caller_prefixes=("PJSIP/t",), first=None, last=None)
        return {rule.rule: rule.failed for rule in books.results() if rule.failed}

    assert failed(5_000, None) == {}
    assert failed(5_000, None, 16_000) == {"witness.contact": 1}  # the next core let it go long before
    assert failed(5_000, 6_000) == {"witness.channel": 1}  # the engine lived, and would have said: it waited
    assert failed(1_000, None) == failed(14_001, None) == {"witness.channel": 1}  # a core was there


@pytest.mark.parametrize(("number", "failed"), [("13900000001", 0), ("", 1)])
def test_a_leg_that_an_agent_called_outside_is_no_caller_without_a_contact(number: str, failed: int) -> None:
    contact = "01a2155c-5033-7bf0-ac9a-d694d4146656"
    asked = {"transfer_id": "t", "way": "blind", "reason": "other", "number": number}
    books = Books()
    books.take(Row(seq=1, at=START, kind="transfer.asked", contact_id=contact, agent_id="a", data=asked))
    leg = f"a-{contact.replace('-', '')}-2"
    seen = WitnessCall(channel_id=leg, channel="PJSIP/trunk-1", started=START, ended=NOW)
    compare(books, {leg: seen}, caller_prefixes=("PJSIP/trunk",), first=None, last=None)
    assert {rule.rule: rule.failed for rule in books.results()}["witness.channel"] == failed


def test_who_is_owed_a_call_was_broken_off_at_that_instant() -> None:
    (kept,) = (i for i, row in enumerate(FULL.rows) if row.data.get("why") == "interrupted")
    later = FULL.rows[kept + 1 :]
    end = FULL.rows[kept + 1]
    at = end.at + timedelta(seconds=3)
    later[0] = msgspec.structs.replace(end, at=at, data={**end.data, "total_ms": end.data["total_ms"] + 3000})
    assert {f.rule for f in judge(FULL.rows[: kept + 1] + later).findings} == {"callback.pairs"}
    waiting = [*FULL.rows[: kept - 1], FULL.rows[kept], FULL.rows[kept - 1], *FULL.rows[kept + 1 :]]
    assert {f.rule for f in judge(waiting).findings} == {"callback.pairs"}


def test_the_page_has_words_for_every_rule_in_both_languages() -> None:
    texts = Path(__file__).parents[2] / "web" / "src" / "features" / "ledger" / "texts.ts"
    said = texts.read_text("utf-8")
    assert [rule for rule in RULES if said.count(f'"rule.{rule}": ') != 2] == []
