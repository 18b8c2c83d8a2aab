"""What the rows have told so far, and what the rules found in them."""

from collections import defaultdict
from datetime import datetime

import msgspec

from andon.reporting.ledger.model import Finding, Row, RuleResult
from andon.reporting.ledger.rules.hearing import Hearing

ROUNDING_MS = 2

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


class Contact(msgspec.Struct):
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


class Follow(msgspec.Struct):
    began: datetime
    left: int
    ended: bool = False


class Offer(msgspec.Struct):
    contact: str
    agent: str
    at: datetime
    ended: str = ""
    connected: bool = False


class Agent(msgspec.Struct):
    state: str = "unknown"
    since: datetime | None = None
    offer: str | None = None
    wish: datetime | None = None  # a break was asked for
    seconds: float = 0.0
    talking: list[tuple[datetime, datetime | None]] = msgspec.field(default_factory=list)
    talks: list[tuple[datetime, datetime | None]] = msgspec.field(default_factory=list)

    def stops_talking(self, at: datetime) -> None:
        if self.talks and self.talks[-1][1] is None:
            self.talks[-1] = (self.talks[-1][0], at)


class Recording(msgspec.Struct):
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


class Monitor(msgspec.Struct):
    started: datetime
    mode: str
    since: datetime
    ended: bool = False


def ms(later: datetime, earlier: datetime) -> int:
    return round((later - earlier).total_seconds() * 1000)


class State:
    """The books as they stand after the rows taken; `partial`: the rows begin in the middle."""

    def __init__(self, *, partial: bool = False) -> None:
        self.partial = partial
        self.rows = 0
        self.contacts: dict[str, Contact] = {}
        self.recordings: dict[str, Recording] = {}
        self.agents: dict[str, Agent] = defaultdict(Agent)
        self.findings: list[Finding] = []
        self.placed: dict[str, Placed] = {}  # by channel, of legs we called through a trunk
        self.outside_channels: set[str] = set()  # of calls we placed
        self.outside_contacts: set[str] = set()  # hex ids of contacts whose agents called a number outside
        self.clock_steps: list[tuple[datetime, float]] = []  # when the machine's clock was set, by seconds
        self.offers: dict[str, Offer] = {}
        self.monitors: dict[str, Monitor] = {}
        self.follows: dict[str, Follow] = {}
        self.mobiles: set[str] = set()  # channels that ring or talk, of calls
        self.checked: dict[str, int] = dict.fromkeys(RULES, 0)
        self.failed: dict[str, int] = dict.fromkeys(RULES, 0)
        self.core_restart: datetime | None = None
        self.hearing = Hearing()
        self.last: datetime | None = None
        self.row: Row | None = None

    def fail(self, rule: str, subject: str, text: str) -> None:
        self.failed[rule] += 1
        if len(self.findings) < 1000:
            seq = self.row.seq if self.row else None
            self.findings.append(Finding(rule=rule, subject=subject, text=text, seq=seq))

    def check(self, rule: str, ok: bool, subject: str, text: str) -> None:
        self.checked[rule] += 1
        if not ok:
            self.fail(rule, subject, text)

    def results(self) -> list[RuleResult]:
        return [RuleResult(rule=r, checked=self.checked[r], failed=self.failed[r]) for r in RULES]

    def contact(self, row: Row) -> Contact | None:
        return self.contacts.get(str(row.contact_id))
