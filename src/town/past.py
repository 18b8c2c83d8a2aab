"""The days before the demo's first start: the town's people against the centre's machines, in virtual time.

The same router, the same contact machine and the same published flows that serve live calls run here, with
an engine that only pretends: what it plays lasts as long as the prompt's sound, a phone rings and is picked
up as the town's agents do it. So the facts of those days are made by the rules that make facts, and the
ledger's check holds for them. They carry the node `seed`; nothing was recorded.
"""

import itertools
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from andon.flows.service import Flows, prompt_names
from andon.interactions.events import Outcome, WrapUpSubmitted
from andon.interactions.inputs import (
    AgentAnswered,
    AgentEnded,
    AgentHolds,
    AgentRetrieves,
    AgentRinging,
    CallerEnded,
    CallerKey,
    Identified,
    Joined,
    MessageTaken,
    SpeechEnded,
)
from andon.interactions.model import Contact
from andon.interactions.model import Stage as ContactStage
from andon.interactions.orders import (
    Dial,
    Drop,
    Forget,
    HangUp,
    Join,
    MediumOrder,
    Music,
    Part,
    Speak,
    StopSpeaking,
    TakeMessage,
)
from andon.interactions.ports import ContactView
from andon.interactions.service import Floor
from andon.kit.ids import uuid7
from andon.kit.journal import Fact
from andon.kit.timeline import Timeline, Timer
from andon.routing.config import CentreConfig
from andon.routing.events import AgentState
from andon.routing.machine import Router
from andon.routing.model import DeviceTest
from andon.telephony.engine.layout import assets
from town import acts, lines, world
from town.attendant import Attendant, Pause
from town.attendant import Stage as At
from town.customer import Customer, Stage
from town.plan import WITHHELD, Planner

NODE = "seed"
ZONE = ZoneInfo("Asia/Shanghai")
DIAL_S = 0.25
JOIN_S = 0.06
GONE_S = 0.04
MESSAGE_SILENCE_S = 4.0
# calls of an ordinary day by hour, as shares
CURVE = (2, 1, 1, 1, 1, 2, 4, 8, 14, 20, 22, 18, 12, 14, 18, 19, 17, 14, 12, 11, 10, 8, 6, 4)
# shifts: signed in from, until, meal at, in hours of the day they begin
EARLY, LATE, NIGHT = (8.3, 17.6, 11.6), (12.9, 21.6, 17.4), (21.2, 32.7, 25.0)
AT_NIGHT = frozenset({"yangfan", "wuqiang"})
SURGE = (24, 480.0)  # once a day everybody calls about the same thing: calls, within seconds


@dataclass(frozen=True)
class Place:
    """A number with what it leads to."""

    number_id: UUID
    client_id: UUID
    project_id: UUID
    trunk_id: UUID
    flow_id: UUID
    project: str
    language: str


@dataclass(frozen=True)
class Known:
    """A customer by telephone number."""

    customer_id: UUID
    client_id: UUID
    tier: str


@dataclass(frozen=True)
class Setting:
    """The centre as seeded."""

    centre: CentreConfig
    flows: Flows
    places: dict[str, Place]
    customers: dict[str, Known]
    agents: dict[UUID, world.Agent]
    break_reasons: dict[tuple[str, str], UUID]
    leaves: dict[tuple[str, str, str], UUID]  # project key, branch, leaf


@dataclass
class Written:
    """A wrap-up form of those days."""

    contact_id: UUID
    agent_id: UUID
    project_id: UUID
    reason_id: UUID
    resolved: bool
    note: str
    follow_up_at: datetime | None
    submitted_at: datetime


@dataclass
class Past:
    """What came of it, in order."""

    facts: list[Fact] = field(default_factory=list)
    wrap_ups: list[Written] = field(default_factory=list)


