"""`andon ledger check`: every tenant's books, held against the engine's own record."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import text

from andon.kit import i18n
from andon.kit.database import Database, Scope, database_urls
from andon.kit.settings import Settings
from andon.reporting.ledger.model import LedgerReport
from andon.reporting.ledger.record import CALLERS, engine_record
from andon.reporting.ledger.service import run

SHOWN = 50


async def check(
    settings: Settings,
    say: Callable[[str], None],
    *,
    since: datetime | None,
    until: datetime | None,
    deep: bool,
) -> int:
    """Print the report of every tenant; returns the exit status, 1 when anything is unexplained."""
    _, app_url = database_urls(settings)
    db = Database(app_url, name="andon ledger", pool_size=1)
    unexplained = 0
    try:
        async with db.session(None) as session:
            tenants = list((await session.execute(text("SELECT * FROM tenants()"))).scalars())
        for tenant_id in tenants:
            report = await run(
                db,
                Scope(tenant_id),
                witness=partial(engine_record, settings.home),
                # With one tenant every caller's channel must be one of its contacts.
                caller_prefixes=CALLERS if len(tenants) == 1 else (),
                since=since.replace(tzinfo=UTC) if since else None,
                until=until.replace(tzinfo=UTC) if until else None,
                recordings=settings.home / "recordings",
                deep=deep,
            )
            say(_table(report, settings.locale))
            unexplained += report.unexplained
    finally:
        await db.close()
    say(f"unexplained: {unexplained}")
    return 1 if unexplained else 0


def _table(report: LedgerReport, locale: i18n.Locale) -> str:
    said = {name: i18n.text(f"ledger.{name}", locale) for name in ("head", "rule", "checked", "failed")}
    lines = [
        f"{said['head']}  rows={report.rows} contacts={report.contacts} (live {report.open_contacts})"
        f" agent_seconds={report.agent_seconds:.0f} recording_seconds={report.recording_seconds:.0f}"
        f" witness_channels={report.witness_channels}",
        f"  {said['rule']:<20} {said['checked']:>10} {said['failed']:>10}",
    ]
    lines += [f"  {rule.rule:<20} {rule.checked:>10} {rule.failed:>10}" for rule in report.rules]
    lines += [f"  ✗ {f.rule} {f.subject} seq={f.seq}: {f.text}" for f in report.findings[:SHOWN]]
    return "\n".join(lines)
