"""Answers about ledger checks."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from andon.reporting.shapes import Instant, Named


class LedgerFinding(BaseModel):
    """A row that the rules cannot explain. `subject` is a contact, agent, recording or channel id."""

    rule: str
    subject: str
    text: str
    seq: int | None


class LedgerRule(BaseModel):
    rule: str
    checked: int
    failed: int


class LedgerResult(BaseModel):
    """What a check found. `findings` holds the first of `unexplained`; the books are true when that is 0."""

    checked_at: Instant
    since: Instant | None
    until: Instant | None
    rows: int
    contacts: int
    open_contacts: int
    agent_seconds: float
    recording_seconds: float
    witness_channels: int | None
    unexplained: int
    rules: list[LedgerRule]
    findings: list[LedgerFinding]


class LedgerCheckInfo(BaseModel):
    check_id: UUID
    state: Literal["wanted", "running", "done", "failed"]
    asked_at: Instant
    asked_by: Named | None
    finished_at: Instant | None
    report: LedgerResult | None


class LedgerState(BaseModel):
    """The check that is wanted or runs now, and the newest that is over."""

    running: LedgerCheckInfo | None
    last: LedgerCheckInfo | None


class LedgerCheckAsked(BaseModel):
    check_id: UUID
