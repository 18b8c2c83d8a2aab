"""The audit log: who did what to what, with the values before and after."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity.model import Actor
from andon.identity.tables import Audit

SECRET_FIELDS = frozenset({"secret", "password", "password_hash"})
HIDDEN = "…"
PRIVATE_FIELDS = frozenset({"mobile"})  # people's own telephones: the last digits tell them apart
SHOWN = 4


def snapshot(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON-ready values; secrets only tell that they are there."""
    plain: dict[str, Any] = msgspec.to_builtins(dict(values))
    return {name: _shown(name, value) for name, value in plain.items()}


def _shown(name: str, value: Any) -> Any:
    if name in SECRET_FIELDS:
        return HIDDEN if value else ""
    return masked(value) if name in PRIVATE_FIELDS else value


def masked(number: str | None) -> str:
    """A telephone of one of our own people, as others see it."""
    return "*" * max(0, len(number) - SHOWN) + number[-SHOWN:] if number else ""


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what differs. A secret that was replaced by another shows as changed, its values do not."""
    names = [name for name in after if before.get(name) != after[name]]
    return (
        snapshot({name: before.get(name) for name in names}),
        snapshot({name: after[name] for name in names}),
    )


def record(
    session: AsyncSession,
    actor: Actor,
    at: datetime,
    action: str,
    kind: str,
    *,
    object_id: UUID | None = None,
    name: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add an entry in the caller's transaction: the change and its entry are kept or lost together."""
    session.add(
        Audit(
            at=at,
            user_id=actor.user_id,
            user_name=actor.name,
            action=action,
            object_kind=kind,
            object_id=object_id,
            object_name=name,
            before=before,
            after=after,
            address=actor.address,
        )
    )
