"""HTTP of the people who can log in."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, Field, StringConstraints, field_validator
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit, leaves, repository
from andon.identity.access import At, PeopleManager, Recognised, may, scope_of, sessions
from andon.identity.admin import (
    Revised,
    Seen,
    announce,
    broken_rule,
    patch_of,
    refuse_stale,
    revision_of,
    values_of,
)
from andon.identity.duties import check_duties, record_appointments
from andon.identity.model import Actor, Permission, Role, duties_of, permissions
from andon.identity.passwords import MAX_LENGTH, MIN_LENGTH, NO_PASSWORD
from andon.identity.tables import Client, User, UserSession
from andon.kit.database import Scope
from andon.kit.errors import AndonError, not_found
from andon.kit.web import Body, Line, Name, Page, Services, invalid

router = APIRouter(tags=["user"])

Login = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")
]
AgentNo = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20, pattern=r"^[A-Za-z0-9-]+$")
]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]


def _mobile(number: str) -> str:
    if not re.fullmatch(r"(\+?[0-9]{5,19})?", number):
        raise ValueError("field.mobile")
    return number


Mobile = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_mobile)]
Password = Annotated[str, Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH)]
Reader = Annotated[Actor, may(Permission.CONFIG, Permission.PEOPLE, Permission.BOARD, Permission.CONTACTS)]


class UserChange(Body):
    """What of a user can be changed. `by_directory`: the password is checked at the company's directory."""

    login: Login
    name: Name
    agent_no: AgentNo | None = None
    department: Line = ""
    roles: list[Role]
    client_id: UUID | None = None
    email: Email | None = None
    locale: Literal["zh", "en"] = "zh"
    active: bool = True
    mobile: Mobile = ""
    by_directory: bool = False

    @field_validator("roles")
    @classmethod
    def _once(cls, roles: list[Role]) -> list[Role]:
        if not roles:
            raise ValueError("field.role_needed")
        return sorted(set(roles))


class UserIn(UserChange):
    """Who comes from the directory needs no password here."""

    password: Password | None = None


UserPatch = patch_of(UserChange)


class UserShown(Revised):
    """`mobile` is whole for those who administer people, and masked for others."""

    id: UUID
    login: str
    name: str
    agent_no: str | None
    department: str
    roles: list[str]
    client_id: UUID | None
    email: str | None
    locale: str
    active: bool
    mobile: str
    by_directory: bool
    locked: bool = False
    second_factor: bool = False
    created_at: datetime


class NewPassword(Body):
    """`current` is needed for the own password."""

    password: Password
    current: str = ""


@router.get("/api/users")
async def list_users(actor: Reader, services: At, role: Role | None = None) -> Page[UserShown]:
    """Everybody, those who left included."""
    wanted = select(User)
    if role is not None:
        wanted = wanted.where(User.roles.contains([role.value]))
    async with services.db.session(scope_of(actor)) as session:
        rows = list(await session.scalars(wanted.order_by(User.agent_no.nulls_last(), User.login)))
        items = await _shown(session, services, actor, rows)
    return Page(items=items, total=len(items))


@router.post("/api/users", status_code=201)
async def make_user(body: UserIn, actor: PeopleManager, request: Request, services: At) -> UserShown:
    """Add a person."""
    values = body.model_dump(exclude={"password"})
    if body.password is None and not body.by_directory:
        raise invalid(password="field.required")  # noqa: S106  # a text's key
    if body.password == body.login:
        raise invalid(password="field.password_same")  # noqa: S106  # a text's key
    known = sessions(request)
    hashed = NO_PASSWORD if body.password is None else await known.passwords.hash(body.password)
    if body.by_directory and await known.proof.directory_of(actor.tenant_id) is None:
        raise invalid(by_directory="field.no_directory")
    try:
        async with services.db.session(scope_of(actor)) as session:
            await _check(session, values)
            has = permissions(values["roles"], await repository.allows(session))
            if not may_have_mobile({}, values, has):
                raise invalid(mobile="field.mobile_role")
            row = User(
                **_plain(values),
                password_hash=hashed,
                password_changed_at=services.clock.now(),
                password_by=actor.user_id,
            )
            session.add(row)
            await session.flush()
            appointed = await check_duties(session, {row.id: (row.name, frozenset())})
            await session.refresh(row)
            _record(session, services, actor, "create", row, None, audit.snapshot(_public(row)))
            record_appointments(session, actor, services.clock.now(), appointed)
            answer = (await _shown(session, services, actor, [row]))[0]
    except IntegrityError as error:
        raise _broken(error) from error
    announce(services, actor)
    return answer