class Exchange:
    """The engine that pretends, and the people on both ends of its lines."""

    def __init__(self, setting: Setting, start: datetime, seed: int) -> None:
        self.past = Past()
        self.setting = setting
        self.time = Timeline(start)
        self._rng = random.Random(seed)  # noqa: S311  (a simulation)
        router = Router(setting.centre, start, self._new_id)
        self.floor = Floor(
            router=router,
            clock=self.time.clock,
            scheduler=self.time,
            append=self.past.facts.append,
            medium=self,
            flows=setting.flows,
            new_id=self._new_id,
        )
        self.desks = {
            agent_id: Desk(self, agent_id, agent, self._rng.getrandbits(32))
            for agent_id, agent in setting.agents.items()
        }
        self._lines: dict[UUID, PhoneLine] = {}
        self._prompt_ms = _prompt_lengths()
        self._numbers = itertools.count(1)

    @property
    def now(self) -> float:
        return self.time.clock.monotonic()

    @property
    def moment(self) -> datetime:
        return self.floor.now()

    def _new_id(self) -> UUID:
        return uuid7(int(self.time.clock.now().timestamp() * 1000))

    @property
    def live(self) -> set[str]:
        """Numbers that are calling."""
        return {line.mind.plan.caller for line in self._lines.values()}

    def call(self, planner: Planner, wish: world.Queue | None = None) -> None:
        """Somebody dials, with `wish` for that queue."""
        plan = planner.draw(self.live, queue=wish)
        place = self.setting.places.get(plan.dnis)
        contact_id = self._new_id()
        caller = "" if plan.caller == WITHHELD else plan.caller
        view = None
        if place is not None:
            view = ContactView(
                contact_id=contact_id,
                tenant_id=self.setting.centre.tenant_id,
                client_id=place.client_id,
                project_id=place.project_id,
                number_id=place.number_id,
                flow_id=place.flow_id,
                caller=caller,
                dnis=plan.dnis,
                language=place.language,
                arrived_at=self.moment,
            )
        contact = Contact(
            contact_id=contact_id,
            tenant_id=self.setting.centre.tenant_id,
            client_id=place.client_id if place else None,
            project_id=place.project_id if place else None,
            leg_id=f"{NODE}-{next(self._numbers)}",
            arrived=self.moment,
            view=view,
        )
        mind = Customer(plan, self.now, self._menu_begins(plan.dnis))
        line = self._lines[contact_id] = PhoneLine(self, mind, contact)
        self.floor.arrive(
            contact,
            number_id=place.number_id if place else None,
            trunk_id=next(iter(self.setting.places.values())).trunk_id,
            caller=caller,
            caller_raw=plan.caller,
            dnis=plan.dnis,
            node=NODE,
            refused=None if place else Outcome.UNKNOWN_NUMBER,
        )
        known = self.setting.customers.get(caller)
        if place is not None and known is not None and known.client_id == place.client_id:
            self.floor.feed(contact, Identified(known.customer_id, known.tier, "phone"))
        line.mind.answered(self.now)
        line.poke()

    def _menu_begins(self, dnis: str) -> float:
        line = next((line for line in world.LINES if line.number == dnis), None)
        if line is None:
            return 5.0
        project = next(project for project in world.PROJECTS if project.key == line.project)
        return (
            sum(self._prompt_ms[f"{line.language}/{name}"] for name in (project.notice, project.welcome))
            / 1000
        )

    # --- the medium

    def can_begin(self) -> bool:
        return True

    def begin(self, floor: Floor, contact: Contact) -> str:
        """A call that is returned; its people do not come to the telephone."""
        return "past"

    def perform(self, contact: Contact, order: MediumOrder) -> None:
        """Carries out what the floor orders; everything happens later, nothing from within."""
        line = self._lines.get(contact.contact_id)
        if line is None:
            return
        match order:
            case Speak(token, prompts):
                line.prompt(token, sum(self._length(f"{p.language}/{p.name}") for p in prompts))
            case StopSpeaking():
                line.prompt_stopped()
            case Music(on):
                line.sound(on)
            case Dial(leg_id=leg_id, agent_id=agent_id):
                self.time.call_later(DIAL_S, self.desks[agent_id].rings, contact, leg_id)
            case Drop(leg_id):
                for desk in self.desks.values():
                    desk.dropped(leg_id)
            case Join(leg_id, report):
                if report:
                    self.time.call_later(JOIN_S, self._joined, contact, leg_id)
            case Part(agent_stays=False):
                line.mind.told(self.now, Stage.AFTER)
                self.time.call_later(0.0, line.poke)
            case TakeMessage(max_s):
                line.take_message(max_s)
            case HangUp(cause):
                self.time.call_later(GONE_S, line.hung_up, cause)
            case Forget():
                line.over()
                self._lines.pop(contact.contact_id, None)

    def _length(self, name: str) -> float:
        return self._prompt_ms.get(name, 600) / 1000

    def _joined(self, contact: Contact, leg_id: str) -> None:
        line = self._lines.get(contact.contact_id)
        desk = next((desk for desk in self.desks.values() if desk.leg_id == leg_id), None)
        if line is None or desk is None:
            return
        self.floor.feed(contact, Joined(leg_id))
        if contact.stage is ContactStage.TALKING:
            line.desk, desk.line = desk, line
            line.mind.told(self.now, Stage.TALK)
            desk.connected()
            line.poke()

    def line_of(self, contact: Contact) -> "PhoneLine | None":
        return self._lines.get(contact.contact_id)


