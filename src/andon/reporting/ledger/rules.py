"""The rules of the books, over raw journal rows in sequence order. Pure; shares no code with projections.

Every rule counts what it checked and names what it cannot explain. Spans in the journal are whole
milliseconds taken from one clock reading each, so that two spans of the same pair of instants differ
by rounding only (`ROUNDING_MS`).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from andon.reporting.ledger.model import Finding, Row, RuleResult

ROUNDING_MS = 2
EDGE_MS = 250  # state and conversation change in one step of the core; more apart is a fault
AUDIO_MS = 100  # stored audio may differ this much from the span the core measured
WORK = {"work.opened", "work.repeated", "work.taken", "work.given_back", "work.done"}
MESSAGES = {"message.sent", "message.read", "message.answered"}
# written with or without a core
OF_OTHERS = {"recording.stored", "recording.incomplete", "wrapup.submitted"} | WORK | MESSAGES
GAP = timedelta(seconds=2)  # so soon after its start a core has learnt what ended before it
NODE_MARGIN = timedelta(seconds=1)  # the engine's clock and the journal's agree so well
OVERDUE = timedelta(minutes=10)  # a talk that began before its place expired may last so much longer
STORE_GRACE_S = 120.0  # a stopped recording must be stored or explained within this time

RULES = (
    "contact.outcome",  # every contact exactly one outcome
    "contact.span",  # its facts lie inside it and its total is the difference of its instants
    "queue.pairs",  # each entry into a queue is left once, waited as long as it says
    "offer.pairs",  # each offer ends once; no agent and no contact has two at a time
    "talk.pairs",  # each conversation ends once, with its own offer, talk and hold time exact
    "callback.pairs",  # each kept place ends once, by its own time, and a served one with a talk
    "park.pairs",  # each parked caller leaves the slot once, in it as long as it says
    "card.pairs",  # card data is taken once at a time, as long as it says, and is silent on the recording
    "outbound.pairs",  # each call an agent makes is dialled once, and only then talked in
    # each call between agents is dialled once, the colleague, or who took their place, talks as it says
    "internal.pairs",
    "outside.pairs",  # each call outside ends once, talked as long as it says
    "transfer.pairs",  # each transfer ends once, who was called to the call leaves it; times exact
    "outcome.proof",  # the outcome's name agrees with what happened
    "agent.state",  # every agent second has exactly one state
    "agent.talk",  # talking states and conversations are the same seconds
    "break.pairs",  # each wish for a break is answered once, after as long as it says
    "monitor.pairs",  # each supervisor's session at a call ends once, its modes as long as they say
    "follow.pairs",  # each wish to hear an agent's next calls ends once, with as many left as it says
    "mobile.pairs",  # each ring at an agent's mobile ends once, as long as it says
    "recording.spans",  # every recording second belongs to one leg
    "recording.kept",  # every stopped recording is stored whole, or what is missing is said
    "core.resumed",  # what a core says it took over is what the one before left open
    "witness.contact",  # every contact is in the engine's own record, as long
    "witness.channel",  # every caller's channel in the engine's record is a contact
)

AFTER_END = {
    "contact.ended",
    "wrapup.submitted",
    "recording.stored",
    "recording.incomplete",
    "recording.stopped",
    "agent.state",
    "agent.signed_out",
    "callback.postponed",
    "callback.ended",
    "line.measured",  # the desk tells it when the call is over
    "monitor.ended",  # a session ends as soon as the call is seen to be over
    "mobile.ended",  # the telephone is hung up with the call
} | WORK
PROVEN_BY_TALK = {"served", "interrupted", "shutdown"}


class _Contact(msgspec.Struct):
    arrived: datetime
    channel_id: str
    seq: int
    ended: datetime | None = None
    outcome: str = ""
    queue: tuple[str, datetime] | None = None
    left_queue: str = ""
    offer: str | None = None
    last_offer_how: str = ""
    talk: tuple[str, datetime] | None = None
    hold: datetime | None = None
    held_ms: int = 0
    talked: bool = False
    voicemail: bool = False
    outside: bool = False  # a number outside is called or talks
    outside_since: datetime | None = None
    talked_outside: bool = False
    queued: bool = False
    outbound: bool = False  # an agent makes it, or it is returned
    internal: bool = False  # to a colleague
    colleague: tuple[str, datetime] | None = None  # who was called talks since
    called: str = ""  # whom the agent calls
    handed: tuple[str, datetime] | None = None  # a third agent to take part in it is called since
    passed: tuple[str, datetime, datetime] | None = None  # that agent answered at this instant, called since
    parked: tuple[int, datetime] | None = None
    card: datetime | None = None  # card data is being taken since
    cards: list[tuple[datetime, datetime]] = msgspec.field(default_factory=list)
    picked: tuple[str, datetime] | None = None  # the agent who picked the caller up, at this instant
    dialler: str = ""  # the agent who calls out
    returns: str = ""  # the contact whose kept place this call is to return
    placed: str = ""  # the channel of the leg by which the customer is called
    kept: datetime | None = None
    torn: bool = False  # kept because we broke the call off
    kept_until: datetime | None = None
    place_over: bool = False
    transfers: dict[str, datetime] = msgspec.field(default_factory=dict)  # those that go on
    party: tuple[str, str, datetime] | None = None  # transfer, agent or "", since
    took_over: tuple[str, datetime] | None = None  # the agent who was called and goes on as the caller's


class Placed(msgspec.Struct):
    """A leg by which a customer is called, or called back, or an agent's mobile is rung."""

    contact: str
    at: datetime
    ended: datetime | None = None
    talked: bool = False
    exempt: bool = False


class _Follow(msgspec.Struct):
    began: datetime
    left: int
    ended: bool = False


