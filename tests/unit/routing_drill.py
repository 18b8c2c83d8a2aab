"""A drill: random inputs to a router, every effect held against an independent, naive book.

The book scans everything after every input; it shares no index and no ordering code with the router. A
`Fault` names the broken invariant. Choices come from `pick(n)`, so that Hypothesis (bytes) and a seeded
generator can both drive it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import exp
from typing import Any
from uuid import UUID

import msgspec

from andon.kit.journal import Fact
from andon.routing.events import (
    AgentCertificateEnded,
    AgentSignedIn,
    AgentSignedOut,
    AgentState,
    AgentStateChanged,
    ContactFloorNear,
    ContactFloorPassed,
    ContactRedialled,
)
from andon.routing.machine import Router
from andon.routing.model import (
    WORKS,
    AgentConfig,
    Assigned,
    CentreConfig,
    DeviceTest,
    Door,
    Effect,
    LaneFlag,
    Moved,
    Offer,
    OfferEnd,
    Overflow,
    OverflowWhen,
    Policy,
    QueueConfig,
    Refused,
    Relax,
    Reserve,
    Seat,
    Segment,
    SkillNeed,
    Unassigned,
    WaitEnded,
    Withdraw,
    Work,
    WorkRule,
)
from andon.routing.model import Caller as Known

START = datetime(2026, 3, 2, 1, 0, 0, 400, tzinfo=UTC)  # 400 µs off the millisecond, on purpose
S = AgentState
Pick = Callable[[int], int]
LIGHT = {work: WorkRule(50, rule.interruptible) for work, rule in WORKS.items()}
REQUESTS = (S.READY, S.READY, S.NOT_READY, S.BREAK)
TIERS = ("normal", "silver", "gold", "vip")
READY_REASONS = (
    "idle_shorter",
    "less_skilled",
    "more_occupied",
    "more_calls",
    "turn_later",
    "less_value",
    "step_later",
    "other_agent_owed",
    "reserved",
    "less_qualified",
    "preferred_missing",
)
UNABLE_REASONS = (
    "skill_missing",
    "skill_level",
    "other_client",
    "other_group",
    "certificate_missing",
    "certificate_expired",
    "no_capacity",
    "inactive",
)
BUSY = {S.TALKING, S.HELD, S.ACW}
MEMORY_MS = 1_800_000
ENDS = (OfferEnd.REJECTED, OfferEnd.TIMEOUT, OfferEnd.UNREACHABLE, OfferEnd.FAILED)


class Fault(AssertionError):
    """An invariant does not hold."""


def require(ok: bool, text: str) -> None:
    if not ok:
        raise Fault(text)


def agent_id(number: int) -> UUID:
    return UUID(int=1000 + number)


def queue_id(number: int) -> UUID:
    return UUID(int=2000 + number)


def skill_id(number: int) -> UUID:
    return UUID(int=3000 + number)


@dataclass
class Caller:
    """The book's own waiting contact."""

    contact: UUID
    asked: UUID
    queue: UUID
    priority: int
    since: datetime
    number: int
    known: Known
    longest: int | None = None
    placed: datetime = START
    first: datetime = START
    floor: int | None = None
    calls: int = 1
    urgent: bool = False
    passed: bool = False
    wanted: UUID | None = None
    wanted_until: datetime = START
    runs_over: datetime | None = None  # at which it must be back in its flow
    been: tuple[UUID, ...] = ()
    offer: UUID | None = None
    callback: bool = False
    asleep: bool = False


@dataclass
class Quit:
    placed: datetime
    left: datetime
    calls: int


@dataclass
class Place:
    """The book's own agent, from facts alone."""

    state: AgentState = S.OFFLINE
    since: datetime | None = None
    idle_since: datetime | None = None
    signed_in: datetime | None = None
    spent_ms: int = 0
    calls: int = 0
    worked: list[tuple[datetime, datetime]] = field(default_factory=list)
    turns: dict[UUID, int] = field(default_factory=dict)


