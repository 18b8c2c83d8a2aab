"""A customer on the telephone, from dialling to the end. Pure: told what happens, says what to do.

The customer hears: the call is answered, somebody speaks or is quiet, and, as far as one can know it from
one's place, whether one waits or talks with a person (`stage`). `step` returns what to do now; `due` says
when to ask again at the latest. Times are seconds on any clock that goes forward.
"""

import random
from enum import StrEnum

from town import world
from town.acts import Act, HangUp, Press, Speak
from town.plan import CallPlan, Way
from town.turns import Manner, Turns

LONGEST_CALL_S = 420.0
LONGEST_TALK_S = 150.0
SURVEY_S = 25.0
AFTER_BYE_S = 8.0
AGAIN_S = 7.0  # a key that led nowhere is pressed once more
MESSAGE_SILENCE_S = 1.3  # after the tone nobody speaks: now it is the caller's turn
MESSAGE_OVER_S = 0.8
MESSAGE_EARLIEST_S = 6.0
WRONG = "7"
MANNER = Manner(gap=(0.5, 1.3), nudge=(4.5, 7.0))


class Stage(StrEnum):
    """Where the customer is, as far as the customer can know."""

    DIALLED = "dialled"
    MENU = "menu"
    QUEUE = "queue"
    TALK = "talk"
    AFTER = "after"
    GONE = "gone"


