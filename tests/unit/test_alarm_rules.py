"""Rules on live figures: when they are raised and cleared, and who is told."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from test_routing import ANN, SALES, TENANT, Centre, agent, queue
from test_routing_rules import comes

from andon.alarms.events import RuleCleared, RuleRaised
from andon.alarms.machine import Change, RuleBook
from andon.alarms.model import Figure, Level, Rule, is_quiet
from andon.entrypoints.core_rules import RuleWatch, hook_wanted
from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock
from andon.kit.ids import uuid7

pytestmark = pytest.mark.unit

T0 = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


def rule(**more: Any) -> Rule:
    return Rule(**{"rule_id": uuid7(), "name": "积压", "figure": Figure.WAITING, "warn_at": 5} | more)


class Drill:
    """One rule, values given second by second."""

    def __init__(self, one: Rule) -> None:
        self.rule, self.book, self.at, self.quiet = one, RuleBook(), T0, False
        self.book.configure([one])

    def see(self, value: float | None, seconds: int = 1, about: UUID | None = None) -> list[Change]:
        """The value for so many seconds; what changed in them."""
        found = []
        for _ in range(seconds):
            self.at += timedelta(seconds=1)
            found += self.book.step(self.rule, {about: value}, self.at, quiet=self.quiet)
        return found

    def levels(self) -> list[Level]:
        return [on.level for on in self.book.standing()]


def test_a_value_counts_only_once_it_has_held_and_is_well_only_once_that_has() -> None:
    drill = Drill(rule(alarm_at=10, hold_s=5))
    assert drill.see(7, 4) == [] == drill.see(4) == drill.see(9, 5)  # a break begins the count anew
    (raised,) = drill.see(9)
    assert (raised.on.level, raised.on.value, raised.on.limit) == (Level.WARNING, 9, 5)
    assert raised.tell and raised.news and not raised.cleared
    (worse,) = drill.see(12, 6)
    assert (worse.on.level, worse.before, worse.tell) == (Level.ALARM, Level.WARNING, True)
    assert worse.on.since == raised.on.since
    (better,) = drill.see(6, 6)
    assert (better.on.level, better.before, better.tell) == (Level.WARNING, Level.ALARM, False)
    assert drill.see(0, 5) == []
    (cleared,) = drill.see(0)
    assert cleared.cleared and cleared.tell and drill.levels() == []


@pytest.mark.parametrize(
    ("figure", "limits", "well", "warning", "alarm"),
    [
        (Figure.LONGEST_WAIT, (60, 120), 59.9, 60, 120),
        (Figure.SERVICE_LEVEL, (80, 60), 80, 79.9, 59.9),
        (Figure.READY, (3, 1), 3, 2, 0),
        (Figure.TRUNK_USE, (80, 100), 79, 80, 100),
    ],
)
def test_some_figures_are_bad_when_high_and_some_when_low(
    figure: Figure, limits: tuple[int, int], well: float, warning: float, alarm: float
) -> None:
    drill = Drill(rule(figure=figure, warn_at=limits[0], alarm_at=limits[1]))
    for value, levels in ((well, []), (warning, [Level.WARNING]), (alarm, [Level.ALARM]), (None, [])):
        drill.see(value)
        assert drill.levels() == levels, value


def test_what_lasts_is_over_when_it_ends_however_long_the_rule_holds() -> None:
    drill = Drill(rule(figure=Figure.STATE_TIME, state="break", warn_at=600, hold_s=30))
    assert drill.see(700, 31, ANN)[0].on.about_id == ANN
    assert [change.cleared for change in drill.see(None, 1, ANN)] == [True]


def test_in_quiet_hours_nobody_is_told_and_afterwards_only_of_what_still_stands() -> None:
    drill = Drill(rule())
    drill.quiet = True
    (raised,) = drill.see(6)
    assert raised.news and not raised.tell
    (cleared,) = drill.see(1)
    assert cleared.news and not cleared.tell
    drill.see(6)
    drill.quiet = False
    (told,) = drill.see(6)
    assert told.tell and not told.news
    assert drill.see(6, 3) == []


def test_quiet_hours_are_by_the_centre_s_clock_and_may_pass_midnight() -> None:
    night, noon = rule(quiet=(22 * 60, 8 * 60)), rule(quiet=(12 * 60, 13 * 60))
    there = [(22, True, False), (0, True, False), (7, True, False), (8, False, False), (12, False, True)]
    for hour, by_night, by_noon in there:
        now = datetime(2026, 3, 2, hour, tzinfo=UTC) - timedelta(hours=8)
        assert (is_quiet(night, now, "Asia/Shanghai"), is_quiet(noon, now, "Asia/Shanghai")) == (
            by_night,
            by_noon,
        )
    assert not is_quiet(rule(), T0, "Asia/Shanghai")


def test_a_rule_that_is_gone_or_about_something_else_clears_what_it_raised() -> None:
    drill = Drill(rule())
    drill.see(6)
    renamed = rule(rule_id=drill.rule.rule_id, name="x")
    assert drill.book.configure([renamed]) == []
    assert drill.book.standing()[0].rule.name == "x"
    other = rule(rule_id=drill.rule.rule_id, queue_id=SALES)
    assert [change.cleared for change in drill.book.configure([other])] == [True]
    drill.rule = other
    drill.see(6)
    assert [change.cleared for change in drill.book.configure([])] == [True]


def test_a_core_that_follows_goes_on_and_tells_nobody_again() -> None:
    drill = Drill(rule(alarm_at=10))
    assert drill.book.resume(drill.rule.rule_id, None, Level.ALARM, T0)
    assert not drill.book.resume(uuid7(), None, Level.ALARM, T0)
    assert drill.see(12, 3) == []
    (better,) = drill.see(7)
    assert better.on.level is Level.WARNING and better.on.since == T0
    (cleared,) = drill.see(0)
    assert cleared.tell


class Floor:
    """A centre on the router alone, watched by the real watch. `all_told`: three notices were given."""

    def __init__(self, *rules: Rule) -> None:
        self.centre = Centre([agent(ANN)], [queue()])
        self.said: list[Any] = []
        self.told: list[dict[str, Any]] = []
        self.hooks: list[tuple[UUID, str, str]] = []
        self.bus = MemoryBus()
        self.all_told = asyncio.Event()
        self.bus.subscribe("alarm", self._hear)
        self.live = SimpleNamespace(
            tenant_id=TENANT,
            floor=SimpleNamespace(router=self.centre.router, now=lambda: self.centre.now),
            queues={SALES: queue()},
            projects={},
            people={ANN: SimpleNamespace(name="Ann")},
            alarm_rules=list(rules),
            rule_book=RuleBook(),
            zone="Asia/Shanghai",
        )
        self.live.rule_book.configure(rules)
        self.watch = RuleWatch(
            db=None,  # type: ignore[arg-type]  # the look asks no database once it has resumed
            bus=self.bus,
            clock=SystemClock(),
            directory=SimpleNamespace(trunks_of=lambda _id: [], in_use=lambda _id: 0),  # type: ignore[arg-type]
            centres=lambda: [self.live],  # type: ignore[list-item]  # what the watch needs of a centre
            append=self.said.append,
            on_change=lambda: None,
            on_hook=lambda *said: self.hooks.append(said),
        )
        self.watch._resumed.add(TENANT)

    def _hear(self, _topic: str, told: dict[str, Any]) -> None:
        self.told.append(told)
        if len(self.told) == 3:
            self.all_told.set()


async def test_the_floor_is_measured_and_what_is_found_is_a_fact_and_a_notice() -> None:
    waiting = rule(queue_id=SALES, warn_at=1, roles=("supervisor",), sound=True)
    longest = rule(figure=Figure.LONGEST_WAIT, warn_at=30)
    talking = rule(figure=Figure.STATE_TIME, state="talking", warn_at=40, roles=("supervisor",))
    free = rule(figure=Figure.READY, warn_at=None, alarm_at=1)
    floor = Floor(waiting, longest, talking, free)
    await floor.bus.start()
    floor.centre.ready(ANN)
    await floor.watch.look()
    assert floor.said == []
    floor.centre.talk(ANN)
    contact = comes(floor.centre)
    await floor.watch.look()
    assert {(fact.rule_id, fact.level, fact.value) for fact in floor.said} == {
        (waiting.rule_id, Level.WARNING, 1),
        (free.rule_id, Level.ALARM, 0),
    }
    floor.centre.later(45)
    await floor.watch.look()
    await floor.watch.look()
    found = {fact.rule_id: fact for fact in floor.said if isinstance(fact, RuleRaised)}
    assert found.keys() == {waiting.rule_id, free.rule_id, longest.rule_id, talking.rule_id}
    assert found[talking.rule_id].about_id == ANN and found[longest.rule_id].value >= 45
    floor.centre.do("leave", contact)
    await floor.watch.look()
    cleared = {fact.rule_id: fact for fact in floor.said if isinstance(fact, RuleCleared)}
    assert cleared.keys() == {waiting.rule_id, longest.rule_id}
    assert cleared[waiting.rule_id].lasted_ms == 45_000
    await asyncio.wait_for(floor.all_told.wait(), 10)
    assert [(each["event"], each["about"], each["about_name"], each["sound"]) for each in floor.told] == [
        ("raised", "queue", queue().name, True),
        ("raised", "agent", "Ann", False),
        ("cleared", "queue", queue().name, False),
    ]
    await floor.bus.stop()


TOLD = {
    "event": "raised",
    "at": "2026-03-02T01:00:00.000Z",
    "since": "2026-03-02T01:00:00.000Z",
    "rule_id": "r",
    "name": "积压",
    "level": "alarm",
    "figure": "state_time",
    "variant": "",
    "state": "break",
    "value": 700.0,
    "limit": 600,
    "about": "agent",
    "about_id": "a",
    "about_name": "王芳",
}


def test_what_a_webhook_is_told_names_no_person() -> None:
    fact = hook_wanted(TENANT, rule(webhook="https://a.example", secret="0123456789abcdef"), TOLD, T0)
    assert fact.told["about_id"] == "a" and fact.told["value"] == 700
    assert "王芳" not in str(fact) and "0123456789abcdef" not in str(fact)
    queue_told = hook_wanted(TENANT, rule(), TOLD | {"about": "queue", "about_name": "售后"}, T0).told
    assert queue_told["about_name"] == "售后"


def test_a_webhook_that_was_given_up_is_an_alarm_until_one_goes_through() -> None:
    floor = Floor()
    told = {"tenant_id": str(TENANT), "rule_id": str(uuid7()), "name": "积压"}
    for why in ("timeout", ""):
        floor.watch.hook_told("hook.told", told | {"why": why})
    (failed, well) = floor.hooks
    assert failed[0] == TENANT and failed[1].startswith("积压") and failed[2] == "timeout"
    assert well == (TENANT, failed[1], "")
