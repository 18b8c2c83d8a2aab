"""Alarms of the core: raised once, cleared once, in every tenant's journal and on every board concerned."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

import msgspec
import structlog

from andon.kit.events import AlarmCleared, AlarmRaised
from andon.kit.journal import Fact

log = structlog.get_logger(__name__)


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody must look at. `subject` tells alarms of one code apart."""

    code: str
    subject: str
    since: datetime
    tenants: frozenset[UUID]

    @property
    def key(self) -> str:
        return f"{self.code}:{self.subject}"


class Alarms:
    """The alarms that are on."""

    def __init__(
        self,
        append: Callable[[Fact], None],
        now: Callable[[], datetime],
        tenants: Callable[[], Iterable[UUID]],
        on_change: Callable[[], None],
    ) -> None:
        self._append = append
        self._now = now
        self._tenants = tenants
        self._on_change = on_change
        self._on: dict[str, Alarm] = {}

    def of(self, tenant_id: UUID) -> list[Alarm]:
        """What concerns this tenant, oldest first."""
        return [alarm for alarm in self._on.values() if tenant_id in alarm.tenants]

    def on(self, code: str, subject: str, detail: str = "", tenant_id: UUID | None = None) -> None:
        """Raise an alarm; one that is on already stays as it is. Without a tenant it concerns all."""
        if f"{code}:{subject}" in self._on:
            return
        concerned = frozenset(self._tenants() if tenant_id is None else {tenant_id})
        alarm = Alarm(code=code, subject=subject, since=self._now(), tenants=concerned)
        self._on[alarm.key] = alarm
        log.error("alarm_raised", code=code, subject=subject, detail=detail)
        for tenant in concerned:
            self._append(
                AlarmRaised(at=alarm.since, tenant_id=tenant, code=code, subject=subject, detail=detail[:200])
            )
        self._on_change()

    def off(self, code: str, subject: str) -> None:
        """The cause is gone. An alarm that is not on: nothing."""
        alarm = self._on.pop(f"{code}:{subject}", None)
        if alarm is None:
            return
        log.warning("alarm_cleared", code=code, subject=subject)
        at = self._now()
        for tenant in alarm.tenants:
            self._append(AlarmCleared(at=at, tenant_id=tenant, code=code, subject=subject))
        self._on_change()

    def set(self, code: str, subject: str, wrong: bool, detail: str = "") -> None:
        """On or off, as it is."""
        if wrong:
            self.on(code, subject, detail)
        else:
            self.off(code, subject)
