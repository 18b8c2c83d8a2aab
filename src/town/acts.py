"""What a person on the telephone can do. Pure data, told by the minds, done by whoever holds the phone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Press:
    """Press menu keys."""

    keys: str


@dataclass(frozen=True)
class Speak:
    """Say a line (see `lines`); its end is told back."""

    line: str


@dataclass(frozen=True)
class HangUp:
    pass


@dataclass(frozen=True)
class PickUp:
    pass


@dataclass(frozen=True)
class Decline:
    pass


@dataclass(frozen=True)
class Hold:
    """Put the customer on hold, or take back (`on` false)."""

    on: bool


Act = Press | Speak | HangUp | PickUp | Decline | Hold
