"""How contacts wait: the line each is in, what moves them on, and where queues run over to. Pure."""

from typing import Final

from andon.kit.journal import Fact
from andon.routing.config import Overflow, OverflowWhen
from andon.routing.estimate import estimated_wait_s
from andon.routing.events import AgentState, ContactFloorNear, ContactFloorPassed, ContactRedialled
from andon.routing.ground import Due, Ground, Quit
from andon.routing.line import Line
from andon.routing.model import Caller, Effect, Moved, WaitEnd, WaitEnded, from_ms
from andon.routing.records import AgentRecord, ContactRecord, QueueRecord
from andon.routing.standing import doors_for, privileged, rank, step_at

URGENT_SHARE: Final = 0.8  # of the floor, after which nothing that is not urgent goes before


class Waiting(Ground):
    """The moves of those who wait."""

    # -- arriving

    def _through_door(self, asked: QueueRecord, caller: Caller) -> QueueRecord:
        """The queue the caller waits in: behind the first door that fits and is staffed, or the one asked
        for."""
        for door in doors_for(asked.config.doors, caller):
            behind = self._centre.queues.get(door.queue_id)
            if behind is not None and behind.members:
                return behind
        return asked

    def _runs_over(self, contact: ContactRecord) -> Overflow | None:
        """The rule by which the queue runs over with this arrival."""
        for rule in contact.queue.config.overflow:
            if rule.when is OverflowWhen.LENGTH and contact.queue.length() >= rule.limit:
                return rule
            if rule.when is OverflowWhen.ESTIMATE and not contact.queue.ready:
                estimate = self._estimate(contact)
                if estimate is not None and estimate >= rule.limit:
                    return rule
        return None

    def _want(self, contact: ContactRecord) -> None:
        """Let the contact wait for its own agent, or for the one it talked to last, who is signed in and
        fully qualified."""
        config, caller = contact.queue.config, contact.caller
        asked_s = caller.dedicated_wait_s
        for agent_id, wait_s in (
            (caller.dedicated_id, config.dedicated_wait_s if asked_s is None else asked_s),
            (caller.last_agent_id, config.last_agent_wait_s),
        ):
            agent = self._centre.signed_in.get(agent_id) if agent_id is not None and wait_s else None
            if agent is not None and agent.standing.get(contact.queue) == 0:
                contact.wanted = agent
                self._due(self._now + wait_s * 1000, Due.WANTED_AGENT, contact, contact.queue)
                return

    def _redialled(self, contact: ContactRecord) -> ContactRedialled:
        config = contact.queue.config
        return ContactRedialled(
            at=from_ms(self._now),
            tenant_id=self.tenant_id,
            client_id=config.client_id,
            project_id=config.project_id,
            contact_id=contact.contact_id,
            queue_id=config.queue_id,
            calls=contact.calls,
            kept_ms=self._now - contact.placed_ms,
        )

    def _remember(self, contact: ContactRecord) -> None:
        """Keep the place of a caller who hangs up, for the redial time of the queue the flow asked for."""
        asked_id = contact.asked_id
        if asked_id is None or not contact.caller.key:
            return
        span_ms = self._redial_ms(asked_id)
        if span_ms:
            key = (asked_id, contact.caller.key)
            self._quits[key] = Quit(contact.placed_ms, self._now, contact.calls)
            self.places_moved.add(asked_id)
            self._due(self._now + span_ms, Due.REDIAL, key)

    # -- lines

    def _put_in(self, contact: ContactRecord) -> None:
        """Into the line it belongs to; none while it sleeps."""
        if contact.asleep:
            return
        if contact.offer is not None:
            contact.queue.offered.add(contact.entry())
        elif contact.wanted is not None:
            contact.queue.wanting.add(contact.entry())
            contact.wanted.wanting.setdefault(contact.queue.config.queue_id, Line()).add(contact.entry())
            self._freed[contact.wanted] = None
        else:
            contact.queue.waiting.add(contact)
            self._stirred[contact.queue] = None

    @staticmethod
    def _take_out(contact: ContactRecord) -> None:
        """Out of the line it is in, before anything that decides the line changes."""
        if contact.asleep:
            return
        if contact.offer is not None:
            contact.queue.offered.remove(contact.entry())
        elif contact.wanted is not None:
            contact.queue.wanting.remove(contact.entry())
            line = contact.wanted.wanting[contact.queue.config.queue_id]
            line.remove(contact.entry())
            if not line:
                del contact.wanted.wanting[contact.queue.config.queue_id]
        else:
            contact.queue.waiting.remove(contact)

    def _line_up(self, contact: ContactRecord, effects: list[Effect]) -> None:
        """Put a contact that is in no line at its place, unless its wait is over."""
        over, contact.over = contact.over, None
        if contact.queue.retired:
            self._end_wait(contact, WaitEnd.QUEUE_REMOVED, effects)
        elif over is WaitEnd.OVERFLOW and (rule := self._aged_over(contact)) is not None:
            self._run_over(contact, rule, effects)
        elif over is WaitEnd.TIMEOUT:
            self._end_wait(contact, over, effects)
        else:
            self._put_in(contact)
            self._watch_empty(contact.queue)

    def _start_clocks(self, contact: ContactRecord) -> None:
        """What will happen to the contact in its queue if nothing else does."""
        config, since = contact.queue.config, contact.queued_ms
        if config.max_wait_s is not None:
            self._due(since + config.max_wait_s * 1000, Due.LONGEST_WAIT, contact, contact.queue)
        ages = [rule.limit for rule in config.overflow if rule.when is OverflowWhen.AGE]
        if ages:
            self._due(since + min(ages) * 1000, Due.OVERFLOW, contact, contact.queue)
        self._await_step(contact)

    def _start_floor(self, contact: ContactRecord) -> None:
        if contact.floor_ms:
            near_ms = int(contact.floor_ms * URGENT_SHARE)
            self._due(contact.first_ms + near_ms, Due.FLOOR_NEAR, contact)
            self._due(contact.first_ms + contact.floor_ms, Due.FLOOR, contact)

    def _wait_anew(self, contact: ContactRecord) -> None:
        """In the place it had, with the clocks of one who comes now."""
        contact.queued_ms = contact.first_ms = self._now
        contact.step, contact.over, contact.urgent = 0, None, False
        contact.clocks.clear()
        self._settle_in(contact)
        if contact.callback:
            self._await_step(contact)
            return
        self._start_clocks(contact)
        self._start_floor(contact)

    def _await_step(self, contact: ContactRecord) -> None:
        steps = contact.queue.steps
        if contact.step + 1 < len(steps):
            at_ms = contact.queued_ms + steps[contact.step + 1].after_ms
            self._due(at_ms, Due.RELAX, contact, contact.queue)

    def _widen(self, contact: ContactRecord, at_ms: int) -> None:
        """The next steps of relaxing were due at `at_ms`: more agents may serve from now on. No further than
        that, however late it is noticed: others' steps came before the rest of them."""
        if contact.offer is None:
            self._take_out(contact)
        contact.step = step_at(contact.queue.steps, at_ms - contact.queued_ms)
        if contact.offer is None:
            self._put_in(contact)
        self._await_step(contact)

    def _near_floor(self, contact: ContactRecord, effects: list[Effect]) -> None:
        """The contact goes before all that are not urgent, to whoever may serve it, reserved or not."""
        self._take_out(contact)
        contact.urgent = contact.privileged = True
        contact.wanted = None
        contact.rank = rank(contact, self._ageing_ms)
        self._put_in(contact)
        effects.append(self._floor_fact(ContactFloorNear, contact))

    def _floor_fact(self, kind: type[ContactFloorNear | ContactFloorPassed], contact: ContactRecord) -> Fact:
        config = contact.queue.config
        return kind(
            at=from_ms(self._now),
            tenant_id=self.tenant_id,
            client_id=config.client_id,
            project_id=config.project_id,
            contact_id=contact.contact_id,
            queue_id=config.queue_id,
            tier=contact.caller.tier,
            floor_s=contact.floor_ms // 1000,
        )

    def _let_go(self, agent: AgentRecord, effects: list[Effect]) -> None:
        """Who waits for an agent that is gone or may not serve them any more waits for anyone."""
        for entry in [entry for line in agent.wanting.values() for entry in line]:
            contact = entry[3]
            if agent.state is AgentState.OFFLINE or agent.standing.get(contact.queue) != 0:
                self._take_out(contact)
                contact.wanted = None
                self._line_up(contact, effects)

    def _run_over(self, contact: ContactRecord, rule: Overflow, effects: list[Effect]) -> None:
        """A contact that is in no line goes where its queue runs over to; not staffed, it stays."""
        before = contact.queue
        if rule.queue_id is None:
            self._end_wait(contact, WaitEnd.OVERFLOW, effects)
            return
        if self._shift(contact, rule):
            effects.append(self._moved(contact, before, "overflow"))
            self._start_clocks(contact)
        self._line_up(contact, effects)

    def _moved(self, contact: ContactRecord, before: QueueRecord, how: str) -> Moved:
        """What to tell of a contact that has left a queue for another and is in no line yet."""
        return Moved(
            contact_id=contact.contact_id,
            from_id=before.config.queue_id,
            queue_id=contact.queue.config.queue_id,
            priority=contact.priority,
            position=1 + contact.queue.before(contact),
            estimated_wait_s=self._estimate(contact),
            how=how,
        )

    def _shift(self, contact: ContactRecord, rule: Overflow) -> bool:
        """Change the contact's queue, its place kept and the new queue's clocks not started yet. False:
        nobody serves there, or it has been there."""
        target = self._centre.queues.get(rule.queue_id) if rule.queue_id is not None else None
        here = contact.queue.config.queue_id
        if target is None or not target.members or rule.queue_id in (here, *contact.visited):
            return False
        contact.visited = (*contact.visited, here)
        self._settle_anew(contact, target)
        return True

    def _settle_anew(self, contact: ContactRecord, queue: QueueRecord) -> None:
        """A contact in no line belongs to this queue from now on, its place kept."""
        contact.queue, contact.queued_ms, contact.step, contact.wanted = queue, self._now, 0, None
        self._settle_in(contact)

    def _settle_in(self, contact: ContactRecord) -> None:
        """Rank and rights in the contact's queue, by the configuration in force."""
        contact.privileged = privileged(contact)
        contact.rank = rank(contact, self._ageing_ms)

    def _estimate(self, contact: ContactRecord) -> int | None:
        queue = contact.queue
        return estimated_wait_s(1 + queue.before(contact), queue.mean_handle_ms, queue.serving())

    def _resettle(self, queue: QueueRecord) -> None:
        """The rules have changed: everyone who waits here is put anew into the lines."""
        for contact in queue.everyone():
            self._take_out(contact)
            wanted = contact.wanted
            if wanted is not None and wanted.standing.get(queue) != 0:
                contact.wanted = None
            contact.step = step_at(queue.steps, self._now - contact.queued_ms)
            self._settle_in(contact)
            self._put_in(contact)
            self._await_step(contact)

    def _end_wait(self, contact: ContactRecord, how: WaitEnd, effects: list[Effect]) -> None:
        """The wait of a contact that is in no line is over."""
        del self._contacts[contact.contact_id]
        queue_id = contact.queue.config.queue_id
        effects.append(WaitEnded(contact_id=contact.contact_id, queue_id=queue_id, how=how))

    def _watch_empty(self, queue: QueueRecord) -> None:
        """Callers wait in a queue that nobody serves any more: give it its grace."""
        if queue.waiting and not queue.members and queue.empty_until_ms is None:
            queue.empty_until_ms = self._now + queue.config.nobody_grace_s * 1000
            self._due(queue.empty_until_ms, Due.EMPTY_QUEUE, queue)

    def _aged_over(self, contact: ContactRecord) -> Overflow | None:
        """The rule by which the contact's wait makes its queue run over, as the rules are now."""
        waited_ms = self._now - contact.queued_ms
        rules = [rule for rule in contact.queue.config.overflow if rule.when is OverflowWhen.AGE]
        due = [rule for rule in rules if rule.limit * 1000 <= waited_ms]
        return min(due, key=lambda rule: rule.limit, default=None)

    def _run_out(self, contact: ContactRecord, over: WaitEnd, effects: list[Effect]) -> None:
        """The wait is over as `over` says; while ringing, only if that ring fails."""
        if contact.offer is None:
            self._take_out(contact)
            contact.over = over
            self._line_up(contact, effects)
        else:
            contact.over = over

    def _stop_waiting(self, contact: ContactRecord, how: WaitEnd, effects: list[Effect]) -> None:
        self._take_out(contact)
        self._end_wait(contact, how, effects)
