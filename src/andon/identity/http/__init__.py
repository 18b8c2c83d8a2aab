"""HTTP of identity: log-in, the own account, people, clients and projects, the audit log."""

from fastapi import APIRouter

from andon.identity.http import audit, clients, second_factor, session, users

router = APIRouter()
for part in (session, second_factor, users, clients, audit):
    router.include_router(part.router)
