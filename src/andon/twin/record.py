"""From the journal's facts to a day that can be replayed. Pure.

Only what people and devices did is taken: callers arriving and giving up, agents signing in, asking for a
state, answering or not, talking and wrapping up. What the router made of it is what a replay decides anew.

A wish uttered during a call is in the journal only from the moment it took effect, so it is replayed from
then.
"""

from collections.abc import Callable, Iterable
from typing import Final
from uuid import UUID

from andon.customers.model import phone_key
from andon.interactions.events import (
    ContactArrived,
    ContactConnected,
    ContactDequeued,
    ContactDisconnected,
    ContactEnded,
    ContactIdentified,
    ContactQueued,
    OfferEnded,
)
from andon.interactions.service import HEAD_OF_QUEUE
from andon.kit.events import CoreHeartbeat, CoreStarted, CoreStopped
from andon.kit.journal import Fact
from andon.routing.events import (
    AgentDeviceChanged,
    AgentDeviceTested,
    AgentSignedIn,
    AgentState,
    AgentStateChanged,
)
from andon.routing.model import NOBODY, OfferEnd, to_ms
from andon.twin.model import ANSWERED, OPEN, Call, Day, Doing, Gap, Handling, Presence, Ring, Stay

ASKED: Final = "asked"
# a state these led to was the router's doing: the ring had failed
RING_FAILED: Final = frozenset({"rejected", "ring_timeout", "unreachable", "failed"})
# a ring that ended so tells what the agent or the device did; other endings cut it short
TOLD: Final = frozenset(
    {"answered", OfferEnd.REJECTED, OfferEnd.TIMEOUT, OfferEnd.UNREACHABLE, OfferEnd.FAILED}
)
GAP_MS: Final = 30_000  # a core alive says so every 10 s while there is work

_ASKS: Final = {
    AgentState.READY: Doing.ASK_READY,
    AgentState.NOT_READY: Doing.ASK_NOT_READY,
    AgentState.BREAK: Doing.ASK_BREAK,
}
_WORKING: Final = frozenset(
    {
        AgentState.READY,
        AgentState.DIALING,
        AgentState.RINGING,
        AgentState.TALKING,
        AgentState.HELD,
        AgentState.ACW,
    }
)


_IN_CALL: Final = frozenset({AgentState.TALKING, AgentState.HELD, AgentState.ACW})


class _Ring:
    """A ring being read."""

    def __init__(self, fact: OfferEnded) -> None:
        self.how = fact.how
        self.after_ms = fact.rang_ms
        self.back_ms: int | None = None

    def told(self) -> Ring:
        return Ring(self.how, self.after_ms, self.back_ms)


class _Stay:
    """A stay being read."""

    def __init__(self, fact: ContactQueued, before: "_Stay | None") -> None:
        self.queue_id = fact.queue_id
        self.queued_ms = to_ms(fact.at)
        self.priority = fact.priority
        self.own = fact.asked_priority
        self.asked_id, self.flags = fact.asked_queue_id, fact.flags
        self.wanted_id, self.wanted_s = fact.wanted_agent_id, fact.wanted_wait_s
        self.pause_ms = 0
        if before is not None and before.over_ms is not None:
            self.pause_ms = self.queued_ms - before.over_ms
        if before is not None and before.how == ANSWERED and self.own is not None:
            self.own += HEAD_OF_QUEUE  # the agent was lost
        self.how: str = OPEN
        self.waited_ms = 0
        self.over_ms: int | None = None
        self.agent_id: UUID | None = None
        self.connected_ms: int | None = None
        self.talk_ms: int | None = None
        self.acw_ms = 0
        self.rings: list[_Ring] = []

    def close(self, how: str, at_ms: int, waited_ms: int) -> None:
        self.how, self.over_ms, self.waited_ms = how, at_ms, waited_ms

    def told(self, end_ms: int) -> Stay:
        return Stay(
            queue_id=self.queue_id,
            queued_ms=self.queued_ms,
            priority=self.priority,
            own=self.own,
            asked_id=self.asked_id,
            flags=self.flags,
            wanted_id=self.wanted_id,
            wanted_s=self.wanted_s,
            how=self.how,
            waited_ms=end_ms - self.queued_ms if self.how == OPEN else self.waited_ms,
            pause_ms=self.pause_ms,
            handling=None if self.talk_ms is None else Handling(self.talk_ms, self.acw_ms),
            rings=tuple(ring.told() for ring in self.rings),
        )


