"""Which facts become rows, and how. Pure."""

from collections.abc import Callable

from andon.kit.journal import Fact, Record
from andon.reporting.projection.batch import Batch

Rule = Callable[[Batch, Record], None]

TABLE: dict[type[Fact], Rule] = {}


def on(*facts: type[Fact]) -> Callable[[Rule], Rule]:
    """Enter a rule into the table. Raises `ValueError` when a place is taken."""

    def enter(rule: Rule) -> Rule:
        for fact in facts:
            if fact in TABLE:
                raise ValueError(f"{fact.__name__} has two rules")
            TABLE[fact] = rule
        return rule

    return enter
