"""Predicted against actual: the figures of a day, their interval over the replays, and the verdict. Pure.

Service level is `sl.d` of the figures' catalogue, with the target of the queue a contact waited in; a short
abandon is one within that target. Waits are those of everybody who queued, however it ended; contacts that
still wait when the record ends count as offered only. A quotient over nothing is null.

The interval is the one a further day like this falls into 95 times in 100, were the replays all there is
to know (mean ± t · s · √(1 + 1/n)); the actual day is one such day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from math import ceil, inf, sqrt
from statistics import fmean, stdev
from typing import Any, Final
from uuid import UUID

import msgspec

from andon.twin.model import ABANDONED, ANSWERED, OPEN, Day, Ended, Lived, Target

VARIANT: Final = "sl.d"
SERVICE_LEVEL: Final = "service_level"
COUNTS: Final = ("offered", "answered", "abandoned", "others")
WAITS: Final = ("mean_wait_s", "p90_wait_s")
MOST: Final = {SERVICE_LEVEL: 1.0}
HALF_HOUR_MS: Final = 1_800_000
CLOSE: Final = 0.02

Figures = dict[str, float | None]
Group = tuple[UUID | None, int | None]  # queue and first instant of the half hour; None: all of them


class Predicted(msgspec.Struct, frozen=True, kw_only=True):
    """Mean over the replays and the interval; without one when a figure was there in one replay only."""

    mean: float | None
    low: float | None = None
    high: float | None = None


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    actual: float | None
    predicted: Predicted


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of a queue (all queues: null) in a half hour (the whole day: null)."""

    queue_id: UUID | None
    since_ms: int | None
    figures: dict[str, Pair]


class Verdict(StrEnum):
    CLOSE = "close"  # the day's service level within two points
    FAR = "far"
    NOTHING = "nothing"  # nobody queued, so there is no service level


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Something known that makes the two differ; `params` fill the text `twin.reason.<code>`."""

    code: str
    params: dict[str, Any] = {}


def figures(stays: Sequence[Ended], targets: Mapping[UUID, Target]) -> Figures:
    """The figures of these stays."""
    answered = within = abandoned = late = others = 0
    for stay in stays:
        short = stay.waited_ms <= targets[stay.queue_id].target_ms
        if stay.how == ANSWERED:
            answered += 1
            within += short
        elif stay.how == ABANDONED:
            abandoned += 1
            late += not short
        elif stay.how != OPEN:
            others += 1
    waits = sorted(stay.waited_ms for stay in stays if stay.how != OPEN)
    return {
        "offered": len(stays),
        "answered": answered,
        "abandoned": abandoned,
        "others": others,
        SERVICE_LEVEL: within / (answered + late) if answered + late else None,
        "mean_wait_s": fmean(waits) / 1000 if waits else None,
        "p90_wait_s": waits[ceil(0.9 * len(waits)) - 1] / 1000 if waits else None,
    }


def actual_stays(day: Day) -> list[Ended]:
    """How the day's stays went in the record."""
    return [
        Ended(stay.queue_id, stay.queued_ms, stay.how, stay.waited_ms)
        for call in day.calls
        for stay in call.stays
        if day.counts(stay.queued_ms)
    ]


def compare(
    day: Day, lives: Sequence[Lived], targets: Mapping[UUID, Target], shown: frozenset[UUID]
) -> list[Line]:
    """Actual and predicted of the queues `shown`: all together, each queue, and each of its half hours."""
    actual = _grouped(day, actual_stays(day), targets, shown)
    replayed = [_grouped(day, life.stays, targets, shown) for life in lives]
    nothing = figures((), targets)
    groups = sorted(
        set(actual).union(*replayed),
        key=lambda group: (
            group[0] is not None,
            targets[group[0]].name if group[0] else "",
            str(group[0]),
            group[1] or 0,
        ),
    )
    return [
        Line(
            queue_id=group[0],
            since_ms=group[1],
            figures={
                name: Pair(
                    actual=value,
                    predicted=predicted(
                        (one.get(group, nothing)[name] for one in replayed), MOST.get(name, inf)
                    ),
                )
                for name, value in actual.get(group, nothing).items()
            },
        )
        for group in groups
    ]


def _grouped(
    day: Day, stays: Iterable[Ended], targets: Mapping[UUID, Target], shown: frozenset[UUID]
) -> dict[Group, Figures]:
    groups: dict[Group, list[Ended]] = defaultdict(list)
    groups[None, None] = []
    for stay in stays:
        if not day.counts(stay.queued_ms) or stay.queue_id not in shown:
            continue
        since_ms = stay.queued_ms - (stay.queued_ms - day.since_ms) % HALF_HOUR_MS
        for group in ((None, None), (stay.queue_id, None), (stay.queue_id, since_ms)):
            groups[group].append(stay)
    return {group: figures(of_group, targets) for group, of_group in groups.items()}


def predicted(values: Iterable[float | None], most: float) -> Predicted:
    """Mean and interval of the replays in which the figure is told, within 0 and `most`."""
    told = [value for value in values if value is not None]
    if len(told) < 2:
        return Predicted(mean=told[0] if told else None)
    mean = fmean(told)
    half = student(len(told) - 1) * stdev(told) * sqrt(1 + 1 / len(told))
    return Predicted(mean=mean, low=max(0.0, mean - half), high=min(most, mean + half))


def student(degrees: int) -> float:
    """The 97.5th percentile of Student's t: exact for 1 and 2 degrees, else by Abramowitz and Stegun
    26.7.5, true to four thousandths for 3 and to one from 4 on."""
    if degrees <= 2:
        return 12.7062 if degrees == 1 else 4.30265
    x = 1.959963984540054  # of the normal distribution
    return (
        x
        + (x**3 + x) / (4 * degrees)
        + (5 * x**5 + 16 * x**3 + 3 * x) / (96 * degrees**2)
        + (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / (384 * degrees**3)
        + (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / (92160 * degrees**4)
    )


def difference(line: Line) -> float | None:
    """Predicted minus actual service level."""
    pair = line.figures[SERVICE_LEVEL]
    if pair.actual is None or pair.predicted.mean is None:
        return None
    return pair.predicted.mean - pair.actual


def verdict(whole: Line) -> Verdict:
    """Whether the day's service level was met; `whole` is the first line."""
    apart = difference(whole)
    if apart is None:
        return Verdict.NOTHING
    return Verdict.CLOSE if abs(apart) <= CLOSE else Verdict.FAR