@router.get("/api/users/{id}")
async def read_user(id: UUID, actor: Reader, services: At) -> UserShown:
    """One person."""
    async with services.db.session(scope_of(actor)) as session:
        return (await _shown(session, services, actor, [await _user(session, id)]))[0]


@router.patch("/api/users/{id}")
async def change_user(
    id: UUID,
    body: UserPatch,  # type: ignore[valid-type]  # made at run time from UserChange
    actor: PeopleManager,
    request: Request,
    services: At,
    seen: Seen = "",
) -> UserShown:
    """Change a person. Whoever loses a right is logged out."""
    values: dict[str, Any] = body.model_dump(exclude_unset=True)  # type: ignore[attr-defined]  # see above
    ended: list[UUID] = []
    proof = sessions(request).proof
    reachable = bool(values.get("by_directory")) and await proof.directory_of(actor.tenant_id) is not None
    try:
        async with services.db.session(scope_of(actor)) as session:
            row = await _user(session, id, lock=True)
            before = _public(row)
            await refuse_stale(session, services, "user", id, seen, before)
            after = before | _plain(values)
            if after["by_directory"] and not before["by_directory"] and not reachable:
                raise invalid(by_directory="field.no_directory")
            await _check(session, after)
            allows = await repository.allows(session)
            had, has = (permissions(values["roles"], allows) for values in (before, after))
            if id == actor.user_id and not has <= had:
                raise invalid(roles="field.own_rights")
            if not may_have_mobile(before, after, has):
                raise invalid(mobile="field.mobile_role")
            for name, value in _plain(values).items():
                setattr(row, name, value)
            # Whoever has the address, or the name, at the provider or the directory is this person then:
            # that is as good as a password.
            becomes = False
            if before["email"] != row.email:
                row.oidc_subject = None  # another address: perhaps another person at the provider
                becomes = services.settings.oidc is not None
            if any(before[name] != after[name] for name in ("login", "by_directory")):
                row.directory_id = None  # another name: perhaps another person at the directory
                becomes = becomes or row.by_directory
            if becomes:
                await leaves.spend(session, actor, row, services.clock.now())
            await session.flush()
            if any(before[name] != after[name] for name in ("roles", "active", "client_id")):
                appointed = await check_duties(session, {id: (row.name, duties_of(before, allows))})
                record_appointments(session, actor, services.clock.now(), appointed)
            if not has >= had or _leaves(before, after):
                ended = await repository.end_sessions(session, id, services.clock.now())
            old, new = audit.changed(before, _public(row))
            if new:
                _record(session, services, actor, "update", row, old, new)
            answer = (await _shown(session, services, actor, [row]))[0]
    except IntegrityError as error:
        raise _broken(error) from error
    sessions(request).tell_ended(ended)
    announce(services, actor)
    return answer


@router.post("/api/users/{id}/password", status_code=204)
async def set_password(
    id: UUID, body: NewPassword, actor: Recognised, request: Request, services: At
) -> Response:
    """Set a password: who manages people anybody's, everybody the own. Other log-ins of the person end, and a
    locked name is free again. Whose password somebody else set must choose another one at the next log-in; of
    whom holds a duty that the asker does not hold it takes a second person's leave."""
    own = id == actor.user_id
    if not own and actor.renewing:
        raise AndonError("password.renew", 403)
    if actor.enrolling and not (own and actor.renewing):
        raise AndonError("second_factor.enrol", 403)
    if not own and not actor.may(Permission.PEOPLE):
        raise AndonError("forbidden", 403)
    passwords = sessions(request).passwords
    # The own password is changed from within a client's walls too, behind which there is no audit log.
    scope = Scope(actor.tenant_id, user_id=actor.user_id)
    async with services.db.session(scope) as session:
        user = await _user(session, id)
    if user.by_directory:
        raise AndonError("password.directory", 409)
    if own and not await passwords.check(user.password_hash, body.current):
        raise invalid(current="field.password_current")
    if own and actor.renewing and body.password == body.current:
        raise invalid(password="field.password_known")  # noqa: S106  # a text's key
    hashed = await passwords.hash(body.password)
    now = services.clock.now()
    async with services.db.session(scope) as session:
        row = await _user(session, id)
        if body.password == row.login:
            raise invalid(password="field.password_same")  # noqa: S106  # a text's key
        if own:
            log_in = await session.get_one(UserSession, actor.session_id)
            log_in.renewing = False
        else:
            await leaves.spend(session, actor, row, now)
        row.password_hash = hashed
        row.password_changed_at = now
        row.password_by = None if own else actor.user_id
        for counted in ("user", "own", "code"):
            await repository.clear_login(session, f"{counted}:{id}")
        keep = actor.session_id if own else None
        ended = await repository.end_sessions(session, id, now, keep=keep)
        _record(session, services, actor, "password", row, None, None)
    sessions(request).tell_ended(ended)
    return Response(status_code=204)