class Customer:
    """One customer on one call."""

    def __init__(self, plan: CallPlan, now: float, menu_begins_s: float) -> None:
        """`menu_begins_s`: how long notice and greeting take, which the customer knows from earlier calls."""
        self.plan = plan
        self.stage = Stage.DIALLED
        self.why = ""
        self._rng = random.Random(plan.seed)  # noqa: S311  (a simulation)
        self._begun = now
        self._menu_begins_s = menu_begins_s
        self._line_closes = world.closes(plan.persona.project)
        self._since = now
        self._turns = Turns(self._rng, now, MANNER, first=False)
        self._presses: list[tuple[float, str]] = []
        self._give_up: float | None = None
        self._lines = list(plan.persona.lines)
        self._bye_said = False
        self._bye_over: float | None = None
        self._message = False
        self._asked = False
        self._nods = self._rng.choice((0, 1, 2, 2))

    # --- what happens

    def answered(self, now: float) -> None:
        """The line is open; a voice begins to speak."""
        if self.stage is not Stage.DIALLED:
            return
        self._enter(Stage.MENU, now)
        listen = now + self._menu_begins_s + self._rng.uniform(1.0, 6.0)
        match self.plan.way:
            case Way.QUITS_MENU:
                self._give_up = now + self.plan.menu_patience_s
            case Way.SILENT | Way.LOST:
                pass
            case Way.WRONG_ALWAYS:
                every = self._rng.uniform(5.0, 8.0)
                self._presses = [(listen + n * every, WRONG) for n in range(4)]
            case Way.WRONG_ONCE:
                right = listen + self._rng.uniform(6.0, 9.0)
                self._presses = [(listen, WRONG), (right, self.plan.keys), (right + AGAIN_S, self.plan.keys)]
            case Way.TALKS | Way.IMPATIENT:
                self._presses = [(listen + n * AGAIN_S, self.plan.keys) for n in range(4)]

    def heard(self, now: float, speaking: bool) -> None:
        """The other end began or stopped making sound."""
        self._turns.heard(now, speaking)

    def said(self, now: float) -> None:
        """The line being spoken is over."""
        if self._turns.speaking:
            self._turns.said(now)
            if self._bye_said and self._bye_over is None:
                self._bye_over = now

    def told(self, now: float, stage: Stage) -> None:
        """It becomes clear that one waits, talks with a person, or that the person is gone."""
        if self.stage in {Stage.DIALLED, Stage.GONE, stage}:
            return
        if stage is Stage.QUEUE and self.stage is not Stage.MENU:
            return
        if stage is Stage.AFTER and self.stage is not Stage.TALK:
            return
        self._enter(stage, now)
        self._presses = []
        match stage:
            case Stage.QUEUE:
                self._give_up = now + self.plan.patience_s
            case Stage.TALK:
                self._give_up = now + LONGEST_TALK_S
                self._turns = Turns(self._rng, now, MANNER, first=False)
            case Stage.AFTER if self.plan.score:
                self._presses = [(now + self._rng.uniform(4.0, 9.0), str(self.plan.score))]
                self._give_up = now + SURVEY_S
            case _:
                self._give_up = now + self._rng.uniform(0.6, 3.0)

    def ended(self, now: float) -> None:
        """The call is over."""
        self._enter(Stage.GONE, now)

    # --- what to do

    def due(self) -> float | None:
        """When `step` must be called at the latest; None when only something from outside can change it."""
        if self.stage is Stage.GONE:
            return None
        times = [self._begun + LONGEST_CALL_S]
        if self._give_up is not None:
            times.append(self._give_up)
        if self._presses:
            times.append(self._presses[0][0])
        if self.stage is Stage.TALK:
            if self._bye_over is not None:
                times.append(self._bye_over + (0.4 if self.plan.bow_out else AFTER_BYE_S))
            elif (turn := self._turns.due()) is not None:
                times.append(turn)
        elif (message := self._message_due()) is not None:
            times.append(message)
        return min(times)

    def step(self, now: float) -> list[Act]:
        """What the customer does now."""
        if self.stage is Stage.GONE:
            return []
        if now >= self._begun + LONGEST_CALL_S:
            return self._leave("longest_call", now)
        if self.stage is Stage.TALK:
            return self._talk(now)
        if self._give_up is not None and now >= self._give_up:
            return self._leave("gave_up", now)
        if self._presses and now >= self._presses[0][0]:
            return [Press(self._presses.pop(0)[1])]
        return self._leave_message(now)

    def _talk(self, now: float) -> list[Act]:
        if self._bye_over is not None:
            wait = 0.4 if self.plan.bow_out else AFTER_BYE_S
            return self._leave("said_bye", now) if now >= self._bye_over + wait else []
        turn = self._turns.due()
        if self._give_up is not None and now >= self._give_up and not self._turns.speaking:
            self._lines, self._nods, self._asked = [], 0, True
        elif turn is None or now < turn:
            return []
        line = self._next_line()
        self._turns.speak()
        return [Speak(line)]

    def _next_line(self) -> str:
        persona = self.plan.persona
        if not self._turns.heard_something and not self._asked and len(self._lines) < len(persona.lines):
            self._asked = True
            return persona.fillers[-1]  # nobody answers: is anybody there?
        if self._lines:
            return self._lines.pop(0)
        if self._turns.heard_something and self._nods:
            self._nods -= 1
            return persona.fillers[self._nods]  # still listening: yes, fine
        self._bye_said = True
        return persona.bye

    # after the tone one speaks into the silence, then hangs up

    def _message_due(self) -> float | None:
        """When to speak into the silence after the tone, and when to hang up after that."""
        knows = self.plan.way in {Way.TALKS, Way.IMPATIENT, Way.WRONG_ONCE}
        if self.stage is not Stage.MENU or not knows or not self._line_closes:
            return None
        quiet = self._turns.quiet_at(MESSAGE_OVER_S if self._message else MESSAGE_SILENCE_S)
        return None if quiet is None else max(quiet, self._since + MESSAGE_EARLIEST_S)

    def _leave_message(self, now: float) -> list[Act]:
        due = self._message_due()
        if due is None or now < due:
            return []
        if self._message:
            return self._leave("left_message", now)
        self._message = True
        self._presses = []
        self._turns.speak()
        return [Speak(self.plan.persona.message)]

    def _leave(self, why: str, now: float) -> list[Act]:
        self.why = why
        self._enter(Stage.GONE, now)
        return [HangUp()]

    def _enter(self, stage: Stage, now: float) -> None:
        self.stage, self._since, self._give_up = stage, now, None
