"""Which rule reads which kind of row."""

from collections.abc import Callable
from typing import Any

from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules.state import State

Rule = Callable[[State, Row, Any], None]

TABLE: dict[str, Rule] = {}


def on(*kinds: str) -> Callable[[Rule], Rule]:
    """Enter a rule into the table. Raises `ValueError` when a place is taken."""

    def enter(rule: Rule) -> Rule:
        for kind in kinds:
            if kind in TABLE:
                raise ValueError(f"{kind} has two rules")
            TABLE[kind] = rule
        return rule

    return enter
