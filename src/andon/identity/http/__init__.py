"""HTTP of identity: log-in, the own account, people, clients and projects, the audit log."""

from fastapi import APIRouter

from andon.identity.http import (
    audit,
    clients,
    directory,
    leaves,
    oidc,
    passkeys,
    roles,
    second_factor,
    session,
    teams,
    users,
)

router = APIRouter()
for part in (session, oidc, directory, passkeys, roles, second_factor, leaves, users, teams, clients, audit):
    router.include_router(part.router)