class _Record:
    """Takes facts in the journal's order."""

    def __init__(self) -> None:
        self.stays: dict[UUID, list[_Stay]] = {}
        self.keys: dict[UUID, str] = {}
        self.tiers: dict[UUID, str] = {}
        self.presence: list[Presence] = []
        self.rings: dict[UUID, list[_Ring]] = {}
        self.gaps: list[Gap] = []
        self.devices_lost = 0
        self._last: dict[UUID, AgentStateChanged] = {}
        self._out: set[UUID] = set()  # agents calling somebody: what they do then is not replayed
        self._internal: set[UUID] = set()  # calls between agents: of who is called neither
        self._heard_ms: int | None = None
        self._handlers: dict[type[Fact], Callable[..., None]] = {
            ContactArrived: self._arrived,
            ContactIdentified: self._identified,
            ContactQueued: self._queued,
            ContactDequeued: self._dequeued,
            ContactConnected: self._connected,
            ContactDisconnected: self._disconnected,
            ContactEnded: self._ended,
            OfferEnded: self._offer_ended,
            AgentSignedIn: self._signed_in,
            AgentStateChanged: self._state,
            AgentDeviceChanged: self._device,
            AgentDeviceTested: self._tested,
            CoreStarted: self._core_started,
        }

    def take(self, fact: Fact) -> None:
        handler = self._handlers.get(type(fact))
        if handler is not None:
            handler(fact)
        self._heard_ms = to_ms(fact.at)

    # contacts

    def _stay(self, fact: Fact) -> _Stay | None:
        stays = self.stays.get(fact.contact_id) if fact.contact_id else None
        return stays[-1] if stays else None

    def _arrived(self, fact: ContactArrived) -> None:
        if fact.contact_id is None:
            return
        if fact.direction == "internal":
            self._internal.add(fact.contact_id)
        else:
            self.keys[fact.contact_id] = phone_key(fact.caller)

    def _identified(self, fact: ContactIdentified) -> None:
        if fact.contact_id is not None:
            self.tiers[fact.contact_id] = fact.tier

    def _queued(self, fact: ContactQueued) -> None:
        if fact.contact_id is not None:
            stay = _Stay(fact, self._stay(fact))
            self.stays.setdefault(fact.contact_id, []).append(stay)

    def _dequeued(self, fact: ContactDequeued) -> None:
        stay = self._stay(fact)
        if stay is not None:
            stay.close(fact.how, to_ms(fact.at), fact.waited_ms)

    def _connected(self, fact: ContactConnected) -> None:
        stay = self._stay(fact)
        if stay is not None:
            stay.agent_id, stay.connected_ms = fact.agent_id, to_ms(fact.at)

    def _disconnected(self, fact: ContactDisconnected) -> None:
        stay = self._stay(fact)
        if stay is not None:
            stay.talk_ms, stay.over_ms = fact.talked_ms, to_ms(fact.at)

    def _ended(self, fact: ContactEnded) -> None:
        """What the contact left open ends with it: the core or the engine went away."""
        stay = self._stay(fact)
        if stay is None:
            return
        at_ms = to_ms(fact.at)
        if stay.how == OPEN:
            stay.close("ended", at_ms, at_ms - stay.queued_ms)
        elif stay.connected_ms is not None and stay.talk_ms is None:
            stay.talk_ms, stay.over_ms = at_ms - stay.connected_ms, at_ms

    # agents

    def _offer_ended(self, fact: OfferEnded) -> None:
        stay = self._stay(fact)
        if fact.agent_id is None or stay is None:
            return
        ring = _Ring(fact)
        if fact.how in TOLD:
            self.rings.setdefault(fact.agent_id, []).append(ring)
        if fact.how in TOLD or fact.how == OfferEnd.CALLER_GONE:
            stay.rings.append(ring)

    def _does(self, fact: Fact, doing: Doing) -> None:
        if fact.agent_id is not None:
            self.presence.append(Presence(to_ms(fact.at), fact.agent_id, doing))

    def _signed_in(self, fact: AgentSignedIn) -> None:
        self._does(fact, Doing.SIGN_IN)

    def _device(self, fact: AgentDeviceChanged) -> None:
        self._does(fact, Doing.DEVICE_THERE if fact.registered else Doing.DEVICE_GONE)
        self.devices_lost += not fact.registered

    def _tested(self, fact: AgentDeviceTested) -> None:
        self._does(fact, Doing.TEST_PASSED if fact.passed else Doing.TEST_FAILED)

    def begins(self, fact: AgentStateChanged, at_ms: int) -> None:
        """The agent was in this state when the record begins: signed in, the device fit."""
        if fact.agent_id is None or fact.state is AgentState.OFFLINE:
            return
        doings = [Doing.SIGN_IN, Doing.DEVICE_THERE, Doing.TEST_PASSED]
        doings.append(Doing.ASK_READY if fact.state in _WORKING else _ASKS[fact.state])
        self.presence += [Presence(at_ms, fact.agent_id, doing) for doing in doings]
        self._last[fact.agent_id] = fact

    def _state(self, fact: AgentStateChanged) -> None:
        if fact.agent_id is None:
            return
        before = self._last.get(fact.agent_id)
        self._last[fact.agent_id] = fact
        if before is not None and before.state is AgentState.ACW:
            self._wrapped(before, fact.previous_ms)
        called = fact.state is AgentState.RINGING and fact.contact_id in self._internal
        if fact.state is AgentState.DIALING or called:
            self._out.add(fact.agent_id)
            self._does(fact, Doing.ASK_NOT_READY)
            return
        out = fact.agent_id in self._out
        if fact.state not in _IN_CALL:
            self._out.discard(fact.agent_id)
        if fact.state is AgentState.OFFLINE:
            self._does(fact, Doing.SIGN_OUT)
        elif out and fact.state is AgentState.READY:
            self._does(fact, Doing.ASK_READY)
        elif fact.why != ASKED:
            return
        elif fact.state is not AgentState.READY:
            self._does(fact, _ASKS[fact.state])
        elif before is not None and before.why in RING_FAILED:
            for ring in self.rings.get(fact.agent_id, [])[-1:]:
                ring.back_ms = fact.previous_ms
        elif fact.previous is not AgentState.ACW:
            self._does(fact, Doing.ASK_READY)

    def _wrapped(self, began: AgentStateChanged, lasted_ms: int) -> None:
        for stay in self.stays.get(began.contact_id, ()) if began.contact_id else ():
            if stay.agent_id == began.agent_id:
                stay.acw_ms = lasted_ms

    # the core

    def _core_started(self, fact: CoreStarted) -> None:
        at_ms = to_ms(fact.at)
        if self._heard_ms is not None and at_ms - self._heard_ms > GAP_MS:
            self.gaps.append(Gap(self._heard_ms, at_ms))


