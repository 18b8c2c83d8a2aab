"""Shapes that several of reporting's answers share. Instants are ISO 8601 UTC, spans milliseconds."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, PlainSerializer

from andon.kit.i18n import Locale
from andon.reporting.catalogue import DEFAULT_SERVICE_LEVEL
from andon.reporting.figures import Counts, Figure


def iso_ms(at: datetime) -> str:
    """An aware instant as ISO 8601 UTC with milliseconds and a Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Instant = Annotated[AwareDatetime, PlainSerializer(iso_ms, return_type=str, when_used="json")]


class Named(BaseModel):
    """Something with an id and the name a person knows it by."""

    id: UUID
    name: str


class FigureValue(BaseModel):
    """One figure: its value with the formula it came from; null when there is nothing to divide by.

    `top` and `bottom` are the sums divided, `unit` says how to show the value (a ratio of 1 is 100 %).
    `default` marks the variant to show when there is room for one. `key` names the figure in live pushes.
    """

    key: str
    id: str
    name: str
    value: float | None
    unit: Literal["count", "ratio", "seconds", "score"]
    formula: str
    variant: str | None
    default: bool
    top: int
    bottom: int | None


def figure_values(figures: Iterable[Figure], counts: Counts, locale: Locale) -> list[FigureValue]:
    """The figures of these counts, named in the user's language."""
    zh = locale == "zh"
    return [
        FigureValue(
            key=figure.key,
            id=figure.id,
            name=figure.zh if zh else figure.en,
            value=figure.of(counts),
            unit=figure.unit.value,
            formula=figure.formula_zh if zh else figure.formula_en,
            variant=figure.variant,
            default=figure.id != "service_level" or figure.variant == DEFAULT_SERVICE_LEVEL,
            top=figure.top(counts),
            bottom=figure.bottom(counts) if figure.bottom is not None else None,
        )
        for figure in figures
    ]
