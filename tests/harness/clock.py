"""A wall clock that tests can move under running processes: libfaketime, a Debian package.

Only what the machine calls the time of day moves, as when somebody sets the clock; monotonic time goes on.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LIBRARY = "faketime/libfaketime.so.1"
LOOK_S = 1  # so often the processes look at the file


class MovedClock:
    """The clock of all processes started while it is `worn`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.move(0)

    def move(self, seconds: int) -> None:
        """Set the clock to real time plus `seconds`; seen within `LOOK_S`."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.replace(self._file)

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process see this clock. Raises `FileNotFoundError` when the library is missing."""
        found = sorted(Path("/usr/lib").glob(f"*/{LIBRARY}"))
        if not found:
            raise FileNotFoundError("libfaketime is not installed: deploy/bootstrap test")
        return {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": str(LOOK_S),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }

    @contextmanager
    def worn(self) -> Iterator[None]:
        """Child processes started meanwhile see this clock."""
        before = dict(os.environ)
        os.environ.update(self.environment)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
