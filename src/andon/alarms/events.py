"""Facts of alarms that an administrator's rules raise. Pure."""

from typing import Any, ClassVar
from uuid import UUID

from andon.alarms.model import Figure, Level
from andon.kit.journal import Fact


class RuleRaised(Fact, frozen=True, kw_only=True):
    """A figure was beyond a rule's threshold for the rule's hold time, or went between warning and alarm.

    `about_id` is the project, queue, agent or trunk measured, null for the whole centre. `value` and `limit`
    are people, seconds or per cent, as the figure is; `level_before` is the level that stood before."""

    kind: ClassVar[str] = "alarm.rule_raised"
    rule_id: UUID
    name: str
    figure: Figure
    level: Level
    value: float
    limit: int
    about_id: UUID | None = None
    variant: str = ""
    state: str = ""
    level_before: Level | None = None


class RuleCleared(Fact, frozen=True, kw_only=True):
    """The figure is well again, or the rule is no more. `lasted_ms` is since the alarm was first raised."""

    kind: ClassVar[str] = "alarm.rule_cleared"
    rule_id: UUID
    name: str
    figure: Figure
    level: Level
    lasted_ms: int
    about_id: UUID | None = None


class HookWanted(Fact, frozen=True, kw_only=True):
    """A rule's webhook is to be told: the worker does it, whatever becomes of the core. `told` is the body
    without the `delivery_id`; it names no person."""

    kind: ClassVar[str] = "alarm.hook_wanted"
    rule_id: UUID
    delivery_id: UUID
    told: dict[str, Any]


class HookTold(Fact, frozen=True, kw_only=True):
    """A rule's webhook was called. `why` says how the last of `tries` failed, and that it was given up;
    `gone`: the rule has no webhook any more. Empty: it was delivered."""

    kind: ClassVar[str] = "alarm.hook_told"
    rule_id: UUID
    delivery_id: UUID
    event: str  # raised, cleared
    tries: int
    why: str = ""
