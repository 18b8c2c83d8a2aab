"""The router of one tenant: presence, queues, who gets what. Pure, single writer.

Every input takes the present instant and returns the effects in the order they must be performed: facts
to append, `Offer` to ring, `Withdraw` to stop ringing, `WaitEnded` to tell the flow. Inputs about offers
and contacts that are already over return nothing, so late and doubled messages are harmless; only
`connected` raises, because somebody must hang up that leg.

The rule behind everything: after each input no contact waits that a ready agent could be given. So when a
contact starts to wait only its queue's ready agents need a look, and when an agent becomes ready only the
heads of that agent's queues. `docs/routing.md` states the rule in full and the cost of each input.
"""

import heapq
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from andon.routing.breaks import Breaks
from andon.routing.callback import Returning
from andon.routing.config import CentreConfig, QueueConfig
from andon.routing.events import (
    AgentDeviceChanged,
    AgentDeviceTested,
    AgentSignedIn,
    AgentState,
    BreakAnswer,
)
from andon.routing.ground import DAY_MS, Due
from andon.routing.model import (
    NOBODY,
    AgentNow,
    Caller,
    DeviceTest,
    Effect,
    Forced,
    OfferEnd,
    QueueNow,
    Refused,
    WaitEnd,
    WaitEnded,
    WaitingNow,
    from_ms,
)
from andon.routing.presence import IN_CALL, TALKING, WISH, AgentEvent, wished
from andon.routing.readout import queue_now, waiting_now
from andon.routing.records import AgentRecord, ContactRecord, Conversation
from andon.routing.restore import Kept, with_kept
from andon.routing.standing import flags_of

_TRIGGERS: Final = {Due.WRAP_UP: "agent", Due.RING: "contact"}