def _leaves(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return (before["active"] and not after["active"]) or before["client_id"] != after["client_id"]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Roles as the table keeps them."""
    return {
        name: [str(role) for role in value] if name == "roles" else value for name, value in values.items()
    }


def _public(row: User) -> dict[str, Any]:
    values = values_of(row)
    for name in ("password_hash", "password_changed_at", "password_by", "oidc_subject", "directory_id"):
        del values[name]
    return values


async def _user(session: AsyncSession, id: UUID, *, lock: bool = False) -> User:
    row = await session.get(User, id, with_for_update=lock)
    if row is None:
        raise not_found("user")
    return row


async def _shown(
    session: AsyncSession, services: Services, actor: Actor, rows: list[User]
) -> list[UserShown]:
    ids = [row.id for row in rows]
    names = [f"{counted}:{id}" for id in ids for counted in ("user", "code")]
    locked = {
        name.partition(":")[2] for name in await repository.locked_names(session, names, services.clock.now())
    }
    confirmed = await repository.with_second_factor(session, ids)
    whole = actor.may(Permission.PEOPLE)
    return [
        UserShown.model_validate(row).model_copy(
            update={
                "locked": str(row.id) in locked,
                "second_factor": row.id in confirmed,
                "mobile": row.mobile if whole else audit.masked(row.mobile),
                "revision": revision_of(services, _public(row)),
            }
        )
        for row in rows
    ]


def broken_rules(values: dict[str, Any]) -> dict[str, str]:
    """Rules over several fields: the field at fault with its text's key, or nothing."""
    roles = {str(role) for role in values["roles"]}
    if Role.AGENT in roles and not values["agent_no"]:
        return {"agent_no": "field.agent_no_needed"}
    if Role.CLIENT_VIEWER in roles and values["client_id"] is None:
        return {"client_id": "field.client_needed"}
    if values["client_id"] is not None and roles - {Role.CLIENT_VIEWER, Role.AGENT}:
        return {"client_id": "field.client_role"}
    return {}


def may_have_mobile(before: Mapping[str, Any], after: Mapping[str, Any], has: frozenset[Permission]) -> bool:
    """Whether the number is one that its bearer may answer on. One that is there may stay, whatever becomes
    of the roles: a day without the right costs nobody a number."""
    number = after["mobile"]
    return not number or number == before.get("mobile") or Permission.MOBILE in has


async def _check(session: AsyncSession, values: dict[str, Any]) -> None:
    wrong = broken_rules(values)
    if wrong:
        raise AndonError("invalid", 422, fields={**wrong})
    if values["client_id"] is not None:
        client = await session.get(Client, values["client_id"])
        if client is None or client.retired_at is not None:
            raise invalid(client_id="field.unknown_reference")


def _broken(error: IntegrityError) -> AndonError:
    diagnosis = getattr(error.orig, "diag", None)
    name = (diagnosis.constraint_name if diagnosis else "") or ""
    field = next((field for field in ("agent_no", "email") if name.endswith(field)), "login")
    return broken_rule(error, field)


def _record(
    session: AsyncSession,
    services: Services,
    actor: Actor,
    action: str,
    row: User,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    audit.record(
        session,
        actor,
        services.clock.now(),
        action,
        "user",
        object_id=row.id,
        name=row.name,
        before=before,
        after=after,
    )