class Party:
    """Somebody who acts when due: poked by whatever happens, else by the clock."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self._wake: Timer | None = None

    def due(self) -> float | None:
        raise NotImplementedError

    def act(self) -> None:
        raise NotImplementedError

    def poke(self) -> None:
        """Act if it is time, and be woken when it will be."""
        self.act()
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        due = self.due()
        if due is not None:
            delay = max(0.0, due - self.exchange.now) + 0.001
            self._wake = self.exchange.time.call_later(delay, self.poke)

    def rest(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None


class PhoneLine(Party):
    """The caller's end."""

    def __init__(self, exchange: Exchange, mind: Customer, contact: Contact) -> None:
        super().__init__(exchange)
        self.mind = mind
        self.contact = contact
        self.desk: Desk | None = None
        self._prompt: Timer | None = None
        self._message_from: float | None = None
        self._message_end: Timer | None = None

    def due(self) -> float | None:
        return self.mind.due()

    def act(self) -> None:
        exchange, contact = self.exchange, self.contact
        if contact.queued is not None:
            self.mind.told(exchange.now, Stage.QUEUE)
        for act in self.mind.step(exchange.now):
            match act:
                case acts.Press(keys):
                    exchange.floor.feed(contact, CallerKey(keys))
                case acts.Speak(line):
                    self._says(line)
                case acts.HangUp():
                    self._message_over()
                    exchange.floor.feed(contact, CallerEnded(16))
                case _:
                    raise AssertionError(f"a customer cannot {act}")

    def _says(self, line: str) -> None:
        if self.desk is not None:
            self.desk.hears(True)
        if self._message_end is not None:
            self._message_end.cancel()
        self.exchange.time.call_later(lines.seconds(line), self._said)

    def _said(self) -> None:
        self.mind.said(self.exchange.now)
        if self.desk is not None:
            self.desk.hears(False)
        if self._message_from is not None:
            self._silence_ends_message()
        self.poke()

    # what is played to the caller

    def sound(self, on: bool) -> None:
        self.mind.heard(self.exchange.now, on)
        self.exchange.time.call_later(0.0, self.poke)

    def prompt(self, token: int, seconds: float) -> None:
        self.prompt_stopped()
        self.sound(True)
        self._prompt = self.exchange.time.call_later(seconds, self._prompt_over, token)

    def prompt_stopped(self) -> None:
        if self._prompt is not None:
            self._prompt.cancel()
            self._prompt = None
            self.sound(False)

    def _prompt_over(self, token: int) -> None:
        self._prompt = None
        self.mind.heard(self.exchange.now, False)
        self.exchange.floor.feed(self.contact, SpeechEnded(token))
        self.poke()

    # a message

    def take_message(self, max_s: int) -> None:
        self._message_from = self.exchange.now
        self.exchange.time.call_later(float(max_s), self._message_over)
        self._silence_ends_message()

    def _silence_ends_message(self) -> None:
        self._message_end = self.exchange.time.call_later(MESSAGE_SILENCE_S, self._message_over)

    def _message_over(self) -> None:
        if self._message_from is None:
            return
        spoken = self.exchange.now - self._message_from
        self._message_from = None
        self.exchange.floor.feed(self.contact, MessageTaken(round(spoken * 1000)))

    # the end

    def hung_up(self, cause: int) -> None:
        self.exchange.floor.feed(self.contact, CallerEnded(cause))

    def over(self) -> None:
        self.mind.ended(self.exchange.now)
        self.prompt_stopped()
        if self.desk is not None:
            self.desk.line = None
            self.desk = None
        self.rest()


