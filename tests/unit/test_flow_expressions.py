"""Expressions of flows: what they are worth, what is refused and where, and that nothing ever breaks them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from andon.flows.expressions import Invalid, Type, Value, coerce, read, read_template, value
from andon.flows.expressions.model import FUNCTIONS, MOST_DEPTH, MOST_SOURCE, OPERATORS
from andon.flows.patterns import PatternInvalid, fits, identity_card, luhn, read_pattern
from andon.flows.texts import fault
from andon.kit import i18n

pytestmark = pytest.mark.unit

NAMES = {
    "n": Type.NUMBER,
    "金额": Type.NUMBER,
    "t": Type.TEXT,
    "b": Type.TRUTH,
    "none": Type.NUMBER,
    "customer.tier": Type.TEXT,
}
GIVEN: dict[str, Value] = {"n": 6, "金额": 0.1, "t": "Ab3", "b": True, "customer.tier": "gold"}


def worth(source: str) -> Value:
    return value(read(source, NAMES), GIVEN, lambda function, queue: {"售后": 4}.get(queue))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("0.1 + 0.2", 0.3),
        ("金额 * 3", 0.3),
        ("2 + 3 * 4 - 1", 13),
        ("(2 + 3) * 4", 20),
        ("-n + 1", -5),
        ("7 % 3", 1),
        ("-7 % 3", 2),
        ("7 / 2", 3.5),
        ("10 / 5", 2),
        ("n / 0", None),
        ("n % 0", None),
        ("999999999999999 * 999999999999999", None),
        ("none + 1", None),
        ("none > 1", False),
        ("none < 1", False),
        ("none == nothing", True),
        ("none == 0", False),
        ("known(none)", False),
        ("first(none, n)", 6),
        ("n > 5 and n <= 6", True),
        ("n > 6 or b", True),
        ("not (n > 6)", True),
        ("not b", False),
        ("n != 6", False),
        ("t + '-' + t", "Ab3-Ab3"),
        ("'a' < 'b'", True),
        ("t in ['x', \"Ab3\"]", True),
        ("n in [1, 2]", False),
        ("n in []", False),
        ("customer.tier == 'gold'", True),
        ("if(n > 5, 'much', 'little')", "much"),
        ("if(none > 5, 1, 2)", 2),
        ("length(t)", 3),
        ("upper(t) + lower(t)", "AB3ab3"),
        ("left(t, 2) + right(t, 1) + right(t, 9)", "Ab3Ab3"),
        ("digits('a1b2')", "12"),
        ("number('12.50') + 1", 13.5),
        ("number('1e9')", None),
        ("number('x')", None),
        ("text(12.0) + text(0.5) + text(b)", "120.5true"),
        ("round(2.345, 2)", 2.35),
        ("round(2.5, 0)", 3),
        ("floor(-0.5)", -1),
        ("min(3, n, 1)", 1),
        ("max(3, n)", 6),
        ("trim('  a ')", "a"),
        ("contains(t, 'b3')", True),
        ("starts_with(t, 'b')", False),
        ("fits('13800138000', '1[3-9]d{9}')", True),
        ("luhn('4111111111111111')", True),
        ("queue_waiting('售后') > 3", True),
        ("queue_waiting('no such')", None),
    ],
)
def test_what_an_expression_is_worth(source: str, found: Value) -> None:
    assert worth(source) == found
    assert type(worth(source)) is type(found)


@pytest.mark.parametrize(
    ("source", "code", "at"),
    [
        ("", "empty", 1),
        ("   ", "empty", 1),
        ("n +", "value_missing", 4),
        ("n = 6", "single_equals", 3),
        ("n ? 1", "character", 3),
        ("'abc", "text_open", 1),
        ("n + 'a", "text_open", 5),
        ("12abc", "number", 1),
        ("n 6", "rest", 3),
        ("(n", "expected", 3),
        ("max(n; 1)", "character", 6),
        ("gone + 1", "name_unknown", 1),
        ("1 + gone", "name_unknown", 5),
        ("eval('1')", "function_unknown", 1),
        ("round(n)", "arguments", 1),
        ("n + t", "type", 1),
        ("n - t", "type", 5),
        ("n and b", "type", 1),
        ("not n", "type", 5),
        ("-t", "type", 2),
        ("length(n)", "type", 8),
        ("n == t", "compared", 3),
        ("b < true", "truth_ordered", 3),
        ("n in n", "type", 6),
        ("[1] == [1]", "list_compared", 5),
        ("if(b, 1, 'a')", "mixed", 1),
        ("n == " + "(" * 40 + "1" + ")" * 40, "too_deep", 36),
        ("1" + " + 1" * 99, "too_deep", 123),
        ("not " * 40 + "b", "too_deep", 121),
        ("1" * 600, "too_long", 501),
    ],
)
def test_what_cannot_be_read_says_where_and_why_in_both_languages(source: str, code: str, at: int) -> None:
    with pytest.raises(Invalid) as caught:
        read(source, NAMES)
    assert (caught.value.code, caught.value.at) == (code, at)
    for locale in i18n.LOCALES:
        words = fault(caught.value.code, caught.value.params, locale)
        assert words and "{" not in words and "flow." not in words


def test_templates_fill_in_values_and_quote_them() -> None:
    template = read_template("http://x/${t}/${n + 1}?a=${none}$", NAMES)
    assert template.filled(GIVEN, quote=lambda text: f"<{text}>") == "http://x/<Ab3>/<7>?a=<>$"
    with pytest.raises(Invalid) as caught:
        read_template("http://x/${t}/${gone}", NAMES)
    assert (caught.value.code, caught.value.at) == ("name_unknown", 17)


@pytest.mark.parametrize(
    ("found", "wanted", "as_"),
    [
        ("12", Type.NUMBER, 12),
        ("x", Type.NUMBER, None),
        (1e400, Type.NUMBER, None),
        (float("nan"), Type.NUMBER, None),
        (True, Type.NUMBER, None),
        (12.5, Type.TEXT, "12.5"),
        ({"a": 1}, Type.TEXT, None),
        ("true", Type.TRUTH, None),
        (True, Type.TRUTH, True),
        ("a" * 5000, Type.TEXT, "a" * 1000),
    ],
)
def test_values_from_outside_become_of_the_type_wanted_or_nothing(
    found: object, wanted: Type, as_: Value
) -> None:
    assert coerce(found, wanted) == as_


words = st.sampled_from(
    [
        *OPERATORS,
        *FUNCTIONS,
        *NAMES,
        "not",
        "(",
        ")",
        "[",
        "]",
        ",",
        "1",
        "0",
        "2.5",
        "'x'",
        "''",
        "true",
        "nothing",
    ]
)
values = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**18), 10**18), st.floats(), st.text(max_size=20)
)


@given(st.lists(words, max_size=25), st.fixed_dictionaries(dict.fromkeys(NAMES, values)))
@settings(max_examples=1500, deadline=None)
def test_any_row_of_words_is_refused_with_a_place_or_has_a_value_whatever_the_names_are_worth(
    row: list[str], given_: dict[str, Value]
) -> None:
    source = " ".join(row)
    try:
        expression = read(source, NAMES)
    except Invalid as wrong:
        assert 1 <= wrong.at <= len(source) + 1
        assert i18n.has(f"flow.expression.{wrong.code}")
        return
    found = value(expression, given_)
    assert found is None or isinstance(found, bool | int | float | str | tuple)
    assert not isinstance(found, str) or len(found) <= MOST_SOURCE + 1000


@given(st.text(max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_or_refused(source: str) -> None:
    for reader in (read, read_template):
        try:
            reader(source, NAMES)
        except Invalid as wrong:
            assert 1 <= wrong.at <= len(source) + 1


def test_the_deepest_expression_that_is_read_has_a_value() -> None:
    depth = MOST_DEPTH - 1
    assert worth("(" * depth + "n" + ")" * depth) == 6


# -- patterns


@pytest.mark.parametrize(
    ("pattern", "keyed", "ok"),
    [
        ("d{4}", "1234", True),
        ("d{4}", "12345", False),
        ("d{2,4}", "123", True),
        ("d{0,2}1", "1", True),
        ("d{0,9}1d{0,9}", "0001000", True),
        ("[0-35]d", "52", True),
        ("[0-35]d", "42", False),
        ("8d*#", "81*#", True),
        ("", "", True),
        ("x", "x", False),
    ],
)
def test_patterns(pattern: str, keyed: str, ok: bool) -> None:
    assert fits(pattern, keyed) is ok


@pytest.mark.parametrize(
    ("pattern", "at"), [("dx", 2), ("[3-1]", 1), ("d{3,1}", 1), ("[-1]", 1), ("[", 1), ("d{", 2)]
)
def test_a_pattern_that_cannot_be_read_says_where(pattern: str, at: int) -> None:
    with pytest.raises(PatternInvalid) as caught:
        read_pattern(pattern)
    assert caught.value.at == at


def test_no_pattern_takes_long() -> None:
    assert not fits("d{0,99}" * 14 + "*", "1" * 32)


def test_check_digits_of_cards() -> None:
    assert luhn("6222021234567894") and luhn("4111111111111111")
    assert not luhn("4111111111111112") and not luhn("0000000") and not luhn("411111111111111x")


@given(st.integers(0, 10**17 - 1), st.data())
def test_one_wrong_digit_of_a_card_is_always_noticed(number: int, data: st.DataObject) -> None:
    digits = f"{number:017d}"
    card = next(digits + check for check in "0123456789" if luhn(digits + check))
    place = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != card[place]]))
    assert not luhn(card[:place] + other + card[place + 1 :])


@pytest.mark.parametrize(
    ("keyed", "ok"),
    [
        ("11010519491231002X", True),
        ("11010519491231002*", True),
        ("440524188001010014", True),
        ("440524188001010015", False),
        ("11010519491331002X", False),  # a month that is none
        ("110105194912310020", False),
        ("1101051949123100", False),
    ],
)
def test_identity_numbers(keyed: str, ok: bool) -> None:
    assert identity_card(keyed) is ok