class Router(Returning, Breaks):
    """One tenant's router. `new_id` gives ids for offers (live: `kit.ids.uuid7`)."""

    def __init__(self, config: CentreConfig, now: datetime, new_id: Callable[[], UUID]) -> None:
        super().__init__(config.tenant_id, now, new_id)
        self.configure(config, now)

    @classmethod
    def restored(
        cls, config: CentreConfig, now: datetime, new_id: Callable[[], UUID], kept: Kept
    ) -> "tuple[Router, list[Effect]]":
        """The router that `kept` was taken of, under the present configuration; the effects are what that
        changes. Deadlines passed meanwhile are due at the next `tick`.

        Raises `ValueError` or `msgspec.ValidationError` when it cannot be put together.
        """
        router = cls(with_kept(config, kept), now, new_id)
        router._restore(kept)
        return router, router.configure(config, now)

    # -- configuration

    def configure(self, config: CentreConfig, now: datetime) -> list[Effect]:
        """Take a changed configuration while live.

        Agents gone or inactive are signed out: at once, a ringing one included, or after wrap-up when in
        a conversation. Callers of a removed queue get `WaitEnded`; its ringing offers may still be answered.
        Changed spans (ring time-out, wrap-up, longest wait) hold for what begins from now on.
        """
        effects: list[Effect] = []
        self._at(now)
        centre = self._centre
        ageing_ms = None if config.ageing_s is None else config.ageing_s * 1000
        aged_anew, self._ageing_ms = ageing_ms != self._ageing_ms, ageing_ms
        self._segments = {segment.tier: segment for segment in config.segments}
        self._warning_ms = config.certificate_warning_days * DAY_MS
        self._break_rules = {rule.department: rule for rule in config.breaks}
        self._break_ask_ms, self._extend_most_s = config.break_ask_s * 1000, config.acw_extend_s
        self._zone = ZoneInfo(config.zone)
        wanted = {agent.agent_id for agent in config.agents}
        kept = {queue.queue_id for queue in config.queues}
        for queue in [queue for queue_id, queue in centre.queues.items() if queue_id not in kept]:
            centre.remove_queue(queue)
            for entry in [*queue.waiting, *queue.wanting]:
                self._stop_waiting(entry[3], WaitEnd.QUEUE_REMOVED, effects)
        changed: list[AgentRecord] = []
        for agent in [agent for agent_id, agent in centre.agents.items() if agent_id not in wanted]:
            agent.removed = True
            centre.put_agent(msgspec.structs.replace(agent.config, active=False), self._now)
            changed.append(agent)
        for agent_config in config.agents:
            new = centre.put_agent(agent_config, self._now)
            agent = centre.agents[agent_config.agent_id]
            if agent.break_day_ms == 0:  # of the core before nothing is known but what it wrote down
                agent.break_day_ms = self._midnight_ms()
                agent.break_taken_ms = config.breaks_taken.get(agent_config.agent_id, 0)
            agent.removed = False
            if new:
                self._watch_papers(agent)
                changed.append(agent)
        if config.works != self._centre.works:
            centre.put_works(config.works)
        for queue_config in config.queues:
            put = centre.put_queue(queue_config, self._now)
            if put is not None or aged_anew:
                self._resettle(centre.queues[queue_config.queue_id])
        for agent in changed:
            self._let_go(agent, effects)
        for agent in [agent for agent in centre.agents.values() if not agent.config.active]:
            self._put_out(agent, effects)
        for queue in centre.queues.values():
            self._watch_empty(queue)
            if queue.waiting and queue.ready:
                self._stirred[queue] = None
        self._freed.update((agent, None) for agent in centre.signed_in.values() if agent.wanting)
        self._match("config", effects)
        return effects

    def _put_out(self, agent: AgentRecord, effects: list[Effect]) -> None:
        """An agent gone or made inactive leaves, after the conversation and its wrap-up if in one."""
        if agent.state is AgentState.OFFLINE:
            if agent.removed:
                self._centre.forget_agent(agent)
        elif agent.conversation is None:
            self._go_offline(agent, "system", "deactivated", effects)

    # -- presence

    def sign_in(self, agent_id: UUID, device: str, now: datetime, *, took_over: bool = False) -> list[Effect]:
        """Starts not_ready, the device unregistered and untested.

        With `took_over` a session elsewhere is replaced: a ringing call goes on to someone else, ready
        becomes not_ready, a conversation and wrap-up stay with the agent. Raises `agent.unknown`,
        `agent.inactive`, `agent.signed_in_elsewhere`.
        """
        agent = self._known(agent_id)
        if not agent.config.active:
            raise Refused("agent.inactive")
        elsewhere = agent.state is not AgentState.OFFLINE
        if elsewhere and not took_over:
            raise Refused("agent.signed_in_elsewhere", since=from_ms(agent.signed_in_ms or 0).isoformat())
        self._at(now)
        effects: list[Effect] = [
            AgentSignedIn(
                at=from_ms(self._now),
                tenant_id=self.tenant_id,
                agent_id=agent_id,
                device=device,
                took_over=elsewhere,
            )
        ]
        agent.device, agent.tested, agent.registered = device, False, False
        agent.signed_in_ms = self._now
        if not elsewhere:
            agent.calls, agent.busy_ms = 0, 0.0
            self._move(agent, AgentEvent.SIGN_IN, "self", "signed_in", effects)
        else:
            self._lose_device(agent, "took_over", effects)
            self._match("contact", effects)
        return effects

    def sign_out(
        self,
        agent_id: UUID,
        now: datetime,
        *,
        by: str = "self",
        why: str = "signed_out",
        force: bool = False,
        forced: Forced | None = None,
    ) -> list[Effect]:
        """At once, or after wrap-up when in a conversation (unless `force`). Not signed in: nothing.

        `forced`: a supervisor's order. Raises `agent.forced` when the agent asks against one that waits."""
        agent = self._known(agent_id)
        effects: list[Effect] = []
        self._at(now)
        if agent.state is AgentState.OFFLINE:
            return effects
        if agent.state in TALKING and not force:
            self._not_against(agent, forced, by)
            self._move(agent, AgentEvent.SIGN_OUT, by, why, effects, forced=forced)
            return effects
        self._go_offline(agent, by, why, effects, forced)
        self._match("contact", effects)
        return effects

    def request_state(
        self,
        agent_id: UUID,
        state: AgentState,
        now: datetime,
        *,
        reason_id: UUID | None = None,
        by: str = "self",
        forced: Forced | None = None,
    ) -> list[Effect]:
        """ready, not_ready or break; pending from ringing to the end of wrap-up; asked in wrap-up, ends it.

        A break beyond the rules is asked of a supervisor, and the state stays; another wish takes that back.
        Asking for ready during a call takes an earlier wish back. `forced`: a supervisor's order, which the
        agent's own wish does not undo while it waits. Raises `agent.not_signed_in`, `agent.device_untested`,
        `agent.device_unregistered`, `agent.state_unknown`, `agent.forced`.
        """
        agent = self._present(agent_id)
        self._not_against(agent, forced, by)
        by, why = (by, "asked") if forced is None else ("supervisor", "forced")
        if state not in {AgentState.READY, AgentState.NOT_READY, AgentState.BREAK}:
            raise Refused("agent.state_unknown", state=str(state))
        if state is AgentState.READY and agent.state not in IN_CALL:
            missing = self._unfit(agent)
            if missing is not None:
                raise Refused(f"agent.{missing}")
        effects: list[Effect] = []
        self._at(now)
        if state is AgentState.READY:
            reason_id = None
        if state is not AgentState.BREAK:
            self._end_ask(agent, BreakAnswer.WITHDRAWN, effects)
        elif by == "self" and AgentState.BREAK not in {agent.state, agent.pending}:
            too_much = self._too_much(agent)
            if too_much is not None:
                return self._ask_break(agent, reason_id, too_much)
        if agent.state is AgentState.ACW:
            agent.pending = wished(WISH[state])
            agent.pending_reason_id = reason_id
            agent.pending_forced = forced
            self._finish_wrap(agent, by, why, effects)
        elif agent.state is not state or agent.reason_id != reason_id:
            self._move(agent, WISH[state], by, why, effects, reason_id, forced)
        self._match("agent", effects)
        return effects

    @staticmethod
    def _not_against(agent: AgentRecord, forced: Forced | None, by: str) -> None:
        """An agent's own wish gives way to the supervisor's that waits for the end of the call."""
        if by == "self" and forced is None and agent.pending_forced is not None:
            raise Refused("agent.forced", who=agent.pending_forced.name)

    def device_tested(self, agent_id: UUID, test: DeviceTest, now: datetime) -> list[Effect]:
        """The result of a device test; a failed one takes a ready agent out. Raises `agent.not_signed_in`."""
        agent = self._present(agent_id)
        self._at(now)
        effects: list[Effect] = [
            AgentDeviceTested(
                at=from_ms(self._now),
                tenant_id=self.tenant_id,
                agent_id=agent_id,
                passed=test.passed,
                microphone_db=test.microphone_db,
                speaker=test.speaker,
                rtt_ms=test.rtt_ms,
                echo=test.echo,
            )
        ]
        agent.tested = test.passed
        if not test.passed:
            self._lose_device(agent, "device_untested", effects)
            self._match("contact", effects)
        return effects

    def device_changed(self, agent_id: UUID, registered: bool, now: datetime) -> list[Effect]:
        """The engine saw the device appear or vanish. Not signed in, or nothing new: nothing."""
        agent = self._known(agent_id)
        effects: list[Effect] = []
        self._at(now)
        if agent.state is AgentState.OFFLINE or agent.registered == registered:
            return effects
        effects.append(
            AgentDeviceChanged(
                at=from_ms(self._now),
                tenant_id=self.tenant_id,
                agent_id=agent_id,
                device=agent.device,
                registered=registered,
            )
        )
        agent.registered = registered
        if not registered:
            self._lose_device(agent, "device_lost", effects)
            self._match("contact", effects)
        return effects

    # -- contacts

    def enqueue(
        self, contact_id: UUID, queue_id: UUID, priority: int, now: datetime, caller: Caller = NOBODY
    ) -> list[Effect]:
        """Start waiting; `priority` is added to the queue's and the segment's.

        The contact may come to wait in another queue: through a door of the one asked for, or because that
        one runs over; `waiting` tells. Nobody of the queue signed in: `WaitEnded`. Raises `queue.unknown`,
        `contact.already_queued`.
        """
        asked = self._centre.queues.get(queue_id)
        if asked is None:
            raise Refused("queue.unknown")
        if contact_id in self._contacts or contact_id in self._talks or contact_id in self._works:
            raise Refused("contact.already_queued")
        self._at(now)
        quit = self._quits.pop((queue_id, caller.key), None) if caller.key else None
        if quit is not None:
            self.places_moved.add(queue_id)
        if quit is not None and self._now >= quit.left_ms + asked.config.redial_s * 1000:
            quit = None
        calls = 1 if quit is None else quit.calls + 1
        caller = msgspec.structs.replace(caller, flags=flags_of(caller, calls))
        queue = self._through_door(asked, caller)
        if not queue.members:
            return [WaitEnded(contact_id=contact_id, queue_id=queue_id, how=WaitEnd.NOBODY_SIGNED_IN)]
        effects: list[Effect] = []
        self._number += 1
        contact = ContactRecord(contact_id, queue, priority, self._now, self._number, caller)
        contact.placed_ms = self._now if quit is None else quit.placed_ms
        contact.first_ms, contact.asked_id, contact.calls = self._now, queue_id, calls
        segment = self._segments.get(caller.tier)
        if segment is not None:
            contact.own_priority += segment.priority
            contact.floor_ms = (segment.floor_s or 0) * 1000
        self._settle_in(contact)
        self._contacts[contact_id] = contact
        if quit is not None:
            effects.append(self._redialled(contact))
        while (rule := self._runs_over(contact)) is not None:
            if rule.queue_id is None:
                self._end_wait(contact, WaitEnd.OVERFLOW, effects)
                return effects
            if not self._shift(contact, rule):
                break
        self._want(contact)
        self._start_clocks(contact)
        self._start_floor(contact)
        self._line_up(contact, effects)
        self._match("contact", effects)
        return effects

    def leave(self, contact_id: UUID, now: datetime, *, how: OfferEnd = OfferEnd.CALLER_GONE) -> list[Effect]:
        """The contact waits no longer (caller hung up: caller_gone; key exit: ended; called back in vain:
        customer_away). A ringing agent's offer is withdrawn and the agent ready again, the idle time kept.
        Does not wait: nothing.

        Who hung up keeps the earned place for the queue's redial time."""
        effects: list[Effect] = []
        self._at(now)
        contact = self._contacts.get(contact_id)
        if contact is None:
            return effects
        if how is OfferEnd.CALLER_GONE:
            self._remember(contact)
        if contact.offer is None:
            self._take_out(contact)
            del self._contacts[contact_id]
            return effects
        agent = contact.offer.agent
        self._release(contact.offer, how, effects)
        del self._contacts[contact_id]
        self._stop_ringing(agent, AgentEvent.CALLER_GONE, "system", how.value, effects)
        self._match("agent", effects)
        return effects

    def offer_ended(self, offer_id: UUID, how: OfferEnd, now: datetime) -> list[Effect]:
        """The ring ended for the agent's or the device's part: rejected, timeout, unreachable, failed.

        The agent is taken out of ready with that reason; the contact goes on from the place it had. For
        caller_gone and ended say `leave`; here they raise `ValueError`.
        """
        if how in {OfferEnd.CALLER_GONE, OfferEnd.ENDED, OfferEnd.CUSTOMER_AWAY}:
            raise ValueError(f"{how} is the contact's end: say leave")
        effects: list[Effect] = []
        self._at(now)
        offer = self._offers.get(offer_id)
        if offer is not None:
            self._fail_offer(offer, how, effects, tell=False)
            self._match("contact", effects)
        return effects

    def connected(self, offer_id: UUID, now: datetime) -> list[Effect]:
        """The agent answered. Raises `offer.gone` when the offer is over: hang that leg up."""
        offer = self._offers.get(offer_id)
        if offer is None:
            raise Refused("offer.gone")
        effects: list[Effect] = []
        self._at(now)
        agent, contact = offer.agent, offer.contact
        del self._offers[offer_id]
        contact.queue.offered.remove(contact.entry())
        contact.offer = agent.offer = None
        del self._contacts[contact.contact_id]
        agent.conversation = Conversation(contact.contact_id, contact.queue, self._now)
        self._talks[contact.contact_id] = [agent]
        agent.calls += 1
        self._move(agent, AgentEvent.CONNECTED, "self", "answered", effects)
        return effects

    def work_done(self, contact_id: UUID, now: datetime) -> list[Effect]:
        """Work given by `Assigned` is over: the room is used at once. Not at hand: nothing."""
        effects: list[Effect] = []
        self._at(now)
        agent = self._works.get(contact_id)
        if agent is not None:
            self._take_work(agent, contact_id)
            self._match("agent", effects)
        return effects

    def held(self, contact_id: UUID, now: datetime, agent_id: UUID | None = None) -> list[Effect]:
        """The agent put the caller on hold. Not talking: nothing. `agent_id` is needed only when two talk."""
        return self._talk_event(contact_id, agent_id, now, AgentState.TALKING, AgentEvent.HELD)

    def retrieved(self, contact_id: UUID, now: datetime, agent_id: UUID | None = None) -> list[Effect]:
        """The caller is off hold. Not held: nothing."""
        return self._talk_event(contact_id, agent_id, now, AgentState.HELD, AgentEvent.RETRIEVED)

    def _talk_event(
        self, contact_id: UUID, agent_id: UUID | None, now: datetime, state: AgentState, event: AgentEvent
    ) -> list[Effect]:
        effects: list[Effect] = []
        self._at(now)
        agent = self._talker(contact_id, agent_id)
        if agent is not None and agent.state is state:
            self._move(agent, event, "self", event.value, effects)
        return effects

    def _talker(self, contact_id: UUID, agent_id: UUID | None) -> AgentRecord | None:
        """The agent who talks about this contact: the one named, or the first."""
        talkers = self._talks.get(contact_id, ())
        return next((a for a in talkers if agent_id is None or a.config.agent_id == agent_id), None)

    def conversation_ended(
        self, contact_id: UUID, now: datetime, agent_id: UUID | None = None
    ) -> list[Effect]:
        """Talk is over, by whichever side: the agent goes to wrap-up for the queue's time."""
        effects: list[Effect] = []
        self._at(now)
        agent = self._talker(contact_id, agent_id)
        if agent is None or agent.conversation is None:
            return effects
        self._stops_talking(agent, contact_id)
        agent.acw_until_ms = self._now + agent.conversation.about.acw_s * 1000
        agent.extended_s = 0
        self._move(agent, AgentEvent.HUNG_UP, "system", "conversation_ended", effects)
        if agent.acw_until_ms == self._now:
            self._finish_wrap(agent, "system", "no_wrap_up", effects)
            self._match("agent", effects)
        else:
            self._due(agent.acw_until_ms, Due.WRAP_UP, agent)
        return effects

    def wrap_done(self, agent_id: UUID, now: datetime) -> list[Effect]:
        """Ends wrap-up. Not in wrap-up: nothing."""
        effects: list[Effect] = []
        self._at(now)
        agent = self._known(agent_id)
        if agent.state is AgentState.ACW:
            self._finish_wrap(agent, "self", "wrap_done", effects)
            self._match("agent", effects)
        return effects

    def wrap_extend(self, agent_id: UUID, seconds: int, now: datetime) -> list[Effect]:
        """`seconds` (more than 0) more of wrap-up, or what may be yet. Raises `agent.not_in_wrap`,
        `agent.extended_enough`."""
        agent = self._known(agent_id)
        if agent.acw_until_ms is None or seconds <= 0:
            raise Refused("agent.not_in_wrap")
        left = self._extend_most_s - agent.extended_s
        if left <= 0:
            raise Refused("agent.extended_enough", n=self._extend_most_s)
        self._at(now)
        agent.extended_s += min(seconds, left)
        agent.acw_until_ms += min(seconds, left) * 1000
        self._due(agent.acw_until_ms, Due.WRAP_UP, agent)
        return []

    # -- time

    def next_deadline(self) -> datetime | None:
        """When `tick` must be called at the latest; None while nothing runs out."""
        while self._deadlines and not self._holds(self._deadlines[0]):
            heapq.heappop(self._deadlines)
        return from_ms(self._deadlines[0].at_ms) if self._deadlines else None

    def tick(self, now: datetime) -> list[Effect]:
        """Everything that runs out and is due. What runs out at one instant is matched together, so that
        of two contacts the first in rank is served."""
        effects: list[Effect] = []
        self._at(now)
        while self._deadlines and self._deadlines[0].at_ms <= self._now:
            at_ms, trigger = self._deadlines[0].at_ms, "time"
            while self._deadlines and self._deadlines[0].at_ms == at_ms:
                deadline = heapq.heappop(self._deadlines)
                if self._holds(deadline):
                    self._expire(deadline, effects)
                    trigger = _TRIGGERS.get(deadline.what, trigger)
            self._match(trigger, effects)
        return effects

    def close(self, now: datetime, why: str = "shutdown") -> list[Effect]:
        """The centre stops: everyone is signed out, so that every time line ends.

        Ringing offers are withdrawn. Contacts are forgotten without an effect: whoever closes the centre
        ends them all.
        """
        effects: list[Effect] = []
        self._at(now)
        for contact in self._contacts.values():
            if contact.offer is None:
                self._take_out(contact)
        self._contacts.clear()
        for agent in self._works.values():
            agent.works.clear()
        self._works.clear()
        self._quits.clear()
        for agent in list(self._centre.signed_in.values()):
            self._go_offline(agent, "system", why, effects)
        self._deadlines.clear()
        return effects

    # -- read-outs

    def agent(self, agent_id: UUID) -> AgentNow:
        """One agent now. Raises `agent.unknown`."""
        return self._read(self._known(agent_id))

    def agents(self) -> list[AgentNow]:
        """Every agent of the configuration, signed in or not."""
        return [self._read(agent) for agent in self._centre.agents.values()]

    def queue(self, queue_id: UUID) -> QueueNow:
        """One queue now. Raises `queue.unknown`."""
        queue = self._centre.queues.get(queue_id)
        if queue is None:
            raise Refused("queue.unknown")
        return queue_now(queue)

    def queue_config(self, queue_id: UUID) -> QueueConfig | None:
        """A queue as the administrator set it."""
        queue = self._centre.queues.get(queue_id)
        return None if queue is None else queue.config

    def queues(self) -> list[QueueNow]:
        return [queue_now(queue) for queue in self._centre.queues.values()]

    def members(self, queue_id: UUID) -> frozenset[UUID]:
        """Signed-in agents who serve a queue; nobody for one that is unknown."""
        queue = self._centre.queues.get(queue_id)
        return frozenset() if queue is None else frozenset(queue.members)

    def waiting(self, contact_id: UUID) -> WaitingNow | None:
        """A contact's place; None when it does not wait."""
        contact = self._contacts.get(contact_id)
        return None if contact is None else waiting_now(contact)

    def all_waiting(self) -> list[WaitingNow]:
        return [waiting_now(contact) for contact in self._contacts.values()]

    def near_floor(self) -> set[UUID]:
        """Queues in which somebody waits who is near the longest wait of the segment, or past it."""
        return {c.queue.config.queue_id for c in self._contacts.values() if c.urgent and not c.callback}

    def _present(self, agent_id: UUID) -> AgentRecord:
        agent = self._known(agent_id)
        if agent.state is AgentState.OFFLINE:
            raise Refused("agent.not_signed_in")
        return agent
