"""Alarm rules: what they watch and when a value is beyond them. Pure."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec


class Figure(StrEnum):
    """What a rule may watch: `waiting` and `ready` are people, waits and states seconds, others per cent."""

    WAITING = "waiting"
    LONGEST_WAIT = "longest_wait"
    SERVICE_LEVEL = "service_level"
    READY = "ready"
    STATE_TIME = "state_time"
    TRUNK_USE = "trunk_use"


class Level(StrEnum):
    WARNING = "warning"
    ALARM = "alarm"


LOW_IS_BAD = frozenset({Figure.SERVICE_LEVEL, Figure.READY})
# How long something lasts is over in the moment in which it ends.
SPANS = frozenset({Figure.LONGEST_WAIT, Figure.STATE_TIME})


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule. Without `project_id` and `queue_id` it is about the whole centre.

    A value from `warn_at` or `alarm_at` on is beyond it; for the service level and free agents one below.
    `quiet` are minutes of the day, from and until, over midnight where until is not later: nobody is told
    then. `roles` are told at their pages, `sound` aloud; `webhook` is called, signed with `secret`."""

    rule_id: UUID
    name: str
    figure: Figure
    variant: str = ""
    state: str = ""
    project_id: UUID | None = None
    queue_id: UUID | None = None
    warn_at: int | None = None
    alarm_at: int | None = None
    hold_s: int = 0
    quiet: tuple[int, int] | None = None
    roles: tuple[str, ...] = ()
    sound: bool = False
    webhook: str = ""
    secret: str = ""

    def limit(self, level: Level) -> int | None:
        return self.alarm_at if level is Level.ALARM else self.warn_at

    def beyond(self, value: float | None, level: Level) -> bool:
        """Whether the value is beyond that level's threshold. No value is beyond nothing."""
        limit = self.limit(level)
        if limit is None or value is None:
            return False
        return value < limit if self.figure in LOW_IS_BAD else value >= limit


def is_quiet(rule: Rule, now: datetime, zone: str) -> bool:
    """Whether nobody is to be told now, by the clocks of `zone`."""
    if rule.quiet is None:
        return False
    there = now.astimezone(ZoneInfo(zone))
    minute, (since, until) = there.hour * 60 + there.minute, rule.quiet
    return since <= minute < until if since < until else minute >= since or minute < until
