"""The small language of conditions and values in a flow: typed, without side effects, always with a value.

`read("amount * 2 > 100", names)` checks it, `value(expression, given)` computes it. See
docs/flow-expressions.md."""

from andon.flows.expressions.evaluate import coerce, pressed, value
from andon.flows.expressions.model import MOST_TEXT, Expression, Expressive, Invalid, Type, Value
from andon.flows.expressions.parse import read
from andon.flows.expressions.template import Template, read_template

__all__ = [
    "MOST_TEXT",
    "Expression",
    "Expressive",
    "Invalid",
    "Template",
    "Type",
    "Value",
    "coerce",
    "pressed",
    "read",
    "read_template",
    "value",
]
