"""The forms that agents fill in after a contact: what a field may be, and whether answers fit. Pure."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, Literal

import msgspec

MOST_FIELDS: Final = 40
MOST_OPTIONS: Final = 50
MOST_TEXT: Final = 2000
MOST_NUMBER: Final = 1e12
MOST_MASKED: Final = 200  # characters of an answer that is held against a pattern
_SEPARATORS: Final = re.compile(r"[\s().-]")
_PHONE: Final = re.compile(r"\+?[0-9]{3,20}")
_CARD: Final = re.compile(r"[0-9]{3,19}")
_ITEM: Final = re.compile(r"(\\.|[^\\{}])(?:\{(\d{1,2})(?:,(\d{1,2}))?\})?", re.DOTALL)

HIDDEN: Final = "••••"  # card data: that it was there

Type = Literal["text", "number", "date", "choice", "choices", "phone", "card"]
Said = str | tuple[str, dict[str, Any]]


class Option(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    label_zh: str
    label_en: str


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """The field is shown while the choice `key`, further up, is one of `values`."""

    key: str
    values: tuple[str, ...]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """`max_length` and `pattern` are of texts, `least` and `most` of numbers. In a pattern `#` is a digit,
    `@` a letter, `*` either; `{3}` or `{3,5}` repeats, `\\` takes the next character as it is. Of card data
    only that it was there is kept, and its last four digits if `last_four`."""

    key: str
    type: Type
    label_zh: str
    label_en: str
    required: bool = False
    max_length: int = 200
    pattern: str = ""
    least: float | None = None
    most: float | None = None
    options: tuple[Option, ...] = ()
    last_four: bool = False
    shown_when: Condition | None = None


def faults(fields: Iterable[Field]) -> dict[str, Said]:
    """What is wrong with a form, by the place in it; empty for a good one."""
    found: dict[str, Said] = {}
    above: dict[str, Field] = {}
    for n, field in enumerate(fields):
        place = f"fields.{n}"
        if field.key in above:
            found[f"{place}.key"] = "field.taken"
        if field.type in ("choice", "choices"):
            values = [option.value for option in field.options]
            if len(values) < 2:
                found[f"{place}.options"] = ("field.too_few", {"n": 2})
            elif len(set(values)) < len(values):
                found[f"{place}.options"] = "field.taken"
        if field.pattern and not _readable(field.pattern):
            found[f"{place}.pattern"] = "field.pattern"
        if field.least is not None and field.most is not None and field.least > field.most:
            found[f"{place}.most"] = ("field.too_small", {"n": _plain(field.least)})
        if field.shown_when is not None:
            asked = above.get(field.shown_when.key)
            offered = {option.value for option in asked.options} if asked is not None else set()
            if not field.shown_when.values or not set(field.shown_when.values) <= offered:
                found[f"{place}.shown_when"] = "field.condition"
        above[field.key] = field
    return found


def judge(fields: Iterable[Field], given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Said]]:
    """The answers as they are kept, and what is wrong with them by key. Answers of fields that are not
    shown are dropped, unknown ones are wrong."""
    kept: dict[str, Any] = {}
    wrong: dict[str, Said] = {}
    known = set()
    for field in fields:
        known.add(field.key)
        if not _shown(field, kept):
            continue
        value = given.get(field.key)
        if value is None or value == "" or value == []:
            if field.required:
                wrong[field.key] = "field.required"
            continue
        said = _CHECKS[field.type](field, value)
        if isinstance(said, _Fault):
            wrong[field.key] = said.said
        else:
            kept[field.key] = said
    wrong |= dict.fromkeys(given.keys() - known, "field.unknown")
    return kept, wrong


def in_words(fields: Iterable[Field], answers: Mapping[str, Any], locale: str) -> list[tuple[str, str]]:
    """Label and answer of each field that was answered, as people read them, in the form's order."""
    lines = []
    for field in fields:
        if field.key not in answers:
            continue
        value = answers[field.key]
        label = field.label_zh if locale == "zh" else field.label_en
        names = {o.value: o.label_zh if locale == "zh" else o.label_en for o in field.options}
        if isinstance(value, list):
            text = ("、" if locale == "zh" else ", ").join(names.get(one, str(one)) for one in value)
        elif isinstance(value, int | float):
            text = _plain(value)
        else:
            text = names.get(value, str(value))
        lines.append((label, text))
    return lines


