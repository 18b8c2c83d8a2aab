"""Facts as journal rows for the ledger's rules, which share no code with the machine they judge."""

from collections.abc import Iterable
from datetime import datetime

from andon.kit.journal import Fact, encode_data
from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules import Books


def rows(facts: Iterable[Fact]) -> list[Row]:
    """Journal rows in the order of the facts."""
    return [
        Row(
            seq=seq,
            at=fact.at,
            kind=fact.kind,
            contact_id=str(fact.contact_id) if fact.contact_id else None,
            agent_id=str(fact.agent_id) if fact.agent_id else None,
            data=encode_data(fact),
        )
        for seq, fact in enumerate(facts, 1)
    ]


def judged(facts: Iterable[Fact], now: datetime, *, partial: bool = False) -> Books:
    """The books after every fact, closed at `now`."""
    books = Books(partial=partial)
    books.take_all(rows(facts))
    books.close(now)
    return books


def findings(facts: Iterable[Fact], now: datetime, *, partial: bool = False) -> list[str]:
    """What the ledger cannot explain; storing is the worker's affair and left out."""
    return [
        f"{finding.rule}: {finding.text}"
        for finding in judged(facts, now, partial=partial).findings
        if finding.rule != "recording.kept"
    ]
