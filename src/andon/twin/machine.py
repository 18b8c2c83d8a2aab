"""One replay: the recorded callers and agents against the present router, in virtual time. Pure.

Callers arrive as recorded and wait as long as their patience lasts; agents sign in, ask for states and
answer rings as recorded. Everything between is the router's.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from andon.kit.timeline import Timeline, Timer
from andon.routing.config import CentreConfig, LaneFlag
from andon.routing.events import AgentState
from andon.routing.machine import Router
from andon.routing.model import (
    Caller,
    DeviceTest,
    Effect,
    Moved,
    Offer,
    OfferEnd,
    Refused,
    WaitEnd,
    WaitEnded,
    Withdraw,
    from_ms,
    to_ms,
)
from andon.twin.draws import Draws, Guess
from andon.twin.model import ANSWERED, OPEN, Call, Chance, Day, Doing, Ended, Lived, Presence, Ring
from andon.twin.record import RING_FAILED

MakeRouter = Callable[[CentreConfig, datetime, Callable[[], UUID]], Router]

_ASKED: Final = {
    Doing.ASK_READY: AgentState.READY,
    Doing.ASK_NOT_READY: AgentState.NOT_READY,
    Doing.ASK_BREAK: AgentState.BREAK,
}


class _Waiting:
    """A contact at one of its stays."""

    def __init__(self, call: Call, guesses: list[Guess]) -> None:
        self.call = call
        self.guesses = guesses
        self.place = -1
        self.rung = 0
        self.queue_id = call.stays[0].queue_id
        self.queued_ms = 0
        self.how = OPEN
        self.patience: Timer | None = None


def live(day: Day, centre: CentreConfig, draws: Draws, chance: Chance, router: MakeRouter = Router) -> Lived:
    """The day once more, under `centre`. Calls must be of its queues, presence of its agents."""
    return _Replay(day, centre, draws, chance, router).run()


class _Replay:
    def __init__(
        self, day: Day, centre: CentreConfig, draws: Draws, chance: Chance, router: MakeRouter
    ) -> None:
        start = from_ms(day.record_ms)
        self._day = day
        self._draws = draws
        self._chance = chance
        self._offers = 0
        self._router = router(centre, start, self._new_id)
        self._queues = {queue.queue_id: queue for queue in centre.queues}
        self._of_tier = {segment.tier: segment.priority for segment in centre.segments}
        self._talked_to: dict[tuple[UUID, str], UUID] = {}  # by client and caller: the agent talked to last
        self._time = Timeline(start)
        self._waiting: dict[UUID, _Waiting] = {}
        self._ringing: dict[UUID, tuple[Ring, Timer | None]] = {}
        self._wishes: dict[UUID, Doing] = {}  # uttered in wrap-up, for its end
        self._deadline: datetime | None = None
        self._deadline_timer: Timer | None = None
        self._stays: list[Ended] = []
        self._rung = self._missed = 0

    def run(self) -> Lived:
        day = self._day
        for presence in day.presence:
            self._at_ms(presence.at_ms, self._present, presence)
        for call in day.calls:
            contact = _Waiting(call, [self._draws.guess(stay, self._chance) for stay in call.stays])
            self._at_ms(call.stays[0].queued_ms, self._arrives, contact)
        self._time.run((day.end_ms - day.record_ms) / 1000)
        for contact in self._waiting.values():
            self._note(contact, OPEN)
        return Lived(stays=tuple(self._stays), rung=self._rung, missed=self._missed)

    def _new_id(self) -> UUID:
        self._offers += 1
        return UUID(int=self._offers)

    # time

    @property
    def _now(self) -> datetime:
        return self._time.clock.now()

    @property
    def _now_ms(self) -> int:
        return self._day.record_ms + round(self._time.clock.monotonic() * 1000)

    def _at_ms(self, at_ms: int, what: Callable[..., None], *args: object) -> Timer:
        return self._time.call_at((at_ms - self._day.record_ms) / 1000, what, *args)

    def _in_ms(self, span_ms: int, what: Callable[..., None], *args: object) -> Timer:
        return self._at_ms(self._now_ms + span_ms, what, *args)

    def _tick(self) -> None:
        self._deadline = self._deadline_timer = None
        self._perform(self._router.tick(self._now))

    # what the router answers

    def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Offer):
                self._rings(effect)
            elif isinstance(effect, Withdraw):
                self._withdrawn(effect)
            elif isinstance(effect, WaitEnded):
                self._stay_over(self._waiting.pop(effect.contact_id), effect.how.value)
            elif isinstance(effect, Moved):
                self._moved(self._waiting[effect.contact_id], effect)
        deadline = self._router.next_deadline()
        if deadline != self._deadline:
            if self._deadline_timer is not None:
                self._deadline_timer.cancel()
            self._deadline, self._deadline_timer = deadline, None
            if deadline is not None:
                self._deadline_timer = self._at_ms(to_ms(deadline), self._tick)

    def _rings(self, offer: Offer) -> None:
        """The contact's own rings first, as recorded; beyond them the agent's."""
        contact = self._waiting[offer.contact_id]
        rings = self._draws.rings(contact.call.stays[contact.place])
        ring = rings[contact.rung] if contact.rung < len(rings) else None
        if ring is None or ring.how == OfferEnd.CALLER_GONE:
            longer_ms = -1 if ring is None else ring.after_ms
            ring = self._draws.ring(offer.agent_id, self._chance, longer_ms)
        contact.rung += 1
        timer = None  # who does not answer rings until the router's own time-out
        if ring.how != OfferEnd.TIMEOUT:
            timer = self._in_ms(ring.after_ms, self._ring_over, offer, ring)
        self._ringing[offer.offer_id] = (ring, timer)

    def _withdrawn(self, withdraw: Withdraw) -> None:
        ring, timer = self._ringing.pop(withdraw.offer_id)
        if timer is not None:
            timer.cancel()
        if withdraw.how is OfferEnd.TIMEOUT:
            self._ring_failed(withdraw.agent_id, ring)

    def _ring_over(self, offer: Offer, ring: Ring) -> None:
        del self._ringing[offer.offer_id]
        if ring.how == ANSWERED:
            self._rung += 1
            self._answered(offer)
            return
        self._perform(self._router.offer_ended(offer.offer_id, OfferEnd(ring.how), self._now))
        self._ring_failed(offer.agent_id, ring)

    def _ring_failed(self, agent_id: UUID, ring: Ring) -> None:
        self._rung += 1
        self._missed += 1
        after_ms = self._draws.back_ms(ring, self._chance)
        if after_ms is not None:
            self._in_ms(after_ms, self._returns, agent_id)

    def _returns(self, agent_id: UUID) -> None:
        if self._router.agent(agent_id).why in RING_FAILED:
            self._ask(agent_id, Doing.ASK_READY)

    # callers

    def _arrives(self, contact: _Waiting) -> None:
        call, contact_id = contact.call, contact.call.contact_id
        self._begins(contact)
        stay = call.stays[contact.place]
        self._waiting[contact_id] = contact
        asked_id = stay.asked_id if stay.asked_id in self._queues else None
        queue = self._queues[asked_id or stay.queue_id]
        own = stay.own
        if own is None:
            own = stay.priority - queue.priority - self._of_tier.get(call.tier, 0)
        last = self._talked_to.get((queue.client_id, call.key)) if call.key else None
        caller = Caller(
            tier=call.tier,
            key=call.key,
            flags=tuple(LaneFlag(flag) for flag in stay.flags),
            dedicated_id=stay.wanted_id,
            dedicated_wait_s=stay.wanted_s,
            last_agent_id=last,
        )
        effects = self._router.enqueue(contact_id, queue.queue_id, own, self._now, caller)
        place = self._router.waiting(contact_id)  # the queue may have led on at once
        contact.queue_id = stay.queue_id if place is None else place.queue_id
        self._perform(effects)

    def _begins(self, contact: _Waiting) -> None:
        """The contact is at its next recorded stay."""
        contact.place += 1
        contact.rung = 0
        contact.queued_ms = self._now_ms
        guess = contact.guesses[contact.place]
        contact.patience = None
        if guess.leaves_ms is not None:
            contact.patience = self._in_ms(guess.leaves_ms, self._leaves, contact, guess.how)

    def _moved(self, contact: _Waiting, moved: Moved) -> None:
        """The router took the contact from a queue that ran over to another. Where the record has that too,
        its next stay begins; else the caller's patience and conversation go along."""
        stays, place = contact.call.stays, contact.place
        again = place + 1 < len(stays) and stays[place].how == WaitEnd.OVERFLOW
        self._note(contact, WaitEnd.OVERFLOW, stays_patient=not again)
        if again:
            self._begins(contact)
        contact.queue_id, contact.queued_ms = moved.queue_id, self._now_ms

    def _leaves(self, contact: _Waiting, how: str) -> None:
        contact_id = contact.call.contact_id
        del self._waiting[contact_id]
        self._perform(self._router.leave(contact_id, self._now))
        self._stay_over(contact, how)

    def _answered(self, offer: Offer) -> None:
        contact = self._waiting.pop(offer.contact_id)
        self._perform(self._router.connected(offer.offer_id, self._now))
        self._note(contact, ANSWERED)
        if contact.call.key:
            client_id = self._queues[contact.queue_id].client_id
            self._talked_to[client_id, contact.call.key] = offer.agent_id
        talk_ms = contact.guesses[contact.place].handling.talk_ms
        self._in_ms(talk_ms, self._talk_over, contact, offer.agent_id)

    def _talk_over(self, contact: _Waiting, agent_id: UUID) -> None:
        router = self._router
        self._perform(router.conversation_ended(contact.call.contact_id, self._now))
        until = router.agent(agent_id).acw_until
        if until is not None:
            acw_ms = contact.guesses[contact.place].handling.acw_ms
            lacking = acw_ms / 1000 - (until - self._now).total_seconds()
            if lacking > 0:
                self._perform(router.wrap_extend(agent_id, int(lacking) + 1, self._now))
            self._in_ms(acw_ms, self._wrapped, agent_id)
        self._follows(contact)

    def _stay_over(self, contact: _Waiting, how: str) -> None:
        self._note(contact, how)
        self._follows(contact)

    def _note(self, contact: _Waiting, how: str, *, stays_patient: bool = False) -> None:
        if contact.patience is not None and not stays_patient:
            contact.patience.cancel()
        contact.how = how
        waited_ms = self._now_ms - contact.queued_ms
        self._stays.append(Ended(contact.queue_id, contact.queued_ms, how, waited_ms))

    def _follows(self, contact: _Waiting) -> None:
        """The stay is over: what followed it in the record follows it again, if it ended alike."""
        stays, place = contact.call.stays, contact.place
        if place + 1 < len(stays) and contact.how == stays[place].how:
            self._in_ms(stays[place + 1].pause_ms, self._arrives, contact)

    # agents

    def _present(self, presence: Presence) -> None:
        _, agent_id, doing = presence
        router, now = self._router, self._now
        match doing:
            case Doing.SIGN_IN:
                # Who signed out in the record may still be with a contact here: that goes on.
                self._wishes.pop(agent_id, None)
                self._perform(router.sign_in(agent_id, "replay", now, took_over=True))
            case Doing.DEVICE_THERE | Doing.DEVICE_GONE:
                self._perform(router.device_changed(agent_id, doing is Doing.DEVICE_THERE, now))
            case Doing.TEST_PASSED | Doing.TEST_FAILED:
                if router.agent(agent_id).state is not AgentState.OFFLINE:
                    test = DeviceTest(passed=doing is Doing.TEST_PASSED)
                    self._perform(router.device_tested(agent_id, test, now))
            case _ if router.agent(agent_id).state is AgentState.ACW:
                self._wishes[agent_id] = doing
            case _:
                self._ask(agent_id, doing)

    def _wrapped(self, agent_id: UUID) -> None:
        """The wrap-up is written; what was wished for meanwhile comes first."""
        wish = self._wishes.pop(agent_id, None)
        if wish is not None:
            self._ask(agent_id, wish)
        self._perform(self._router.wrap_done(agent_id, self._now))

    def _ask(self, agent_id: UUID, doing: Doing) -> None:
        router = self._router
        if doing is Doing.SIGN_OUT:
            self._perform(router.sign_out(agent_id, self._now))
            return
        try:
            self._perform(router.request_state(agent_id, _ASKED[doing], self._now))
        except Refused:  # not signed in, or the device is not fit: so it was in the record, or it is soon
            return
