"""One step of a run as its node sees it. Pure.

A `Walk` lives for one input only: `interpreter.step` makes it from a `Run` and reads the next `Run` off it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from andon.flows import names
from andon.flows.expressions import Type, Value, coerce, value
from andon.flows.model import (
    Command,
    Context,
    Expect,
    Finish,
    Language,
    OffRecord,
    Play,
    RaiseAlarm,
    Run,
    SetTimer,
    StartRecording,
    StopPlaying,
    StopRecording,
    Variable,
)
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
        self.came_by = ""  # the exit of the node before
        self.called: UUID | None = None  # the sub-flow to enter
        self.returning = False  # from a sub-flow
        self.flow_id = run.flow_id
        self.stack = run.stack
        self.values: dict[str, Any] = dict(run.values)
        self.customer: Mapping[str, Any] = run.customer
        self.taping = run.taping
        self.entered = run.entered
        self.spent_s = run.spent_s
        self._variables: Mapping[str, Variable] = {}
        self._names: names.Names = names.BUILT_IN
        self._zone = "Asia/Shanghai"
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
            flow_id=self.flow_id,
            stack=self.stack,
            values=self.values,
            customer=self.customer,
            taping=self.taping,
            entered=self.entered,
            spent_s=self.spent_s,
        )

    def use(self, variables: Mapping[str, Variable], zone: str) -> None:
        """From here on these variables are known; those without a value take their initial one."""
        self._variables, self._zone = variables, zone
        self._names = names.names_of(variables)
        for name, variable in variables.items():
            if name not in self.values and variable.initial is not None:
                self.set(name, variable.initial)

    @property
    def place(self) -> str:
        """The node's name in the journal: within a sub-flow, behind those of the nodes that called it."""
        return "/".join((*(frame.node for frame in self.stack), self.node))

    def spend(self, counts: bool) -> float:
        """The node is left: add its time when it counts; returns the seconds spent so far."""
        if counts and self.entered is not None:
            self.spent_s += (self.at - self.entered).total_seconds()
        return self.spent_s

    def come_to(self, node_id: str) -> None:
        """Enter a node, with an empty memory."""
        self.node, self.memory, self.began = node_id, {}, True
        self.passed += 1
        self.entered = self.at

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

    def call(self, flow_id: UUID) -> None:
        """Go through a sub-flow; this node's `next` follows it."""
        self.called = flow_id

    def end_sub_flow(self) -> None:
        """Go back to where the sub-flow was called, or to the agent who sent the caller here; with nobody to
        go back to, hang up."""
        if self.stack:
            self.returning = True
        else:
            self.over = True
            self.ask(Finish(self.outcome, returned=True))

    def tape(self, on: bool) -> None:
        """Start or stop the recording; nothing when it is so already."""
        if self.taping is not on:
            self.taping = on
            self.ask(StartRecording() if on else StopRecording())

    def off_record(self, on: bool) -> None:
        """Keep nothing of what the caller says and keys, or go on keeping it."""
        self.ask(OffRecord(on))

    # -- values

    def given(self, **more: Value) -> dict[str, Value]:
        """What expressions may use here; `more` are names of the place."""
        found = names.given(self.context.view, self.language, self.customer, self.at, self._zone, self.values)
        return found | more

    def value(self, source: str, **more: Value) -> Value:
        """What an expression is worth; nothing for one that cannot be read."""
        known = self._names + tuple((name, _type_of(each)) for name, each in more.items())
        expression = names.readable(source, known)
        return None if expression is None else value(expression, self.given(**more), self.context.figures)

    def filled(self, source: str, quote: Callable[[str], str] = str) -> str:
        """A template with its values in place. One that no lint let pass stays as it is."""
        try:
            template = names.read_template(source, self._names)
        except ValueError:
            return source
        return template.filled(self.given(), self.context.figures, quote)

    def set(self, name: str, found: Any) -> None:
        """Give a declared variable a value, as its type; what does not fit makes it nothing."""
        variable = self._variables.get(name)
        if variable is not None:
            self.values[name] = coerce(found, variable.kind)

    def secret(self, name: str) -> bool:
        """Whether the variable must not be shown."""
        variable = self._variables.get(name)
        return variable is not None and variable.secret

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

        `main_menu_acme` falls back to `main_menu`; when nothing fits, `please_hold` is better than silence,
        and somebody is told.
        """
        for each in (name, *generalised(name)):
            if self.knows(each):
                return Prompt(each, self.language)
        missing = f"{self.language}/{name}"
        project = self.context.view.project_id.hex[-6:]
        self.ask(RaiseAlarm("prompt_missing", missing, f"{missing} ({project})"))
        return Prompt(BETTER_THAN_SILENCE if self.knows(BETTER_THAN_SILENCE) else name, self.language)


def generalised(name: str) -> list[str]:
    """More general prompts, the nearest first: `main_menu`, then `main`, for `main_menu_acme`."""
    parts = name.split("_")
    return ["_".join(parts[:n]) for n in range(len(parts) - 1, 0, -1)]


def _type_of(found: Value) -> Type:
    if isinstance(found, bool):
        return Type.TRUTH
    if isinstance(found, int | float):
        return Type.NUMBER
    return Type.TEXT if isinstance(found, str) else Type.ANY
