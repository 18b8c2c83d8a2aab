"""A drill: random inputs to a router, every effect held against an independent, naive book.

Choices come from `pick(n)`, so that Hypothesis (bytes) and a seeded generator can both drive it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from routing_book import TIERS, Book, Caller, Fault, Quit, S, require
from routing_centre import Pick, RandomCentre

from andon.routing.config import LaneFlag, Work
from andon.routing.machine import Router
from andon.routing.model import Caller as Known
from andon.routing.model import DeviceTest, Effect, OfferEnd, Refused

REQUESTS = (S.READY, S.READY, S.NOT_READY, S.BREAK)
ENDS = (OfferEnd.REJECTED, OfferEnd.TIMEOUT, OfferEnd.UNREACHABLE, OfferEnd.FAILED)


class Drill(RandomCentre, Book):
    """One random centre under random inputs."""

    def __init__(self, pick: Pick) -> None:
        Book.__init__(self)
        RandomCentre.__init__(self, pick)
        self.config = self._centre()
        self._learn()
        self.router = Router(self.config, self.now, self._new_id)

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
