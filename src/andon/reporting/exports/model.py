"""What an export needs and what its cells hold. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from andon.kit import i18n
from andon.kit.i18n import Locale
from andon.kit.sheets import Cell
from andon.reporting.history.shapes import ContactItem

OPEN = ("waiting", "wanted", "running")


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's rule: another person approves what has more rows than `rows_over` (null: however many), and
    what shows whole numbers. Nothing is longer than `most_rows` or kept longer than `keep_hours`."""

    rows_over: int | None = 1000
    whole_numbers: bool = True
    most_rows: int = 100_000
    keep_hours: int = 72

    def needs_approval(self, rows: int, whole_numbers: bool) -> bool:
        too_long = self.rows_over is not None and rows > self.rows_over
        return too_long or (whole_numbers and self.whole_numbers)


def head(columns: list[str], locale: Locale) -> list[str]:
    """The names over the columns."""
    return [i18n.text(f"export.column.{column}", locale) for column in columns]


def cells(item: ContactItem, columns: list[str], locale: Locale, zone: str) -> list[Cell]:
    """A contact as a row. Spans in seconds, instants in the centre's time zone."""
    return [_cell(item, column, locale, ZoneInfo(zone)) for column in columns]


def _cell(item: ContactItem, column: str, locale: Locale, zone: ZoneInfo) -> Cell:
    match column:
        case "arrived":
            return _instant(item.arrived_at, zone)
        case "caller" | "tier":
            value: str | None = getattr(item, column)
            return value
        case "direction":
            return i18n.text(f"export.direction.{item.direction}", locale)
        case "outcome":
            return item.outcome_name
        case "number":
            return item.number.name if item.number is not None else item.dnis
        case "customer" | "client" | "project" | "queue" | "agent" | "reason":
            named = getattr(item, column)
            return named.name if named is not None else None
        case "waited" | "talked" | "held" | "acw" | "total":
            span: int | None = getattr(item, f"{column}_ms")
            return None if span is None else span // 1000
        case "offers":
            return item.offers
        case "score":
            return item.survey_score
        case "ended_by":
            return None if item.ended_by is None else i18n.text(f"reporting.by.{item.ended_by}", locale)
        case "resolved":
            return None if item.resolved is None else _said(item.resolved, locale)
        case "recording":
            return _said(item.has_recording or item.voicemail_ms is not None, locale)
        case "contact":
            return str(item.contact_id)
    raise ValueError(f"no such column: {column}")


def _said(value: bool, locale: Locale) -> str:
    return i18n.text("export.yes" if value else "export.no", locale)


def _instant(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
