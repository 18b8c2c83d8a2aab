"""The town's people in virtual time: what they say, how long they talk, how they leave."""

import asyncio
import heapq
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from town import attendant, lines, pocket, world
from town.acts import HangUp, Hold, PickUp, Press, Speak
from town.attendant import Attendant
from town.attendant import Stage as At
from town.customer import Customer, Stage
from town.plan import Arrivals, Planner, Way

pytestmark = pytest.mark.unit


class Line:
    """A telephone line in virtual time with a customer on it and, once connected, an agent."""

    def __init__(self, customer: Customer, agent: Attendant | None = None) -> None:
        self.customer, self.agent = customer, agent
        self.now = 0.0
        self.log: list[tuple[float, str, object]] = []
        self.over = False
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._later, (self.now + seconds, self._number, what))

    def run(self, until: float = 1000.0) -> None:
        while not self.over:
            self._act()
            if self.over:
                return
            due = [self.customer.due(), self.agent.due() if self.agent else None]
            due.append(self._later[0][0] if self._later else None)
            times = [time for time in due if time is not None]
            if not times or min(times) > until:
                return
            self.now = max(self.now, min(times))
            while self._later and self._later[0][0] <= self.now:
                heapq.heappop(self._later)[2]()

    def _act(self) -> None:
        for act in self.customer.step(self.now):
            self.log.append((self.now, "customer", act))
            if isinstance(act, HangUp):
                self.over = True
            elif isinstance(act, Speak):
                self._says(act.line, self.customer, self.agent)
        for act in self.agent.step(self.now) if self.agent else []:
            self.log.append((self.now, "agent", act))
            if isinstance(act, HangUp):
                self.agent = None
                self.customer.told(self.now, Stage.AFTER)
            elif isinstance(act, Hold):
                self.customer.heard(self.now, speaking=act.on)
            elif isinstance(act, Speak):
                assert self.agent is not None
                self._says(act.line, self.agent, self.customer)

    def _says(self, line: str, who: Customer | Attendant, other: Customer | Attendant | None) -> None:
        if other is not None:
            other.heard(self.now, True)

        def over() -> None:
            who.said(self.now)
            if other is not None:
                other.heard(self.now, False)

        self.later(lines.seconds(line), over)

    def did(self, who: str, kind: type) -> list[object]:
        return [act for _, doer, act in self.log if doer == who and isinstance(act, kind)]


def calls(count: int, seed: int = 7) -> Iterator[Customer]:
    planner = Planner(seed)
    for _ in range(count):
        yield Customer(planner.draw(), 0.0, 6.0)


def test_conversations_take_turns_and_end() -> None:
    talks: list[float] = []
    hung_up: Counter[str] = Counter()
    for number, customer in enumerate(calls(300)):
        if customer.plan.way not in {Way.TALKS, Way.WRONG_ONCE}:
            continue
        agent = Attendant(world.AGENTS[number % 12], number)
        customer.answered(0.0)
        customer.told(0.0, Stage.QUEUE)
        customer.told(0.0, Stage.TALK)
        agent.rings(0.0)
        agent.connected(0.0, customer.plan.persona.project, english=customer.plan.language == "en")
        line = Line(customer, agent)
        line.run()
        assert customer.stage is Stage.GONE and line.over
        assert agent.stage is not At.TALK or customer.why == "said_bye"
        last = max(at for at, _, act in line.log if isinstance(act, Speak))
        talks.append(last)
        spoken = [act.line for act in line.did("customer", Speak) if isinstance(act, Speak)]
        told = [path for path in spoken if path in customer.plan.persona.lines]
        assert told == list(customer.plan.persona.lines)[: len(told)]
        assert len(told) >= 2 or customer.why == "gave_up"
        hung_up["agent" if line.agent is None else "customer"] += 1
    assert 20 < statistics.median(talks) < 75
    assert max(talks) < 200
    assert min(hung_up.values()) > 20


