"""Replays agree with queueing theory, are the same for the same seed, and show a router that is not right.

Erlang A: the case of Garnett, Mandelbaum and Reiman, "Designing a Call Center with Impatient Customers",
M&SOM 4 (2002), computed in 40-digit arithmetic.
"""

import random
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from routing_simulator import estimate
from twin_days import BEGIN_MS, FIT, HOUR_MS, PROJECT, QUEUE, TARGETS, Model, centre, day

from andon.routing.config import CentreConfig, Door, LaneFlag, Overflow, OverflowWhen, Segment, SkillNeed
from andon.routing.machine import Router
from andon.routing.model import Effect
from andon.twin.compare import Verdict, actual_stays, compare, figures, verdict
from andon.twin.draws import Draws
from andon.twin.machine import live
from andon.twin.model import (
    ABANDONED,
    ANSWERED,
    NOBODY,
    TIMEOUT,
    Call,
    Day,
    Doing,
    Ended,
    Handling,
    Lived,
    Presence,
    Ring,
    Stay,
)
from andon.twin.service import lives

pytestmark = pytest.mark.unit

PROJECTS = {QUEUE: PROJECT}
BUSY = Model(agents=10, per_minute=11, handle_s=60, patience_s=120, hours=3, seed=4)


def replayed(recorded: Day, under: CentreConfig, **how: Any) -> Lived:
    return live(recorded, under, Draws(recorded, PROJECTS), random.Random(1).random, **how)


def as_recorded(recorded: Day, life: Lived) -> Day:
    """The day as the journal would have it, had that replay been real."""
    ended = {stay.queued_ms: stay for stay in life.stays}
    calls = []
    for call in recorded.calls:
        stay, end = call.stays[0], ended[call.stays[0].queued_ms]
        handling = stay.handling if end.how == ANSWERED else None
        told = msgspec.structs.replace(stay, how=end.how, waited_ms=end.waited_ms, handling=handling)
        calls.append(msgspec.structs.replace(call, stays=(told,)))
    return msgspec.structs.replace(recorded, calls=tuple(calls))


def test_erlang_a() -> None:
    model = Model(agents=50, per_minute=48, handle_s=60, patience_s=120, hours=8, seed=2)
    stays = sorted(replayed(model.day(), model.centre()).stays, key=lambda stay: stay.queued_ms)[500:]
    assert estimate([stay.waited_ms / 1000 for stay in stays]).agrees(3.7095)
    assert estimate([float(stay.how == ABANDONED) for stay in stays]).agrees(0.030912)
    assert estimate([float(stay.waited_ms > 12_445) for stay in stays]).agrees(0.1)


def test_a_day_is_predicted_from_what_its_journal_knows() -> None:
    """Patience only as far as callers gave up: the rest is the product limit's."""
    recorded = as_recorded(BUSY.day(), replayed(BUSY.day(), BUSY.centre()))
    drawn = Draws(recorded, PROJECTS, forget=True)
    whole = compare(recorded, lives(recorded, BUSY.centre(), drawn, 10, 1), TARGETS, frozenset(TARGETS))[0]
    for name, pair in whole.figures.items():
        assert pair.actual is not None and pair.predicted.low is not None and pair.predicted.high is not None
        assert pair.predicted.low <= pair.actual <= pair.predicted.high, name


def test_the_same_seed_gives_the_same_replays() -> None:
    recorded = as_recorded(BUSY.day(), replayed(BUSY.day(), BUSY.centre()))
    draws = Draws(recorded, PROJECTS, forget=True)
    once = lives(recorded, BUSY.centre(), draws, 2, 5)
    assert once == lives(recorded, BUSY.centre(), Draws(recorded, PROJECTS, forget=True), 2, 5)
    assert once[0] != once[1]
    assert once != lives(recorded, BUSY.centre(), draws, 2, 6)


class LastFirst(Router):
    """Serves who came last."""

    def enqueue(
        self, contact_id: UUID, queue_id: UUID, priority: int, now: datetime, *more: Any
    ) -> list[Effect]:
        self.came = getattr(self, "came", 0) + 1
        return super().enqueue(contact_id, queue_id, priority + self.came, now, *more)


class Asleep(Router):
    """Overlooks that talks end until somebody calls."""

    def conversation_ended(self, contact_id: UUID, now: datetime) -> list[Effect]:
        self.ended = [*getattr(self, "ended", []), contact_id]
        return []

    def enqueue(
        self, contact_id: UUID, queue_id: UUID, priority: int, now: datetime, *more: Any
    ) -> list[Effect]:
        ended, self.ended = getattr(self, "ended", []), []
        freed = [effect for one in ended for effect in super(Asleep, self).conversation_ended(one, now)]
        return freed + super().enqueue(contact_id, queue_id, priority, now, *more)


