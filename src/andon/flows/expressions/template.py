"""Texts with values in them: `https://crm.example/orders/${order_no}`. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from andon.flows.expressions.evaluate import Figures, pressed, value
from andon.flows.expressions.model import MOST_TEXT, Expression, Invalid, Type, Value
from andon.flows.expressions.parse import read

_HOLE: Final = re.compile(r"\$\{([^{}]*)\}")


class Template(msgspec.Struct, frozen=True):
    """Pieces of plain text with an expression between each two of them."""

    plain: tuple[str, ...]
    holes: tuple[Expression, ...]

    def filled(
        self,
        given: Mapping[str, Value],
        figures: Figures | None = None,
        quote: Callable[[str], str] = str,
    ) -> str:
        """The text with its values in place, each passed through `quote`; nothing is an empty text."""
        said = [self.plain[0]]
        for hole, after in zip(self.holes, self.plain[1:], strict=True):
            said += [quote(pressed(value(hole, given, figures)) or ""), after]
        return "".join(said)


def read_template(source: str, names: Mapping[str, Type]) -> Template:
    """The template, its expressions checked. Raises `Invalid`; `at` counts within the whole text."""
    if len(source) > MOST_TEXT:
        raise Invalid("too_long", MOST_TEXT + 1, most=MOST_TEXT)
    plain, holes, after = [], [], 0
    for match in _HOLE.finditer(source):
        plain.append(source[after : match.start()])
        try:
            holes.append(read(match[1], names))
        except Invalid as wrong:
            wrong.at += match.start(1)
            raise
        after = match.end()
    plain.append(source[after:])
    return Template(tuple(plain), tuple(holes))