def test_a_silent_agent_does_not_keep_a_customer_for_ever() -> None:
    for customer in calls(40):
        customer.answered(0.0)
        customer.told(0.0, Stage.QUEUE)
        customer.told(1.0, Stage.TALK)
        line = Line(customer)
        line.run()
        assert customer.stage is Stage.GONE
        assert line.now < 160


def test_menu_ways_end_as_they_should() -> None:
    seen: Counter[Way] = Counter()
    for customer in calls(400):
        customer.answered(0.0)
        customer.heard(0.1, True)  # prompts, and no end of them
        line = Line(customer)
        line.run(until=60.0)
        pressed = [act.keys for act in line.did("customer", Press) if isinstance(act, Press)]
        seen[customer.plan.way] += 1
        match customer.plan.way:
            case Way.QUITS_MENU:
                assert line.over and line.now < 15 and not pressed
            case Way.SILENT | Way.LOST:
                assert not pressed
            case Way.WRONG_ALWAYS:
                assert pressed and customer.plan.keys not in pressed
            case Way.WRONG_ONCE:
                assert pressed[:2] == ["7", customer.plan.keys]
            case _:
                assert set(pressed) == {customer.plan.keys}
    assert seen[Way.TALKS] > 240
    assert all(seen[way] for way in Way)


def test_a_waiting_customer_gives_up_and_a_served_one_rates() -> None:
    waits: list[float] = []
    scores: list[str] = []
    for customer in calls(300):
        customer.answered(0.0)
        customer.told(5.0, Stage.QUEUE)
        line = Line(customer)
        line.now = 5.0
        line.run()
        waits.append(line.now - 5.0)
        assert not line.did("customer", Press)
    for customer in calls(200, seed=3):
        customer.answered(0.0)
        customer.told(1.0, Stage.QUEUE)
        customer.told(2.0, Stage.TALK)
        customer.told(30.0, Stage.AFTER)
        line = Line(customer)
        line.now = 30.0
        line.run()
        pressed = [act.keys for act in line.did("customer", Press) if isinstance(act, Press)]
        assert pressed == ([str(customer.plan.score)] if customer.plan.score else [])
        scores += pressed
        assert line.now < 60
    assert 40 < statistics.median(waits) < 90
    assert min(waits) < 15
    assert len(scores) > 80


def test_a_message_is_left_after_the_tone() -> None:
    planner = Planner(5)
    plan = next(
        plan
        for plan in iter(planner.draw, None)
        if plan.persona.project == "mingchuan_connect" and plan.way is Way.TALKS
    )
    customer = Customer(plan, 0.0, 6.0)
    customer.answered(0.0)
    customer.heard(0.2, True)
    line = Line(customer)
    line.later(16.0, lambda: customer.heard(16.0, False))
    line.run()
    spoken = [(at, act.line) for at, _, act in line.log if isinstance(act, Speak)]
    assert [line for _, line in spoken] == [plan.persona.message]
    assert spoken[0][0] == pytest.approx(17.3, abs=0.1)
    assert customer.why == "left_message"


def test_agents_pick_up_and_sometimes_do_not() -> None:
    acts: Counter[str] = Counter()
    agent = Attendant(world.AGENTS[0], 1)
    for _ in range(600):
        agent.rings(0.0)
        due = agent.due()
        assert due is not None
        done = agent.step(due) if due < 60 else []
        acts[type(done[0]).__name__ if done else "missed"] += 1
        assert due >= 1.0
        agent.ended()
    assert acts[PickUp.__name__] > 560 and acts["Decline"] > 0 and acts["missed"] > 0


def test_same_seed_same_town() -> None:
    left, right = Planner(11), Planner(11)
    assert [left.draw() for _ in range(50)] == [right.draw() for _ in range(50)]


def test_arrivals_keep_their_rate() -> None:
    arrivals, at, count = Arrivals(1, per_minute=5.0), 0.0, 0
    while at < 36_000:
        at = arrivals.next_after(at)
        count += 1
    assert count / 600 == pytest.approx(5.0, rel=0.06)
    assert arrivals.rate(120) > 6 and arrivals.rate(360) < 4


