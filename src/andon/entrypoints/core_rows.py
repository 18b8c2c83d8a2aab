"""How desks and boards are told what is alike on both."""

from datetime import datetime
from typing import Any
from uuid import UUID

from andon.entrypoints.core_centre import Centre
from andon.routing.model import BreakAsk, from_ms

Row = dict[str, Any]


def iso(at: datetime | None) -> str | None:
    """UTC with milliseconds, as the API writes instants."""
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def id_of(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def wish(ask: BreakAsk) -> Row:
    return {
        "why": ask.why.value,
        "reason_id": id_of(ask.reason_id),
        "since": iso(from_ms(ask.since_ms)),
        "until": iso(from_ms(ask.until_ms)),
    }


def project_name(centre: Centre, project_id: UUID) -> str | None:
    project = centre.projects.get(project_id)
    return project.name if project else None
