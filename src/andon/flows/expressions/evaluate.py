"""Computes an expression. Pure and total: whatever cannot be computed is nothing (None).

Arithmetic is decimal, as people reckon money: 0.1 + 0.2 is 0.3. A comparison with nothing is false, except
that nothing equals nothing; `not` of nothing is nothing; a condition that is nothing does not hold.
"""

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import Any, Final

from andon.flows.expressions.model import (
    MOST_TEXT,
    Call,
    Expression,
    Literal,
    Name,
    Negated,
    Pair,
    Part,
    Row,
    Type,
    Value,
)
from andon.flows.patterns import fits, luhn

_RECKON: Final = Context(prec=18)
_WRITTEN: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,9})?")
_MOST: Final = Decimal(10) ** 15
_FIGURES: Final = ("queue_waiting", "queue_longest_wait", "queue_agents", "queue_ready")

Figures = Callable[[str, str], Value]


def value(expression: Expression, given: Mapping[str, Value], figures: Figures | None = None) -> Value:
    """What the expression is worth. `given` holds the names; `figures(function, queue)` knows the queues."""
    return _Reckoner(given, figures).value(expression.part)


def coerce(found: Any, wanted: Type) -> Value:
    """A value from outside as one of this type; nothing when it cannot be."""
    match wanted:
        case Type.NUMBER:
            if isinstance(found, str):
                return _number_of(found)
            return found if _is_number(found) and abs(found) < _MOST else None
        case Type.TRUTH:
            return found if isinstance(found, bool) else None
        case Type.TEXT:
            return None if isinstance(found, list | dict | tuple) else pressed(found)
        case _:
            return found if isinstance(found, bool | int | float) else pressed(found)


def pressed(found: Value) -> str | None:
    """A value as text; whole numbers without a point."""
    if found is None or isinstance(found, tuple):
        return None
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(_plain(Decimal(str(found))) if isinstance(found, float) else found)[:MOST_TEXT]


def _is_number(found: Any) -> bool:
    # comparing finds infinities and nan as well
    return isinstance(found, int | float) and not isinstance(found, bool) and -1e300 < found < 1e300


def _plain(number: Decimal) -> int | float | None:
    if not number.is_finite() or abs(number) >= _MOST:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _number_of(found: str) -> Value:
    text = found.strip()
    return _plain(Decimal(text)) if _WRITTEN.fullmatch(text) else None


class _Reckoner:
    def __init__(self, given: Mapping[str, Value], figures: Figures | None) -> None:
        self._given = given
        self._figures = figures

    def value(self, part: Part) -> Value:
        match part:
            case Literal(value=found):
                return found  # type: ignore[no-any-return]  # a Literal holds a Value
            case Name(name=name):
                return self._given.get(name)
            case Row(items=items):
                return tuple(self.value(item) for item in items)
            case Negated(type=kind, part=inner):
                return self._negated(kind, self.value(inner))
            case Pair(operator="and", left=left, right=right):
                return self.value(left) is True and self.value(right) is True
            case Pair(operator="or", left=left, right=right):
                return self.value(left) is True or self.value(right) is True
            case Pair(operator=operator, left=left, right=right):
                return _joined(operator, self.value(left), self.value(right))
            case Call(function=function, given=given):
                return self._called(function, given)
        raise AssertionError(f"no such part: {part}")

    def _negated(self, kind: Type, found: Value) -> Value:
        if kind is Type.TRUTH:
            return not found if isinstance(found, bool) else None
        return -found if isinstance(found, int | float) and _is_number(found) else None

    def _called(self, function: str, given: tuple[Part, ...]) -> Value:
        if function == "if":
            return self.value(given[1] if self.value(given[0]) is True else given[2])
        found = [self.value(part) for part in given]
        if function == "known":
            return found[0] is not None
        if function == "first":
            return next((each for each in found if each is not None), None)
        if function in _FIGURES:
            return self._figures(function, found[0]) if self._figures and isinstance(found[0], str) else None
        if function == "text":
            return pressed(found[0])
        if function in _OF_NUMBERS:
            if all(_is_number(each) for each in found):
                return _OF_NUMBERS[function](*[Decimal(str(each)) for each in found])
            return None
        try:
            return _OF_TEXT[function](*found)
        except (TypeError, AttributeError):  # a name turned out to be of another type, or nothing
            return None


def _cut(found: str, n: float) -> int:
    return max(0, min(len(found), int(n)))


_OF_TEXT: Final[dict[str, Callable[..., Value]]] = {
    "length": lambda a: len(_text(a)),
    "upper": lambda a: _text(a).upper()[:MOST_TEXT],
    "lower": lambda a: _text(a).lower()[:MOST_TEXT],
    "trim": lambda a: _text(a).strip(),
    "left": lambda a, n: _text(a)[: _cut(a, n)],
    "right": lambda a, n: _text(a)[len(a) - _cut(a, n) :],
    "digits": lambda a: "".join(each for each in _text(a) if each in "0123456789"),
    "number": lambda a: _number_of(_text(a)),
    "contains": lambda a, b: _text(b) in _text(a),
    "starts_with": lambda a, b: _text(a).startswith(_text(b)),
    "fits": lambda a, b: fits(_text(b), _text(a)),
    "luhn": lambda a: luhn(_text(a)),
}
_OF_NUMBERS: Final[dict[str, Callable[..., Value]]] = {
    "round": lambda a, n: _plain(a.quantize(Decimal(1).scaleb(-min(9, max(0, int(n)))), ROUND_HALF_UP)),
    "floor": lambda a: _plain(a.to_integral_value(ROUND_FLOOR)),
    "min": lambda *all_: _plain(min(all_)),
    "max": lambda *all_: _plain(max(all_)),
}


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise TypeError
    return found


def _joined(operator: str, left: Value, right: Value) -> Value:
    match operator:
        case "==":
            return _same(left, right)
        case "!=":
            return not _same(left, right)
        case "in":
            return isinstance(right, tuple) and any(_same(left, each) for each in right)
        case "<" | "<=" | ">" | ">=":
            return _ordered(operator, left, right)
    if operator == "+" and isinstance(left, str) and isinstance(right, str):
        return (left + right)[:MOST_TEXT]
    if not _is_number(left) or not _is_number(right):
        return None
    return _reckoned(operator, Decimal(str(left)), Decimal(str(right)))


def _same(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left == right


def _ordered(operator: str, left: Value, right: Value) -> bool:
    order: int
    match left, right:
        case (str(), str()) | (int() | float(), int() | float()):
            order = (left > right) - (left < right)  # type: ignore[operator]  # both of one kind
        case _:
            return False
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator]


def _reckoned(operator: str, left: Decimal, right: Decimal) -> Value:
    match operator:
        case "+":
            return _plain(_RECKON.add(left, right))
        case "-":
            return _plain(_RECKON.subtract(left, right))
        case "*":
            return _plain(_RECKON.multiply(left, right))
    if not right:
        return None
    if operator == "/":
        return _plain(_RECKON.divide(left, right))
    return _plain(left - right * (left / right).to_integral_value(ROUND_FLOOR))
