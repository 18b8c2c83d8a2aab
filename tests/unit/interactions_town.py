"""A centre in virtual time: the real floor and router, a medium and people made of dice."""

import contextlib
import heapq
import itertools
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from andon.interactions.card.events import Source
from andon.interactions.events import Outcome, TransferReason, TransferWay
from andon.interactions.inputs import (
    AgentAnswered,
    AgentCancels,
    AgentCard,
    AgentCompletes,
    AgentConferences,
    AgentDials,
    AgentEnded,
    AgentHangsUp,
    AgentHolds,
    AgentLeavesAlone,
    AgentMutes,
    AgentParks,
    AgentRejects,
    AgentRetrieves,
    AgentSends,
    AgentSwaps,
    AgentTransfers,
    CallerEnded,
    CallerKey,
    CustomerAnswered,
    DeviceHeld,
    DeviceRetrieved,
    Input,
    Interrupted,
    Joined,
    JoinFailed,
    MessageTaken,
    SpeechEnded,
    TapeRuns,
    UtteranceTaken,
)
from andon.interactions.model import Contact, Handover, Inside, Placed, Stage
from andon.interactions.orders import (
    Dial,
    DialColleague,
    DialCustomer,
    DialOut,
    Drop,
    Forget,
    HangUp,
    Join,
    Listen,
    MediumOrder,
    Speak,
    StopSpeaking,
    Succeed,
    TakeMessage,
    Tape,
)
from andon.interactions.ports import (
    ContactPort,
    ContactView,
    FlowInput,
    Key,
    Played,
    Prompt,
    QueueLeave,
    QueueLeft,
    Started,
    VoicemailTaken,
    WaitTick,
)
from andon.interactions.service import Floor
from andon.kit.clock import VirtualClock
from andon.kit.events import CoreStarted
from andon.kit.journal import Fact
from andon.routing.config import AgentConfig, CallbackRules, CentreConfig, Overflow, OverflowWhen, QueueConfig
from andon.routing.events import AgentState
from andon.routing.machine import Router
from andon.routing.model import DeviceTest, Refused, Terms

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TENANT, CLIENT, PROJECT, NUMBER, FLOW, QUEUE, OTHER = (UUID(int=n) for n in range(1, 8))


