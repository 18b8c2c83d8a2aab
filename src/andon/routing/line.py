"""Sorted lines: waiting contacts and ready agents in the order in which they are served. Pure.

A line is a plain list kept sorted by binary search: finding is O(log n) comparisons; putting in and taking
out move pointers, some microseconds for tens of thousands of entries. Entries are tuples that end with a
unique number before any value that cannot be compared.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Generic, TypeVar

Entry = TypeVar("Entry", bound=tuple[object, ...])


class Line(Generic[Entry]):
    """Entries in ascending order; the first is served first."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    @property
    def first(self) -> Entry:
        """The entry served next. Raises `IndexError` when empty."""
        return self._entries[0]

    def add(self, entry: Entry) -> None:
        insort(self._entries, entry)

    def remove(self, entry: Entry) -> None:
        """Take out exactly this entry. Raises `ValueError` when it is not there."""
        at = bisect_left(self._entries, entry)
        if at == len(self._entries) or self._entries[at] != entry:
            raise ValueError("not in this line")
        del self._entries[at]

    def clear(self) -> None:
        self._entries.clear()

    def before(self, entry: Entry) -> int:
        """How many entries come before this one, whether it is in the line or not."""
        return bisect_left(self._entries, entry)

    def head(self, count: int) -> list[Entry]:
        """The first `count` entries, fewer when there are fewer."""
        return self._entries[:count]
