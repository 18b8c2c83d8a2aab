"""Sorted lines: waiting contacts and ready agents in the order in which they are served. Pure.

A line is a plain list kept sorted by binary search: finding is O(log n) comparisons; putting in and taking
out move pointers, some microseconds for tens of thousands of entries. Entries are tuples that end with a
unique number before any value that cannot be compared.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from andon.routing.records import ContactEntry, ContactRecord

Entry = TypeVar("Entry", bound=tuple[object, ...])


class Line(list[Entry]):
    """Entries in ascending order; the first is served first. A list, so that asking whether anybody is in it,
    the commonest question of all, costs no call."""

    __slots__ = ()

    @property
    def first(self) -> Entry:
        """The entry served next. Raises `IndexError` when empty."""
        return self[0]

    def add(self, entry: Entry) -> None:
        insort(self, entry)

    def remove(self, entry: Entry) -> None:
        """Take out exactly this entry. Raises `ValueError` when it is not there."""
        at = bisect_left(self, entry)
        if at == len(self) or self[at] != entry:
            raise ValueError("not in this line")
        del self[at]

    def before(self, entry: tuple[object, ...]) -> int:
        """How many entries come before this one, whether it is in the line or not."""
        return bisect_left(self, entry)

    def after(self, prefix: tuple[int, ...]) -> Entry | None:
        """The first entry not before `prefix`, the beginning of an entry; None when there is none."""
        at = bisect_left(self, prefix)
        return self[at] if at < len(self) else None

    def head(self, count: int) -> list[Entry]:
        """The first `count` entries, fewer when there are fewer."""
        return self[:count]


class WaitingLines:
    """Those who wait in one queue: a line for each step of relaxing, and within it one for those the
    queue's reserve is for and one for the others. So whom an agent may serve are the heads of a few lines.
    """

    __slots__ = ("_length", "_lines")

    def __init__(self) -> None:
        self._lines: list[tuple[int, bool, Line[ContactEntry]]] = []
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator["ContactEntry"]:
        for _, _, line in self._lines:
            yield from line

    def _line(self, contact: "ContactRecord") -> Line["ContactEntry"]:
        for step, privileged, line in self._lines:
            if step == contact.step and privileged == contact.privileged:
                return line
        line = Line["ContactEntry"]()
        self._lines.append((contact.step, contact.privileged, line))
        return line

    def add(self, contact: "ContactRecord") -> None:
        self._line(contact).add(contact.entry())
        self._length += 1

    def remove(self, contact: "ContactRecord") -> None:
        """Take out this contact, whose step and rank are as when it came. Raises `ValueError`."""
        self._line(contact).remove(contact.entry())
        self._length -= 1

    def heads(self) -> Iterator[tuple[int, bool, "ContactEntry"]]:
        """Of each line that is not empty: step, whether the reserve is for it, first entry."""
        for step, privileged, line in self._lines:
            if line:
                yield step, privileged, line.first

    def before(self, entry: "ContactEntry") -> int:
        """How many come before this entry, in all lines."""
        return sum(line.before(entry) for _, _, line in self._lines)