KINDS: Final = tuple(
    kind.kind
    for kind in (
        ContactArrived,
        ContactIdentified,
        ContactQueued,
        ContactDequeued,
        ContactConnected,
        ContactDisconnected,
        ContactEnded,
        OfferEnded,
        AgentSignedIn,
        AgentStateChanged,
        AgentDeviceChanged,
        AgentDeviceTested,
        CoreStarted,
        CoreStopped,
        CoreHeartbeat,
    )
)


def recorded(
    states: Iterable[AgentStateChanged],
    facts: Iterable[Fact],
    *,
    record_ms: int,
    since_ms: int,
    until_ms: int,
    end_ms: int,
) -> Day:
    """The day from `since_ms` to before `until_ms`. `facts` are those of `KINDS` from `record_ms` to before
    `end_ms` in the journal's order, `states` the last state of each agent before."""
    record = _Record()
    for state in states:
        record.begins(state, record_ms)
    for fact in facts:
        record.take(fact)
    return Day(
        record_ms=record_ms,
        since_ms=since_ms,
        until_ms=until_ms,
        end_ms=end_ms,
        calls=tuple(
            Call(
                contact_id=contact_id,
                stays=tuple(stay.told(end_ms) for stay in stays),
                tier=record.tiers.get(contact_id, NOBODY.tier),
                key=record.keys.get(contact_id, NOBODY.key),
            )
            for contact_id, stays in record.stays.items()
        ),
        presence=tuple(record.presence),
        rings={agent_id: tuple(ring.told() for ring in rings) for agent_id, rings in record.rings.items()},
        gaps=tuple(gap for gap in record.gaps if gap.until_ms > since_ms and gap.since_ms < until_ms),
        devices_lost=record.devices_lost,
    )
