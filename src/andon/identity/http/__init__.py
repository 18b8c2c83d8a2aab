"""HTTP of identity: log-in, the own account, people, clients and projects, the audit log."""

from fastapi import APIRouter

from andon.identity.http import (
    audit,
    clients,
    directory,
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
PARTS = (
    session, oidc, directory, passkeys, roles, second_factor, mobile, leaves, users, teams, clients, audit,
)  # fmt: skip
for part in PARTS:
    router.include_router(part.router)
