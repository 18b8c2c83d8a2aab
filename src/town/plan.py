"""Who calls when, where and how: the number plan, the arrival curve, the ways of behaving. Pure.

Everything is drawn from one seeded source, so the same seed gives the same town.
"""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from town import lines, world


class Way(StrEnum):
    """How a caller behaves."""

    TALKS = "talks"  # knows the key, waits, talks
    QUITS_MENU = "quits_menu"  # hangs up while prompts are spoken
    WRONG_ONCE = "wrong_once"  # a wrong key, then the right one
    WRONG_ALWAYS = "wrong_always"
    SILENT = "silent"  # never presses a key
    IMPATIENT = "impatient"  # waits a few seconds only
    LOST = "lost"  # dials a number that is nobody's


WEIGHTS: Final = {
    Way.TALKS: 0.74,
    Way.QUITS_MENU: 0.05,
    Way.WRONG_ONCE: 0.06,
    Way.WRONG_ALWAYS: 0.02,
    Way.SILENT: 0.03,
    Way.IMPATIENT: 0.08,
    Way.LOST: 0.02,
}
LINE_WEIGHTS: Final = {
    "4001540100": 34,
    "951540": 12,
    "057155540100": 4,
    "961540": 30,
    "057355540200": 10,
    "057355540300": 10,
}
PATIENCE_S: Final = 75.0  # median; lognormal, sigma .6: one in ten gives up before 35 s
PATIENCE_SIGMA: Final = 0.6
IMPATIENT_S: Final = 9.0  # mean, exponential
WITHHELD: Final = "anonymous"


@dataclass(frozen=True)
class CallPlan:
    """One call as it will be made. `score` 0: no answer to the survey. `bow_out`: ends the talk itself."""

    way: Way
    dnis: str
    caller: str
    name: str
    persona: lines.Persona
    keys: str
    language: str
    menu_patience_s: float
    patience_s: float
    bow_out: bool
    score: int
    seed: int


class Planner:
    """Draws calls. A number that is calling is not chosen a second time."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311  (a simulation)
        self._customers = world.customers()
        self._strangers = world.strangers()

    def draw(self, busy: Iterable[str] = (), *, queue: world.Queue | None = None) -> CallPlan:
        """The next caller. With `queue` one who wants exactly that queue and behaves well."""
        rng = self._rng
        way = Way.TALKS if queue else rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        line = self._line(queue)
        wanted = [
            persona
            for persona in lines.personas()
            if persona.project == line.project
            and (world.queue_for(line.project, persona.keys) is queue if queue else True)
            and (line.language == "zh" or persona.language == "en")
        ]
        persona = rng.choice(wanted)
        caller, name = self._caller(line, persona, set(busy))
        english_line = line.language == "en"
        keys = "0" if english_line else persona.keys
        if not english_line and queue is None and rng.random() < 0.1:
            keys = "0"
        return CallPlan(
            way=way,
            dnis=world.UNKNOWN_LINE if way is Way.LOST else line.number,
            caller=caller,
            name=name,
            persona=persona,
            keys=keys,
            language=line.language,
            menu_patience_s=rng.uniform(2.0, 14.0),
            patience_s=self._patience(way),
            bow_out=rng.random() < 0.45,
            score=rng.choices((0, 1, 2, 3, 4, 5), (38, 2, 2, 6, 17, 35))[0],
            seed=rng.getrandbits(32),
        )

    def _line(self, queue: world.Queue | None) -> world.Line:
        choices = [
            line
            for line in world.LINES
            if queue is None or (line.project == queue.project and line.language == "zh")
        ]
        return self._rng.choices(choices, [LINE_WEIGHTS[line.number] for line in choices])[0]

    def _patience(self, way: Way) -> float:
        if way is Way.IMPATIENT:
            return 2.0 + self._rng.expovariate(1 / IMPATIENT_S)
        return self._rng.lognormvariate(math.log(PATIENCE_S), PATIENCE_SIGMA)

    def _caller(self, line: world.Line, persona: lines.Persona, busy: set[str]) -> tuple[str, str]:
        rng = self._rng
        client = next(project.client for project in world.PROJECTS if project.key == line.project)
        draw = rng.random()
        if draw < 0.02:
            return WITHHELD, ""
        known = [
            customer
            for customer in self._customers
            if customer.client == client
            and customer.phones[0] not in busy
            and customer.female == persona.female
            and customer.english == (persona.language == "en")
        ]
        if known and (draw < 0.75 or persona.language == "en"):
            customer = rng.choice(known)
            return customer.phones[0], customer.name
        free = [number for number in self._strangers if number not in busy]
        return (rng.choice(free), "") if free else (WITHHELD, "")


class Arrivals:
    """When the next call comes: a Poisson stream whose rate swells and ebbs.

    `per_minute` is the mean rate; it moves by `swing` of itself over `period_s`. Drawn by thinning
    (Lewis and Shedler 1979, https://doi.org/10.1002/nav.3800260304).
    """

    def __init__(self, seed: int, per_minute: float, swing: float = 0.35, period_s: float = 480.0) -> None:
        self._rng = random.Random(seed)  # noqa: S311  (a simulation)
        self.per_minute = per_minute
        self._swing = swing
        self._period_s = period_s

    def rate(self, at_s: float) -> float:
        """Calls a minute at `at_s` seconds from the start."""
        return self.per_minute * (1 + self._swing * math.sin(2 * math.pi * at_s / self._period_s))

    def next_after(self, at_s: float) -> float:
        """The instant of the next call after `at_s`."""
        highest = self.per_minute * (1 + self._swing)
        while True:
            at_s += self._rng.expovariate(highest / 60)
            if self._rng.random() * highest <= self.rate(at_s):
                return at_s
