"""A search of contacts as it is asked for, saved and exported: one shape for all three."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints, model_validator

from andon.calendars.day import Span, day_span
from andon.interactions.events import Outcome
from andon.kit.web import Body
from andon.reporting.history.search import Filters, Range

Seconds = Annotated[int, Field(ge=0, le=864_000)]
Score = Annotated[int, Field(ge=0, le=10)]
Many = Annotated[int, Field(ge=0, le=1000)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

Column = Literal[
    "arrived",
    "direction",
    "caller",
    "customer",
    "tier",
    "number",
    "client",
    "project",
    "queue",
    "agent",
    "outcome",
    "waited",
    "talked",
    "held",
    "acw",
    "total",
    "offers",
    "ended_by",
    "score",
    "reason",
    "resolved",
    "recording",
    "contact",
]
Columns = Annotated[list[Column], Field(min_length=1, max_length=40)]

# Which columns of a contact are measured in seconds outside, in milliseconds within.
_SPANS = {
    "waited": "waited_ms",
    "talked": "talked_ms",
    "held": "held_ms",
    "acw": "acw_ms",
    "total": "total_ms",
}
_COUNTS = {"score": "survey_score", "offers": "offers"}


class SearchBody(Body):
    """What to look for, of whatever period. Spans in seconds; every bound is inclusive."""

    q: Words | None = None
    queue: UUID | None = None
    project: UUID | None = None
    client: UUID | None = None
    agent: UUID | None = None
    team: UUID | None = None
    customer: UUID | None = None
    number: UUID | None = None
    trunk: UUID | None = None
    flow: UUID | None = None
    reason: UUID | None = None
    outcome: Outcome | None = None
    direction: Literal["inbound", "outbound", "internal"] | None = None
    tier: Literal["normal", "silver", "gold", "vip"] | None = None
    ended_by: Literal["caller", "agent", "system", "supervisor"] | None = None
    resolved: bool | None = None
    follow_up: bool | None = None
    wrapped_up: bool | None = None
    transferred: bool | None = None
    recording: bool | None = None
    voicemail: bool | None = None
    score_from: Score | None = None
    score_to: Score | None = None
    offers_from: Many | None = None
    offers_to: Many | None = None
    waited_from: Seconds | None = None
    waited_to: Seconds | None = None
    talked_from: Seconds | None = None
    talked_to: Seconds | None = None
    held_from: Seconds | None = None
    held_to: Seconds | None = None
    acw_from: Seconds | None = None
    acw_to: Seconds | None = None
    total_from: Seconds | None = None
    total_to: Seconds | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "SearchBody":
        for name in (*_SPANS, *_COUNTS):
            least, most = getattr(self, f"{name}_from"), getattr(self, f"{name}_to")
            if least is not None and most is not None and most < least:
                raise ValueError("field.range_reversed")
        return self

    def ranges(self) -> tuple[Range, ...]:
        """The bounds as columns keep them: a span of 20 s ends a millisecond before 21 s."""
        found = []
        for name, column in (*_SPANS.items(), *_COUNTS.items()):
            least, most = getattr(self, f"{name}_from"), getattr(self, f"{name}_to")
            if name in _SPANS:
                least = None if least is None else least * 1000
                most = None if most is None else most * 1000 + 999
            if least is not None or most is not None:
                found.append(Range(column=column, least=least, most=most))
        return tuple(found)

    def filters(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        own_agent: UUID | None = None,
        masked: bool = False,
    ) -> Filters:
        """The search with what the asker is limited to."""
        return Filters(
            since=since,
            until=until,
            q=self.q,
            queue_id=self.queue,
            project_id=self.project,
            client_id=self.client,
            agent_id=self.agent,
            team_id=self.team,
            customer_id=self.customer,
            number_id=self.number,
            trunk_id=self.trunk,
            flow_id=self.flow,
            reason_id=self.reason,
            outcome=self.outcome,
            direction=self.direction,
            tier=self.tier,
            ended_by=self.ended_by,
            resolved=self.resolved,
            follow_up=self.follow_up,
            wrapped_up=self.wrapped_up,
            transferred=self.transferred,
            recording=self.recording,
            voicemail=self.voicemail,
            ranges=self.ranges(),
            own_agent=own_agent,
            masked=masked,
        )


class ContactsWanted(SearchBody):
    """A page of a search, as the address has it. `contact`: of the same person as that contact's."""

    model_config = ConfigDict(extra="ignore")

    q: Annotated[str | None, StringConstraints(max_length=200)] = None
    since: Annotated[AwareDatetime | None, Field(alias="from")] = None
    until: Annotated[AwareDatetime | None, Field(alias="to")] = None
    contact: UUID | None = None
    cursor: Annotated[str | None, StringConstraints(max_length=200)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    def filters(  # type: ignore[override]  # the period is the page's own
        self, *, own_agent: UUID | None = None, masked: bool = False
    ) -> Filters:
        return super().filters(since=self.since, until=self.until, own_agent=own_agent, masked=masked)


class Period(Body):
    """Days counted back from today when it is asked, or two days, both inclusive."""

    last: Literal["today", "yesterday", "week", "month"] | None = None
    first_day: date | None = None
    last_day: date | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "Period":
        days = (self.first_day, self.last_day)
        if (self.last is None) == (None in days) or (self.last is not None and days != (None, None)):
            raise ValueError("field.period_needed")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError("field.range_reversed")
        return self

    def span(self, today: date, zone: str) -> Span:
        """The instants of its days in that time zone."""
        back = {"today": (0, 0), "yesterday": (1, 1), "week": (6, 0), "month": (29, 0)}
        if self.last is not None:
            first, last = (today - timedelta(days=days) for days in back[self.last])
        else:
            assert self.first_day is not None and self.last_day is not None  # see above
            first, last = self.first_day, self.last_day
        return Span(day_span(first, zone).since, day_span(last, zone).until)
