"""A simulated agent on the telephone and at the desk. Pure: told what happens, says what to do.

`step` gives what to do on the telephone; `desk` decides what follows a call: the wrap-up, a break, a look
at something else. Times are seconds on any clock that goes forward.
"""

import random
from dataclasses import dataclass
from enum import StrEnum

from town import lines, world
from town.acts import Act, Decline, HangUp, Hold, PickUp, Speak
from town.turns import Manner, Turns

PICK_UP_S = (1.0, 4.0)
DECLINES = 0.015
MISSES = 0.01
HOLDS = 0.2
HOLD_S = (5.0, 12.0)
LONGEST_TALK_S = 170.0
AFTER_BYE_S = (1.2, 2.6)
WRAP_S = (3.0, 12.0)
BREAK = 0.1
PAPERWORK = 0.05
BREAK_S = (20.0, 70.0)
MANNER = Manner(gap=(0.4, 1.0), nudge=(2.8, 4.2))
_HOLD = "hold"
_BACK = "back"


class Stage(StrEnum):
    IDLE = "idle"
    RINGING = "ringing"
    TALK = "talk"
    HELD = "held"


@dataclass(frozen=True)
class WrapUp:
    """What is written after a call: a leaf of the project's reasons as its path of Chinese names."""

    after_s: float
    reason: tuple[str, str]
    resolved: bool
    note: str
    follow_up: bool


@dataclass(frozen=True)
class Pause:
    """Not ready for a while. `kind`, `reason` name a state reason."""

    kind: str
    reason: str
    seconds: float


class Attendant:
    """One simulated agent."""

    def __init__(self, agent: world.Agent, seed: int) -> None:
        self.agent = agent
        self.stage = Stage.IDLE
        self._rng = random.Random(seed)  # noqa: S311  (a simulation)
        self._turns = Turns(self._rng, 0.0, MANNER, first=True)
        self._at = 0.0
        self._begun = 0.0
        self._declines = False
        self._script: list[str] = []
        self._voice = lines.voices()[agent.voice]
        self._spoken = ""
        self._bye_over: float | None = None

    # --- what happens

    def rings(self, now: float) -> None:
        """A call is offered."""
        self.stage = Stage.RINGING
        draw = self._rng.random()
        self._declines = draw < DECLINES
        missed = DECLINES <= draw < DECLINES + MISSES
        self._at = now + (600.0 if missed else self._rng.uniform(*PICK_UP_S))

    def connected(self, now: float, project: str, *, english: bool) -> None:
        """The customer is on the line."""
        self.stage, self._begun, self._bye_over = Stage.TALK, now, None
        self._voice = lines.voices()[world.ENGLISH_VOICE if english else self.agent.voice]
        self._turns = Turns(self._rng, now, MANNER, first=True)
        say = self._voice.say
        middle = [say["check"]]
        if self._rng.random() < HOLDS:
            middle += [say[_HOLD], say[_BACK]]
        if self._rng.random() < 0.5:
            middle.append(say["ask"])
        if self._rng.random() < 0.25:
            middle.insert(0, say["sorry"])
        solve = self._voice.solve[project]
        last = [say["anything"], say["bye"]] if self._rng.random() < 0.4 else [say["bye"]]
        self._script = [self._voice.greet[project], *middle, *solve[: self._rng.randint(1, 2)], *last]

    def heard(self, now: float, speaking: bool) -> None:
        if self.stage is Stage.TALK:
            self._turns.heard(now, speaking)

    def said(self, now: float) -> None:
        if not self._turns.speaking:
            return
        self._turns.said(now)
        if self._spoken == self._voice.say["bye"]:
            self._bye_over = now + self._rng.uniform(*AFTER_BYE_S)
        elif self._spoken == self._voice.say[_HOLD]:
            self._at = now + 0.3

    def ended(self) -> None:
        self.stage = Stage.IDLE

    # --- what to do

    def due(self) -> float | None:
        match self.stage:
            case Stage.IDLE:
                return None
            case Stage.RINGING | Stage.HELD:
                return self._at
        if self._holding():
            return self._at
        ends = self._begun + LONGEST_TALK_S
        turn = self._bye_over if self._bye_over is not None else self._turns.due()
        return ends if turn is None else min(turn, ends)

    def step(self, now: float) -> list[Act]:
        due = self.due()
        if due is None or now < due:
            return []
        match self.stage:
            case Stage.RINGING:
                if self._declines:
                    self.stage = Stage.IDLE
                    return [Decline()]
                self._at = now + 3600.0
                return [PickUp()]
            case Stage.HELD:
                self.stage = Stage.TALK
                self._turns = Turns(self._rng, now, MANNER, first=True)
                return [Hold(on=False)]
        if self._holding():
            self.stage, self._at = Stage.HELD, now + self._rng.uniform(*HOLD_S)
            self._spoken = ""
            return [Hold(on=True)]
        if self._bye_over is not None or now >= self._begun + LONGEST_TALK_S or not self._script:
            self.stage = Stage.IDLE
            return [HangUp()]
        self._spoken = self._script.pop(0)
        self._turns.speak()
        return [Speak(self._spoken)]

    def _holding(self) -> bool:
        return self._spoken == self._voice.say[_HOLD] and not self._turns.speaking

    # --- the desk

    def wrap_up(self, project: str) -> WrapUp:
        """What to write about the call just over."""
        rng = self._rng
        branch, _, leaves = rng.choice(world.REASONS[project])
        return WrapUp(
            after_s=rng.uniform(*WRAP_S),
            reason=(branch, rng.choice(leaves)[0]),
            resolved=rng.random() < 0.85,
            note=rng.choice(world.NOTES),
            follow_up=rng.random() < 0.1,
        )

    def pause(self) -> Pause | None:
        """Whether to step away after a call."""
        draw = self._rng.random()
        if draw >= BREAK + PAPERWORK:
            return None
        kind = "break" if draw < BREAK else "not_ready"
        reasons = [reason[1] for reason in world.STATE_REASONS if reason[0] == kind]
        return Pause(kind, self._rng.choice(reasons), self._rng.uniform(*BREAK_S))
