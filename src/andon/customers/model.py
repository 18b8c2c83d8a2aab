"""Customers as the core knows them: who is behind a number. Pure."""

import re
from collections.abc import Iterable
from uuid import UUID

import msgspec

TIERS = ("normal", "silver", "gold", "vip")
_NOT_DIGIT = re.compile(r"\D")


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """Enough to say who calls and how they are treated: `agent_id` is the customer's own agent, and with an
    `open_complaint` a call takes the fast lane."""

    customer_id: UUID
    client_id: UUID
    name: str
    tier: str
    phones: tuple[str, ...] = ()
    agent_id: UUID | None = None
    open_complaint: bool = False


def phone_key(number: str) -> str:
    """One spelling for all spellings of a number: digits only, without China's prefix and without the
    trunk zero, so that 13800138000, 013800138000 and +86 138 0013 8000 are the same."""
    digits = _NOT_DIGIT.sub("", number)
    digits = digits.removeprefix("00")
    if digits.startswith("86") and len(digits) > 10:
        digits = digits[2:]
    return digits.removeprefix("0") if len(digits) > 9 else digits


def mask(number: str) -> str:
    """A number for boards: the first three and last four digits stay, the middle is starred."""
    if len(number) <= 4:
        return "*" * len(number)
    if len(number) <= 7:
        return "*" * (len(number) - 4) + number[-4:]
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


class PhoneBook:
    """Finds a client's customer by number, in memory: the hot path asks no database."""

    def __init__(self, customers: Iterable[Customer] = ()) -> None:
        self._by_phone: dict[tuple[UUID, str], Customer] = {}
        for customer in customers:
            for phone in customer.phones:
                # The first wins, and they come oldest first: a copy entered later takes nobody's place.
                self._by_phone.setdefault((customer.client_id, phone_key(phone)), customer)

    def find(self, client_id: UUID, number: str) -> Customer | None:
        """The customer of that client with this number; None for an empty or unknown one."""
        key = phone_key(number)
        return self._by_phone.get((client_id, key)) if key else None

    def __len__(self) -> int:
        return len(self._by_phone)


class DoNotCall:
    """Numbers whose owners do not want to be called, however they are spelt."""

    def __init__(self, numbers: Iterable[str] = ()) -> None:
        self._keys = {phone_key(number) for number in numbers}

    def __contains__(self, number: str) -> bool:
        return phone_key(number) in self._keys