class Desk(Party):
    """An agent's end."""

    def __init__(self, exchange: Exchange, agent_id: UUID, agent: world.Agent, seed: int) -> None:
        super().__init__(exchange)
        self.agent_id = agent_id
        self.agent = agent
        self.mind = Attendant(agent, seed)
        self.line: PhoneLine | None = None
        self.leg_id = ""
        self._contact: Contact | None = None
        self._talked = False
        self._leaving = False
        self._rng = random.Random(seed)  # noqa: S311  (a simulation)

    def due(self) -> float | None:
        return self.mind.due()

    # presence

    def sign_in(self) -> None:
        floor = self.exchange.floor
        self._leaving = False
        floor.act(lambda router, at: router.sign_in(self.agent_id, "sip", at), self.agent_id)
        floor.act(lambda router, at: router.device_changed(self.agent_id, True, at))
        test = DeviceTest(passed=True, microphone_db=-22.0, speaker=True, rtt_ms=1.2, echo=True)
        floor.act(lambda router, at: router.device_tested(self.agent_id, test, at))
        self.exchange.time.call_later(self._rng.uniform(5.0, 60.0), self.wish, AgentState.READY)

    def sign_out(self) -> None:
        self._leaving = True
        self.exchange.floor.act(lambda router, at: router.sign_out(self.agent_id, at))

    def wish(self, state: AgentState, reason_id: UUID | None = None) -> None:
        """Ask for a state; once the shift is over nothing is asked any more."""
        now = self.exchange.floor.router.agent(self.agent_id)
        if now.state is AgentState.OFFLINE or self._leaving:
            return
        self.exchange.floor.act(
            lambda router, at: router.request_state(self.agent_id, state, at, reason_id=reason_id)
        )

    def pause(self, pause: Pause) -> None:
        state = AgentState.BREAK if pause.kind == "break" else AgentState.NOT_READY
        self.wish(state, self.exchange.setting.break_reasons[pause.kind, pause.reason])
        self.exchange.time.call_later(pause.seconds, self.wish, AgentState.READY)

    # a call

    def rings(self, contact: Contact, leg_id: str) -> None:
        if contact.offer is None or contact.offer.leg_id != leg_id:
            return
        self.leg_id, self._contact, self._talked = leg_id, contact, False
        self.exchange.floor.feed(contact, AgentRinging(leg_id))
        self.mind.rings(self.exchange.now)
        self.poke()

    def connected(self) -> None:
        contact = self._contact
        if contact is None or self.line is None:
            return
        self._talked = True
        plan = self.line.mind.plan
        self.mind.connected(self.exchange.now, plan.persona.project, english=plan.persona.language == "en")
        self.poke()

    def hears(self, speaking: bool) -> None:
        self.mind.heard(self.exchange.now, speaking)
        self.exchange.time.call_later(0.0, self.poke)

    def act(self) -> None:
        contact, floor = self._contact, self.exchange.floor
        for act in self.mind.step(self.exchange.now):
            if contact is None:
                return
            match act:
                case acts.PickUp():
                    floor.feed(contact, AgentAnswered(self.leg_id))
                case acts.Decline():
                    floor.feed(contact, AgentEnded(self.leg_id, 21))
                    self._free()
                    self.exchange.time.call_later(self._rng.uniform(5.0, 20.0), self.wish, AgentState.READY)
                case acts.Hold(on):
                    floor.feed(contact, AgentHolds(self.agent_id) if on else AgentRetrieves(self.agent_id))
                case acts.HangUp():
                    floor.feed(contact, AgentEnded(self.leg_id, 16))
                    self.dropped(self.leg_id)
                case acts.Speak(line):
                    if self.line is not None:
                        self.line.sound(True)
                    self.exchange.time.call_later(lines.seconds(line), self._said)
                case _:
                    raise AssertionError(f"an agent cannot {act}")

    def _said(self) -> None:
        self.mind.said(self.exchange.now)
        if self.line is not None:
            self.line.sound(False)
        self.poke()

    def dropped(self, leg_id: str) -> None:
        """The leg is gone: write up what was said, or be ready again."""
        if leg_id != self.leg_id or self._contact is None:
            return
        contact, project = self._contact, self.line.mind.plan.persona.project if self.line else ""
        if self.line is not None:
            self.line.desk = None
        talked = self._talked
        self._free()
        if not talked:
            self.exchange.time.call_later(self._rng.uniform(4.0, 15.0), self.wish, AgentState.READY)
            return
        place = next(
            (p for p in self.exchange.setting.places.values() if p.project_id == contact.project_id), None
        )
        project = project or (place.project if place else world.PROJECTS[0].key)
        wrap = self.mind.wrap_up(project)
        self.exchange.time.call_later(wrap.after_s, self._write, contact, project, wrap)

    def _write(self, contact: Contact, project: str, wrap: Any) -> None:
        exchange, at = self.exchange, self.exchange.moment
        reason_id = exchange.setting.leaves[project, *wrap.reason]
        exchange.past.facts.append(
            WrapUpSubmitted(
                at=at,
                tenant_id=contact.tenant_id,
                client_id=contact.client_id,
                project_id=contact.project_id,
                contact_id=contact.contact_id,
                agent_id=self.agent_id,
                reason_id=reason_id,
                resolved=wrap.resolved,
                follow_up=wrap.follow_up,
            )
        )
        if contact.project_id is not None:
            follow_up = at + timedelta(days=1) if wrap.follow_up else None
            exchange.past.wrap_ups.append(
                Written(
                    contact.contact_id,
                    self.agent_id,
                    contact.project_id,
                    reason_id,
                    wrap.resolved,
                    wrap.note,
                    follow_up,
                    at,
                )
            )
        pause = self.mind.pause()
        if pause is not None:
            self.pause(pause)
        exchange.floor.act(lambda router, when: router.wrap_done(self.agent_id, when))

    def _free(self) -> None:
        self.mind.ended()
        self.leg_id, self._contact, self.line, self._talked = "", None, None, False
        self.rest()

    @property
    def idle(self) -> bool:
        return self.mind.stage is At.IDLE


