"""What keyed digits may look like: patterns, check digits of cards, Chinese identity numbers. Pure.

A pattern is a row of items: a digit, `*` or `#` stands for itself, `d` for any digit, `[13-9]` for one of a
set; `{3}` or `{3,5}` after an item repeats it. `1[3-9]d{9}` is a Chinese mobile number. No pattern takes
longer than its length times the digits', whatever is written."""

import re
from datetime import date
from functools import lru_cache
from typing import Final

_ITEM: Final = re.compile(r"(?:([0-9*#])|(d)|\[([0-9*#-]{1,20})\])(?:\{(\d{1,2})(?:,(\d{1,2}))?\})?")
_DIGITS: Final = frozenset("0123456789")
MOST_PATTERN: Final = 100

Item = tuple[frozenset[str], int, int]  # one of these, at least, at most


class PatternInvalid(ValueError):
    """`at` is the character it is about, from 1."""

    def __init__(self, at: int) -> None:
        super().__init__(f"pattern unreadable at {at}")
        self.at = at


@lru_cache(maxsize=500)
def read_pattern(pattern: str) -> tuple[Item, ...]:
    """The pattern's items. Raises `PatternInvalid`."""
    items: list[Item] = []
    at = 0
    while at < len(pattern):
        match = _ITEM.match(pattern, at)
        if match is None or len(pattern) > MOST_PATTERN:
            raise PatternInvalid(at + 1)
        one, any_digit, several, least, most = match.groups()
        chosen = frozenset(one) if one else _DIGITS if any_digit else _set(several, at + 1)
        low = 1 if least is None else int(least)
        high = low if most is None else int(most)
        if high < low:
            raise PatternInvalid(at + 1)
        items.append((chosen, low, high))
        at = match.end()
    return tuple(items)


def _set(several: str, at: int) -> frozenset[str]:
    found: set[str] = set()
    left = several
    while left:
        if len(left) >= 3 and left[1] == "-":
            if not (left[0].isdigit() and left[2].isdigit()) or left[2] < left[0]:
                raise PatternInvalid(at)
            found |= {str(digit) for digit in range(int(left[0]), int(left[2]) + 1)}
            left = left[3:]
        elif left[0] == "-":
            raise PatternInvalid(at)
        else:
            found.add(left[0])
            left = left[1:]
    return frozenset(found)


def fits(pattern: str, keyed: str) -> bool:
    """Whether all of `keyed` is as the pattern says; false when the pattern cannot be read."""
    try:
        items = read_pattern(pattern)
    except PatternInvalid:
        return False
    ends = {0}  # how much of `keyed` the items so far may have taken
    for chosen, low, high in items:
        after = set()
        for end in ends:
            run = 0
            while True:
                if run >= low:
                    after.add(end + run)
                if run == high or end + run >= len(keyed) or keyed[end + run] not in chosen:
                    break
                run += 1
        ends = after
    return len(keyed) in ends


def luhn(keyed: str) -> bool:
    """Whether the last digit is the card's check digit; at least 8 digits."""
    if len(keyed) < 8 or not _DIGITS.issuperset(keyed):
        return False
    doubled = [int(digit) * 2 for digit in keyed[-2::-2]]
    single = [int(digit) for digit in keyed[-1::-2]]
    return (sum(single) + sum(each // 10 + each % 10 for each in doubled)) % 10 == 0


def identity_card(keyed: str) -> bool:
    """Whether it is a Chinese identity number (GB 11643): 17 digits, of them a date of birth, and a check
    character, where `*` on a telephone stands for X."""
    keyed = keyed.replace("*", "X").upper()
    if len(keyed) != 18 or not _DIGITS.issuperset(keyed[:17]):
        return False
    try:
        date(int(keyed[6:10]), int(keyed[10:12]), int(keyed[12:14]))
    except ValueError:
        return False
    weighed = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(keyed[:17]))
    return keyed[17] == "10X98765432"[weighed % 11]