class Scheduled:
    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class VirtualScheduler:
    """Runs callbacks in the order of their time on a virtual clock."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._number = itertools.count()
        self._heap: list[tuple[float, int, Scheduled, Callable[..., object], tuple[Any, ...]]] = []

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> Scheduled:
        timer = Scheduled()
        due = self._clock.monotonic() + max(0.0, delay)
        heapq.heappush(self._heap, (due, next(self._number), timer, callback, args))
        return timer

    def run(self, until: float) -> None:
        """Let time pass up to `until` seconds since the start."""
        while self._heap and self._heap[0][0] <= until:
            due, _, timer, callback, args = heapq.heappop(self._heap)
            self._clock.advance(max(0.0, due - self._clock.monotonic()))
            if not timer.cancelled:
                callback(*args)
        self._clock.advance(max(0.0, until - self._clock.monotonic()))


class SimpleFlow:
    """Answer, record, greet, queue, survey: enough to meet every stage."""

    def __init__(self, port: ContactPort, dice: random.Random, *, visited: bool = False) -> None:
        """`visited`: an agent sent the caller here."""
        self.port = port
        self.dice = dice
        self.visited = visited
        self.after: Outcome | None = None
        self.heard: list[FlowInput] = []

    def keep(self) -> bytes:
        return msgspec.msgpack.encode((self.after, self.visited))

    def hear(self, heard: FlowInput) -> None:
        self.heard.append(heard)
        port = self.port
        match heard:
            case Started():
                port.answer()
                port.start_recording()
                port.card(self.dice.random() < 0.3)
                port.play([Prompt("welcome")])
            case Played() if self.after is not None:
                port.finish(self.after)
            case Played() if self.visited and self.dice.random() < 0.8:
                port.finish(Outcome.SELF_SERVICE, returned=self.dice.random() < 0.7)
            case Played():
                if self.dice.random() < 0.1:
                    port.expect(Outcome.OUT_OF_HOURS)
                    port.take_voicemail(30)
                else:
                    port.enqueue(QUEUE, self.dice.choice([0, 0, 5]), 7)
            case VoicemailTaken():
                port.finish(Outcome.OUT_OF_HOURS)
            case WaitTick():
                port.play([Prompt("queue_wait")])
            case Key(digit="2"):
                port.keep_place()
            case QueueLeft(how=QueueLeave.CALLBACK_KEPT):
                self.after = Outcome.CALLBACK_KEPT
                port.play([Prompt("goodbye")])
            case Key(digit="*"):
                port.leave_queue()
                port.finish(Outcome.SELF_SERVICE)
            case QueueLeft(how=QueueLeave.CONVERSATION_ENDED):
                self.after = Outcome.SERVED
                port.survey_asked("csat")
                port.play([Prompt("survey")])
            case QueueLeft(how=how):
                long = how in {QueueLeave.TIMEOUT, QueueLeave.OVERFLOW}
                self.after = Outcome.QUEUE_TIMEOUT if long else Outcome.NOBODY_SIGNED_IN
                port.play([Prompt("sorry")])
            case _:
                pass


class Flows:
    def __init__(self, dice: random.Random) -> None:
        self.dice = dice

    def start(self, port: ContactPort, flow_id: UUID | None = None) -> SimpleFlow:
        return SimpleFlow(port, self.dice, visited=flow_id is not None)

    def resume(self, port: ContactPort, kept: bytes) -> SimpleFlow:
        after, visited = msgspec.msgpack.decode(kept, type=tuple[Outcome | None, bool])
        flow = SimpleFlow(port, self.dice, visited=visited)
        flow.after = after
        return flow


class Town:
    """Callers, agents and the engine between them."""

    staff = 4

    def __init__(self, seed: int, *, agents: int | None = None) -> None:
        self.dice = random.Random(seed)
        self.reachable = True  # the engine, for calls that we begin
        self.clock = VirtualClock(T0)
        self.later = VirtualScheduler(self.clock)
        self.facts: list[Fact] = [CoreStarted(at=T0, tenant_id=TENANT, version_of_code="t", clean=True)]
        self._ids = itertools.count(1000)
        self.agents = [UUID(int=100 + n) for n in range(agents or self.staff)]
        # Every second town's queue runs over into another one, and that one back to the flow.
        over = Overflow(when=OverflowWhen.AGE, limit=20, queue_id=OTHER)
        back = Overflow(when=OverflowWhen.AGE, limit=25)
        runs_over = seed % 2 == 0
        self.config = config = CentreConfig(
            tenant_id=TENANT,
            agents=tuple(AgentConfig(agent_id=a, agent_no=str(a.int), name="") for a in self.agents),
            queues=(
                QueueConfig(
                    queue_id=QUEUE,
                    client_id=CLIENT,
                    project_id=PROJECT,
                    name="q",
                    ring_timeout_s=8,
                    acw_s=5,
                    max_wait_s=60,
                    callback=CallbackRules(attempts=2, retry_s=20, expires_s=150),
                    overflow=(over,) if runs_over else (),
                ),
                QueueConfig(
                    queue_id=OTHER,
                    client_id=CLIENT,
                    project_id=PROJECT,
                    name="other",
                    ring_timeout_s=8,
                    acw_s=5,
                    overflow=(back,),
                ),
            ),
        )
        self.floor = self.new_floor(Router(config, T0, self.new_id))
        self.returned: list[Contact] = []  # calls that were returned
        self.callers: dict[UUID, bool] = {}  # contact to whether the leg still lives
        self.legs: dict[str, bool] = {}  # agents' legs likewise
        self.stopped: set[tuple[UUID, int]] = set()
        self.forgotten: set[UUID] = set()

    def new_floor(self, router: Router) -> Floor:
        return Floor(
            router=router,
            clock=self.clock,
            scheduler=self.later,
            append=self.facts.append,
            medium=self,
            flows=Flows(self.dice),
            new_id=self.new_id,
        )

    def can_begin(self) -> bool:
        return self.reachable

    def new_id(self) -> UUID:
        return UUID(int=next(self._ids))

    # people

    def call(self, number: str = "13800138000") -> Contact:
        """A caller dials in."""
        contact_id = self.new_id()
        at = self.floor.now()
        contact = Contact(
            contact_id=contact_id,
            tenant_id=TENANT,
            client_id=CLIENT,
            project_id=PROJECT,
            leg_id=f"leg-{contact_id.int}",
            arrived=at,
            view=ContactView(
                contact_id=contact_id,
                tenant_id=TENANT,
                client_id=CLIENT,
                project_id=PROJECT,
                number_id=NUMBER,
                flow_id=FLOW,
                caller=number,
                dnis="400",
                language="zh",
                arrived_at=at,
            ),
        )
        self.callers[contact_id] = True
        self.floor.arrive(
            contact,
            number_id=NUMBER,
            trunk_id=None,
            caller=number,
            caller_raw=number,
            dnis="400",
            node="n1",
            refused=None,
        )
        return contact

    def call_out(self, agent: UUID) -> None:
        """An agent calls somebody, as far as that goes now."""
        contact_id, at = self.new_id(), self.floor.now()
        view = ContactView(
            contact_id=contact_id, tenant_id=TENANT, client_id=CLIENT, project_id=PROJECT, number_id=NUMBER,
            flow_id=None, caller="13700000000", dnis="400", language="zh", arrived_at=at,
        )  # fmt: skip
        contact = Contact(
            contact_id=contact_id, tenant_id=TENANT, client_id=CLIENT, project_id=PROJECT,
            leg_id=f"leg-{contact_id.int}", arrived=at, view=view,
        )  # fmt: skip
        placed = Placed(number="13700000000", ring_s=30, recording_id=self.new_id())
        terms = Terms(client_id=CLIENT, project_id=PROJECT, ring_timeout_s=8, acw_s=self.dice.choice([0, 5]))
        with contextlib.suppress(Refused):
            self.floor.call_out(contact, agent, placed, terms)

    def call_colleague(self, agent: UUID, colleague: UUID) -> Contact:
        """An agent calls a colleague. Raises `Refused`."""
        contact_id = self.new_id()
        inside = Inside(
            by=agent,
            by_no=str(agent.int),
            agent_id=colleague,
            agent_no=str(colleague.int),
            recording_id=self.new_id() if self.dice.random() < 0.3 else None,
        )
        contact = Contact(
            contact_id=contact_id, tenant_id=TENANT, client_id=None, project_id=None,
            leg_id=f"leg-{contact_id.int}", arrived=self.floor.now(), inside=inside,
        )  # fmt: skip
        self.floor.call_colleague(contact, inside)
        return contact

    def maybe_calls_colleague(self, agent: UUID) -> None:
        """As far as that goes now."""
        with contextlib.suppress(Refused):
            self.call_colleague(agent, self.dice.choice(self.agents))

    def pick_up(self, agent: UUID, contact: Contact) -> None:
        """An agent comes for a parked caller, as far as that goes now."""
        terms = Terms(client_id=CLIENT, project_id=PROJECT, acw_s=5)
        with contextlib.suppress(Refused):
            self.floor.pick_up(contact, agent, terms)

    def hang_up(self, contact: Contact, cause: int = 16, media_lost: bool = False) -> None:
        if self.callers.get(contact.contact_id):
            self.callers[contact.contact_id] = False
            self.legs.pop(contact.leg_id, None)
            self.floor.feed(contact, CallerEnded(cause, media_lost))

    def ready(self, agent: UUID) -> None:
        """Sign in with a tested device and become ready, as far as that goes now."""
        floor = self.floor
        with contextlib.suppress(Refused):
            floor.act(lambda r, at: r.sign_in(agent, "browser", at))
            floor.act(lambda r, at: r.device_changed(agent, True, at))
            floor.act(
                lambda r, at: r.device_tested(agent, DeviceTest(passed=True, speaker=True, echo=True), at)
            )
        with contextlib.suppress(Refused):
            floor.act(lambda r, at: r.request_state(agent, AgentState.READY, at))

    def something(self, contacts: list[Contact]) -> None:
        """One random thing that people do."""
        dice = self.dice
        agent = dice.choice(self.agents)
        contact = dice.choice(contacts) if contacts else None
        card = self.floor.contact_of(agent)
        talk = card.talk if card is not None else None
        doings: list[Callable[[], None]] = [
            lambda: self.ready(agent),
            lambda: self.ready(agent),
            lambda: self.ready(agent),
            lambda: self.floor.act(lambda r, at: r.wrap_done(agent, at)),
            lambda: self.floor.act(lambda r, at: r.device_changed(agent, dice.random() < 0.7, at)),
        ]
        if dice.random() < 0.15:
            doings.append(lambda: self.floor.act(lambda r, at: r.sign_out(agent, at)))
        if dice.random() < 0.4:
            doings.append(lambda: self.call_out(agent))
        if dice.random() < 0.4:
            doings += [lambda: self.maybe_calls_colleague(agent)] * 2
        parked = [each for each in contacts if each.parked is not None and each.dialler is None]
        if parked:
            doings += [lambda: self.pick_up(agent, dice.choice(parked))] * 2
        dialler = card.dialler if card is not None else None
        if card is not None and dialler is not None:
            doings.append(lambda: self.end_leg(card, dialler.leg_id, dice.choice([16, 44])))
        if contact is not None:
            doings.append(lambda: self.hang_up(contact))
            doings.append(lambda: self.floor.feed(contact, CallerKey(dice.choice("12*#"))))
            if dice.random() < 0.2:
                doings.append(lambda: self.hang_up(contact, 44, True))
            if dice.random() < 0.05:
                doings.append(lambda: self.lose(contact))
        if card is not None:
            for ask in (AgentHolds(agent), AgentRetrieves(agent), AgentHangsUp(agent), AgentRejects(agent)):
                doings.append(lambda ask=ask: self.floor.feed(card, ask))  # type: ignore[misc] # bound now
        if card is not None and card.inside is not None:
            doings.append(lambda: self.hang_up(card, dice.choice([16, 21, 44])))
            doings.append(lambda: self.floor.feed(card, AgentMutes(agent, dice.random() < 0.5)))
        if card is not None and talk is not None and talk.leg_id:
            leg = talk.leg_id
            doings.append(lambda: self.floor.feed(card, DeviceHeld(leg)))
            doings.append(lambda: self.floor.feed(card, DeviceRetrieved(leg)))
            doings.append(lambda: self.end_leg(card, leg, 44))
            doings.append(lambda: self.end_leg(card, leg, 16))
            doings += self.control(agent, card)
        if card is not None and card.second is not None:
            second = card.second.leg_id
            doings.append(lambda: self.end_leg(card, second, dice.choice([16, 17, 44])))
        dice.choice(doings)()

    def control(self, agent: UUID, card: Contact) -> list[Callable[[], None]]:
        """What an agent who talks may do with the caller: pass on, ask somebody, and all that follows."""

        def handover(way: TransferWay) -> Handover:
            return Handover(
                transfer_id=self.new_id(), by=agent, way=way, reason=TransferReason.OTHER, note=""
            )

        def summon() -> None:
            with contextlib.suppress(Refused):
                colleague = self.dice.choice(self.agents)
                self.ready(colleague)
                talk = card.talk
                held = talk is not None and talk.held_by_device
                if card.stage in {Stage.TALKING, Stage.HELD} and talk is not None and not held:
                    self.floor.summon(card, colleague, handover(self.dice.choice(list(TransferWay))))
                elif card.stage is Stage.INSIDE and card.second is None and not held:
                    self.floor.summon(card, colleague, handover(TransferWay.BLIND))

        def feed(ask: Input) -> Callable[[], None]:
            return lambda: self.floor.feed(card, ask)

        asks: list[Input] = [AgentSwaps(agent), AgentConferences(agent), AgentSwaps(agent)]
        asks += [AgentCompletes(agent), AgentCancels(agent), AgentMutes(agent, self.dice.random() < 0.5)]
        asks.append(AgentDials(handover(self.dice.choice(list(TransferWay))), "13900000000", 45))
        by = self.dice.choice([Source.BUTTON, Source.FIELD])
        asks.append(AgentCard(agent, self.dice.random() < 0.7, by, 20))
        asks.append(AgentLeavesAlone(agent, 20))
        asks += [AgentSends(handover(way), OTHER) for way in TransferWay]
        if self.dice.random() < 0.3:
            asks.append(AgentParks(agent, self.dice.randrange(1, 9)))
        asks.append(AgentTransfers(handover(TransferWay.BLIND), QUEUE, self.dice.random() < 0.5))
        return [summon, summon, summon, *(feed(ask) for ask in asks)]

    def lose(self, contact: Contact) -> None:
        self.callers[contact.contact_id] = False
        self.floor.feed(contact, Interrupted())

    # the engine

    def begin(self, floor: Floor, contact: Contact) -> str:
        """A call that is returned, or that an agent makes."""
        self.returned.append(contact)
        self.callers[contact.contact_id] = False
        return "n1"

    def perform(self, contact: Contact, order: MediumOrder) -> None:
        """Carry out an order after a little while, in any way an engine may."""
        dice, soon = self.dice, self.dice.uniform(0.001, 0.05)
        match order:
            case Speak():
                self._feed(dice.uniform(0.05, 4), contact, SpeechEnded(order.token), spoken=order.token)
            case StopSpeaking():
                self.stopped.add((contact.contact_id, order.token))
            case Tape():
                self._feed(soon, contact, TapeRuns(order.recording_id))
            case Listen(name=name):
                self._feed(dice.uniform(0.1, 6), contact, UtteranceTaken(name, dice.choice([0, 900])))
            case TakeMessage():
                self._feed(dice.uniform(0.1, 6), contact, MessageTaken(dice.choice([0, 500, 3000])))
            case Dial() | DialOut():
                self.legs[order.leg_id] = True
                how = dice.random()
                wait = dice.uniform(0.02, 12)  # the ring time-out is 8 s
                if how < 0.6:
                    self.later.call_later(wait, self._answer, contact, order.leg_id)
                elif how < 0.85:
                    self.later.call_later(
                        wait, self.end_leg, contact, order.leg_id, dice.choice([17, 20, 21, 38, 44])
                    )
            case Succeed():
                self.legs.pop(order.before, None)
            case DialColleague():
                self.callers[contact.contact_id] = True
                wait = dice.uniform(0.02, 25)  # the ring time-out is 20 s
                if dice.random() < 0.7:
                    self._feed(wait, contact, CustomerAnswered())
                elif dice.random() < 0.7:
                    self.later.call_later(wait, self.hang_up, contact, dice.choice([17, 18, 20, 21]))
            case DialCustomer():
                self.callers[contact.contact_id] = True
                wait = dice.uniform(0.02, 45)  # the longest ringing is 30 s
                if dice.random() < 0.6:
                    self._feed(wait, contact, CustomerAnswered())
                elif dice.random() < 0.8:
                    self.later.call_later(wait, self.hang_up, contact, dice.choice([1, 17, 19, 21, 20, 34]))
            case Drop():
                self.later.call_later(soon, self.end_leg, contact, order.leg_id, 16)
            case Join(report=True):
                self.later.call_later(soon, self._join, contact, order.leg_id)
            case HangUp():
                self.later.call_later(soon, self.hang_up, contact)
            case Forget():
                self.forgotten.add(contact.contact_id)
            case _:
                pass

    def _feed(self, delay: float, contact: Contact, heard: Input, spoken: int = 0) -> None:
        def deliver() -> None:
            gone = not self.callers[contact.contact_id]
            if not gone and (contact.contact_id, spoken) not in self.stopped:
                self.floor.feed(contact, heard)

        self.later.call_later(delay, deliver)

    def _answer(self, contact: Contact, leg: str) -> None:
        if self.legs.get(leg):
            self.floor.feed(contact, AgentAnswered(leg))

    def end_leg(self, contact: Contact, leg: str, cause: int) -> None:
        if self.legs.get(leg):
            self.legs[leg] = False
            self.floor.feed(contact, AgentEnded(leg, cause, cause == 44))

    def _join(self, contact: Contact, leg: str) -> None:
        both = bool(self.legs.get(leg)) and self.callers[contact.contact_id]
        self.floor.feed(contact, Joined(leg) if both else JoinFailed(leg))