@pytest.mark.parametrize("broken", [LastFirst, Asleep])
def test_a_broken_router_is_seen(broken: type[Router]) -> None:
    recorded = as_recorded(BUSY.day(), replayed(BUSY.day(), BUSY.centre()))
    right, wrong = (
        compare(
            recorded,
            lives(recorded, BUSY.centre(), Draws(recorded, PROJECTS), 3, 1, router),
            TARGETS,
            frozenset(TARGETS),
        )[0]
        for router in (Router, broken)
    )
    assert verdict(right) is Verdict.CLOSE
    assert verdict(wrong) is Verdict.FAR
    was, would_be = right.figures["p90_wait_s"].predicted, wrong.figures["p90_wait_s"].predicted
    assert was.high is not None and would_be.mean is not None
    assert would_be.mean > was.high


# -- what agents and callers did, in small


def call(number: int, at_s: float, **stay: Any) -> Call:
    told = {"how": ANSWERED, "waited_ms": 0, "handling": Handling(60_000, 10_000), "priority": 0} | stay
    first = Stay(queue_id=QUEUE, queued_ms=BEGIN_MS + round(at_s * 1000), **told)
    return Call(contact_id=UUID(int=number), stays=(first,))


def doing(at_s: float, what: Doing, agent: int = 1000) -> Presence:
    return Presence(BEGIN_MS + round(at_s * 1000), UUID(int=agent), what)


def small(calls: list[Call], *presence: Presence, agents: int = 1) -> Day:
    made = day(calls, agents, 1)
    return msgspec.structs.replace(made, presence=(*made.presence, *presence))


def told(life: Lived) -> list[tuple[str, int]]:
    return [(stay.how, stay.waited_ms) for stay in sorted(life.stays, key=lambda stay: stay.queued_ms)]


def test_wrap_up_is_as_recorded_even_beyond_the_queue_s_time() -> None:
    calls = [call(1, 10, handling=Handling(60_000, 45_500)), call(2, 11)]
    assert told(replayed(small(calls), centre(1, acw_s=30))) == [(ANSWERED, 0), (ANSWERED, 104_500)]


def test_a_break_asked_in_a_call_begins_after_it_and_one_at_its_end_comes_before_the_next_call() -> None:
    calls = [call(1, 10), call(2, 20)]
    asks = [doing(30, Doing.ASK_BREAK), doing(200, Doing.ASK_READY)]
    assert told(replayed(small(calls, *asks), centre(1, acw_s=30)))[1] == (ANSWERED, 180_000)
    asks = [doing(80, Doing.ASK_BREAK), doing(200, Doing.ASK_READY)]
    assert told(replayed(small(calls, *asks), centre(1, acw_s=30)))[1] == (ANSWERED, 180_000)


def test_who_signs_out_in_a_call_finishes_it_and_can_come_back() -> None:
    calls = [call(1, 10), call(2, 20)]
    back = [doing(300, what) for what in FIT]
    life = replayed(small(calls, doing(15, Doing.SIGN_OUT), *back), centre(1, acw_s=30, nobody_grace_s=600))
    assert told(life) == [(ANSWERED, 0), (ANSWERED, 280_000)]


def test_rings_are_as_recorded_and_agents_come_back_after_a_failed_one() -> None:
    rings = (Ring("timeout", 20_000, 5_000), Ring("rejected", 2_000, 7_000), Ring("answered", 3_000))
    life = replayed(small([call(1, 10, rings=rings)]), centre(1))
    assert told(life) == [(ANSWERED, 20_000 + 5_000 + 2_000 + 7_000 + 3_000)]
    assert (life.rung, life.missed) == (3, 2)


def test_a_lost_device_is_not_rung() -> None:
    gone = [doing(5, Doing.DEVICE_GONE), doing(60, Doing.DEVICE_THERE), doing(61, Doing.ASK_READY)]
    assert told(replayed(small([call(1, 10)], *gone), centre(1))) == [(ANSWERED, 51_000)]


def test_what_followed_a_wait_follows_it_only_where_it_ends_alike() -> None:
    """Nobody gave up, so patience is endless; the queue's longest wait ends the first as in the record."""
    first = Stay(queue_id=QUEUE, queued_ms=BEGIN_MS, priority=0, how=TIMEOUT, waited_ms=30_000)
    second = Stay(
        queue_id=QUEUE,
        queued_ms=BEGIN_MS + 40_000,
        priority=0,
        how=ANSWERED,
        waited_ms=0,
        pause_ms=10_000,
        handling=Handling(1000, 0),
    )
    calls = [Call(contact_id=UUID(int=7), stays=(first, second))]
    away = small(calls, doing(0, Doing.ASK_BREAK), doing(60, Doing.ASK_READY))
    assert told(replayed(away, centre(1, max_wait_s=30))) == [(TIMEOUT, 30_000), (ANSWERED, 20_000)]
    assert told(replayed(small(calls), centre(1, max_wait_s=30))) == [(ANSWERED, 0)]
    assert told(replayed(small(calls, agents=0), centre(1))) == [(NOBODY, 0)]


OTHER = UUID(int=11)