class Drill:
    """One random centre under random inputs."""

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        self.now = START
        self.made = 0
        self.seats: dict[UUID, Place] = {}
        self.callers: dict[UUID, Caller] = {}
        self.offers: dict[UUID, tuple[UUID, UUID]] = {}  # live: contact, agent
        self.ended: set[UUID] = set()
        self.talks: dict[UUID, UUID] = {}  # contact -> agent
        self.works: dict[UUID, tuple[Caller, UUID, Work]] = {}  # at hand without telephone: with whom, what
        self.turns: dict[UUID, int] = {}
        self.rings: dict[UUID, datetime] = {}  # until when, by offer
        self.deserted: dict[UUID, datetime] = {}  # queue with callers and nobody signed in, since
        self.quits: dict[tuple[UUID, str], Quit] = {}
        self.slighted: list[tuple[UUID, str]] = []  # who must have been served by the end of this input
        self.freed: set[UUID] = set()  # became ready in this input
        self.inputs = 0
        self.jumped_from = START  # the instant up to which every deadline was kept
        self.offered = 0
        self.config = self._centre()
        self._learn()
        self.router = Router(self.config, self.now, self._new_id)

    # -- a random centre

    def _centre(self) -> CentreConfig:
        agents = tuple(self._agent(n) for n in range(1 + self.pick(6)))
        queues = tuple(self._queue(n) for n in range(1 + self.pick(4)))
        return self._with(agents, queues)

    def _with(self, agents: tuple[AgentConfig, ...], queues: tuple[QueueConfig, ...]) -> CentreConfig:
        segments = tuple(
            Segment(tier=tier, priority=self.pick(3), floor_s=(None, 10, 40)[self.pick(3)])
            for tier in TIERS
            if self.pick(2)
        )
        return CentreConfig(
            tenant_id=UUID(int=1),
            agents=agents,
            queues=queues,
            segments=segments,
            ageing_s=(None, 10)[self.pick(2)],
            works=LIGHT if self.pick(6) == 1 else WORKS,
        )

    def _agent(self, number: int) -> AgentConfig:
        skills = {skill_id(n): 1 + self.pick(4) for n in range(3) if self.pick(4)}
        return AgentConfig(
            agent_id=agent_id(number),
            agent_no=str(8000 + number),
            name=f"a{number}",
            department=("", "east", "west")[self.pick(3)],
            skills=skills,
            certificates={"law": self._ms(START) + timedelta(seconds=self.pick(300))} if self.pick(3) else {},
            seats={queue_id(n): self._seat() for n in range(4) if self.pick(6) == 1},
            client_id=UUID(int=5001) if self.pick(12) == 1 else None,
            capacity=0 if self.pick(25) == 1 else 1,
            limits={work: self.pick(4) for work in (Work.CHAT, Work.ITEM) if self.pick(4)},
            active=self.pick(25) != 1,
        )

    def _seat(self) -> Seat:
        return Seat(order=self.pick(3), level=self.pick(4), value=self.pick(100))

    def _queue(self, number: int) -> QueueConfig:
        needs = tuple(
            SkillNeed(skill_id=skill_id(n), min_level=1 + self.pick(3)) for n in range(3) if self.pick(5) == 1
        )
        return QueueConfig(
            queue_id=queue_id(number),
            client_id=UUID(int=5001 + self.pick(2)),
            project_id=UUID(int=6001),
            name=f"q{number}",
            work=(Work.CHAT, Work.ITEM)[self.pick(2)] if self.pick(5) == 1 else Work.VOICE,
            required_skills=needs,
            preferred_skills=(SkillNeed(skill_id=skill_id(0), min_level=2),) if self.pick(4) == 1 else (),
            required_certificates=("law",) if self.pick(6) == 1 else (),
            groups=("east",) if self.pick(6) == 1 else (),
            relax=tuple(self._relax(10 + 15 * n) for n in range((0, 0, 1, 2)[self.pick(4)])),
            overflow=tuple(self._overflow() for _ in range(self.pick(6) // 4)),
            reserve=Reserve(tier=TIERS[1 + self.pick(3)], agents=1 + self.pick(2))
            if self.pick(4) == 1
            else None,
            doors=(self._door(),) if self.pick(5) == 1 else (),
            dedicated_wait_s=(0, 0, 15)[self.pick(3)],
            last_agent_wait_s=(0, 25)[self.pick(2)],
            redial_s=(0, 60)[self.pick(2)],
            priority=self.pick(3),
            policy=tuple(Policy)[self.pick(6)],
            ring_timeout_s=1 + self.pick(30),
            acw_s=self.pick(4) * 10,
            max_wait_s=(None, 5, 60)[self.pick(3)],
            nobody_grace_s=self.pick(2) * 20,
        )

    def _relax(self, after_s: int) -> Relax:
        levels = {skill_id(n): self.pick(2) for n in range(3) if self.pick(2)}
        return Relax(after_s=after_s, min_levels=levels, groups=("west",) if self.pick(2) else ())

    def _overflow(self) -> Overflow:
        when = (OverflowWhen.LENGTH, OverflowWhen.AGE)[self.pick(2)]
        limit = 1 + self.pick(3) if when is OverflowWhen.LENGTH else 5 + self.pick(30)
        return Overflow(when=when, limit=limit, queue_id=queue_id(self.pick(4)) if self.pick(3) else None)

    def _door(self) -> Door:
        if self.pick(2):
            return Door(queue_id=queue_id(self.pick(4)), flags=(tuple(LaneFlag)[self.pick(4)],))
        return Door(queue_id=queue_id(self.pick(4)), tiers=("vip",))

    def _new_id(self) -> UUID:
        self.made += 1
        return UUID(int=9_000_000 + self.made)

    # -- inputs

    def run(self, steps: int) -> None:
        """`steps` random inputs, then close the centre and check that every time line ended."""
        for agent in self.config.agents:
            if self.pick(4):
                self._bring_up(agent.agent_id)
        for _ in range(steps):
            self.step()
        self.close()

    def step(self) -> None:
        inputs: list[Callable[[], None]] = [
            self.caller_arrives,
            self.caller_arrives,
            self.caller_arrives,
            self.agent_answers,
            self.agent_answers,
            self.agent_answers,
            self.conversation_ends,
            self.conversation_ends,
            self.time_passes,
            self.time_passes,
            self.agent_asks,
            self.agent_comes,
            self.agent_comes,
            self.caller_leaves,
            self.offer_fails,
            self.hold,
            self.wrap,
            self.device,
            self.sign,
            self.reconfigure,
            self.late_message,
            self.place_is_kept,
            self.callback_may_be_called,
            self.callback_may_be_called,
            self.agent_waits_for_customer,
            self.work_is_done,
        ]
        inputs[self.pick(len(inputs))]()

    def caller_arrives(self) -> None:
        asked = self.config.queues[self.pick(len(self.config.queues))].queue_id
        contact, priority = self._new_id(), self.pick(3)
        known = Known(
            tier=TIERS[self.pick(4)],
            key=("", "13800000001", "13800000002")[self.pick(3)],
            flags=(tuple(LaneFlag)[self.pick(4)],) if self.pick(4) == 1 else (),
            dedicated_id=self._any_agent() if self.pick(5) == 1 else None,
            last_agent_id=self._any_agent() if self.pick(4) == 1 else None,
        )
        now = self._ms(self.now)
        caller = Caller(contact, asked, asked, priority, now, self.made, known, placed=now, first=now)
        goes_back = self._expect_arrival(caller)
        self.callers[contact] = caller
        self._do(lambda: self.router.enqueue(contact, asked, priority, self.now, known))
        require(not goes_back or contact not in self.callers, "waits in a queue that ran over")

    def _expect_arrival(self, caller: Caller) -> bool:
        """Where the caller will wait and with which place; whether the flow gets it back at once."""
        asked, now = self.queues[caller.asked], self._ms(self.now)
        quit = self.quits.pop((caller.asked, caller.known.key), None)
        if quit is not None and now < quit.left + timedelta(seconds=asked.redial_s):
            caller.placed, caller.calls = quit.placed, quit.calls + 1
        flags = set(caller.known.flags) | ({LaneFlag.REPEAT} if caller.calls > 2 else set())
        for door in asked.doors:
            if (caller.known.tier in door.tiers or flags & set(door.flags)) and self._staffed(door.queue_id):
                caller.queue = door.queue_id
                break
        if not self._staffed(caller.queue):
            return True
        for segment in self.config.segments:
            if segment.tier == caller.known.tier:
                caller.priority += segment.priority
                caller.floor = segment.floor_s
        while True:
            over = [
                rule
                for rule in self.queues[caller.queue].overflow
                if rule.when is OverflowWhen.LENGTH
                and len([c for c in self.callers.values() if c.queue == caller.queue and not c.asleep])
                >= rule.limit
            ]
            if not over:
                break
            if over[0].queue_id is None:
                return True
            if not self._takes_over(caller, over[0].queue_id):
                break
            caller.been, caller.queue = (*caller.been, caller.queue), over[0].queue_id
        self._enter(caller)
        queue = self.queues[caller.queue]
        for who, wait_s in (
            (caller.known.dedicated_id, queue.dedicated_wait_s),
            (caller.known.last_agent_id, queue.last_agent_wait_s),
        ):
            there = who is not None and self._state(who) is not S.OFFLINE
            if who is not None and wait_s and there and self._standing(who, caller.queue) == 0:
                caller.wanted, caller.wanted_until = who, now + timedelta(seconds=wait_s)
                break
        return False

    def _enter(self, caller: Caller) -> None:
        queue = self.queues[caller.queue]
        caller.since, caller.longest, caller.wanted = self._ms(self.now), queue.max_wait_s, None
        ages = [rule for rule in queue.overflow if rule.when is OverflowWhen.AGE]
        first = min(ages, key=lambda rule: rule.limit, default=None)
        back = first is not None and first.queue_id is None
        caller.runs_over = caller.since + timedelta(seconds=first.limit) if first and back else None

    def _staffed(self, queue: UUID) -> bool:
        signed_in = [a for a, seat in self.seats.items() if seat.state is not S.OFFLINE]
        return queue in self.queues and any(self._serves(a, queue) for a in signed_in)

    def _takes_over(self, caller: Caller, target: UUID) -> bool:
        return self._staffed(target) and target not in (caller.queue, *caller.been)

    def caller_leaves(self) -> None:
        if self.callers:
            contact = self._one(sorted(self.callers))
            how = (OfferEnd.CALLER_GONE, OfferEnd.CALLER_GONE, OfferEnd.ENDED)[self.pick(3)]
            caller = self.callers[contact]
            asked = self.queues.get(caller.asked)
            if how is OfferEnd.CALLER_GONE and caller.known.key and asked is not None and asked.redial_s:
                key = (caller.asked, caller.known.key)
                self.quits[key] = Quit(caller.placed, self._ms(self.now), caller.calls)
            if caller.offer is None:
                del self.callers[contact]
            else:
                caller.number = -1  # the Withdraw that must come ends it
            self._do(lambda: self.router.leave(contact, self.now, how=how))

    def place_is_kept(self) -> None:
        """A caller hangs up to be called back: a placeholder stands there, asleep; who rang is free."""
        on_the_line = [contact for contact in sorted(self.callers) if not self.callers[contact].callback]
        if not on_the_line:
            return
        contact = self._one(on_the_line)
        place = self.router.place_of(contact)
        assert place is not None
        caller = self.callers[contact]
        kept = replace(caller)
        if caller.offer is None:
            del self.callers[contact]
        else:
            caller.number = -1
        self._do(lambda: self.router.leave(contact, self.now, how=OfferEnd.ENDED))
        if caller.queue not in self.queues or self.queues[caller.queue].work is not Work.VOICE:
            return
        kept.contact = self._new_id()
        kept.number, kept.callback, kept.asleep = self.made, True, True
        kept.offer = kept.wanted = kept.longest = kept.runs_over = None
        self.callers[kept.contact] = kept
        self.router.put_back(kept.contact, place, self.now)
        self._scan()

    def callback_may_be_called(self) -> None:
        """The customer may be called now, or not any more."""
        placeholders = [contact for contact in sorted(self.callers) if self.callers[contact].callback]
        if not placeholders:
            return
        contact = self._one(placeholders)
        caller = self.callers[contact]
        if caller.asleep:
            caller.asleep = False
            self._do(lambda: self.router.wake(contact, self.now))
        elif self.pick(3) == 1:
            caller.asleep = caller.offer is None
            self.router.sleep(contact, self.now)
            self._scan()

    def work_is_done(self) -> None:
        if self.works:
            contact = self._one(sorted(self.works))
            del self.works[contact]
            self._do(lambda: self.router.work_done(contact, self.now))

    def agent_waits_for_customer(self) -> None:
        """The agent of a callback is there and the customer's telephone rings, perhaps in vain."""
        offers = [
            offer for offer, (contact, _) in sorted(self.offers.items()) if self.callers[contact].callback
        ]
        if not offers:
            return
        offer = self._one(offers)
        contact, agent = self.offers[offer]
        self.router.answered(offer, self.now)
        self.rings.pop(offer, None)
        self._scan()
        if self.pick(2):
            idle_since = self.seats[agent].idle_since
            self.callers[contact].number = -1
            self._do(lambda: self.router.leave(contact, self.now, how=OfferEnd.CUSTOMER_AWAY))
            blamed = self.seats[agent].state in {S.NOT_READY, S.BREAK}
            require(not blamed or agent in self.wishes(), "an agent is blamed for a customer who is away")
            require(self.seats[agent].idle_since == idle_since, "idle time lost to a customer who is away")

    def wishes(self) -> set[UUID]:
        """Agents whose last state was asked for."""
        return {now.agent_id for now in self.router.agents() if now.why == "asked"}

    def agent_answers(self) -> None:
        if self.offers:
            offer = self._one(sorted(self.offers))
            contact, agent = self.offers.pop(offer)
            self.ended.add(offer)
            del self.callers[contact]
            require(agent not in self.talks.values(), "an agent has two conversations")
            self.talks[contact] = agent
            self.seats[agent].calls += 1
            self._do(lambda: self.router.connected(offer, self.now))
            require(self.seats[agent].state is S.TALKING, "connected, but not talking")

    def offer_fails(self) -> None:
        if self.offers:
            offer = self._one(sorted(self.offers))
            contact, agent = self.offers.pop(offer)
            self.ended.add(offer)
            self._ring_over(offer, contact)
            self._do(lambda: self.router.offer_ended(offer, ENDS[self.pick(4)], self.now))
            require(
                self.seats[agent].state in {S.NOT_READY, S.BREAK}, "a failed ring leaves the agent callable"
            )

    def hold(self) -> None:
        if self.talks:
            contact = self._one(sorted(self.talks))
            held = self.seats[self.talks[contact]].state is S.HELD
            self._do(lambda: (self.router.retrieved if held else self.router.held)(contact, self.now))
            require(self.seats[self.talks[contact]].state is (S.TALKING if held else S.HELD), "hold")

    def conversation_ends(self) -> None:
        if self.talks:
            contact = self._one(sorted(self.talks))
            agent = self.talks.pop(contact)
            self._do(lambda: self.router.conversation_ended(contact, self.now))
            require(self.seats[agent].state not in {S.TALKING, S.HELD}, "talking after the end")

    def wrap(self) -> None:
        agent = self._any_agent()
        if self.pick(2):
            self._do(lambda: self.router.wrap_done(agent, self.now))
            require(self._state(agent) is not S.ACW, "wrap-up not done")
        else:
            self._try(lambda: self.router.wrap_extend(agent, 1 + self.pick(60), self.now))

    def agent_asks(self) -> None:
        agent, state = self._any_agent(), REQUESTS[self.pick(4)]
        reason = None if state is S.READY or self.pick(2) else UUID(int=7001)
        before = self._state(agent)
        done = self._try(lambda: self.router.request_state(agent, state, self.now, reason_id=reason))
        if done and before in {S.NOT_READY, S.BREAK, S.READY, S.ACW}:
            allowed = {state, S.RINGING} if state is S.READY else {state}
            if self.agents[agent].active:
                require(self._state(agent) in allowed, f"asked for {state}, is {self._state(agent)}")

    def agent_comes(self) -> None:
        self._bring_up(self._any_agent())

    def device(self) -> None:
        agent = self._any_agent()
        if self.pick(3):
            self._do(lambda: self.router.device_changed(agent, self.pick(2) == 1, self.now))
        else:
            test = DeviceTest(passed=self.pick(4) != 1)
            self._try(lambda: self.router.device_tested(agent, test, self.now))

    def sign(self) -> None:
        agent = self._any_agent()
        match self.pick(6):
            case 0:
                self._do(lambda: self.router.sign_out(agent, self.now))
            case 1:
                if self.pick(3) == 0:
                    self._end_talk_of(agent)
                    self._do(lambda: self.router.sign_out(agent, self.now, by="system", why="x", force=True))
                    require(self._state(agent) is S.OFFLINE, "forced out, still there")
            case 2:
                self._try(lambda: self.router.sign_in(agent, "sip", self.now, took_over=True))
            case 3:
                self._try(lambda: self.router.sign_in(agent, "sip", self.now))
            case _:
                self._bring_up(agent)

    def _bring_up(self, agent: UUID) -> None:
        self._try(lambda: self.router.sign_in(agent, "browser", self.now))
        self._do(lambda: self.router.device_changed(agent, True, self.now))
        self._try(lambda: self.router.device_tested(agent, DeviceTest(passed=True), self.now))
        self._try(lambda: self.router.request_state(agent, S.READY, self.now))

    def time_passes(self) -> None:
        """Forward by up to 40 s, keeping every deadline on the way, or by a jump that is late for them."""
        end = self.now + timedelta(microseconds=1 + self.pick(255) * 157_001)
        late = self.pick(5) == 1 and not any(
            self.now < expires <= end
            for agent in self.config.agents
            for expires in agent.certificates.values()
        )
        while not late:
            deadline = self.router.next_deadline()
            if deadline is None or deadline > end:
                break
            self.now = max(self.now, deadline)
            self._do(lambda: self.router.tick(self.now))
        self.jumped_from = self.now
        self.now = end
        self._do(lambda: self.router.tick(self.now))
        self.jumped_from = self.now
        self.quits = {key: quit for key, quit in self.quits.items() if self._may_come_back(key[0], quit)}
        deadline = self.router.next_deadline()
        require(deadline is None or deadline > self._ms(self.now), "a deadline that is due stays")
        self._check_time()

    def _may_come_back(self, asked: UUID, quit: Quit) -> bool:
        """A place is forgotten with its time, also when that was shortened meanwhile."""
        queue = self.queues.get(asked)
        redial_s = 0 if queue is None else queue.redial_s
        return self._ms(self.now) < quit.left + timedelta(seconds=redial_s)

    def _check_time(self) -> None:
        """Right after a tick nothing lasts longer than it may."""
        now = self._ms(self.now)
        for caller in self.callers.values():
            if caller.offer is None:
                longest = timedelta(seconds=caller.longest or 10**6)
                require(now < caller.since + longest, "waits longer than the longest wait")
                require(
                    caller.runs_over is None or now < caller.runs_over, "waits though its queue runs over"
                )
                deserted = now if caller.callback else self.deserted.get(caller.queue, now)
                require(now < deserted + timedelta(seconds=20, milliseconds=1), "waits in a deserted queue")
        for offer, until in self.rings.items():
            require(offer not in self.offers or now < until, "rings longer than the ring time-out")
        for agent in self.router.agents():
            require(agent.acw_until is None or now < agent.acw_until, "wrap-up longer than its time")

    def late_message(self) -> None:
        """Messages about what is over change nothing."""
        gone = UUID(int=9_000_000)
        if self.ended and self.pick(4):
            gone = self._one(sorted(self.ended))
        for late in (
            lambda: self.router.offer_ended(gone, OfferEnd.TIMEOUT, self.now),
            lambda: self.router.leave(gone, self.now),
            lambda: self.router.conversation_ended(gone, self.now),
            lambda: self.router.held(gone, self.now),
        ):
            require(late() == [], "a late message had an effect")
        try:
            self.router.connected(gone, self.now)
        except Refused as refused:
            require(refused.code == "offer.gone", refused.code)
        else:
            raise Fault("an offer that is over was answered")

    def reconfigure(self) -> None:
        """Change an agent or a queue, take one away, or add one, while live."""
        agents, queues = list(self.config.agents), list(self.config.queues)
        what = self.pick(6)
        if what == 0 and len(agents) > 1:
            agents.pop(self.pick(len(agents)))
        elif what == 1 and len(queues) > 1:
            queues.pop(self.pick(len(queues)))
        elif what in {2, 3}:
            changed = self._agent(self.pick(7))
            known = [n for n, agent in enumerate(agents) if agent.agent_id == changed.agent_id]
            if known:
                agents[known[0]] = changed
            else:
                agents.append(changed)
        elif what == 4:
            self._new_id()
            queues.append(self._queue(100 + self.made))
        else:
            place = self.pick(len(queues))
            queues[place] = self._queue(queues[place].queue_id.int - 2000)
        self.config = self._with(tuple(agents), tuple(queues))
        self._learn()
        for caller in self.callers.values():
            caller.runs_over = None
            self._forget_wanted(caller)
        self._do(lambda: self.router.configure(self.config, self.now))

    def close(self) -> None:
        """Stop the centre: nobody is left, no offer open, every second of every agent accounted for."""
        self.callers = {contact: caller for contact, caller in self.callers.items() if caller.offer}
        for caller in self.callers.values():
            caller.number = -1
        self.talks.clear()
        self.works.clear()
        self._do(lambda: self.router.close(self.now))
        require(not self.offers and not self.callers, "an offer never ended")
        for seat in self.seats.values():
            require(seat.state is S.OFFLINE, "somebody is left after the close")
        require(self.router.next_deadline() is None, "a deadline is left after the close")

    # -- helpers

    def _one(self, among: list[UUID]) -> UUID:
        return among[self.pick(len(among))]

    def _any_agent(self) -> UUID:
        return self.config.agents[self.pick(len(self.config.agents))].agent_id

    def _state(self, agent: UUID) -> AgentState:
        return self.seats[agent].state if agent in self.seats else S.OFFLINE

    def _end_talk_of(self, agent: UUID) -> None:
        self.talks = {contact: who for contact, who in self.talks.items() if who != agent}

    def _try(self, act: Callable[[], list[Effect]]) -> bool:
        try:
            effects = act()
        except Refused:
            effects = []
            done = False
        else:
            done = True
        self._read(effects)
        return done

    def _do(self, act: Callable[[], list[Effect]]) -> None:
        self._read(act())

    @staticmethod
    def _ms(instant: datetime) -> datetime:
        return instant.replace(microsecond=instant.microsecond // 1000 * 1000)

    # -- the book

    def _read(self, effects: list[Effect]) -> None:
        self.inputs += 1
        for effect in effects:
            match effect:
                case Offer():
                    self._offer(effect)
                case Withdraw():
                    self._withdraw(effect)
                case Assigned():
                    self._assigned(effect)
                case Unassigned():
                    caller, agent, _ = self.works.pop(effect.contact_id)
                    require(agent == effect.agent_id, "taken from somebody else")
                    self.callers[effect.contact_id] = caller
                    caller.first, caller.urgent = self._ms(self.now), False
                    if caller.queue in self.queues:
                        self._enter(caller)
                    if caller.callback:
                        caller.longest = caller.runs_over = None
                case Moved():
                    self._moved(effect)
                case ContactRedialled():
                    caller = self.callers[effect.contact_id or UUID(int=0)]
                    kept = (self._ms(self.now) - caller.placed) / timedelta(milliseconds=1)
                    require((effect.calls, effect.kept_ms) == (caller.calls, kept), "redialled otherwise")
                case ContactFloorNear():
                    self._floor_near(effect)
                case ContactFloorPassed():
                    self.callers[effect.contact_id or UUID(int=0)].passed = True
                case AgentCertificateEnded():
                    expires = self.agents[self._who(effect)].certificates["law"]
                    require(expires <= self.now, "a certificate ended early")
                case WaitEnded():
                    caller = self.callers.pop(effect.contact_id, None)
                    require(caller is not None, "the wait of nobody ended")
                    assert caller is not None
                    require(caller.offer is None, "the wait ended while ringing")
                    require(not caller.callback or caller.queue not in self.queues, "a callback's wait ended")
                case AgentStateChanged():
                    self._state_changed(effect)
                case AgentSignedIn():
                    seat = self.seats.setdefault(self._who(effect), Place())
                    require((seat.state is not S.OFFLINE) == effect.took_over, "signed in twice")
                    if not effect.took_over:
                        seat.signed_in, seat.spent_ms = effect.at, 0
                        seat.calls, seat.worked = 0, []
                case AgentSignedOut():
                    seat = self.seats[self._who(effect)]
                    require(seat.state is S.OFFLINE, "signed out but not offline")
                    assert seat.signed_in is not None
                    stayed = (effect.at - seat.signed_in) / timedelta(milliseconds=1)
                    require(stayed == seat.spent_ms, f"{stayed} ms signed in, {seat.spent_ms} ms in states")
        self._scan()

    @staticmethod
    def _who(fact: Fact) -> UUID:
        assert fact.agent_id is not None
        return fact.agent_id

    def _state_changed(self, fact: AgentStateChanged) -> None:
        seat = self.seats.setdefault(self._who(fact), Place())
        require(fact.previous is seat.state, f"says {fact.previous}, was {seat.state}")
        require(fact.at == self._ms(fact.at), "not a whole millisecond")
        if seat.state is not S.OFFLINE:
            assert seat.since is not None
            spent = (fact.at - seat.since) / timedelta(milliseconds=1)
            require(spent == fact.previous_ms, f"{spent} ms went by, says {fact.previous_ms}")
            seat.spent_ms += fact.previous_ms
            if seat.state in BUSY:
                seat.worked.append((seat.since, fact.at))
        if fact.state is S.READY:
            self.freed.add(self._who(fact))
        if fact.state is S.READY and fact.previous is not S.RINGING:
            seat.idle_since = fact.at
        seat.state, seat.since = fact.state, fact.at
        if seat.state is S.OFFLINE:
            for caller in self.callers.values():
                caller.wanted = None if caller.wanted == self._who(fact) else caller.wanted

    def _offer(self, offer: Offer) -> None:
        self.offered += 1
        caller = self.callers.get(offer.contact_id)
        require(caller is not None, "offered a contact that does not wait")
        assert caller is not None
        require(caller.offer is None, "a contact is offered twice at once")
        require(not caller.asleep, "offered a contact that sleeps")
        busy = {agent for _, agent in self.offers.values()} | set(self.talks.values())
        require(offer.agent_id not in busy, "an agent is offered two contacts at once")
        require(self.seats[offer.agent_id].state is S.RINGING, "offered, but not ringing")
        require(caller.queue == offer.queue_id, "offered in a queue it does not wait in")
        if offer.agent_id != caller.wanted:
            self._forget_wanted(caller)  # a certificate may have ended at this very instant
        require(self._may(offer.agent_id, caller), "offered to an agent who may not serve it")
        require(self.queues[caller.queue].work is Work.VOICE, "rings for what is no call")
        self._note_slighted(caller, offer)
        if caller.wanted is None:
            self._check_policy(caller, offer)
        caller.offer, caller.wanted = offer.offer_id, None
        self.offers[offer.offer_id] = (offer.contact_id, offer.agent_id)
        self.rings[offer.offer_id] = self._ms(self.now) + timedelta(seconds=offer.ring_timeout_s)
        self.turns[offer.queue_id] = self.turns.get(offer.queue_id, 0) + 1
        self.seats[offer.agent_id].turns[offer.queue_id] = self.turns[offer.queue_id]
        self._check_decision(offer)

    def _assigned(self, given: Assigned) -> None:
        self.offered += 1
        caller = self.callers.get(given.contact_id)
        require(caller is not None, "given a contact that does not wait")
        assert caller is not None
        require(caller.queue == given.queue_id and caller.offer is None, "given from elsewhere")
        require(self._state(given.agent_id) is S.READY, "given to an agent who is not ready")
        if given.agent_id != caller.wanted and self._ms(self.now) >= caller.wanted_until:
            caller.wanted = None
        require(self._may(given.agent_id, caller), "given to an agent who has no room or may not serve it")
        self._note_slighted(caller, given)
        if caller.wanted is None:
            self._check_policy(caller, given)
        self._check_decision(given)
        del self.callers[given.contact_id]
        caller.wanted = None
        self.works[given.contact_id] = (caller, given.agent_id, self.queues[given.queue_id].work)
        self.seats[given.agent_id].calls += 1
        self.turns[given.queue_id] = self.turns.get(given.queue_id, 0) + 1
        self.seats[given.agent_id].turns[given.queue_id] = self.turns[given.queue_id]

    def _has_room(self, agent: UUID, work: Work) -> bool:
        """Whether one more of this kind would neither be too many nor weigh too much."""
        mine = [each for _, who, each in self.works.values() if who == agent]
        who, rules = self.agents[agent], self.config.works
        if mine.count(work) >= (who.capacity if work is Work.VOICE else who.limits.get(work, 0)):
            return False
        counted = [each for each in mine if rules[work].interruptible or not rules[each].interruptible]
        return sum(rules[each].weight for each in [*counted, work]) <= 100

    def _moved(self, moved: Moved) -> None:
        caller = self.callers[moved.contact_id]
        require(caller.offer is None, "moved while ringing")
        require((caller.queue, True) == (moved.from_id, self._takes_over(caller, moved.queue_id)), "moved")
        ages = [
            rule.limit
            for rule in self.queues[caller.queue].overflow
            if rule.when is OverflowWhen.AGE and rule.queue_id == moved.queue_id
        ]
        waited = (self._ms(self.now) - caller.since) / timedelta(seconds=1)
        require(bool(ages) and min(ages) <= waited, "moved though the queue does not run over")
        caller.been, caller.queue = (*caller.been, caller.queue), moved.queue_id
        self._enter(caller)

    def _floor_near(self, fact: ContactFloorNear) -> None:
        caller = self.callers[fact.contact_id or UUID(int=0)]
        require(not caller.urgent and self._near_floor(caller), "said to be near its floor, but is not")
        caller.urgent, caller.wanted = True, None

    def _forget_wanted(self, caller: Caller) -> None:
        """The agent waited for may not serve the caller any more, or the wait for it is over."""
        if caller.wanted is not None and caller.queue in self.queues:
            gone = self._standing(caller.wanted, caller.queue) != 0
            if gone or self._ms(self.now) >= caller.wanted_until:
                caller.wanted = None

    def _near_floor(self, caller: Caller) -> bool:
        near = timedelta(seconds=(caller.floor or 10**6) * 0.8)
        return self._ms(self.now) >= caller.first + near

    def _rank(self, caller: Caller) -> tuple[Any, ...]:
        if caller.urgent:
            return (0, caller.first + timedelta(seconds=caller.floor or 0), caller.number)
        queue = self.queues.get(caller.queue)
        priority = caller.priority + (0 if queue is None else queue.priority)
        if self.config.ageing_s is None:
            return (1, -priority, caller.placed, caller.number)
        return (1, caller.placed - timedelta(seconds=priority * self.config.ageing_s), caller.number)

    def _step(self, caller: Caller) -> int:
        """Relaxing as far as it has come with time."""
        waited = (self._ms(self.now) - caller.since) / timedelta(seconds=1)
        return len([relax for relax in self.queues[caller.queue].relax if relax.after_s <= waited])

    def _may(self, agent: UUID, caller: Caller) -> bool:
        """Whether a ready agent (or the one just rung) may be given the caller at this instant."""
        if caller.queue in self.queues and not self._has_room(agent, self.queues[caller.queue].work):
            return False
        if caller.wanted is not None:
            return agent == caller.wanted
        standing = self._standing(agent, caller.queue)
        if standing is None or standing > self._step(caller):
            return False
        return standing > 0 or not self._kept_back(agent, caller)

    def _kept_back(self, agent: UUID, caller: Caller) -> bool:
        """Whether the queue keeps its last fully qualified ready agents from this caller."""
        reserve = self.queues[caller.queue].reserve
        if reserve is None or caller.urgent or TIERS.index(caller.known.tier) >= TIERS.index(reserve.tier):
            return False
        ready = {a for a, seat in self.seats.items() if seat.state is S.READY} | {agent}
        free = [a for a in ready if self._standing(a, caller.queue) == 0]
        return len([a for a in free if self._has_room(a, self.queues[caller.queue].work)]) <= reserve.agents

    def _note_slighted(self, caller: Caller, offer: Offer | Assigned) -> None:
        """Whoever this agent should have served before must be offered by the end of the input: urgent,
        then the agent's own order of queues, then rank. The order is that of the one agent who has become
        ready; when several have, or others are rung, only those of the same queue are compared."""

        def key(one: Caller) -> Any:
            seat = self.agents[offer.agent_id].seats.get(one.queue)
            return (not one.urgent, seat.order if seat else 0, self._rank(one))

        ordered = any(agent.seats for agent in self.config.agents)
        own_choice = offer.decision["trigger"] == "agent" and self.freed == {offer.agent_id}
        self.slighted += [
            (other.contact, "somebody before was passed over")
            for other in self.callers.values()
            if other.offer is None
            and not other.asleep
            and other is not caller
            and other.queue in self.queues
            and (other.wanted is None or self._ms(self.now) < other.wanted_until)
            and (own_choice or not ordered or other.queue == caller.queue)
            and self._may(offer.agent_id, other)
            and key(other) < key(caller)
            and self._ripe(offer.agent_id, other) <= max(self._ripe(offer.agent_id, caller), self.jumped_from)
        ]

    def _ripe(self, agent: UUID, caller: Caller) -> datetime:
        """Since when the caller has been this agent's to serve with the present rank. After a jump what ran
        out meanwhile counts in its order: who ripened first was served before the other did."""
        standing, relax = self._standing(agent, caller.queue) or 0, self.queues[caller.queue].relax
        ripe = caller.since + timedelta(seconds=relax[standing - 1].after_s if standing else 0)
        if caller.urgent and not caller.callback:
            ripe = max(ripe, caller.first + timedelta(seconds=(caller.floor or 0) * 0.8))
        return ripe

    def _check_policy(self, caller: Caller, offer: Offer | Assigned) -> None:
        """The chosen agent is the best of those who were ready: fully qualified, preferred, policy."""
        queue, chosen = self.queues[offer.queue_id], offer.agent_id
        step = offer.decision.get("step", 0)
        require(step <= self._step(caller), "relaxed before its time")
        ready = [agent for agent, seat in self.seats.items() if seat.state is S.READY or agent == chosen]

        def merit(agent: UUID) -> Any:
            seat, own = self.seats[agent], self.agents[agent].seats.get(offer.queue_id, Seat())
            skills = self.agents[agent].skills
            level = own.level + sum(skills.get(n.skill_id, 0) for n in queue.required_skills)
            by_policy = {
                Policy.LONGEST_IDLE: seat.idle_since,
                Policy.MOST_SKILLED: (-level, seat.idle_since),
                Policy.LEAST_OCCUPIED: round(self._busy_ms(seat), 3),
                Policy.FEWEST_CALLS: (seat.calls, seat.idle_since),
                Policy.ROUND_ROBIN: seat.turns.get(offer.queue_id, 0),
                Policy.VALUE_WEIGHTED: (seat.idle_since or START)
                - timedelta(seconds=own.value * queue.value_s),
            }[queue.policy]
            lacking = len([n for n in queue.preferred_skills if skills.get(n.skill_id, 0) < n.min_level])
            return (self._standing(agent, offer.queue_id), lacking, by_policy)

        for agent in ready:
            standing = self._standing(agent, offer.queue_id)
            if standing is not None and standing <= step and self._has_room(agent, queue.work):
                kept = standing == 0 and self._kept_back(chosen, caller)
                require(kept or merit(chosen) <= merit(agent), f"not the best by {queue.policy}")

    def _busy_ms(self, seat: Place) -> float:
        """Busy time since signing in, each moment weighted by how long ago it is."""
        now = self._ms(self.now)

        def weight(at: datetime) -> float:
            return MEMORY_MS * exp(-((now - at) / timedelta(milliseconds=1)) / MEMORY_MS)

        return sum(weight(end) - weight(begin) for begin, end in seat.worked)

    def _check_decision(self, offer: Offer | Assigned) -> None:
        decision = offer.decision
        msgspec.json.encode(decision)
        signed_in = [a for a, seat in self.seats.items() if seat.state is not S.OFFLINE]
        serving = [a for a in signed_in if self._serves(a, offer.queue_id)]
        require(decision["considered"] == len(serving), "decision: considered")
        require(decision["chosen"]["agent_id"] == str(offer.agent_id), "decision: chosen")
        named = [entry["agent_id"] for entry in decision["passed_over"]]
        require(len(named) == len(set(named)), "decision: an agent named twice")
        everyone = {str(agent) for agent in signed_in} - {str(offer.agent_id)}
        require(set(named) <= everyone, "decision: names somebody who is not there")
        require(len(named) + sum(decision["more"].values()) == len(everyone), "decision: does not add up")
        for entry in decision["passed_over"]:
            self._check_reason(offer, entry)

    def _check_reason(self, offer: Offer | Assigned, entry: dict[str, Any]) -> None:
        agent = UUID(entry["agent_id"])
        state, serves = self.seats[agent].state, self._serves(agent, offer.queue_id)
        expected = {
            "busy": serves and state in {S.RINGING, S.TALKING, S.HELD, S.ACW},
            "not_ready": serves and state is S.NOT_READY,
            "on_break": serves and state is S.BREAK,
        }
        for reason in READY_REASONS:
            expected[reason] = serves and state is S.READY
        for reason in UNABLE_REASONS:
            expected[reason] = not serves
        require(expected[entry["reason"]], f"decision: {entry} is not true")

    def _withdraw(self, withdraw: Withdraw) -> None:
        require(withdraw.offer_id in self.offers, "an offer ended twice, or never began")
        contact, agent = self.offers.pop(withdraw.offer_id)
        require((contact, agent) == (withdraw.contact_id, withdraw.agent_id), "withdrawn from somebody else")
        self.ended.add(withdraw.offer_id)
        self._ring_over(withdraw.offer_id, contact)
        if self.callers[contact].number == -1:
            del self.callers[contact]

    def _ring_over(self, offer: UUID, contact: UUID) -> None:
        """A customer who was being called is not called again before being woken."""
        self.callers[contact].offer = None
        self.callers[contact].asleep = offer not in self.rings

    def _learn(self) -> None:
        """Read the configuration anew: who is who, and who can serve what."""
        self.agents = {agent.agent_id: agent for agent in self.config.agents}
        self.queues = {queue.queue_id: queue for queue in self.config.queues}

    def _standing(self, agent: UUID, queue: UUID) -> int | None:
        """The first step of relaxing at which the agent may serve the queue."""
        who, where = self.agents.get(agent), self.queues.get(queue)
        if who is None or where is None or not who.active:
            return None
        if not (who.capacity if where.work is Work.VOICE else who.limits.get(where.work, 0)):
            return None
        if who.client_id not in {None, where.client_id}:
            return None
        if any(
            who.certificates.get(n, self._ms(START)) <= self._ms(self.now)
            for n in where.required_certificates
        ):
            return None
        needs = {need.skill_id: need.min_level for need in where.required_skills}
        groups = set(where.groups)
        for step in range(len(where.relax) + 1):
            if step:
                relax = where.relax[step - 1]
                needs = {s: min(level, relax.min_levels.get(s, level)) for s, level in needs.items()}
                groups |= set(relax.groups)
            able = all(who.skills.get(s, 0) >= level for s, level in needs.items())
            if able and (not where.groups or who.department in groups):
                return step
        return None

    def _serves(self, agent: UUID, queue: UUID) -> bool:
        return self._standing(agent, queue) is not None

    def _scan(self) -> None:
        """After every input: nobody waits for whom a qualified agent is ready, and every counter is true."""
        for who, seat in self.seats.items():
            if seat.state is S.OFFLINE and who not in self.agents:
                seat.turns.clear()  # who comes back after being removed is new
        for caller in self.callers.values():
            self._forget_wanted(caller)
        ready = [agent for agent, seat in self.seats.items() if seat.state is S.READY]
        in_line = [c for c in self.callers.values() if not c.asleep]
        waiting = [c for c in in_line if c.offer is None and c.queue in self.queues]
        for caller in waiting:
            require(
                not any(self._may(a, caller) for a in ready),
                "waits though a qualified agent is ready",
            )
        for contact, text in self.slighted:
            require(contact not in self.callers or self.callers[contact].offer is not None, text)
        self.slighted.clear()
        self.freed.clear()
        for agent in self.router.agents():
            require(agent.state is self._state(agent.agent_id), "read-out of an agent's state")
            rings = [offer for offer, (_, who) in self.offers.items() if who == agent.agent_id]
            require([agent.offer_id] == (rings or [None]), "read-out of an agent's offer")
            require((agent.state is S.RINGING) == bool(rings), "rings without an offer")
            at_hand = {contact for contact, (_, who, _) in self.works.items() if who == agent.agent_id}
            require(set(agent.works) == at_hand, "read-out of what is at hand")
            talking = agent.agent_id in self.talks.values()
            require((agent.state in {S.TALKING, S.HELD}) == talking, "talking without a conversation")
            require(
                agent.state is not S.READY or (agent.registered and agent.device_tested),
                "ready without device",
            )
            require((agent.acw_until is not None) == (agent.state is S.ACW), "wrap-up time")
        places = self.router.all_waiting()
        require({p.contact_id for p in places} == set(self.callers), "read-out of who waits")
        for place in places:
            caller = self.callers[place.contact_id]
            require(place.offered == (caller.offer is not None), "read-out of who is offered")
            near = caller.urgent if caller.callback else self._near_floor(caller)
            require(place.urgent == caller.urgent == near, "read-out of urgency")
            require((place.callback, place.asleep) == (caller.callback, caller.asleep), "read-out of sleep")
            require(place.for_agent_id == caller.wanted, "read-out of the agent waited for")
            require((place.queue_id, place.calls) == (caller.queue, caller.calls), "read-out of a contact")
            if caller.queue in self.queues and not caller.asleep:
                require(place.step == self._step(caller), "read-out of the step")
                before = [c for c in in_line if c.queue == caller.queue]
                rank = sorted(before, key=self._rank).index(caller) + 1
                require(place.position == rank, f"position {place.position}, truly {rank}")
        for queue in self.router.queues():
            mine = [self._state(a) for a in self.seats if self._serves(a, queue.queue_id)]
            held = [c.since for c in in_line if c.queue == queue.queue_id and not c.callback]
            back = [c for c in in_line if c.queue == queue.queue_id and c.callback]
            counted = (
                *(queue.signed_in, queue.ready, queue.ringing, queue.talking, queue.acw),
                *(queue.waiting, queue.callbacks),
            )
            truly = (
                len([s for s in mine if s is not S.OFFLINE]),
                mine.count(S.READY),
                mine.count(S.RINGING),
                mine.count(S.TALKING) + mine.count(S.HELD),
                mine.count(S.ACW),
                len(held),
                len(back),
            )
            unoffered = [
                c for c in in_line if c.queue == queue.queue_id and c.offer is None and not c.callback
            ]
            if truly[0] or not unoffered:
                self.deserted.pop(queue.queue_id, None)
            else:
                self.deserted.setdefault(queue.queue_id, self._ms(self.now))
            require(counted == truly, f"queue counts {counted}, truly {truly}")
            require(queue.oldest_since == min(held, default=None), "oldest waiting")
