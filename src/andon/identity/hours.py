"""When people of some roles may log in. Pure."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from andon.identity.model import DUTIES, KEEPS

EVERY_DAY: Final = (1, 2, 3, 4, 5, 6, 7)
CLOCK: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"
# Who keeps a duty could not be let in again by anybody else.
FREE: Final = frozenset(role for role, kept in KEEPS.items() if kept & DUTIES)


class LogInHours(msgspec.Struct, frozen=True, kw_only=True):
    """From `opens` to `closes`, `HH:MM` in `zone`, on `days` (1 Monday to 7 Sunday); where it does not close
    after it opens, on the next day. Of people all of whose roles are among `roles`; without any: nobody's."""

    roles: Collection[str] = ()
    days: Collection[int] = EVERY_DAY
    opens: str = "00:00"
    closes: str = "24:00"
    zone: str = "Asia/Shanghai"

    def admits(self, roles: Iterable[str], at: datetime) -> bool:
        """Whether somebody with these roles may log in at this instant."""
        if not set(roles) <= set(self.roles):
            return True
        local = at.astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        opens, closes = _minute(self.opens), _minute(self.closes)
        if opens < closes:
            return local.isoweekday() in self.days and opens <= minute < closes
        day = local if minute >= opens else local - timedelta(days=1)
        return day.isoweekday() in self.days and (minute >= opens or minute < closes)


def _minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
