"""What an expression is made of, its types and functions. Pure."""

from enum import StrEnum
from typing import Any, Final, NamedTuple

import msgspec

MOST_SOURCE: Final = 500  # characters of one expression
MOST_DEPTH: Final = 30  # parts within parts
MOST_TEXT: Final = 1000  # characters of any value

Value = str | int | float | bool | None | tuple[Any, ...]


class Type(StrEnum):
    """What a value is. Any value may also be `nothing`: not known, or impossible to compute."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    LIST = "list"  # only written down, for `in`
    ANY = "any"  # `nothing` itself, and what cannot be known before


class Invalid(ValueError):
    """An expression that cannot be read: `code` and `params` fill the text `flow.expression.<code>`, `at` is
    the character it is about, from 1."""

    def __init__(self, code: str, at: int, **params: Any) -> None:
        super().__init__(f"{code} at {at}")
        self.code = code
        self.at = at
        self.params = params


class Part(msgspec.Struct, frozen=True):
    """One part of an expression; `type` is known once it is read."""

    type: Type


class Literal(Part, frozen=True):
    value: Any


class Name(Part, frozen=True):
    name: str


class Negated(Part, frozen=True):
    """`-x`, or `not x` for a truth."""

    part: Part


class Pair(Part, frozen=True):
    """Two parts joined by an operator."""

    operator: str
    left: Part
    right: Part


class Call(Part, frozen=True):
    function: str
    given: tuple[Part, ...]


class Row(Part, frozen=True):
    """`[a, b, c]`."""

    items: tuple[Part, ...]


class Expression(msgspec.Struct, frozen=True):
    """A checked expression."""

    source: str
    part: Part

    @property
    def type(self) -> Type:
        return self.part.type


class Expressive(NamedTuple):
    """An expression in a node's field: what it is for, its source, and the type wanted there."""

    where: str
    source: str
    wanted: Type = Type.ANY
    more: tuple[tuple[str, Type], ...] = ()  # names known in this place only
    template: bool = False


class Function(NamedTuple):
    """What a function takes and gives. The last parameter repeats when `repeats`."""

    takes: tuple[Type, ...]
    gives: Type
    repeats: bool = False


_T, _N, _B, _A = Type.TEXT, Type.NUMBER, Type.TRUTH, Type.ANY

FUNCTIONS: Final[dict[str, Function]] = {
    "length": Function((_T,), _N),
    "upper": Function((_T,), _T),
    "lower": Function((_T,), _T),
    "trim": Function((_T,), _T),
    "left": Function((_T, _N), _T),
    "right": Function((_T, _N), _T),
    "digits": Function((_T,), _T),  # only the digits of it
    "number": Function((_T,), _N),
    "text": Function((_A,), _T),
    "round": Function((_N, _N), _N),  # to so many places
    "floor": Function((_N,), _N),
    "min": Function((_N, _N), _N, repeats=True),
    "max": Function((_N, _N), _N, repeats=True),
    "if": Function((_B, _A, _A), _A),
    "known": Function((_A,), _B),  # it is not nothing
    "first": Function((_A, _A), _A, repeats=True),  # the first that is not nothing
    "contains": Function((_T, _T), _B),
    "starts_with": Function((_T, _T), _B),
    "fits": Function((_T, _T), _B),  # text against a pattern of digits, see `flows.patterns`
    "luhn": Function((_T,), _B),
    "queue_waiting": Function((_T,), _N),  # by the queue's name
    "queue_longest_wait": Function((_T,), _N),  # seconds
    "queue_agents": Function((_T,), _N),  # signed in
    "queue_ready": Function((_T,), _N),  # agents free now
}

OPERATORS: Final = ("or", "and", "==", "!=", "<=", ">=", "<", ">", "in", "+", "-", "*", "/", "%")
