"""The board as the edge keeps it: a snapshot, deltas that follow, what a client's viewer may see. Pure.

Core answers with a snapshot and publishes deltas, each with the `seq` after the one before. A delta not
newer than what is known is dropped. A gap (a lost message), or a smaller `seq` at a later time (core was
started anew), means that a fresh snapshot is needed.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

PARTS: Mapping[str, str] = {
    "agents": "agent_id",
    "queues": "queue_id",
    "waiting": "contact_id",
    "calls": "contact_id",
    "monitors": "monitor_id",
    "follows": "follow_id",
    "trunks": "trunk_id",
    "alarms": "code",
}


class Gap(Exception):
    """A delta is missing: take a fresh snapshot."""


def key_of(part: str, row: Mapping[str, Any]) -> str:
    """What tells a row of that part from the others; alarms are told apart by code and subject."""
    if part == "alarms":
        return f"{row['code']}:{row['subject']}"
    return str(row[PARTS[part]])


class BoardMirror:
    """One tenant's board."""

    def __init__(self, snapshot: Mapping[str, Any]) -> None:
        self.seq = int(snapshot["seq"])
        self.server_time: str = snapshot["server_time"]
        self._parts: dict[str, dict[str, dict[str, Any]]] = {
            part: {key_of(part, row): row for row in snapshot.get(part, [])} for part in PARTS
        }

    def merge(self, delta: Mapping[str, Any]) -> bool:
        """Take a delta; false when it is older than what is known. Raises `Gap`."""
        seq = int(delta["seq"])
        if seq > self.seq + 1 or (seq < self.seq and delta["server_time"] > self.server_time):
            raise Gap
        if seq <= self.seq:
            return False
        for part, rows in delta.get("changed", {}).items():
            if part in self._parts:
                self._parts[part].update({key_of(part, row): row for row in rows})
        for part, keys in delta.get("removed", {}).items():
            if part in self._parts:
                for key in keys:
                    self._parts[part].pop(_removed_key(key), None)
        self.seq, self.server_time = seq, delta["server_time"]
        return True

    def snapshot(self) -> dict[str, Any]:
        """The whole board."""
        return self._head() | {part: list(rows.values()) for part, rows in self._parts.items()}

    def for_client(self, client_id: UUID, queues: frozenset[str]) -> dict[str, Any]:
        """What a client's viewer sees: own queues, those waiting in them, own calls.

        Agents, supervisors, trunks and alarms are the operator's own and are left out.
        """
        own = str(client_id)
        parts = self._parts
        return self._head() | {
            "agents": [],
            "queues": [row for key, row in parts["queues"].items() if key in queues],
            "waiting": [row for row in parts["waiting"].values() if str(row["queue_id"]) in queues],
            "calls": [row for row in parts["calls"].values() if str(row.get("client_id")) == own],
            "monitors": [],
            "follows": [],
            "trunks": [],
            "alarms": [],
        }

    def _head(self) -> dict[str, Any]:
        return {"seq": self.seq, "server_time": self.server_time}


def _removed_key(key: Any) -> str:
    """Removed alarms come as rows or as `code:subject`."""
    return key_of("alarms", key) if isinstance(key, Mapping) else str(key)
