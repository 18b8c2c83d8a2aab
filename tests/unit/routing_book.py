"""The drill's book: what a router says, held against a naive account of the same centre.

The book scans everything after every input; it shares no index and no ordering code with the router. A
`Fault` names the broken invariant.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp
from typing import Any
from uuid import UUID

import msgspec

from andon.kit.journal import Fact
from andon.routing.config import CentreConfig, LaneFlag, OverflowWhen, Policy, Seat, Work
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
from andon.routing.model import Assigned, Effect, Moved, Offer, Unassigned, WaitEnded, Withdraw
from andon.routing.model import Caller as Known

START = datetime(2026, 3, 2, 1, 0, 0, 400, tzinfo=UTC)  # 400 µs off the millisecond, on purpose
S = AgentState
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


class Fault(AssertionError):
    """An invariant does not hold."""


def require(ok: bool, text: str) -> None:
    if not ok:
        raise Fault(text)


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


class Book:
    """Who is where and waits for what, from effects alone."""

    config: CentreConfig
    router: Router

    def __init__(self) -> None:
        self.now = START
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

    # -- what is to be expected

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

    # -- what the router says

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

    def _state(self, agent: UUID) -> AgentState:
        return self.seats[agent].state if agent in self.seats else S.OFFLINE

    @staticmethod
    def _ms(instant: datetime) -> datetime:
        return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
