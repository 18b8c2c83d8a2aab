"""`andon twin replay`: a recorded day through the present router, predicted against actual."""

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select, text

from andon.identity.tables import Tenant
from andon.kit import i18n
from andon.kit.database import Database, Scope, database_urls
from andon.kit.errors import AndonError
from andon.kit.settings import Settings
from andon.routing.model import from_ms
from andon.twin import texts  # noqa: F401  (registers what is said here)
from andon.twin.compare import COUNTS, SERVICE_LEVEL, WAITS, Line, Pair, difference
from andon.twin.service import Report, load, report


async def replay(
    settings: Settings,
    say: Callable[[str], None],
    *,
    day: date,
    tenant: str | None,
    project: str | None,
    replications: int,
    seed: int,
    forget: bool,
    as_json: bool,
) -> None:
    """Print the day's report. Raises `AndonError` for a tenant, project or day that is not there."""
    _, app_url = database_urls(settings)
    db = Database(app_url, name="andon twin", pool_size=1)
    try:
        found = await load(db, Scope(await _tenant(db, tenant)), day)
    finally:
        await db.close()
    made = report(
        found,
        day,
        datetime.now(UTC),
        project=project,
        replications=replications,
        seed=seed,
        forget=forget,
    )
    say(msgspec.json.encode(made).decode() if as_json else printed(made, settings.locale))


async def _tenant(db: Database, wanted: str | None) -> UUID:
    """The operator of that code or id; the only one where none is named."""
    async with db.session(None) as session:
        ids: list[UUID] = list((await session.execute(text("SELECT * FROM tenants()"))).scalars())
    codes: dict[str, UUID] = {}
    for tenant_id in ids:
        async with db.session(Scope(tenant_id)) as session:
            code = await session.scalar(select(Tenant.code).where(Tenant.id == tenant_id))
        codes[code or str(tenant_id)] = tenant_id
    matching = [id for code, id in codes.items() if wanted in (None, code, str(id))]
    if len(matching) != 1:
        raise AndonError("twin.tenant_unknown", 404, known=", ".join(codes))
    return matching[0]


def printed(made: Report, locale: i18n.Locale) -> str:
    """The report in words."""

    def said(key: str, **params: object) -> str:
        return i18n.text(f"twin.{key}", locale, **params)

    zone = ZoneInfo(made.zone)
    lines = [said("head", day=made.day, zone=made.zone, n=made.replications, seed=made.seed)]
    if made.forgot:
        lines.append(said("forgot"))
    lines += [said("formula", variant=made.variant), ""]
    columns = ("queue", "time", *COUNTS, SERVICE_LEVEL, *WAITS)
    rows = [[said(column) for column in columns]]
    for line in made.lines:
        queue = said("whole") if line.queue_id is None else made.queues[line.queue_id]
        begins = said("day") if line.since_ms is None else f"{from_ms(line.since_ms).astimezone(zone):%H:%M}"
        rows.append([queue, begins, *_cells(line)])
    lines += _table(rows)
    apart = difference(made.lines[0])
    points = "" if apart is None else f"{100 * apart:+.1f}"
    lines += ["", said(f"verdict.{made.verdict}", points=points), said("reasons")]
    lines += [f"  · {said(f'reason.{reason.code}', **reason.params)}" for reason in made.reasons]
    return "\n".join(lines)


def _cells(line: Line) -> list[str]:
    return [
        *(_cell(line.figures[name], lambda value: f"{value:.1f}".removesuffix(".0")) for name in COUNTS),
        _cell(line.figures[SERVICE_LEVEL], lambda value: f"{100 * value:.1f}%"),
        *(_cell(line.figures[name], lambda value: f"{value:.1f}") for name in WAITS),
    ]


def _cell(pair: Pair, show: Callable[[float], str]) -> str:
    """Actual and predicted; one number where they are the same in every replay."""
    told = pair.predicted
    actual = "–" if pair.actual is None else show(pair.actual)
    mean = "–" if told.mean is None else show(told.mean)
    if told.low is None or told.high is None:
        return actual if mean == actual else f"{actual} → {mean}"
    low, high = show(told.low), show(told.high)
    return actual if {mean, low, high} == {actual} else f"{actual} → {mean} [{low}, {high}]"


def _table(rows: list[list[str]]) -> list[str]:
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(_padded, row, widths)).rstrip() for row in rows]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(shown: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in shown)