class _Fault(msgspec.Struct, frozen=True):
    said: Said


def _shown(field: Field, kept: Mapping[str, Any]) -> bool:
    condition = field.shown_when
    if condition is None:
        return True
    answer = kept.get(condition.key)
    answers = answer if isinstance(answer, list) else [answer]
    return any(one in condition.values for one in answers)


def _text(field: Field, value: Any) -> str | _Fault:
    if not isinstance(value, str):
        return _Fault("field.text")
    words = value.strip()
    if len(words) > field.max_length:
        return _Fault(("field.too_long", {"n": field.max_length}))
    if field.pattern and not _fits(field.pattern, words):
        return _Fault(("field.mask", {"mask": field.pattern}))
    return words


def _number(field: Field, value: Any) -> float | _Fault:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return _Fault("field.number")
    least = -MOST_NUMBER if field.least is None else field.least
    most = MOST_NUMBER if field.most is None else field.most
    if value < least:
        return _Fault(("field.too_small", {"n": _plain(least)}))
    if value > most:
        return _Fault(("field.too_large", {"n": _plain(most)}))
    return value


def _date(field: Field, value: Any) -> str | _Fault:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        return _Fault("field.date")


def _choice(field: Field, value: Any) -> str | _Fault:
    if value not in [option.value for option in field.options]:
        return _Fault("field.option")
    return str(value)


def _choices(field: Field, value: Any) -> list[str] | _Fault:
    offered = [option.value for option in field.options]
    if not isinstance(value, list) or any(one not in offered for one in value):
        return _Fault("field.option")
    return [one for one in offered if one in value]


def _phone(field: Field, value: Any) -> str | _Fault:
    digits = _SEPARATORS.sub("", value) if isinstance(value, str) and len(value) <= 40 else ""
    return digits if _PHONE.fullmatch(digits) else _Fault("field.phone")


def _card(field: Field, value: Any) -> str | _Fault:
    """What is kept of it; the desk masks it already, and what is masked stays."""
    digits = _SEPARATORS.sub("", value) if isinstance(value, str) and len(value) <= 40 else ""
    masked = digits.startswith(HIDDEN)
    last = digits.removeprefix(HIDDEN)
    if not (_CARD.fullmatch(last) if not masked else last == "" or re.fullmatch(r"[0-9]{4}", last)):
        return _Fault("field.card")
    if not field.last_four or len(last) < 4 or (not masked and len(last) < 12):
        return HIDDEN  # a code of three or four digits has nothing to spare
    return f"{HIDDEN} {last[-4:]}"


_CHECKS: Final = {
    "text": _text,
    "number": _number,
    "date": _date,
    "choice": _choice,
    "choices": _choices,
    "phone": _phone,
    "card": _card,
}


def _readable(pattern: str) -> bool:
    at = 0
    while at < len(pattern):
        item = _ITEM.match(pattern, at)
        if item is None or (item[3] is not None and int(item[3]) < int(item[2])):
            return False
        at = item.end()
    return True


def _fits(pattern: str, words: str) -> bool:
    """Whether the words are what the pattern says; in time that grows with both, whatever they are."""
    if len(words) > MOST_MASKED:
        return False
    places = {0}
    for item in _ITEM.finditer(pattern):
        least = 1 if item[2] is None else int(item[2])
        most = least if item[3] is None else int(item[3])
        reached = set()
        for place in places:
            for count in range(most + 1):
                if count >= least:
                    reached.add(place + count)
                if place + count >= len(words) or not _is(item[1], words[place + count]):
                    break
        places = reached
    return len(words) in places


def _is(sign: str, letter: str) -> bool:
    if sign == "#":
        return "0" <= letter <= "9"
    if sign == "@":
        return letter.isalpha()
    if sign == "*":
        return letter.isalnum()
    return letter == sign.removeprefix("\\")


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)
