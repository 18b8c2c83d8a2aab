"""One step of a run as its node sees it. Pure.

A `Walk` lives for one input only: `interpreter.step` makes it from a `Run` and reads the next `Run` off it.
"""

from datetime import datetime
from typing import Any, Final

from andon.flows.model import Command, Context, Expect, Finish, Language, Play, Run, SetTimer, StopPlaying
from andon.interactions.events import Outcome
from andon.interactions.ports import Prompt

PLAY_GUARD_S: Final = 180.0  # longer than any prompt: when nothing is heard of it by then, go on
BETTER_THAN_SILENCE: Final = "please_hold"
APOLOGY: Final = "sorry_error"


class Walk:
    """What a node may know, and what it may ask for."""

    def __init__(self, run: Run, context: Context, at: datetime) -> None:
        self.at = at
        self.context = context
        self.commands: list[Command] = []
        self.node = run.node
        self.passed = run.passed
        self.memory: dict[str, Any] = dict(run.memory)
        self.language: Language = run.language
        self.outcome = run.outcome
        self.expected = run.expected
        self.taken: str | None = None  # the exit chosen
        self.began = run.began
        self.failing = run.failing
        self.over = run.over

    def run(self) -> Run:
        """The run after this step."""
        return Run(
            node=self.node,
            memory=self.memory,
            language=self.language,
            passed=self.passed,
            began=self.began,
            failing=self.failing,
            over=self.over,
            outcome=self.outcome,
            expected=self.expected,
        )

    def come_to(self, node_id: str) -> None:
        """Enter a node, with an empty memory."""
        self.node, self.memory, self.began = node_id, {}, True
        self.passed += 1

    def finish(self, outcome: Outcome, cause: int = 16) -> None:
        """Hang up: the end of the run."""
        self.over = True
        self.ask(Finish(outcome, cause))

    def fail(self) -> None:
        """The flow cannot go on: say so, then finish as `flow_error`."""
        self.failing = self.began = True
        self.expect(Outcome.FLOW_ERROR)
        self.say(APOLOGY)

    def ask(self, *commands: Command) -> None:
        """Ask the contact for something."""
        self.commands.extend(commands)

    def say(self, *names: str) -> None:
        """Speak these prompts, replacing what is being spoken. Heard to its end: see `silent`."""
        self.speak([self.spoken(name) for name in names])

    def speak(self, prompts: list[Prompt]) -> None:
        """Like `say`, for prompts already chosen."""
        self.ask(Play(prompts))
        self.set_timer(PLAY_GUARD_S, "guard")

    def set_timer(self, seconds: float, what: str) -> None:
        """Set this node's timer called `what`; an earlier one of that name is stale from now on."""
        self.memory["turn"] = turn = self.memory.get("turn", 0) + 1
        self.memory[what] = tag = f"{what}.{self.passed}.{turn}"
        self.ask(SetTimer(seconds, tag))

    def fired(self, tag: str, what: str) -> bool:
        """Whether `tag` is this node's living timer `what`; if so, it is used up."""
        if self.memory.get(what) != tag:
            return False
        del self.memory[what]
        return True

    def hush(self) -> None:
        """Stop speaking; the prompt counts as over."""
        if self.memory.pop("guard", None) is not None:
            self.ask(StopPlaying())

    def leave(self, exit_name: str) -> None:
        """Go on through this exit."""
        self.taken = exit_name

    def expect(self, outcome: Outcome) -> None:
        """What it is called if the caller hangs up from here on."""
        if self.expected is not outcome:
            self.expected = outcome
            self.ask(Expect(outcome))

    def knows(self, name: str) -> bool:
        """Whether the prompt exists in the caller's language."""
        known = self.context.prompts
        return known is None or name in known.get(self.language, frozenset())

    def spoken(self, name: str) -> Prompt:
        """The prompt to speak for `name`: itself, or the nearest more general one that exists.

        `main_menu_acme` falls back to `main_menu`; when nothing fits, `please_hold` is better than silence.
        """
        general = name
        while general and not self.knows(general):
            general = general.rpartition("_")[0]
        fallback = BETTER_THAN_SILENCE if self.knows(BETTER_THAN_SILENCE) else name
        return Prompt(general or fallback, self.language)
