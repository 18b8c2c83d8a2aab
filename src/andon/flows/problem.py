"""Something wrong with a graph. Pure.

Each problem has a code, the node concerned and parameters; its text in both languages is
`flow.problem.<code>` in `flows.texts`.
"""

from typing import Any

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to correct. `params` fill the text and always contain `node` when a node is concerned.

    A `warning` may stand when somebody says why.
    """

    code: str
    node: str = ""
    params: dict[str, Any] = {}
    warning: bool = False

    @property
    def key(self) -> str:
        """What a reason for it is given under."""
        return f"{self.code}:{self.node}:{self.params.get('exit') or self.params.get('prompt', '')}"


def problem(code: str, node: str, **params: Any) -> Problem:
    return Problem(code=code, node=node, params={"node": node, **params})


def warning(code: str, node: str, **params: Any) -> Problem:
    return Problem(code=code, node=node, params={"node": node, **params}, warning=True)
