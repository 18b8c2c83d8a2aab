"""What the town can see of the centre: the live board, as a supervisor sees it. Pure book-keeping.

A caller learns from it what a real caller would hear: that one waits, that a person has answered, that the
person is gone.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from town.customer import Stage

STAGES = {"talking": Stage.TALK, "held": Stage.TALK, "after": Stage.AFTER, "ending": Stage.AFTER}
KEYS = {
    "agents": "agent_id",
    "queues": "queue_id",
    "waiting": "contact_id",
    "calls": "contact_id",
    "trunks": "trunk_id",
}


def masked(number: str) -> str:
    """The last four digits: what a masked number still tells, and enough in this town."""
    return number[-4:]


class Sight:
    """The board, kept up to date from snapshot and deltas."""

    def __init__(self) -> None:
        self.fresh = False
        self._rows: dict[str, dict[str, dict[str, Any]]] = {part: {} for part in KEYS}
        self._callers: dict[str, str] = {}

    def snapshot(self, board: Mapping[str, Any]) -> None:
        """Everything anew."""
        for part, key in KEYS.items():
            self._rows[part] = {row[key]: row for row in board.get(part, [])}
        self._note_callers(self._rows["waiting"].values())
        self.fresh = True

    def delta(self, change: Mapping[str, Any]) -> None:
        for part, key in KEYS.items():
            for row in change.get("changed", {}).get(part) or []:
                self._rows[part][row[key]] = row
            for gone in change.get("removed", {}).get(part) or []:
                self._rows[part].pop(gone, None)
        self._note_callers((change.get("changed", {}).get("waiting")) or [])

    def lost(self) -> None:
        """The connection is gone; nothing seen can be trusted."""
        self.fresh = False
        self._callers.clear()
        for rows in self._rows.values():
            rows.clear()

    def _note_callers(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            self._callers[masked(row["caller_masked"])] = row["contact_id"]

    # --- questions

    def stage(self, caller: str) -> Stage | None:
        """Where the caller of this number is; None when the board does not tell."""
        contact_id = self._callers.get(masked(caller))
        if contact_id is None:
            return None
        if contact_id in self._rows["waiting"]:
            return Stage.QUEUE
        call = self._rows["calls"].get(contact_id)
        return None if call is None else STAGES.get(call["phase"])

    def agents(self) -> list[dict[str, Any]]:
        return list(self._rows["agents"].values())

    def agent(self, agent_no: str) -> dict[str, Any] | None:
        return next((row for row in self._rows["agents"].values() if row["agent_no"] == agent_no), None)

    def waiting(self) -> int:
        return len(self._rows["waiting"])
