"""Why an agent whom a decision does not name did not get the contact. Pure."""

from collections.abc import Mapping

_AWAY = {
    "not_ready": "not_ready",
    "break": "on_break",
    "dialing": "busy",
    "ringing": "busy",
    "talking": "busy",
    "held": "busy",
    "acw": "busy",
}
_OTHERS = frozenset({*_AWAY.values(), "cannot_serve"})


def unnamed(state: str | None, more: Mapping[str, int]) -> str:
    """The reason, from the agent's state at the instant and from the counts of those not named.

    A ready agent was second by the policy, or could not serve the queue; where the decision counts both
    kinds, it is one of the two.
    """
    if state is None or state == "offline":
        return "offline"
    if state in _AWAY:
        return _AWAY[state]
    second = [reason for reason in more if reason not in _OTHERS]
    if second and "cannot_serve" in more:
        return "second_or_unable"
    return second[0] if second else "cannot_serve"
