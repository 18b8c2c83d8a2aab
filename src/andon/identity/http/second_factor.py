"""HTTP of the second factor: one's own, resetting somebody's, and the rule that asks for it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import available_timezones

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints, field_validator
from sqlalchemy import select

from andon.identity import audit, repository
from andon.identity.access import At, LoggedInActor, PeopleManager, Renewed, scope_of, sessions
from andon.identity.admin import Revised, Seen, refuse_stale, revision_of
from andon.identity.duties import check_duties
from andon.identity.hours import CLOCK, EVERY_DAY, FREE
from andon.identity.model import Role
from andon.identity.repository import hours_of
from andon.identity.tables import LogInRules, User
from andon.kit.errors import AndonError, not_found
from andon.kit.web import Body, Services, Shown

router = APIRouter(tags=["session"])

_MINE = "/api/me/second-factor"


class StandingShown(Shown):
    """`since` null: there is no authenticator app. `required`: a rule asks for one or a passkey."""

    since: datetime | None
    codes_left: int
    required: bool
    passkeys: int


class Proof(Body):
    """The own password. Right after a log-in that has to set up a second factor it is not asked again."""

    password: Annotated[str, Field(max_length=200)] = ""


class Code(Body):
    code: Annotated[str, Field(min_length=1, max_length=20)]


class EnrolmentShown(Shown):
    """`uri` for a QR code, `secret` to type in."""

    secret: str
    uri: str


class RecoveryCodes(Shown):
    """Shown once and kept nowhere."""

    codes: list[str]


class LogInRulesIn(Body):
    """`second_factor_roles`: whose people must have a second factor beside a local password. `separated`:
    nobody may administer the system, its people and rights, and the audit log at once. `hours_…`: when people
    with no other roles than these may log in (`identity.hours`)."""

    second_factor_roles: list[Role]
    separated: bool
    hours_roles: Annotated[list[Role], Field(default_factory=list)]
    hours_days: Annotated[
        list[Annotated[int, Field(ge=1, le=7)]],
        Field(min_length=1, default_factory=lambda: list(EVERY_DAY)),
    ]
    hours_from: Annotated[str, StringConstraints(pattern=CLOCK)] = "00:00"
    hours_to: Annotated[str, StringConstraints(pattern=CLOCK)] = "24:00"
    hours_zone: Annotated[str, StringConstraints(max_length=60)] = "Asia/Shanghai"

    @field_validator("hours_roles")
    @classmethod
    def _not_who_lets_in(cls, roles: list[Role]) -> list[Role]:
        if FREE & set(roles):
            raise ValueError("field.hours_duty")
        return roles

    @field_validator("hours_zone")
    @classmethod
    def _zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("field.time_zone")
        return zone


class LogInRulesShown(Revised):
    second_factor_roles: list[str]
    separated: bool
    hours_roles: list[str]
    hours_days: list[int]
    hours_from: str
    hours_to: str
    hours_zone: str


@router.get(_MINE)
async def my_second_factor(actor: Renewed, request: Request) -> StandingShown:
    """How it stands with the own second factor."""
    standing = await sessions(request).factors.standing(actor.tenant_id, actor.user_id)
    return StandingShown.model_validate(standing)


@router.post(_MINE)
async def begin_second_factor(body: Proof, actor: Renewed, request: Request) -> EnrolmentShown:
    """A new secret for the authenticator app; it counts once a code was typed."""
    factors = sessions(request).factors
    if not actor.enrolling:
        await factors.prove(actor, body.password)
    return EnrolmentShown.model_validate(await factors.begin(actor))


@router.put(_MINE)
async def confirm_second_factor(body: Code, actor: Renewed, request: Request) -> RecoveryCodes:
    """The first code: from now on log-ins ask for one."""
    return RecoveryCodes(codes=await sessions(request).factors.confirm(actor, body.code))


@router.post(_MINE + "/codes")
async def renew_recovery_codes(body: Proof, actor: LoggedInActor, request: Request) -> RecoveryCodes:
    """New recovery codes in place of the old ones."""
    factors = sessions(request).factors
    await factors.prove(actor, body.password)
    return RecoveryCodes(codes=await factors.renew_codes(actor))


@router.post(_MINE + "/off", status_code=204)
async def drop_second_factor(body: Proof, actor: LoggedInActor, request: Request) -> Response:
    """Log in without the app again, unless a rule asks for it; passkeys stay."""
    factors = sessions(request).factors
    await factors.prove(actor, body.password)
    standing = await factors.standing(actor.tenant_id, actor.user_id)
    if standing.required and not standing.passkeys:
        raise AndonError("second_factor.required", 409)
    await factors.drop(actor, actor.user_id, actor.name, "second_factor_off", keys=False)
    return Response(status_code=204)


@router.delete("/api/users/{id}/second-factor", status_code=204)
async def reset_second_factor(id: UUID, actor: PeopleManager, request: Request, services: At) -> Response:
    """Whoever lost telephone, passkeys and recovery codes logs in with the password again; log-ins there are
    end."""
    async with services.db.session(scope_of(actor)) as session:
        user = await session.get(User, id)
        if user is None:
            raise not_found("user")
    await sessions(request).factors.drop(actor, id, user.name, "second_factor_reset", keys=True)
    async with services.db.session(scope_of(actor)) as session:
        keep = actor.session_id if id == actor.user_id else None
        ended = await repository.end_sessions(session, id, services.clock.now(), keep=keep)
    sessions(request).tell_ended(ended)
    return Response(status_code=204)


@router.get("/api/log-in-rules")
async def read_log_in_rules(actor: PeopleManager, services: At) -> LogInRulesShown:
    """What is asked of those who log in."""
    async with services.db.session(scope_of(actor)) as session:
        return _rules_shown(services, _rules(await session.scalar(select(LogInRules))))


@router.put("/api/log-in-rules")
async def set_log_in_rules(
    body: LogInRulesIn, actor: PeopleManager, services: At, seen: Seen = ""
) -> LogInRulesShown:
    """Set it. Who has no second factor yet sets one up at the next log-in; nobody is logged out. Duties
    can be separated once nobody holds two of them and each is somebody's."""
    wanted = {
        "second_factor_roles": sorted({role.value for role in body.second_factor_roles}),
        "separated": body.separated,
        "hours_roles": sorted({role.value for role in body.hours_roles}),
        "hours_days": sorted(set(body.hours_days)),
        "hours_from": body.hours_from,
        "hours_to": body.hours_to,
        "hours_zone": body.hours_zone,
    }
    async with services.db.session(scope_of(actor)) as session:
        await repository.lock_rights(session)
        row = await session.scalar(select(LogInRules))
        known = _rules(row)
        await refuse_stale(session, services, "log_in_rules", actor.tenant_id, seen, known)
        if row is None:
            row = LogInRules()
            session.add(row)
        for name, value in wanted.items():
            setattr(row, name, value)
        await session.flush()
        await check_duties(session)
        before, after = audit.changed(known, wanted)
        if after:
            audit.record(
                session,
                actor,
                services.clock.now(),
                "update",
                "log_in_rules",
                object_id=actor.tenant_id,
                before=before,
                after=after,
            )
    return _rules_shown(services, wanted)


def _rules(row: LogInRules | None) -> dict[str, Any]:
    """No row: nothing out of the ordinary."""
    hours = hours_of(row)
    return {
        "second_factor_roles": row.second_factor_roles if row is not None else [],
        "separated": row is not None and row.separated,
        "hours_roles": list(hours.roles),
        "hours_days": list(hours.days),
        "hours_from": hours.opens,
        "hours_to": hours.closes,
        "hours_zone": hours.zone,
    }


def _rules_shown(services: Services, values: dict[str, Any]) -> LogInRulesShown:
    return LogInRulesShown(revision=revision_of(services, values), **values)