class _Offer(msgspec.Struct):
    contact: str
    agent: str
    at: datetime
    ended: str = ""
    connected: bool = False


class _Agent(msgspec.Struct):
    state: str = "unknown"
    since: datetime | None = None
    offer: str | None = None
    wish: datetime | None = None  # a break was asked for
    seconds: float = 0.0
    talking: list[tuple[datetime, datetime | None]] = msgspec.field(default_factory=list)
    talks: list[tuple[datetime, datetime | None]] = msgspec.field(default_factory=list)


class _Recording(msgspec.Struct):
    contact: str | None
    started: datetime
    within_ms: int = 0  # the audio may begin so much earlier
    stopped: datetime | None = None
    total_ms: int = 0
    open_end: bool = False  # nobody saw its end: the audio may go on
    stored_ms: int | None = None
    missing_ms: int = 0
    explained: bool = False
    path: str = ""
    sha256: str = ""


class _Monitor(msgspec.Struct):
    started: datetime
    mode: str
    since: datetime
    ended: bool = False


def _ms(later: datetime, earlier: datetime) -> int:
    return round((later - earlier).total_seconds() * 1000)


class Books:
    """Feed rows in order with `take`, then `close(now)`; `partial`: the rows begin in the middle."""

    def __init__(self, *, partial: bool = False) -> None:
        self.partial = partial
        self.rows = 0
        self.contacts: dict[str, _Contact] = {}
        self.recordings: dict[str, _Recording] = {}
        self.agents: dict[str, _Agent] = defaultdict(_Agent)
        self.findings: list[Finding] = []
        self.placed: dict[str, Placed] = {}  # by channel, of legs we called through a trunk
        self.outside_channels: set[str] = set()  # of calls we placed
        self.outside_contacts: set[str] = set()  # hex ids of contacts whose agents called a number outside
        self.clock_steps: list[tuple[datetime, float]] = []  # when the machine's clock was set, by seconds
        self._offers: dict[str, _Offer] = {}
        self._monitors: dict[str, _Monitor] = {}
        self._follows: dict[str, _Follow] = {}
        self._mobiles: set[str] = set()  # channels that ring or talk, of calls
        self._checked: dict[str, int] = dict.fromkeys(RULES, 0)
        self._failed: dict[str, int] = dict.fromkeys(RULES, 0)
        self._core_restart: datetime | None = None
        self._gaps: list[tuple[datetime, datetime]] = []  # times in which no core heard the engine
        self._nodes: set[str] = set()
        self._drained: list[tuple[str, datetime, datetime | None]] = []  # node, since, to
        self._deaf_since: dict[str, datetime] = {}  # by node; "" before any is known
        self._last: datetime | None = None
        self._row: Row | None = None

    # -- bookkeeping of the check itself

    def fail(self, rule: str, subject: str, text: str) -> None:
        self._failed[rule] += 1
        if len(self.findings) < 1000:
            seq = self._row.seq if self._row else None
            self.findings.append(Finding(rule=rule, subject=subject, text=text, seq=seq))

    def check(self, rule: str, ok: bool, subject: str, text: str) -> None:
        self._checked[rule] += 1
        if not ok:
            self.fail(rule, subject, text)

    def results(self) -> list[RuleResult]:
        return [RuleResult(rule=r, checked=self._checked[r], failed=self._failed[r]) for r in RULES]

    def take_all(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.take(row)

    def take(self, row: Row) -> None:
        """Apply one row. Kinds that no rule reads are counted only."""
        self.rows += 1
        self._row = row
        handler = _HANDLERS.get(row.kind)
        if row.contact_id is not None and row.kind != "contact.arrived":
            self._inside(row)
        if handler is not None:
            handler(self, row, row.data)
        if row.kind not in OF_OTHERS:
            self._last = row.at

    # -- contacts

    def _inside(self, row: Row) -> None:
        contact = self.contacts.get(str(row.contact_id))
        if contact is None:
            if not self.partial:
                self.check("contact.span", False, str(row.contact_id), f"{row.kind} before contact.arrived")
            return
        ok = row.kind in AFTER_END or (
            row.at >= contact.arrived and (contact.ended is None or row.at <= contact.ended)
        )
        self.check("contact.span", ok, str(row.contact_id), f"{row.kind} lies outside the contact")

    def _contact(self, row: Row) -> _Contact | None:
        return self.contacts.get(str(row.contact_id))

    def _arrived(self, row: Row, data: Any) -> None:
        subject = str(row.contact_id)
        self.check("contact.outcome", subject not in self.contacts, subject, "arrived twice")
        self.contacts[subject] = _Contact(
            arrived=row.at,
            channel_id=str(data.get("channel_id", "")),
            seq=row.seq,
            outbound=data.get("direction") in {"outbound", "internal"},
            internal=data.get("direction") == "internal",
            returns=str(data.get("callback_of") or ""),
        )

    def _ended(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        self.check("contact.outcome", contact.ended is None, subject, "has a second outcome")
        if contact.ended is not None:
            return
        contact.ended, contact.outcome = row.at, str(data["outcome"])
        drift = abs(_ms(row.at, contact.arrived) - int(data["total_ms"]))
        self.check("contact.span", drift <= ROUNDING_MS, subject, f"total_ms is off by {drift} ms")
        self.check("queue.pairs", contact.queue is None, subject, "ended while still in a queue")
        self.check("offer.pairs", contact.offer is None, subject, "ended with an offer still open")
        self.check("talk.pairs", contact.talk is None, subject, "ended with a conversation still open")
        self.check("outside.pairs", not contact.outside, subject, "ended with a call outside still open")
        still = contact.transfers or contact.party is not None
        self.check("transfer.pairs", not still, subject, "ended with a transfer or its party still open")
        self.check("transfer.pairs", contact.took_over is None, subject, "taken over and then nobody's")
        whole = contact.torn and contact.kept is not None and _ms(row.at, contact.kept) > ROUNDING_MS
        self.check("callback.pairs", not whole, subject, "owed a call as if broken off, and went on")
        self.check("park.pairs", contact.parked is None, subject, "ended while still in a slot")
        self.check("card.pairs", contact.card is None, subject, "ended while card data was taken")
        self.check("internal.pairs", contact.colleague is None, subject, "ended while a colleague talks")
        self._prove(contact, subject)
        placed = self.placed.get(contact.placed)
        if placed is not None:
            placed.ended, placed.talked = row.at, contact.talked
            placed.exempt = contact.outcome in {"interrupted", "shutdown"}
        elif contact.returns:
            self.check("callback.pairs", not contact.talked, subject, "a talk without calling the customer")
        elif contact.outbound:
            self.check("outbound.pairs", not contact.talked, subject, "a talk without calling anybody")

    def _prove(self, contact: _Contact, subject: str) -> None:
        outcome = contact.outcome
        if contact.talked:
            ok = outcome in PROVEN_BY_TALK
        else:
            ok = {
                "served": False,
                "voicemail": contact.voicemail,
                "abandoned_queue": contact.left_queue == "abandoned",
                "abandoned_ringing": contact.last_offer_how == "caller_gone",
                "queue_timeout": contact.left_queue in {"timeout", "overflow"},
                "nobody_signed_in": contact.left_queue in {"nobody_signed_in", ""},
                "abandoned_flow": contact.left_queue not in {"abandoned"},
                "callback_kept": contact.kept is not None,
                "callback_missed": bool(contact.returns),
                "callee_busy": bool(contact.dialler) or contact.internal,
                "callee_rejected": bool(contact.dialler),
                "callee_no_answer": bool(contact.dialler),
                "callee_unreachable": bool(contact.dialler) or contact.internal,
                "wrong_number": bool(contact.dialler),
                "dial_cancelled": contact.outbound and not contact.returns,
                "transferred_out": contact.talked_outside,
                "unknown_number": not contact.queued,
                "trunk_busy": not contact.queued,
            }.get(outcome, True)
        self.check("outcome.proof", ok, subject, f"outcome {outcome} does not follow from its facts")

    # -- parked callers

    def _parked(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        ok = contact.parked is None and contact.talk is None and contact.talked
        self.check("park.pairs", ok, subject, "parked twice, or by who still talks")
        contact.parked = (int(data["slot"]), row.at)

    def _unparked(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        if contact.parked is None:
            self.check("park.pairs", False, subject, "left a slot they were not in")
            return
        slot, since = contact.parked
        drift = abs(_ms(row.at, since) - int(data["parked_ms"]))
        ok = slot == int(data["slot"]) and drift <= ROUNDING_MS
        self.check("park.pairs", ok, subject, f"left slot {data['slot']}, parked_ms off by {drift} ms")
        contact.parked = None
        if data["how"] == "picked_up":
            contact.picked = (str(row.agent_id), row.at)

    # -- card data

    def _card_began(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        self.check("card.pairs", contact.card is None, subject, "card data taken twice at a time")
        contact.card = row.at

    def _card_ended(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        since, contact.card = contact.card, None
        if since is None:
            self.check("card.pairs", False, subject, "card data ended that was not taken")
            return
        drift = abs(_ms(row.at, since) - int(data["private_ms"]))
        ok = drift <= ROUNDING_MS and datetime.fromisoformat(str(data["began_at"])) == since
        self.check("card.pairs", ok, subject, f"private_ms off by {drift} ms, or began another time")
        contact.cards.append((since, row.at))

    def _silent(self, recording: _Recording, row: Row, data: Any) -> None:
        """The recording's stretches of card data are those of its contact."""
        contact = self._contact(row)
        if contact is None:
            return
        stops = row.at
        began = [*contact.cards, *([(contact.card, stops)] if contact.card is not None else [])]
        taken = sum(max(0, _ms(min(to, stops), max(since, recording.started))) for since, to in began)
        spans = [int(s["to_ms"]) - int(s["from_ms"]) for s in data["spans"] if s["leg"] == "card"]
        off = abs(sum(spans) - taken)
        ok = off <= ROUNDING_MS * (len(began) + 1)
        self.check("card.pairs", ok, str(data["recording_id"]), f"silence and card data differ by {off} ms")

    # -- calls that agents make

    def _outbound_dialled(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        channel_id = str(data["channel_id"])
        mine = contact.outbound and not contact.internal and not contact.returns and not contact.dialler
        ok = mine and channel_id not in self.placed
        self.check("outbound.pairs", ok, subject, "called out twice, or by nobody's wish")
        contact.dialler, contact.placed = str(row.agent_id), channel_id
        self.placed[channel_id] = Placed(contact=subject, at=row.at)

    # -- calls between agents

    def _internal_dialled(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        channel_id, called = str(data["channel_id"]), str(data["to_agent_id"])
        mine = contact.internal and not contact.dialler and called != str(row.agent_id)
        ok = mine and channel_id not in self.placed
        self.check("internal.pairs", ok, subject, "called twice, or oneself, or not as a call inside")
        contact.dialler, contact.called, contact.placed = str(row.agent_id), called, channel_id
        self.placed[channel_id] = Placed(contact=subject, at=row.at)

    def _internal_joined(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        placed, agent_id = self.placed.get(contact.placed), str(row.agent_id)
        drift = _ms(row.at, placed.at) - int(data["rang_ms"]) if placed is not None else 0
        talks = contact.talk is not None and contact.talk[1] == row.at
        ok = contact.colleague is None and contact.called == agent_id and talks and abs(drift) <= ROUNDING_MS
        self.check("internal.pairs", ok, subject, f"another talks than was called; rang_ms off by {drift} ms")
        contact.colleague = (agent_id, row.at)
        self.agents[agent_id].talks.append((row.at, None))

    def _internal_left(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        if contact.colleague is None:
            self.check("internal.pairs", False, subject, "a colleague left who did not talk")
            return
        agent_id, since = contact.colleague
        drift = abs(_ms(row.at, since) - int(data["talked_ms"]))
        ok = agent_id == str(row.agent_id) and drift <= ROUNDING_MS
        self.check("internal.pairs", ok, subject, f"another left, or talked_ms off by {drift} ms")
        contact.colleague = None
        self._stops_talking(agent_id, row.at)

    def _internal_passed(self, row: Row, data: Any) -> None:
        """A third agent stands in the colleague's place, on the leg that rang."""
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        agent_id, channel_id, passed = str(row.agent_id), str(data["channel_id"]), contact.passed
        drift = 0 if passed is None else abs(_ms(row.at, passed[2]) - int(data["rang_ms"]))
        takes = passed is not None and passed[:2] == (agent_id, row.at)
        ok = takes and contact.colleague is None and contact.talk is not None and drift <= ROUNDING_MS
        self.check(
            "internal.pairs", ok, subject, f"another took over than was asked; rang_ms off by {drift} ms"
        )
        before = self.placed.get(contact.placed)
        if before is not None:
            before.ended, before.talked = row.at, True
        contact.placed, contact.colleague, contact.passed = channel_id, (agent_id, row.at), None
        self.placed[channel_id] = Placed(contact=subject, at=passed[2] if passed is not None else row.at)
        self.agents[agent_id].talks.append((row.at, None))

    def _trunk_tried(self, row: Row, data: Any) -> None:
        self.outside_channels.add(str(data["channel_id"]))

    # -- outside

    def _outside_dialled(self, row: Row, data: Any) -> None:
        self.outside_channels.add(str(data["channel_id"]))
        contact = self._contact(row)
        if contact is None:
            return
        self.check("outside.pairs", not contact.outside, str(row.contact_id), "calls outside twice at once")
        contact.outside, contact.outside_since = True, None

    def _outside_connected(self, row: Row, data: Any) -> None:
        contact = self._contact(row)
        if contact is None:
            return
        once = contact.outside and contact.outside_since is None
        self.check("outside.pairs", once, str(row.contact_id), "connected outside without a call")
        contact.outside_since, contact.talked_outside = row.at, True

    def _outside_ended(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        self.check("outside.pairs", contact.outside, subject, "a call outside ends that never began")
        talked = 0 if contact.outside_since is None else _ms(row.at, contact.outside_since)
        drift = abs(talked - int(data["talked_ms"]))
        self.check("outside.pairs", drift <= ROUNDING_MS, subject, f"talked_ms is off by {drift} ms")
        contact.outside, contact.outside_since = False, None

    # -- queue

    def _queued(self, row: Row, data: Any) -> None:
        contact = self._contact(row)
        if contact is None:
            return
        self.check("queue.pairs", contact.queue is None, str(row.contact_id), "queued while queued")
        contact.queue, contact.queued = (str(data["queue_id"]), row.at), True

    def _dequeued(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        if contact.queue is None:
            self.check("queue.pairs", False, subject, "left a queue it was not in")
            return
        queue, since = contact.queue
        drift = abs(_ms(row.at, since) - int(data["waited_ms"]))
        ok = queue == str(data["queue_id"]) and drift <= ROUNDING_MS
        self.check("queue.pairs", ok, subject, f"left queue {data['queue_id']}, waited_ms off by {drift} ms")
        contact.queue, contact.left_queue = None, str(data["how"])

    # -- callbacks

    def _callback_kept(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        torn = data.get("why") == "interrupted"
        left = (
            contact.talked or contact.left_queue == "ended" if torn else contact.left_queue == "callback_kept"
        )
        ok = contact.kept is None and left and contact.queue is None and contact.ended is None
        self.check("callback.pairs", ok, subject, "a place is kept twice, or was never left")
        contact.torn = torn
        contact.kept, contact.kept_until = row.at, datetime.fromisoformat(str(data["expires_at"]))

    def _callback_dialled(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        fresh = str(data["channel_id"]) not in self.placed
        ok = fresh and bool(contact.returns) and contact.offer is not None
        self.check("callback.pairs", ok, subject, "a customer is called without a kept place or an agent")
        contact.placed = str(data["channel_id"])
        self.placed[contact.placed] = Placed(contact=subject, at=row.at)

    def _callback_ended(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        ok = contact.kept is not None and not contact.place_over
        self.check("callback.pairs", ok, subject, "a kept place ends twice, or was never kept")
        contact.place_over = True
        how = str(data["how"])
        if how == "served":
            returned = self.contacts.get(str(data.get("returned_id")))
            served = returned is not None and returned.talked and returned.returns == subject
            self.check("callback.pairs", served or self.partial, subject, "served without a talk")
        if contact.kept is not None and how != "lost":
            drift = abs(_ms(row.at, contact.kept) - int(data["waited_ms"]))
            self.check("callback.pairs", drift <= ROUNDING_MS, subject, f"waited_ms is off by {drift} ms")

    # -- offers and conversations

    def _offer_made(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        offer_id, agent_id = str(data["offer_id"]), str(row.agent_id)
        agent = self.agents[agent_id]
        ok = offer_id not in self._offers and agent.offer is None and (contact is None or not contact.offer)
        self.check("offer.pairs", ok, subject, f"offer to {agent_id} while another is open")
        self._offers[offer_id] = _Offer(contact=subject, agent=agent_id, at=row.at)
        agent.offer = offer_id
        if contact is not None:
            contact.offer = offer_id

    def _offer_ended(self, row: Row, data: Any) -> None:
        subject, offer_id, how = str(row.contact_id), str(data["offer_id"]), str(data["how"])
        offer = self._offers.get(offer_id)
        if offer is None:
            if not self.partial:
                self.check("offer.pairs", False, subject, "an offer ended that was never made")
            return
        drift = abs(_ms(row.at, offer.at) - int(data["rang_ms"]))
        ok = not offer.ended and drift <= ROUNDING_MS and offer.agent == str(row.agent_id)
        self.check("offer.pairs", ok, subject, f"offer {offer_id} ended twice or rang_ms off by {drift} ms")
        offer.ended = how
        self.agents[offer.agent].offer = None
        contact = self._contact(row)
        if contact is not None:
            contact.offer, contact.last_offer_how = None, how

    def _connected(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        offer = self._offers.get(str(data["offer_id"]))
        if contact is None:
            return
        picked = contact.picked == (str(row.agent_id), row.at) and offer is None
        contact.picked = None
        called = contact.dialler == str(row.agent_id) and not contact.talked and offer is None
        by_dialling = picked or called
        offered = (
            offer is not None
            and not offer.connected
            and offer.agent == str(row.agent_id)
            and offer.contact == subject
            and offer.ended in {"", "answered"}
        )
        passed = contact.passed is not None and contact.passed[:2] == (str(row.agent_id), row.at)
        ok = contact.talk is None and (offered or by_dialling or passed)
        self.check("talk.pairs", ok, subject, "connected without an answered offer or call of its own")
        if offer is not None:
            offer.connected = True
        contact.talk, contact.talked = (str(row.agent_id), row.at), True
        contact.hold, contact.held_ms = None, 0
        if contact.took_over is not None:
            ok = contact.took_over == (str(row.agent_id), row.at)
            self.check("transfer.pairs", ok, subject, "connected to another than who took over")
            contact.took_over = None
            return  # that agent talks since joining
        self.agents[str(row.agent_id)].talks.append((row.at, None))

    def _held(self, row: Row, data: Any) -> None:
        contact = self._contact(row)
        if contact is None:
            return
        ok = contact.talk is not None and contact.hold is None
        self.check("talk.pairs", ok, str(row.contact_id), "held without a conversation, or twice")
        contact.hold = row.at

    def _retrieved(self, row: Row, data: Any) -> None:
        contact = self._contact(row)
        if contact is None:
            return
        if contact.hold is None:
            self.check("talk.pairs", False, str(row.contact_id), "retrieved without a hold")
            return
        drift = abs(_ms(row.at, contact.hold) - int(data["held_ms"]))
        self.check("talk.pairs", drift <= ROUNDING_MS, str(row.contact_id), f"held_ms off by {drift} ms")
        contact.held_ms += int(data["held_ms"])
        contact.hold = None

    def _disconnected(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        if contact.talk is None:
            self.check("talk.pairs", False, subject, "disconnected without a conversation")
            return
        agent_id, since = contact.talk
        held = contact.held_ms + (_ms(row.at, contact.hold) if contact.hold else 0)
        drift = abs(_ms(row.at, since) - int(data["talked_ms"]))
        hold_drift = abs(held - int(data["held_ms"]))
        ok = agent_id == str(row.agent_id) and drift <= ROUNDING_MS and hold_drift <= ROUNDING_MS * 2
        self.check("talk.pairs", ok, subject, f"talked_ms off by {drift} ms, held_ms off by {hold_drift} ms")
        self._stops_talking(agent_id, row.at)
        contact.talk, contact.hold = None, None

    def _stops_talking(self, agent_id: str, at: datetime) -> None:
        talks = self.agents[agent_id].talks
        if talks and talks[-1][1] is None:
            talks[-1] = (talks[-1][0], at)

    # -- transfers

    def _transfer_asked(self, row: Row, data: Any) -> None:
        if data.get("number"):
            self.outside_contacts.add(str(row.contact_id).replace("-", ""))
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        talk = [each[0] for each in (contact.talk, contact.colleague) if each is not None]
        ok = str(row.agent_id) in talk and not contact.transfers
        self.check("transfer.pairs", ok, subject, "asked by who does not talk, or while another goes on")
        contact.transfers[str(data["transfer_id"])] = row.at
        if contact.internal:
            contact.handed = (str(data.get("to_agent_id") or ""), row.at)

    def _transfer_ended(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        since = contact.transfers.pop(str(data["transfer_id"]), None)
        if since is None:
            self.check("transfer.pairs", False, subject, "a transfer ended that was not going on")
            return
        drift = abs(_ms(row.at, since) - int(data["lasted_ms"]))
        self.check("transfer.pairs", drift <= ROUNDING_MS, subject, f"lasted_ms off by {drift} ms")
        if contact.handed is not None:
            to, asked = contact.handed
            contact.passed = (to, row.at, asked) if data["how"] == "completed" else None
            contact.handed = None

    def _party_joined(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        transfer_id, agent_id = str(data["transfer_id"]), str(row.agent_id or "")
        ok = contact.party is None and transfer_id in contact.transfers
        self.check("transfer.pairs", ok, subject, "somebody joined whom no transfer called")
        contact.party = (transfer_id, agent_id, row.at)
        if agent_id:
            self.agents[agent_id].talks.append((row.at, None))

    def _party_left(self, row: Row, data: Any) -> None:
        contact, subject = self._contact(row), str(row.contact_id)
        if contact is None:
            return
        if contact.party is None:
            self.check("transfer.pairs", False, subject, "somebody left who had not joined")
            return
        transfer_id, agent_id, since = contact.party
        drift = abs(_ms(row.at, since) - int(data["joined_ms"]))
        ok = (transfer_id, agent_id) == (str(data["transfer_id"]), str(row.agent_id or ""))
        text = f"another left than had joined, or joined_ms off by {drift} ms"
        self.check("transfer.pairs", ok and drift <= ROUNDING_MS, subject, text)
        contact.party = None
        if data["how"] == "took_over":
            contact.took_over = (agent_id, row.at)
        elif agent_id:
            self._stops_talking(agent_id, row.at)

    def _voicemail(self, row: Row, data: Any) -> None:
        contact = self._contact(row)
        if contact is not None:
            contact.voicemail = True

    # -- agents

    def _agent_state(self, row: Row, data: Any) -> None:
        subject, agent = str(row.agent_id), self.agents[str(row.agent_id)]
        state, previous = str(data["state"]), str(data["previous"])
        if agent.state == "unknown":
            ok = previous == "offline" or self.partial
            self.check("agent.state", ok, subject, f"first state says it was {previous} before")
            if previous != "offline":
                agent.since = None
        else:
            self.check("agent.state", agent.state == previous, subject, f"was {agent.state}, not {previous}")
        if agent.since is not None and agent.state not in {"offline", "unknown"}:
            drift = abs(_ms(row.at, agent.since) - int(data["previous_ms"]))
            self.check("agent.state", drift <= ROUNDING_MS, subject, f"previous_ms off by {drift} ms")
            agent.seconds += (row.at - agent.since).total_seconds()
        if state == "offline" and agent.wish is not None:
            lost = data.get("why") == "core_lost"  # nobody was left to answer
            self.check("break.pairs", lost, subject, "signed out with a wish for a break still open")
            agent.wish = None
        busy = {"talking", "held"}
        if state in busy and agent.state not in busy:
            agent.talking.append((row.at, None))
        elif state not in busy and agent.talking and agent.talking[-1][1] is None:
            agent.talking[-1] = (agent.talking[-1][0], row.at)
        agent.state, agent.since = state, row.at

    # -- breaks

    def _break_asked(self, row: Row, data: Any) -> None:
        agent = self.agents[str(row.agent_id)]
        ok = agent.wish is None and agent.state not in {"offline", "break"}
        self.check("break.pairs", ok, str(row.agent_id), "asked twice, or by who is away or on break")
        agent.wish = row.at

    def _break_answered(self, row: Row, data: Any) -> None:
        agent = self.agents[str(row.agent_id)]
        wish, agent.wish = agent.wish, None
        if wish is None:
            self.check("break.pairs", self.partial, str(row.agent_id), "an answer to no wish")
            return
        drift = abs(_ms(row.at, wish) - int(data["waited_ms"]))
        self.check("break.pairs", drift <= ROUNDING_MS, str(row.agent_id), f"waited_ms off by {drift} ms")

    # -- supervisors at calls

    def _monitor_started(self, row: Row, data: Any) -> None:
        monitor_id = str(data["monitor_id"])
        self.check("monitor.pairs", monitor_id not in self._monitors, monitor_id, "started twice")
        self._monitors[monitor_id] = _Monitor(started=row.at, mode=str(data["mode"]), since=row.at)
        follow_id = data.get("follow_id")
        if follow_id is None:
            return
        follow = self._follows.get(str(follow_id))
        if follow is None:
            self.check("follow.pairs", self.partial, str(follow_id), "listened to for no wish")
            return
        follow.left -= 1
        self.check("follow.pairs", not follow.ended, str(follow_id), "listened to after its end")

    def _monitor_moved(self, row: Row, data: Any) -> None:
        """The mode changed, or the session ended."""
        monitor_id, ends = str(data["monitor_id"]), row.kind == "monitor.ended"
        monitor = self._monitors.get(monitor_id)
        if monitor is None:
            if not self.partial:
                self.check("monitor.pairs", False, monitor_id, f"{row.kind} without a start")
            return
        before = str(data["mode"] if ends else data["previous"])
        drift = abs(_ms(row.at, monitor.since) - int(data["previous_ms"]))
        if ends:
            drift = max(drift, abs(_ms(row.at, monitor.started) - int(data["total_ms"])))
        ok = not monitor.ended and before == monitor.mode and drift <= ROUNDING_MS
        self.check("monitor.pairs", ok, monitor_id, f"was in {monitor.mode}, not {before}; off by {drift} ms")
        monitor.ended, monitor.mode, monitor.since = ends, str(data["mode"]), row.at

    def _follow_began(self, row: Row, data: Any) -> None:
        follow_id = str(data["follow_id"])
        self.check("follow.pairs", follow_id not in self._follows, follow_id, "began twice")
        self._follows[follow_id] = _Follow(began=row.at, left=int(data["calls"]))

    def _follow_ended(self, row: Row, data: Any) -> None:
        follow_id, left = str(data["follow_id"]), int(data["left"])
        follow = self._follows.get(follow_id)
        if follow is None:
            self.check("follow.pairs", self.partial, follow_id, "ended without a beginning")
            return
        ok = not follow.ended and left == follow.left and (left == 0) is (data["why"] == "done")
        self.check("follow.pairs", ok, follow_id, f"ends with {left} left of {follow.left}, or twice")
        follow.ended = True

    # -- agents' mobiles

    def _mobile_dialled(self, row: Row, data: Any) -> None:
        channel_id = str(data["channel_id"])
        self.check("mobile.pairs", channel_id not in self.placed, channel_id, "rung twice on one leg")
        self.placed[channel_id] = Placed(contact=str(row.contact_id or channel_id), at=row.at)
        if row.contact_id is not None:  # a test ring may go with its core
            self._mobiles.add(channel_id)

    def _mobile_ended(self, row: Row, data: Any) -> None:
        channel_id = str(data["channel_id"])
        self._mobiles.discard(channel_id)
        placed = self.placed.get(channel_id)
        if placed is None:
            self.check("mobile.pairs", self.partial, channel_id, "ended without a ring")
            return
        total, accepted = data.get("total_ms"), data.get("accepted_ms")
        drift = 0 if total is None else abs(_ms(row.at, placed.at) - int(total))
        ok = placed.ended is None and drift <= ROUNDING_MS
        self.check("mobile.pairs", ok, channel_id, f"ended twice, or total_ms is off by {drift} ms")
        if total is not None and accepted is not None:
            within = 0 <= int(accepted) <= int(total)
            self.check("mobile.pairs", within, channel_id, "accepted outside its own time")
        placed.ended, placed.talked = row.at, data["how"] == "accepted"

    # -- recordings

    def _recording_started(self, row: Row, data: Any) -> None:
        recording_id = str(data["recording_id"])
        self.check("recording.spans", recording_id not in self.recordings, recording_id, "started twice")
        self.recordings[recording_id] = _Recording(
            contact=row.contact_id, started=row.at, within_ms=int(data.get("within_ms", 0))
        )

    def _recording(self, data: Any) -> tuple[str, _Recording | None]:
        recording_id = str(data["recording_id"])
        recording = self.recordings.get(recording_id)
        if recording is None and not self.partial:
            self.check("recording.kept", False, recording_id, "was never started")
        return recording_id, recording

    def _recording_stopped(self, row: Row, data: Any) -> None:
        recording_id, recording = self._recording(data)
        if recording is None:
            return
        self.check("recording.spans", recording.stopped is None, recording_id, "stopped twice")
        recording.stopped, recording.total_ms = row.at, int(data["total_ms"])
        recording.open_end = bool(data.get("open_end"))
        place = 0
        for span in data["spans"]:
            ok = int(span["from_ms"]) == place and int(span["to_ms"]) >= place
            self.check("recording.spans", ok, recording_id, f"gap or overlap at {place} ms")
            place = int(span["to_ms"])
        drift = abs(_ms(row.at, recording.started) - recording.total_ms)
        ok = place == recording.total_ms and drift <= ROUNDING_MS
        self.check("recording.spans", ok, recording_id, f"spans end at {place} of {recording.total_ms} ms")
        self._silent(recording, row, data)

    def _recording_stored(self, row: Row, data: Any) -> None:
        recording_id, recording = self._recording(data)
        if recording is None:
            return
        self.check("recording.kept", recording.stored_ms is None, recording_id, "stored twice")
        recording.stored_ms, recording.path = int(data["audio_ms"]), str(data["path"])
        recording.sha256 = str(data["sha256"])

    def _recording_incomplete(self, row: Row, data: Any) -> None:
        _, recording = self._recording(data)
        if recording is not None:
            recording.missing_ms += int(data["missing_ms"])
            recording.explained = True

    # -- the system

    def _clock_stepped(self, row: Row, data: Any) -> None:
        self.clock_steps.append((row.at, int(data["by_ms"]) / 1000))

    def _core_started(self, row: Row, data: Any) -> None:
        """What is open now was taken over by this core, or is lost."""
        if self._last is not None:
            self._gaps.append((self._last, row.at))
            for node in self._nodes or {""}:
                self._deaf_since.setdefault(node, self._last)
        contacts = sum(contact.ended is None for contact in self.contacts.values())
        agents = sum(agent.state not in {"offline", "unknown"} for agent in self.agents.values())
        left = (contacts, agents)
        resumed = (int(data.get("resumed_contacts", 0)), int(data.get("resumed_agents", 0)))
        if resumed == (0, 0):
            self._core_restart = row.at
        text = f"resumed {resumed[0]} contacts and {resumed[1]} agents of {left[0]} and {left[1]}"
        self.check("core.resumed", resumed in {(0, 0), left} or self.partial, str(row.seq), text)

    def _engine_down(self, row: Row, data: Any) -> None:
        self._deaf_since.setdefault(str(data["node"]), row.at)

    def _engine_up(self, row: Row, data: Any) -> None:
        """Only now does a core learn what came and ended meanwhile."""
        self._nodes.add(str(data["node"]))
        for node in (str(data["node"]), ""):
            if node in self._deaf_since:
                self._gaps.append((self._deaf_since.pop(node), row.at))

    def _node_drained(self, row: Row, data: Any) -> None:
        self._drained.append((str(data["node"]), row.at, None))

    def _node_resumed(self, row: Row, data: Any) -> None:
        name = str(data["node"])
        self._drained = [
            (node, since, row.at if node == name and to is None else to) for node, since, to in self._drained
        ]

    def turned_away(self, channel_id: str, at: datetime) -> bool:
        """Whether the engine's channel, whose id begins with its node's name, met one that took no calls."""
        return any(
            channel_id.startswith(f"{node}-")
            and since - NODE_MARGIN <= at
            and (to is None or at <= to + NODE_MARGIN)
            for node, since, to in self._drained
        )

    def deaf_at(self, instant: datetime) -> bool:
        """Whether no core heard the engine then."""
        return any(since <= instant <= to for since, to in self._gaps)

    def gap_before(self, ended: datetime) -> float:
        """How long, in seconds, no core heard the engine right before this end: it may be as much older."""
        gaps = [(to - since).total_seconds() for since, to in self._gaps if since <= ended <= to + GAP]
        return max(gaps, default=0.0)

    # -- closing

    def close(self, now: datetime) -> None:
        """Judge what is still open at `now`: live subjects are fine unless a core start followed them."""
        self._row = None
        for subject, contact in self.contacts.items():
            if contact.ended is None:
                lost = self._core_restart is not None and contact.arrived < self._core_restart
                self.check("contact.outcome", not lost, subject, "never ended and its core is gone")
            if contact.kept_until is not None and not contact.place_over:
                late = now > contact.kept_until + OVERDUE
                self.check("callback.pairs", not late, subject, "a kept place is long over and never ended")
        for offer_id, offer in self._offers.items():
            if not offer.ended:
                lost = self._core_restart is not None and offer.at < self._core_restart
                self.check("offer.pairs", not lost, offer_id, "never ended and its core is gone")
        for monitor_id, monitor in self._monitors.items():
            lost = self._core_restart is not None and monitor.started < self._core_restart
            self.check("monitor.pairs", monitor.ended or not lost, monitor_id, "its core is gone")
        for follow_id, follow in self._follows.items():
            lost = self._core_restart is not None and follow.began < self._core_restart
            self.check("follow.pairs", follow.ended or not lost, follow_id, "its core is gone")
        for channel_id in self._mobiles:
            lost = self._core_restart is not None and self.placed[channel_id].at < self._core_restart
            self.check("mobile.pairs", not lost, channel_id, "never ended and its core is gone")
        for recording_id, recording in self.recordings.items():
            self._close_recording(recording_id, recording, now)
        for agent_id, agent in self.agents.items():
            self._close_agent(agent_id, agent, now)

    def _close_recording(self, recording_id: str, recording: _Recording, now: datetime) -> None:
        if recording.stopped is None:
            lost = self._core_restart is not None and recording.started < self._core_restart
            self.check("recording.kept", not lost, recording_id, "never stopped and its core is gone")
            return
        if recording.stored_ms is None and not recording.explained:
            late = (now - recording.stopped).total_seconds() > STORE_GRACE_S
            self.check("recording.kept", not late, recording_id, "neither stored nor explained")
            return
        off = (recording.stored_ms or 0) + recording.missing_ms - recording.total_ms
        text = f"stored and missing audio differ from the recorded span by {off} ms"
        ok = off >= -AUDIO_MS and (recording.open_end or off <= AUDIO_MS + recording.within_ms)
        self.check("recording.kept", ok, recording_id, text)

    def _close_agent(self, agent_id: str, agent: _Agent, now: datetime) -> None:
        if agent.state not in {"offline", "unknown"} and agent.since is not None:
            lost = self._core_restart is not None and agent.since < self._core_restart
            self.check("agent.state", not lost, agent_id, f"left in {agent.state} by a core that is gone")
            if not lost:
                agent.seconds += max(0.0, (now - agent.since).total_seconds())
        ok = len(agent.talking) == len(agent.talks)
        text = f"{len(agent.talking)} talking states, {len(agent.talks)} conversations"
        if ok:
            for (a_from, a_to), (b_from, b_to) in zip(agent.talking, agent.talks, strict=True):
                edge = abs(_ms(a_from, b_from))
                tail = abs(_ms(a_to, b_to)) if a_to and b_to else (0 if a_to == b_to else EDGE_MS + 1)
                if max(edge, tail) > EDGE_MS:
                    ok, text = False, f"state and conversation differ by {max(edge, tail)} ms"
                    break
        self.check("agent.talk", ok or self.partial, agent_id, text)


_HANDLERS = {
    "contact.arrived": Books._arrived,
    "contact.ended": Books._ended,
    "contact.parked": Books._parked,
    "contact.unparked": Books._unparked,
    "card.began": Books._card_began,
    "card.ended": Books._card_ended,
    "outbound.dialled": Books._outbound_dialled,
    "internal.dialled": Books._internal_dialled,
    "internal.joined": Books._internal_joined,
    "internal.left": Books._internal_left,
    "internal.passed": Books._internal_passed,
    "outside.dialled": Books._outside_dialled,
    "trunk.trial_began": Books._trunk_tried,
    "outside.connected": Books._outside_connected,
    "outside.ended": Books._outside_ended,
    "contact.queued": Books._queued,
    "contact.dequeued": Books._dequeued,
    "callback.kept": Books._callback_kept,
    "callback.dialled": Books._callback_dialled,
    "callback.ended": Books._callback_ended,
    "offer.made": Books._offer_made,
    "offer.ended": Books._offer_ended,
    "contact.connected": Books._connected,
    "contact.held": Books._held,
    "contact.retrieved": Books._retrieved,
    "contact.disconnected": Books._disconnected,
    "transfer.asked": Books._transfer_asked,
    "transfer.ended": Books._transfer_ended,
    "party.joined": Books._party_joined,
    "party.left": Books._party_left,
    "voicemail.left": Books._voicemail,
    "agent.state": Books._agent_state,
    "break.asked": Books._break_asked,
    "break.answered": Books._break_answered,
    "monitor.started": Books._monitor_started,
    "monitor.mode": Books._monitor_moved,
    "monitor.ended": Books._monitor_moved,
    "follow.began": Books._follow_began,
    "follow.ended": Books._follow_ended,
    "mobile.dialled": Books._mobile_dialled,
    "mobile.ended": Books._mobile_ended,
    "recording.started": Books._recording_started,
    "recording.stopped": Books._recording_stopped,
    "recording.stored": Books._recording_stored,
    "recording.incomplete": Books._recording_incomplete,
    "core.started": Books._core_started,
    "engine.down": Books._engine_down,
    "engine.up": Books._engine_up,
    "node.drained": Books._node_drained,
    "node.resumed": Books._node_resumed,
    "clock.stepped": Books._clock_stepped,
}