def _prompt_lengths() -> dict[str, float]:
    files = json.loads((assets() / "prompts" / "manifest.json").read_text("utf-8"))["files"]
    return {path: float(entry["ms"]) for path, entry in files.items()}


def flows(versions: Iterable[Any], calendars: Iterable[Any]) -> Flows:
    """The published flows with the prompts that are there."""
    made = Flows(prompt_names(assets() / "prompts"))
    made.put(versions, calendars)
    return made


def live_through(setting: Setting, days: int, until: datetime, calls_a_day: int, seed: int) -> Past:
    """The days before `until`: shifts, calls, and at the end everybody gone home."""
    local = until.astimezone(ZONE)
    first = datetime(local.year, local.month, local.day, tzinfo=ZONE) - timedelta(days=days)
    start = first.astimezone(UTC)
    length = (until - start).total_seconds()
    exchange = Exchange(setting, start, seed)
    rng = random.Random(seed)  # noqa: S311  (a simulation)
    planner = Planner(seed)
    close_at = length - 60.0
    desks = list(exchange.desks.values())
    for day in range(days + 1):
        weekend = (first + timedelta(days=day)).weekday() >= 5
        for place, desk in enumerate(desks):
            night = desk.agent.login in AT_NIGHT
            if weekend and not night and place % 3 == day % 3:
                continue
            begin, end, meal = NIGHT if night else LATE if place % 3 == 1 else EARLY
            offset = day * 86400.0 + rng.uniform(-300, 300)
            _at(exchange, offset + begin * 3600, close_at, desk.sign_in)
            pause = Pause("break", "就餐", rng.uniform(1500, 2400))
            _at(exchange, offset + (meal + (place % 4) * 0.4) * 3600, close_at, desk.pause, pause)
            _at(exchange, offset + end * 3600, close_at, desk.sign_out)
        last_call = close_at - 600
        volume = calls_a_day * (0.6 if weekend else 1.0) * rng.uniform(0.85, 1.15)
        for hour, share in enumerate(CURVE):
            for _ in range(_poisson(rng, volume * share / sum(CURVE))):
                second = day * 86400.0 + (hour + rng.random()) * 3600
                _at(exchange, second, last_call, exchange.call, planner)
        surge_at, wish = day * 86400.0 + rng.uniform(9.5, 19.5) * 3600, rng.choice(world.QUEUES[:6])
        for _ in range(SURGE[0]):
            _at(exchange, surge_at + rng.uniform(0, SURGE[1]), last_call, exchange.call, planner, wish)
    exchange.time.run(close_at)
    for desk in desks:
        desk.sign_out()
    exchange.time.run(length)
    exchange.floor.act(lambda router, at: router.close(at, "seed_over"))
    exchange.floor.close()
    if exchange.floor.contacts:
        raise AssertionError(f"{len(exchange.floor.contacts)} contacts of the past never ended")
    return exchange.past


def _at(exchange: Exchange, second: float, last: float, what: Callable[..., object], *args: Any) -> None:
    if 0 <= second < last:
        exchange.time.call_later(second, what, *args)


def _poisson(rng: random.Random, mean: float) -> int:
    count, at = 0, rng.expovariate(1.0)
    while at < mean:
        count += 1
        at += rng.expovariate(1.0)
    return count


__all__ = ["Known", "Past", "Place", "Setting", "Written", "flows", "live_through"]
