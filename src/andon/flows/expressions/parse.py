"""Reads and type-checks an expression. Pure.

    or       : and ("or" and)*
    and      : not ("and" not)*
    not      : "not" not | compare
    compare  : sum (("==" | "!=" | "<" | "<=" | ">" | ">=" | "in") sum)?
    sum      : product (("+" | "-") product)*
    product  : sign (("*" | "/" | "%") sign)*
    sign     : "-" sign | atom
    atom     : number | "text" | 'text' | true | false | nothing
             | name | name "(" or, … ")" | "(" or ")" | "[" or, … "]"

A name is letters of any language, digits, `_` and `.`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from andon.flows.expressions.model import (
    FUNCTIONS,
    MOST_DEPTH,
    MOST_SOURCE,
    Call,
    Expression,
    Invalid,
    Literal,
    Name,
    Negated,
    Pair,
    Part,
    Row,
    Type,
)

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>[0-9]{1,15}(?:\.[0-9]{1,9})?)(?![\w.])"
    r"|(?P<text>\"[^\"]*\"|'[^']*')"
    r"|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"
    r"|(?P<sign>==|!=|<=|>=|[-+*/%<>()\[\],]))"
)
_WORDS: Final = {"true": True, "false": False, "nothing": None}
_COMPARES: Final = ("==", "!=", "<", "<=", ">", ">=", "in")


class _Token(NamedTuple):
    kind: str  # number, text, name, sign, end
    text: str
    at: int


def _tokens(source: str) -> list[_Token]:
    found = []
    at = 0
    while source[at:].strip():
        match = _TOKEN.match(source, at)
        if match is None:
            at += len(source[at:]) - len(source[at:].lstrip())
            raise Invalid(_unreadable(source[at:]), at + 1, found=source[at])
        kind = match.lastgroup or ""
        found.append(_Token(kind, match[kind], match.start(kind) + 1))
        at = match.end()
    return [*found, _Token("end", "", len(source) + 1)]


def _unreadable(rest: str) -> str:
    if rest[0] in "\"'":
        return "text_open"
    return "single_equals" if rest[0] == "=" else "number" if rest[0].isdigit() else "character"


def read(source: str, names: Mapping[str, Type]) -> Expression:
    """The expression, checked against the names there are. Raises `Invalid`."""
    if len(source) > MOST_SOURCE:
        raise Invalid("too_long", MOST_SOURCE + 1, most=MOST_SOURCE)
    reader = _Reader(_tokens(source), names)
    part = reader.whole()
    return Expression(source, part)


class _Reader:
    def __init__(self, tokens: list[_Token], names: Mapping[str, Type]) -> None:
        self._tokens = tokens
        self._names = names
        self._next = 0
        self._depth = 0

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._token
        self._next += 1
        return token

    def _takes(self, *texts: str) -> _Token | None:
        """The next token when it is one of these signs or words."""
        token = self._token
        return self._take() if token.kind in {"sign", "name"} and token.text in texts else None

    def _must(self, text: str) -> None:
        if self._takes(text) is None:
            token = self._token
            raise Invalid("expected", token.at, wanted=text, found=token.text)

    def whole(self) -> Part:
        if self._token.kind == "end":
            raise Invalid("empty", 1)
        part = self._or()
        if self._token.kind != "end":
            raise Invalid("rest", self._token.at, found=self._token.text)
        return part

    def _or(self) -> Part:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise Invalid("too_deep", self._token.at, most=MOST_DEPTH)
        part = self._joined(("or",), lambda: self._joined(("and",), self._not, Type.TRUTH), Type.TRUTH)
        self._depth -= 1
        return part

    def _joined(self, operators: tuple[str, ...], below: Callable[[], Part], wanted: Type) -> Part:
        at = self._token.at
        left = below()
        joined = 0
        while (token := self._takes(*operators)) is not None:
            joined += 1
            if joined > MOST_DEPTH:  # a row of operators nests to the left
                raise Invalid("too_deep", token.at, most=MOST_DEPTH)
            right_at = self._token.at
            right = below()
            if token.text == "+" and Type.TEXT in {left.type, right.type}:
                _fits(left, Type.TEXT, at)
                _fits(right, Type.TEXT, right_at)
                left = Pair(Type.TEXT, "+", left, right)
                continue
            _fits(left, wanted, at)
            _fits(right, wanted, right_at)
            left = Pair(wanted, token.text, left, right)
        return left

    def _not(self) -> Part:
        if self._takes("not") is None:
            return self._compare()
        self._deeper()
        at = self._token.at
        part = self._not()
        self._depth -= 1
        _fits(part, Type.TRUTH, at)
        return Negated(Type.TRUTH, part)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise Invalid("too_deep", self._token.at, most=MOST_DEPTH)

    def _compare(self) -> Part:
        left = self._sum()
        token = self._takes(*_COMPARES)
        if token is None:
            return left
        right_at = self._token.at
        right = self._sum()
        if token.text == "in":
            _fits(right, Type.LIST, right_at)
        elif Type.LIST in {left.type, right.type}:
            raise Invalid("list_compared", token.at)
        elif Type.ANY not in {left.type, right.type} and left.type is not right.type:
            raise Invalid("compared", token.at, left=left.type.value, right=right.type.value)
        elif token.text not in {"==", "!="} and Type.TRUTH in {left.type, right.type}:
            raise Invalid("truth_ordered", token.at)
        return Pair(Type.TRUTH, token.text, left, right)

    def _sum(self) -> Part:
        return self._joined(("+", "-"), self._product, Type.NUMBER)

    def _product(self) -> Part:
        return self._joined(("*", "/", "%"), self._sign, Type.NUMBER)

    def _sign(self) -> Part:
        if self._takes("-") is None:
            return self._atom()
        self._deeper()
        at = self._token.at
        part = self._sign()
        self._depth -= 1
        _fits(part, Type.NUMBER, at)
        return Negated(Type.NUMBER, part)

    def _atom(self) -> Part:
        token = self._take()
        match token.kind:
            case "number":
                number = float(token.text) if "." in token.text else int(token.text)
                return Literal(Type.NUMBER, number)
            case "text":
                return Literal(Type.TEXT, token.text[1:-1])
            case "name":
                return self._named(token)
            case "sign" if token.text == "(":
                part = self._or()
                self._must(")")
                return part
            case "sign" if token.text == "[":
                return Row(Type.LIST, tuple(self._listed("]")))
        self._next -= 1
        raise Invalid("value_missing", token.at, found=token.text)

    def _listed(self, close: str) -> list[Part]:
        parts: list[Part] = []
        if self._takes(close) is not None:
            return parts
        while True:
            at = self._token.at
            part = self._or()
            if part.type is Type.LIST:
                raise Invalid("list_compared", at)
            parts.append(part)
            if self._takes(",") is None:
                self._must(close)
                return parts

    def _named(self, token: _Token) -> Part:
        if token.text in _WORDS:
            word = _WORDS[token.text]
            return Literal(Type.ANY if word is None else Type.TRUTH, word)
        if self._token.text == "(" and self._token.kind == "sign":
            return self._called(token)
        kind = self._names.get(token.text)
        if kind is None:
            raise Invalid("name_unknown", token.at, name=token.text)
        return Name(kind, token.text)

    def _called(self, token: _Token) -> Part:
        function = FUNCTIONS.get(token.text)
        if function is None:
            raise Invalid("function_unknown", token.at, name=token.text)
        self._must("(")
        given_at = self._token.at
        given = self._listed(")")
        takes = list(function.takes)
        if function.repeats:
            takes += takes[-1:] * (len(given) - len(takes))
        if len(given) != len(takes):
            raise Invalid("arguments", token.at, name=token.text, wanted=len(takes), found=len(given))
        for part, wanted in zip(given, takes, strict=True):
            _fits(part, wanted, given_at)
        gives = function.gives
        if token.text in {"if", "first"}:
            kinds = {part.type for part in (given[1:] if token.text == "if" else given)} - {Type.ANY}
            if len(kinds) > 1:
                raise Invalid("mixed", token.at, name=token.text)
            gives = kinds.pop() if kinds else Type.ANY
        return Call(gives, token.text, tuple(given))


def _fits(part: Part, wanted: Type, at: int) -> None:
    if part.type is Type.ANY or wanted is Type.ANY:
        return
    if part.type is not wanted:
        raise Invalid("type", at, wanted=wanted.value, found=part.type.value)
