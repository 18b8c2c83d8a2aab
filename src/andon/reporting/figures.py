"""Figures: every formula once, with its name, its text and its variant. Pure.

A figure is a quotient of two sums (or one sum) over `Counts`. `Counts` are added up from cells: groups of
visits, conversations, agent states and survey rows that are alike in all that a formula looks at. The
database only groups; what counts as answered, abandoned or short is decided here.

Rules of counting, published with the figures:
* Intervals are half-open: from the first instant inclusive to the last exclusive.
* A visit to a queue belongs to the interval in which it was queued, a conversation to the one in which
  it began, a survey to the one in which it was asked; so no rate exceeds 1. Agent states are cut at the
  interval's ends.
* A queue counts each visit; a project and the whole centre count a contact once, by how its last visit
  ended, with its waits summed.
* Within T means `waited <= T`, T being the target of the visit's own queue. A short abandon is one within
  the short-abandon threshold, which is T unless set otherwise.
* Calls that agents make are counted in their own figures and in the conversations of project and centre; they
  are no queue's, and none of the service level's, even when they are passed on to a queue.
* Calls between agents are counted in their own figures alone: they are no conversation with a customer. The
  time in them is busy time all the same.
* A quotient with denominator 0 is null, never 0.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import msgspec

ANSWERED = "answered"
ABANDONED = "abandoned"

# Scores run from 1 (very dissatisfied) to 5 (very satisfied); these count as satisfied.
SATISFIED_FROM = 4


class VisitCell(msgspec.Struct, frozen=True, kw_only=True):
    """`n` visits (or contacts) that ended alike. `how` null: still waiting. `waited_ms` is their sum.
    `predicted` of them were told a wait, and that was wrong by `missed_by_ms` in all, either way."""

    how: str | None
    within: bool
    short: bool
    n: int
    waited_ms: int
    predicted: int = 0
    missed_by_ms: int = 0


class TalkCell(msgspec.Struct, frozen=True, kw_only=True):
    """`n` finished conversations; `talked_ms` includes hold, `held` of them were held at least once and
    `transferred` passed on by their agent."""

    n: int
    talked_ms: int
    held: int
    held_ms: int
    acw_ms: int
    transferred: int = 0


class StateCell(msgspec.Struct, frozen=True, kw_only=True):
    """Time agents spent in one state inside the interval."""

    state: str
    spent_ms: int


class OfferCell(msgspec.Struct, frozen=True, kw_only=True):
    """`n` offers to agents that ended alike."""

    how: str | None
    n: int


class DialCell(msgspec.Struct, frozen=True, kw_only=True):
    """`n` calls that agents made and that are over; `reached` of them were answered by a person."""

    n: int
    reached: int


class InternalCell(msgspec.Struct, frozen=True, kw_only=True):
    """`n` calls between agents in which the agent talked, hold included in `talked_ms`."""

    n: int
    talked_ms: int


class SurveyCell(msgspec.Struct, frozen=True, kw_only=True):
    """`n` invitations with the same answer; `score` null: none came."""

    score: int | None
    n: int


class Counts(msgspec.Struct, kw_only=True):
    """Sums from which every figure is made. Adding two of disjoint sets gives that of their union."""

    offered: int = 0
    answered: int = 0
    answered_within: int = 0
    abandoned: int = 0
    abandoned_within: int = 0
    abandoned_short: int = 0
    others: int = 0
    others_within: int = 0
    waiting: int = 0
    answered_wait_ms: int = 0
    predicted: int = 0
    missed_by_ms: int = 0
    abandoned_wait_ms: int = 0
    others_wait_ms: int = 0
    handled: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    held: int = 0
    acw_ms: int = 0
    transferred: int = 0
    ready_ms: int = 0
    busy_ms: int = 0
    signed_in_ms: int = 0
    break_ms: int = 0
    not_ready_ms: int = 0
    rung: int = 0
    missed: int = 0
    rejected: int = 0
    dialled: int = 0
    reached: int = 0
    internal: int = 0
    internal_ms: int = 0
    asked: int = 0
    responses: int = 0
    satisfied: int = 0
    score_sum: int = 0

    def add_visits(self, cells: Iterable[VisitCell]) -> None:
        for cell in cells:
            self.offered += cell.n
            if cell.how is None:
                self.waiting += cell.n
            elif cell.how == ANSWERED:
                self.answered += cell.n
                self.answered_within += cell.n if cell.within else 0
                self.answered_wait_ms += cell.waited_ms
                self.predicted += cell.predicted
                self.missed_by_ms += cell.missed_by_ms
            elif cell.how == ABANDONED:
                self.abandoned += cell.n
                self.abandoned_within += cell.n if cell.within else 0
                self.abandoned_short += cell.n if cell.short else 0
                self.abandoned_wait_ms += cell.waited_ms
            else:
                self.others += cell.n
                self.others_within += cell.n if cell.within else 0
                self.others_wait_ms += cell.waited_ms

    def add_talks(self, cells: Iterable[TalkCell]) -> None:
        for cell in cells:
            self.handled += cell.n
            self.talk_ms += cell.talked_ms - cell.held_ms
            self.hold_ms += cell.held_ms
            self.held += cell.held
            self.acw_ms += cell.acw_ms
            self.transferred += cell.transferred

    def add_states(self, cells: Iterable[StateCell]) -> None:
        for cell in cells:
            self.signed_in_ms += cell.spent_ms
            if cell.state in ("talking", "held", "acw"):
                self.busy_ms += cell.spent_ms
            elif cell.state == "ready":
                self.ready_ms += cell.spent_ms
            elif cell.state == "break":
                self.break_ms += cell.spent_ms
            elif cell.state == "not_ready":
                self.not_ready_ms += cell.spent_ms

    def add_offers(self, cells: Iterable[OfferCell]) -> None:
        for cell in cells:
            self.rung += cell.n
            self.missed += cell.n if cell.how in ("timeout", "unreachable", "failed") else 0
            self.rejected += cell.n if cell.how == "rejected" else 0

    def add_dials(self, cells: Iterable[DialCell]) -> None:
        for cell in cells:
            self.dialled += cell.n
            self.reached += cell.reached

    def add_internal(self, cells: Iterable[InternalCell]) -> None:
        for cell in cells:
            self.internal += cell.n
            self.internal_ms += cell.talked_ms

    def add_surveys(self, cells: Iterable[SurveyCell]) -> None:
        for cell in cells:
            self.asked += cell.n
            if cell.score is not None:
                self.responses += cell.n
                self.score_sum += cell.n * cell.score
                self.satisfied += cell.n if cell.score >= SATISFIED_FROM else 0


class Unit(StrEnum):
    COUNT = "count"
    RATIO = "ratio"  # 1 is 100 %
    SECONDS = "seconds"
    SCORE = "score"


class About(StrEnum):
    """Of whom a figure can be told."""

    QUEUE = "queue"  # also of a project and the whole centre
    AGENT = "agent"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Figure:
    """A formula. `scale` turns the sums' unit into the figure's (milliseconds into seconds: 1/1000)."""

    id: str
    unit: Unit
    about: About
    zh: str
    en: str
    formula_zh: str
    formula_en: str
    top: Callable[[Counts], int]
    bottom: Callable[[Counts], int] | None = None
    variant: str | None = None
    scale: float = 1.0

    @property
    def key(self) -> str:
        """Unique: the id, with the variant where several are told."""
        return f"{self.id}:{self.variant}" if self.variant else self.id

    def of(self, counts: Counts) -> float | None:
        """The value, rounded to 6 places; null when the denominator is 0."""
        top = self.top(counts)
        if self.bottom is None:
            return round(top * self.scale, 6)
        bottom = self.bottom(counts)
        return round(top * self.scale / bottom, 6) if bottom else None


def counts_of(
    visits: Iterable[VisitCell] = (),
    talks: Iterable[TalkCell] = (),
    states: Iterable[StateCell] = (),
    offers: Iterable[OfferCell] = (),
    surveys: Iterable[SurveyCell] = (),
    dials: Iterable[DialCell] = (),
    internals: Iterable[InternalCell] = (),
) -> Counts:
    """Add up cells."""
    counts = Counts()
    counts.add_visits(visits)
    counts.add_talks(talks)
    counts.add_states(states)
    counts.add_offers(offers)
    counts.add_surveys(surveys)
    counts.add_dials(dials)
    counts.add_internal(internals)
    return counts
