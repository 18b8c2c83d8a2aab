"""Hours: open, closed, or a public holiday."""

from typing import ClassVar
from uuid import UUID

from andon.calendars.model import Why, is_open
from andon.flows.nodes.base import BaseNode, CalendarId
from andon.flows.walk import Walk
from andon.interactions.events import Outcome


class Hours(BaseNode, frozen=True, kw_only=True, tag="hours"):
    """Leads through `open` or `closed`; on a public holiday or an exceptional closing through `holiday`.

    `holiday` may be missing, then it is `closed`. A calendar that was removed counts as open: a caller
    served in vain is better than one sent away in error.
    """

    needed: ClassVar[tuple[str, ...]] = ("open", "closed")
    optional: ClassVar[tuple[str, ...]] = ("holiday",)
    waits: ClassVar[bool] = False

    calendar_id: CalendarId

    def calendar_ids(self) -> tuple[UUID, ...]:
        return (self.calendar_id,)

    def enter(self, walk: Walk) -> None:
        calendar = walk.context.calendars.get(self.calendar_id)
        state = None if calendar is None else is_open(calendar, walk.at)
        if state is None or state.open:
            walk.leave("open")
            return
        walk.outcome = Outcome.OUT_OF_HOURS
        walk.expect(Outcome.OUT_OF_HOURS)
        special = state.why in {Why.HOLIDAY, Why.EXCEPTION} and "holiday" in self.exits
        walk.leave("holiday" if special else "closed")
