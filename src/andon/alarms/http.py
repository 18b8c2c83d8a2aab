"""HTTP of alarm rules."""

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints, computed_field
from sqlalchemy.ext.asyncio import AsyncSession

from andon.alarms import texts  # noqa: F401  (registers what is said here)
from andon.alarms.model import LOW_IS_BAD, Figure
from andon.alarms.tables import AlarmRuleRow
from andon.identity.admin import Resource, Revised, add_uses, crud, used_by
from andon.identity.model import Role
from andon.kit.web import Body, Name, invalid

SECRET_LEAST = 16
PERCENT = frozenset({Figure.SERVICE_LEVEL, Figure.TRUNK_USE})

Limit = Annotated[int, Field(ge=0, le=86400)] | None
Clock = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")]
Told = Literal[Role.AGENT, Role.SUPERVISOR, Role.QUALITY, Role.PLANNER, Role.ADMINISTRATOR, Role.AUDITOR]


class AlarmRuleIn(Body):
    """See `alarms.model.Rule`. `variant` is the service level's, `state` the agents' whose time counts."""

    name: Name
    figure: Figure
    variant: Literal["", "sl.a", "sl.b", "sl.c", "sl.d", "sl.e"] = ""
    state: Literal["", "ready", "not_ready", "break", "dialing", "ringing", "talking", "held", "acw"] = ""
    project_id: UUID | None = None
    queue_id: UUID | None = None
    warn_at: Limit = None
    alarm_at: Limit = None
    hold_s: Annotated[int, Field(ge=0, le=3600)] = 0
    quiet_from: Clock = ""
    quiet_until: Clock = ""
    roles: Annotated[list[Told], Field(max_length=6, default_factory=list)]
    sound: bool = False
    webhook: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    secret: Annotated[str, StringConstraints(max_length=200)] = ""
    active: bool = True


class AlarmRuleShown(Revised):
    """The secret is written, never read; `signed` says that there is one."""

    id: UUID
    name: str
    figure: str
    variant: str
    state: str
    project_id: UUID | None
    queue_id: UUID | None
    warn_at: int | None
    alarm_at: int | None
    hold_s: int
    quiet_from: str
    quiet_until: str
    roles: list[str]
    sound: bool
    webhook: str
    secret: Annotated[str, Field(exclude=True)]
    active: bool
    created_at: datetime

    @computed_field  # type: ignore[prop-decorator]  # as pydantic wants it; mypy knows no decorated property
    @property
    def signed(self) -> bool:
        return bool(self.secret)


async def _check(_session: AsyncSession, values: dict[str, Any], row: AlarmRuleRow | None) -> None:
    """The parts must make sense together, changed and unchanged ones. What a figure has not is emptied."""
    rule = {name: values[name] if name in values else getattr(row, name) for name in AlarmRuleIn.model_fields}
    figure = Figure(rule["figure"])
    if figure is Figure.SERVICE_LEVEL and not rule["variant"]:
        raise invalid(variant="field.required")
    if figure is Figure.STATE_TIME and not rule["state"]:
        raise invalid(state="field.required")
    if figure is not Figure.SERVICE_LEVEL:
        values["variant"] = ""
    if figure is not Figure.STATE_TIME:
        values["state"] = ""
    if rule["project_id"] and rule["queue_id"]:
        raise invalid(queue_id="field.alarm_scope")
    if figure is Figure.TRUNK_USE and (rule["project_id"] or rule["queue_id"]):
        raise invalid(queue_id="field.alarm_scope")
    warn, alarm = rule["warn_at"], rule["alarm_at"]
    if warn is None and alarm is None:
        raise invalid(warn_at="field.alarm_threshold")
    if figure in PERCENT:
        for name in ("warn_at", "alarm_at"):
            if (rule[name] or 0) > 100:
                raise invalid(**{name: "field.alarm_percent"})
    if warn is not None and alarm is not None and (alarm >= warn if figure in LOW_IS_BAD else alarm <= warn):
        raise invalid(alarm_at="field.alarm_order")
    since, until = rule["quiet_from"], rule["quiet_until"]
    if bool(since) != bool(until) or (since and since == until):
        raise invalid(quiet_until="field.alarm_quiet")
    _check_hook(rule["webhook"], rule["secret"])
    if not rule["webhook"]:
        values["secret"] = ""
    values["figure"] = figure.value
    values["roles"] = [str(role) for role in rule["roles"]]


def _check_hook(webhook: str, secret: str) -> None:
    if not webhook:
        return
    try:
        parts = urlsplit(webhook)
        wrong = parts.scheme != "https" or not parts.hostname or bool(parts.username) or parts.port == 0
    except ValueError:
        wrong = True
    if wrong:
        raise invalid(webhook="field.alarm_https")
    if len(secret) < SECRET_LEAST:
        raise invalid(secret="field.alarm_secret")  # noqa: S106  # the key of a text


router: APIRouter = crud(
    Resource(
        path="/api/alarm-rules",
        kind="alarm_rule",
        table=AlarmRuleRow,
        model=AlarmRuleIn,
        shown=AlarmRuleShown,
        prepare=_check,
    )
)

add_uses("project", used_by("alarm_rule", AlarmRuleRow, AlarmRuleRow.project_id))
add_uses("queue", used_by("alarm_rule", AlarmRuleRow, AlarmRuleRow.queue_id))
