"""A day of the journal through the present router, and how near that came."""

import random
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from andon.calendars.day import day_span
from andon.calendars.repository import zones
from andon.kit.database import Database, Scope
from andon.kit.errors import AndonError
from andon.routing.config import CentreConfig
from andon.routing.machine import Router
from andon.routing.model import from_ms, to_ms
from andon.routing.repository import load_centre
from andon.twin import repository
from andon.twin.compare import VARIANT, Line, Reason, Verdict, compare, verdict
from andon.twin.draws import Draws
from andon.twin.machine import MakeRouter, live
from andon.twin.model import Day, Lived, Target
from andon.twin.reasons import Fitted, reasons
from andon.twin.record import recorded

REPLICATIONS = 20
SEED = 1
AROUND = timedelta(hours=1)  # read before and after the day


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A day with everything its replay needs."""

    zone: str
    day: Day
    centre: CentreConfig
    targets: dict[UUID, Target]
    projects: dict[UUID, str]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Predicted against actual; the first line is the whole day. Instants are Unix milliseconds."""

    day: date
    zone: str
    variant: str
    replications: int
    seed: int
    forgot: bool
    queues: dict[UUID, str]
    lines: list[Line]
    verdict: Verdict
    reasons: list[Reason]


async def load(db: Database, scope: Scope, day: date) -> Recorded:
    """The day in the centre's time zone, with the centre as it is now."""
    async with db.session(scope) as session:
        zone, _ = await zones(session)
        since, until = day_span(day, zone)
        begin, end = since - AROUND, until + AROUND
        return Recorded(
            zone=zone,
            day=recorded(
                await repository.states(session, begin),
                await repository.facts(session, begin, end),
                record_ms=to_ms(begin),
                since_ms=to_ms(since),
                until_ms=to_ms(until),
                end_ms=to_ms(end),
            ),
            # what agents did that day they were allowed to
            centre=msgspec.structs.replace(await load_centre(session), breaks=()),
            targets=await repository.targets(session),
            projects=await repository.projects(session),
        )


def lives(
    day: Day, centre: CentreConfig, draws: Draws, replications: int, seed: int, router: MakeRouter = Router
) -> list[Lived]:
    """So many replays; the same seed gives the same ones."""
    return [
        live(day, centre, draws, random.Random(f"{seed}.{n}").random, router)  # noqa: S311  (a simulation)
        for n in range(replications)
    ]


def report(
    found: Recorded,
    day: date,
    now: datetime,
    *,
    project: str | None = None,
    replications: int = REPLICATIONS,
    seed: int = SEED,
    forget: bool = False,
) -> Report:
    """Replay and compare. `project` (name or id) shows its queues only; the whole centre is replayed all the
    same, because agents are shared. `forget`: draw even what the record knows of patience and rings.

    Raises `twin.project_unknown`, `twin.nothing_recorded`.
    """
    shown = _shown(found, project)
    fitted = Fitted(found.day, found.centre)
    if not any(fitted.day.counts(stay.queued_ms) for call in fitted.day.calls for stay in call.stays):
        raise AndonError("twin.nothing_recorded", 404, day=day.isoformat())
    projects = {queue_id: target.project_id for queue_id, target in found.targets.items()}
    draws = Draws(fitted.day, projects, forget=forget)
    lived = lives(fitted.day, found.centre, draws, replications, seed)
    lines = compare(fitted.day, lived, found.targets, shown)
    place = ZoneInfo(found.zone)
    return Report(
        day=day,
        zone=found.zone,
        variant=VARIANT,
        replications=replications,
        seed=seed,
        forgot=forget,
        queues={line.queue_id: found.targets[line.queue_id].name for line in lines if line.queue_id},
        lines=lines,
        verdict=verdict(lines[0]),
        reasons=reasons(
            fitted, draws, lived, to_ms(now), lambda at_ms: f"{from_ms(at_ms).astimezone(place):%H:%M:%S}"
        ),
    )


def _shown(found: Recorded, project: str | None) -> frozenset[UUID]:
    if project is None:
        return frozenset(found.targets)
    wanted = {id for id, name in found.projects.items() if project in (name, str(id))}
    if not wanted:
        raise AndonError(
            "twin.project_unknown", 404, project=project, known=", ".join(found.projects.values())
        )
    return frozenset(id for id, target in found.targets.items() if target.project_id in wanted)
