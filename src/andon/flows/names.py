"""What expressions of a flow may name: its caller, the customer, the time, its own variables. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from andon.flows import expressions
from andon.flows.expressions import Expression, Invalid, Template, Type, Value
from andon.flows.expressions.model import FUNCTIONS
from andon.flows.model import Variable
from andon.interactions.ports import ContactView

Names = tuple[tuple[str, Type], ...]

BUILT_IN: Final[Names] = (
    ("contact.caller", Type.TEXT),
    ("contact.called", Type.TEXT),
    ("contact.language", Type.TEXT),
    ("customer.known", Type.TRUTH),
    ("customer.name", Type.TEXT),
    ("customer.tier", Type.TEXT),
    ("now.date", Type.TEXT),  # 2026-03-02
    ("now.clock", Type.TEXT),  # 09:05
    ("now.hour", Type.NUMBER),
    ("now.minute", Type.NUMBER),
    ("now.weekday", Type.NUMBER),  # 1 is Monday
)
_VARIABLE: Final = re.compile(r"[^\W\d]\w{0,39}")
_TAKEN: Final = frozenset({"and", "or", "not", "in", "true", "false", "nothing", *FUNCTIONS})


def names_of(variables: Mapping[str, Variable]) -> Names:
    """All names an expression of a flow with these variables may use."""
    return BUILT_IN + tuple((name, variable.kind) for name, variable in variables.items())


def may_be_variable(name: str) -> bool:
    """Whether a variable may be called so."""
    return _VARIABLE.fullmatch(name) is not None and name not in _TAKEN


@lru_cache(maxsize=4096)
def read(source: str, names: Names) -> Expression:
    """The expression, read once. Raises `Invalid`."""
    return expressions.read(source, dict(names))


@lru_cache(maxsize=1024)
def read_template(source: str, names: Names) -> Template:
    """The template, read once. Raises `Invalid`."""
    return expressions.read_template(source, dict(names))


def readable(source: str, names: Names) -> Expression | None:
    """The expression; None for one that no lint has let pass."""
    try:
        return read(source, names)
    except Invalid:
        return None


def given(
    view: ContactView,
    language: str,
    customer: Mapping[str, Any],
    at: datetime,
    zone: str,
    values: Mapping[str, Value],
) -> dict[str, Value]:
    """What the names are worth at this instant."""
    local = at.astimezone(ZoneInfo(zone))
    return {
        "contact.caller": view.caller,
        "contact.called": view.dnis,
        "contact.language": language,
        "customer.known": view.customer_id is not None or bool(customer),
        "customer.name": customer.get("name"),
        "customer.tier": customer.get("tier", view.tier),
        "now.date": f"{local:%Y-%m-%d}",
        "now.clock": f"{local:%H:%M}",
        "now.hour": local.hour,
        "now.minute": local.minute,
        "now.weekday": local.isoweekday(),
        **values,
    }
