"""HTTP of identity: log-in, the own account, people, clients and projects, the audit log."""

from fastapi import APIRouter

from andon.identity.http import (
    audit,
    clients,
    leaves,
    mobile,
    oidc,
    passkeys,
    roles,
    second_factor,
    session,
    teams,
    users,
)

router = APIRouter()
for part in (session, oidc, passkeys, roles, second_factor, mobile, leaves, users, teams, clients, audit):
    router.include_router(part.router)
