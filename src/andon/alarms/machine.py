"""When alarms of rules are raised, change their level and are cleared. Pure: core performs it.

A level is taken once the value has been beyond its threshold for the rule's hold time without a break, and
left once it has been well for as long; so a figure that swings about a threshold does not flap. How long
something lasts (a wait, a state) is well at once when it ends.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from andon.alarms.model import SPANS, Level, Rule


class Standing(msgspec.Struct, kw_only=True):
    """An alarm that is on. `since` when it was first raised; `told` the level that people were told of."""

    rule: Rule
    about_id: UUID | None
    level: Level
    since: datetime
    value: float
    told: Level | None = None

    @property
    def limit(self) -> int:
        return self.rule.limit(self.level) or 0


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What happened. `news`: for the journal and the board; `tell`: for people and the webhook."""

    on: Standing
    cleared: bool = False
    before: Level | None = None
    news: bool = True
    tell: bool = False


class _Settled:
    """Yes or no that changes only once the other has lasted."""

    def __init__(self, *, yes: bool = False) -> None:
        self.yes = yes
        self.differs_since: datetime | None = None

    def hear(self, raw: bool, now: datetime, hold: timedelta) -> None:
        if raw is self.yes:
            self.differs_since = None
            return
        self.differs_since = self.differs_since or now
        if now - self.differs_since >= hold:
            self.yes, self.differs_since = raw, None

    @property
    def at_rest(self) -> bool:
        return not self.yes and self.differs_since is None


class _Watched:
    """One rule about one thing."""

    def __init__(self) -> None:
        self.levels = {level: _Settled() for level in Level}
        self.on: Standing | None = None

    @property
    def level(self) -> Level | None:
        for level in (Level.ALARM, Level.WARNING):
            if self.levels[level].yes:
                return level
        return None


class RuleBook:
    """One tenant's rules and what they have raised."""

    def __init__(self) -> None:
        self.rules: dict[UUID, Rule] = {}
        self._watched: dict[tuple[UUID, UUID | None], _Watched] = {}

    def standing(self) -> list[Standing]:
        """What is on, oldest first."""
        on = [watched.on for watched in self._watched.values() if watched.on is not None]
        return sorted(on, key=lambda each: each.since)

    def configure(self, rules: Iterable[Rule]) -> list[Change]:
        """Take the rules as they are now. A rule that is gone or watches something else clears its alarms."""
        fresh = {rule.rule_id: rule for rule in rules}
        changes = []
        for key, watched in list(self._watched.items()):
            rule, old = fresh.get(key[0]), self.rules.get(key[0])
            if rule is not None and (old is None or _watches(rule) == _watches(old)):
                if watched.on is not None:
                    watched.on.rule = rule
                continue
            del self._watched[key]
            if watched.on is not None:
                changes.append(_cleared(watched.on))
        self.rules = fresh
        return changes

    def resume(self, rule_id: UUID, about_id: UUID | None, level: Level, since: datetime) -> bool:
        """An alarm that the core before had raised goes on, and nobody is told again. False: its rule is gone
        meanwhile, nothing goes on."""
        rule = self.rules.get(rule_id)
        if rule is None:
            return False
        watched = self._watched.setdefault((rule_id, about_id), _Watched())
        watched.levels[level].yes = True
        watched.levels[Level.WARNING].yes = level is Level.WARNING or rule.warn_at is not None
        watched.on = Standing(rule=rule, about_id=about_id, level=level, since=since, value=0, told=level)
        return True

    def step(
        self, rule: Rule, readings: Mapping[UUID | None, float | None], now: datetime, *, quiet: bool
    ) -> list[Change]:
        """What the values change. A thing without a reading is well."""
        held = timedelta(seconds=rule.hold_s)
        abouts = {about for rule_id, about in self._watched if rule_id == rule.rule_id}
        changes = []
        for about in sorted(abouts | readings.keys(), key=str):
            value = readings.get(about)
            key = (rule.rule_id, about)
            watched = self._watched.get(key)
            if watched is None:
                if not any(rule.beyond(value, level) for level in Level):
                    continue
                watched = self._watched[key] = _Watched()
            for level, settled in watched.levels.items():
                raw = rule.beyond(value, level)
                settled.hear(raw, now, held if raw or rule.figure not in SPANS else timedelta(0))
            changes += self._weigh(rule, about, watched, value, now, quiet=quiet)
            if watched.on is None and all(settled.at_rest for settled in watched.levels.values()):
                del self._watched[key]
        return changes

    @staticmethod
    def _weigh(
        rule: Rule, about: UUID | None, watched: _Watched, value: float | None, now: datetime, *, quiet: bool
    ) -> list[Change]:
        level, on = watched.level, watched.on
        if level is None:
            watched.on = None
            return [] if on is None else [_cleared(on)]
        if on is not None and on.level is level:
            if _rises(level, on.told) and not quiet:  # raised in quiet hours, which are over
                on.told = level
                return [Change(on=on, news=False, tell=True)]
            return []
        before = on.level if on is not None else None
        told = on.told if on is not None else None
        tell = _rises(level, told) and not quiet
        watched.on = Standing(
            rule=rule,
            about_id=about,
            level=level,
            since=on.since if on is not None else now,
            value=value or 0,
            told=level if tell else told,
        )
        return [Change(on=watched.on, before=before, tell=tell)]


def _watches(rule: Rule) -> tuple[object, ...]:
    """What a rule is about: where that changes, what it raised is about something else."""
    return (
        rule.figure,
        rule.variant,
        rule.state,
        rule.project_id,
        rule.queue_id,
        rule.warn_at,
        rule.alarm_at,
    )


def _cleared(on: Standing) -> Change:
    return Change(on=on, cleared=True, tell=on.told is not None)


def _rises(level: Level, told: Level | None) -> bool:
    return told is None or (level is Level.ALARM and told is Level.WARNING)