def running_over() -> CentreConfig:
    """The queue's agent is the first; after 30 s its contacts go to the other queue, the second's."""
    made = centre(2)
    own, others = UUID(int=20), UUID(int=21)
    queue = msgspec.structs.replace(
        made.queues[0],
        required_skills=(SkillNeed(skill_id=own),),
        overflow=(Overflow(when=OverflowWhen.AGE, limit=30, queue_id=OTHER),),
    )
    other = msgspec.structs.replace(
        made.queues[0], queue_id=OTHER, name="其他", required_skills=(SkillNeed(skill_id=others),)
    )
    agents = zip(made.agents, (own, others), strict=True)
    return msgspec.structs.replace(
        made,
        queues=(queue, other),
        agents=tuple(msgspec.structs.replace(agent, skills={skill: 5}) for agent, skill in agents),
    )


def test_a_queue_that_runs_over() -> None:
    """Where the record does not know it, talk and patience go along; where it does, its next wait begins."""
    away = doing(0, Doing.ASK_BREAK)
    life = replayed(small([call(1, 10)], away, agents=2), running_over())
    assert [(stay.queue_id, stay.how, stay.waited_ms) for stay in life.stays] == [
        (QUEUE, "overflow", 30_000),
        (OTHER, ANSWERED, 0),
    ]
    impatient = call(1, 10, how=ABANDONED, waited_ms=33_000)
    busy = call(2, 5)
    busy = msgspec.structs.replace(busy, stays=(msgspec.structs.replace(busy.stays[0], queue_id=OTHER),))
    assert told(replayed(small([impatient, busy], away, agents=2), running_over()))[1:] == [
        ("overflow", 30_000),
        (ABANDONED, 3_000),
    ]
    known = msgspec.structs.replace(
        impatient,
        stays=(
            msgspec.structs.replace(impatient.stays[0], how="overflow", waited_ms=30_000),
            msgspec.structs.replace(impatient.stays[0], queue_id=OTHER, waited_ms=7_000),
        ),
    )
    assert told(replayed(small([known, busy], away, agents=2), running_over()))[1:] == [
        ("overflow", 30_000),
        (ABANDONED, 7_000),
    ]


def test_who_came_through_a_door_asks_at_it_again() -> None:
    """Behind it where it still leads there; where it was taken away, in the queue that was asked for."""
    other = call(1, 1, asked_id=QUEUE, flags=("bad_survey",))
    other = msgspec.structs.replace(other, stays=(msgspec.structs.replace(other.stays[0], queue_id=OTHER),))
    under = centre(1)
    lane = msgspec.structs.replace(under.queues[0], queue_id=OTHER, name="快车道")
    door = Door(queue_id=OTHER, flags=(LaneFlag.BAD_SURVEY,))
    with_door = msgspec.structs.replace(under.queues[0], doors=(door,))
    for asked, served in ((with_door, OTHER), (under.queues[0], QUEUE)):
        life = replayed(small([other]), msgspec.structs.replace(under, queues=(asked, lane)))
        assert [stay.queue_id for stay in life.stays] == [served]


@pytest.mark.parametrize(("own", "points", "served"), [(None, 2, 2), (None, 9, 2), (0, 2, 2), (0, 9, 3)])
def test_priority_is_made_anew_where_the_journal_tells_the_contact_s_own(
    own: int | None, points: int, served: int
) -> None:
    """Of two who wait the second caller had priority 3, the third 2 as a gold customer: a segment raised
    since lifts the third, unless only the sum is known."""
    calls = [call(1, 1), call(2, 2, priority=3, own=3), call(3, 3, priority=2, own=own)]
    calls[2] = msgspec.structs.replace(calls[2], tier="gold")
    under = msgspec.structs.replace(centre(1), segments=(Segment(tier="gold", priority=points),))
    answered = [stay.queued_ms - BEGIN_MS for stay in replayed(small(calls), under).stays]
    assert answered[1] == served * 1000


def test_only_what_began_in_the_day_counts() -> None:
    calls = [call(1, -1), call(2, 0), call(3, 3599.999), call(4, 3600)]
    recorded = msgspec.structs.replace(small(calls), record_ms=BEGIN_MS - HOUR_MS)
    assert [stay.queued_ms - BEGIN_MS for stay in actual_stays(recorded)] == [0, 3_599_999]


def test_figures_are_service_level_d_with_the_queue_s_target() -> None:
    ended = [
        Ended(QUEUE, 0, ANSWERED, 20_000),
        Ended(QUEUE, 0, ANSWERED, 20_001),
        Ended(QUEUE, 0, ABANDONED, 20_000),
        Ended(QUEUE, 0, ABANDONED, 20_001),
        Ended(QUEUE, 0, TIMEOUT, 90_000),
    ]
    told = figures(ended, TARGETS)
    assert told["service_level"] == pytest.approx(1 / 3)
    assert [told[name] for name in ("offered", "answered", "abandoned", "others")] == [5, 2, 2, 1]
    assert told["mean_wait_s"] == pytest.approx(34.0004) and told["p90_wait_s"] == 90
    assert figures([], TARGETS)["service_level"] is None
