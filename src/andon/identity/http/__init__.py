"""HTTP of identity: log-in, the own account, people, clients and projects, the audit log."""

from fastapi import APIRouter

from andon.identity.http import audit, clients, session, users

router = APIRouter()
for part in (session, users, clients, audit):
    router.include_router(part.router)
