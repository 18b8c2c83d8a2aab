"""Facts: typed, versioned, immutable. Pure.

A room declares its facts in its `events.py` as subclasses of `Fact`::

    class ContactEnded(Fact, frozen=True, kw_only=True):
        kind: ClassVar[str] = "contact.ended"
        outcome: str

Fields of the envelope (`at`, `tenant_id`, `client_id`, `project_id`, `contact_id`, `agent_id`) are
columns of the journal; every other field goes into its JSON `data`. A changed shape gets a new
`version`; the old class stays so that old rows remain readable.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec

ENVELOPE = frozenset({"at", "tenant_id", "client_id", "project_id", "contact_id", "agent_id"})

_registry: dict[tuple[str, int], type["Fact"]] = {}


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened, at an instant (aware UTC), to a tenant and its subjects."""

    kind: ClassVar[str] = ""
    version: ClassVar[int] = 1

    at: datetime
    tenant_id: UUID
    client_id: UUID | None = None
    project_id: UUID | None = None
    contact_id: UUID | None = None
    agent_id: UUID | None = None

    def __init_subclass__(cls, **config: Any) -> None:
        super().__init_subclass__(**config)
        if "kind" not in cls.__dict__:
            return
        known = _registry.get((cls.kind, cls.version))
        if known is not None and known.__qualname__ != cls.__qualname__:
            raise TypeError(f"fact kind {cls.kind!r} v{cls.version} is declared twice")
        _registry[cls.kind, cls.version] = cls


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as the journal holds it: `seq` is its place, `id` makes a retried append harmless."""

    seq: int
    id: UUID
    fact: Fact


def encode_data(fact: Fact) -> dict[str, Any]:
    """The fact's own fields as JSON-ready values, without the envelope."""
    data: dict[str, Any] = msgspec.to_builtins(fact)
    return {key: value for key, value in data.items() if key not in ENVELOPE}


def decode(kind: str, version: int, envelope: dict[str, Any], data: dict[str, Any]) -> Fact:
    """Rebuild a fact from its row. Raises `KeyError` for a kind or version nobody declared."""
    return msgspec.convert({**data, **envelope}, _registry[kind, version], strict=False)


def fact_types() -> dict[tuple[str, int], type[Fact]]:
    """Every declared kind and version, for docs, checks and tests."""
    return dict(_registry)
