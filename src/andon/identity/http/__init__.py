"""HTTP of identity: log-in, the own account, people, clients and projects, the audit log."""

from fastapi import APIRouter

from andon.identity.http import audit, clients, oidc, roles, second_factor, session, teams, users

router = APIRouter()
for part in (session, oidc, roles, second_factor, users, teams, clients, audit):
    router.include_router(part.router)
