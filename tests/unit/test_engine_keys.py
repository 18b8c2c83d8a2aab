"""What the engine tells of keys, and what is made of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from andon.telephony.keys import KeysOnce

pytestmark = pytest.mark.unit

KEYED = "1559*0123455566#"
# What Asterisk 22.10 told of these keys, at how many ms, pressed and let go for so many ms each.
TOLD = {
    "60 and 20": (
        100,
        "1@0 5@122 5@244 5@268 9@366 9@413 *@488 *@558 0@610 0@703 1@732 1@848 2@854 2@993 3@993 3@1138 "
        "4@1139 4@1283 5@1284 5@1429 5@1429 5@1574 5@1574 5@1719 6@1719 6@1864 6@1864 6@2009 #@2009 #@2154",
    ),
    "40 and 40": (
        100,
        "1@0 5@142 5@284 5@287 9@426 9@432 *@568 *@578 0@710 0@723 1@852 1@869 2@994 2@1014 3@1136 3@1159 "
        "4@1278 4@1304 5@1420 5@1450 5@1562 5@1595 5@1704 5@1740 6@1846 6@1886 6@1988 6@2031 #@2130 #@2176",
    ),
    "50 and 50": (
        100,
        "1@0 5@152 5@304 9@456 *@607 0@760 1@911 2@1064 3@1216 4@1368 5@1520 5@1672 5@1824 "
        "6@1976 6@2127 #@2280",
    ),
    "200 and 20": (
        200,
        "1@0 5@222 5@444 5@467 9@666 9@712 *@888 *@957 0@1110 0@1203 1@1332 1@1448 2@1554 2@1693 3@1776 "
        "3@1938 4@1998 4@2183 5@2220 5@2428 5@2442 5@2673 5@2674 5@2919 6@2919 6@3164 6@3164 6@3409 #@3409 "
        "#@3654",
    ),
    "INFO": (
        100,
        "1@0 5@146 5@291 9@436 *@581 0@726 1@872 2@1017 3@1162 4@1307 5@1452 5@1598 5@1743 "
        "6@1888 6@2033 #@2179",
    ),
}


def heard(*told: tuple[str, int, int]) -> str:
    """The keys that are new, of those told so: key, held for how many ms, at which ms."""
    keys, began = KeysOnce(), datetime(2026, 11, 26, tzinfo=UTC)
    return "".join(digit for digit, ms, at in told if keys.new(digit, ms, began + timedelta(milliseconds=at)))


@pytest.mark.parametrize("how", TOLD)
def test_keys_told_twice_count_once(how: str) -> None:
    ms, told = TOLD[how]
    assert heard(*((each[0], ms, int(each[2:])) for each in told.split())) == KEYED


def test_one_key_of_a_telephone_that_stuttered_counts_once() -> None:
    assert heard(("2", 160, 418), ("2", 160, 461), ("3", 160, 620), ("3", 160, 666), ("#", 160, 822)) == "23#"


def test_the_same_key_pressed_again_counts_again() -> None:
    assert heard(*(("1", 60, at) for at in (100, 190, 280, 360))) == "1111"
    assert heard(("1", 60, 100), ("2", 60, 200), ("1", 60, 300)) == "121"
    assert heard(("1", 40, 100), ("1", 160, 170)) == "11"
    assert heard(*(("1", 100, at) for at in (1000, 1010, 1160, 1320))) == "111"
    # also long after one was put off
    assert heard(("1", 100, 0), ("1", 100, 40), ("1", 100, 400), ("1", 100, 510)) == "111"


# Always the same examples: of such keys at random two in a million cannot be told apart.
@settings(derandomize=True, max_examples=1500)
@given(
    keys=st.text("01", min_size=1, max_size=24) | st.text("0123456789*#", min_size=1, max_size=24),
    ms=st.integers(40, 300),
    pause=st.integers(25, 60),
    first=st.integers(0, 23),
    late=st.lists(st.integers(0, 20), min_size=24, max_size=24),
)
def test_every_key_counts_as_often_as_it_was_pressed(
    keys: str, ms: int, pause: int, first: int, late: list[int]
) -> None:
    """From one that is put off on, all are until a turn is over before the next key ends."""
    told: list[tuple[int, str]] = []
    free = 0  # when no turn is under way
    for place, key in enumerate(keys):
        end = place * (ms + pause) + 1000
        told.append((end, key))
        if place == first or (place > first and free > end):
            turn = max(free, end + 10) + late[place]
            told.append((turn, key))
            free = turn + max(ms, 80) + 45
    counted = heard(*((key, ms, at) for at, key in sorted(told)))
    assert sorted(counted) == sorted(keys)
