"""What a ledger check reads and what it says. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One journal row as stored: names and JSON, deliberately not the typed facts of the rooms."""

    seq: int
    at: datetime
    kind: str
    contact_id: str | None = None
    agent_id: str | None = None
    data: Mapping[str, Any] = msgspec.field(default_factory=dict)


class WitnessCall(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine itself wrote about one channel: start, answer and end, each None when not seen."""

    channel_id: str
    channel: str
    started: datetime | None = None
    ended: datetime | None = None
    waited: bool = False  # it came while no core was there, says the engine


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A row that the rules cannot explain. `subject` is a contact, agent, recording or channel id."""

    rule: str
    subject: str
    text: str
    seq: int | None = None


class RuleResult(msgspec.Struct, frozen=True, kw_only=True):
    rule: str
    checked: int
    failed: int


class LedgerReport(msgspec.Struct, frozen=True, kw_only=True):
    """The result: `unexplained` is the number of findings; `open_*` are live and not yet due."""

    checked_at: datetime
    since: datetime | None
    until: datetime | None
    rows: int
    contacts: int
    open_contacts: int
    agent_seconds: float
    recording_seconds: float
    witness_channels: int | None
    rules: list[RuleResult]
    findings: list[Finding]

    @property
    def unexplained(self) -> int:
        return sum(rule.failed for rule in self.rules)
