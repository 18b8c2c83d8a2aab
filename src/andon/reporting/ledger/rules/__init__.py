"""The rules of the books, over raw journal rows in sequence order. Pure; shares no code with projections.

Every rule counts what it checked and names what it cannot explain. Spans in the journal are whole
milliseconds taken from one clock reading each, so that two spans of the same pair of instants differ
by rounding only (`ROUNDING_MS`).
"""

from collections.abc import Iterable
from datetime import datetime

from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules import (
    agents,
    callbacks,
    card,
    closing,
    contacts,
    internal,
    outside,
    queues,
    recordings,
    supervisors,
    system,
    talks,
    transfers,
)
from andon.reporting.ledger.rules.state import RULES, State
from andon.reporting.ledger.rules.table import TABLE

__all__ = ["RULES", "Books"]

_ROOMS = (
    agents,
    callbacks,
    card,
    contacts,
    internal,
    outside,
    queues,
    recordings,
    supervisors,
    system,
    talks,
    transfers,
)  # importing them fills the table

MESSAGES = {"message.sent", "message.read", "message.answered"}
# written with or without a core
OF_OTHERS = {"recording.stored", "recording.incomplete", "wrapup.submitted"} | contacts.WORK | MESSAGES


class Books(State):
    """Feed rows in order with `take`, then `close(now)`; `partial`: the rows begin in the middle."""

    def take_all(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.take(row)

    def take(self, row: Row) -> None:
        """Apply one row. Kinds that no rule reads are counted only."""
        self.rows += 1
        self.row = row
        rule = TABLE.get(row.kind)
        if row.contact_id is not None and row.kind != "contact.arrived":
            contacts.lies_inside(self, row)
        if rule is not None:
            rule(self, row, row.data)
        if row.kind not in OF_OTHERS:
            self.last = row.at

    def close(self, now: datetime) -> None:
        """Judge what is still open at `now`: live subjects are fine unless a core start followed them."""
        self.row = None
        closing.close(self, now)