def test_a_call_can_be_drawn_for_a_queue() -> None:
    planner = Planner(2)
    for queue in world.QUEUES:
        plan = planner.draw(queue=queue)
        assert plan.way is Way.TALKS
        assert world.queue_for(plan.persona.project, plan.keys) is queue


def test_the_cast_is_consistent() -> None:
    people = world.customers()
    assert len(people) >= 60
    endings = [customer.phones[0][-4:] for customer in people] + [n[-4:] for n in world.strangers()]
    assert len(endings) == len(set(endings)), "a masked number must tell callers apart"
    for queue in world.QUEUES:
        assert sum(world.serves(agent, queue) for agent in world.AGENTS) >= 2
        assert queue.needs.keys() <= set(world.SKILLS)
    for persona in lines.personas():
        assert world.queue_for(persona.project, persona.keys)
        for line in (*persona.lines, *persona.fillers, persona.bye, persona.message):
            assert 0.3 < lines.seconds(line) < 13
            assert lines.sound(line).is_file()
    for voice in lines.voices().values():
        for line in (*voice.greet.values(), *voice.say.values()):
            assert lines.sound(line).is_file()


def test_rendered_speech_is_what_the_texts_say() -> None:
    """Nobody may change a text and leave the old sound."""
    import sys

    scripts = str(Path(__file__).parents[2] / "scripts")
    sys.path.insert(0, scripts)
    try:
        import render_prompts
    finally:
        sys.path.remove(scripts)
    for shelf in render_prompts.shelves():
        assert [utterance.path for utterance in shelf.stale()] == []
        assert shelf.unwanted() == []


class Mobile:
    """A call at a mobile and the telephones around it, whose other side is the test's."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[Mobile] = asyncio.Queue()
        self.caller = world.LINES[3].number
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.done: list[str] = []
        self.moved = asyncio.Event()
        self.ear: Callable[[bool], None] = lambda speaking: None

    @property
    def live(self) -> bool:
        return not self.ended.done()

    def subscriber(self, number: str) -> "Mobile":
        self._did(number)
        return self

    async def listen(self, call: "Mobile", ear: Callable[[bool], None]) -> None:
        self.ear = ear
        self._did("listens")

    async def ring(self) -> None:
        self._did("rings")

    async def answer(self) -> None:
        self._did("answers")

    async def keys(self, keys: str) -> None:
        self._did(keys)

    async def say(self, sound: str) -> str:
        self._did("speaks")
        return sound

    async def wait_said(self, sound: str, timeout_s: float) -> None:
        await asyncio.sleep(0)

    async def until(self, what: str) -> None:
        async with asyncio.timeout(20):
            while what not in self.done:
                self.moved.clear()
                await self.moved.wait()

    def _did(self, what: str) -> None:
        self.done.append(what)
        self.moved.set()


async def test_a_mobile_takes_the_call_by_the_key_once_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module, name in ((attendant, "PICK_UP_S"), (pocket, "HEAR_S")):
        monkeypatch.setattr(module, name, (0.0, 0.0))
    monkeypatch.setattr(pocket, "CONNECT_S", 0.0)
    numbers = [agent.mobile for agent in world.AGENTS if agent.mobile]
    owned = {phone for customer in world.customers() for phone in customer.phones} | set(world.strangers())
    assert len(numbers) == len(set(numbers)) >= 2 and owned.isdisjoint(numbers)
    wire = Mobile()
    agent = next(agent for agent in world.AGENTS if agent.mobile)
    answering = asyncio.create_task(pocket.Pocket(agent, wire, 5).run())  # type: ignore[arg-type]  # the test's telephones
    try:
        wire.incoming.put_nowait(wire)
        await wire.until("listens")
        assert wire.done == [agent.mobile, "rings", "answers", "listens"]  # and waits to be asked
        wire.ear(True)
        await wire.until("speaks")
        assert wire.done[4:] == ["1", "listens", "speaks"]
        wire.ended.set_result(None)
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
