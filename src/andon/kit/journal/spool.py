"""The writer's memory outside its process: what it took and has not committed, in one file.

A frame is four bytes of length and its words. Nothing is synced to the disk: the file is for a process that
is killed, whose written words the system keeps.
"""

import os
from pathlib import Path

import msgspec

from andon.kit.journal.live import Kept
from andon.kit.journal.store import Row

_LENGTH = 4


class Frame(msgspec.Struct, array_like=True):
    """What was taken at one time: facts in order, and checkpoints true after the last of them."""

    rows: list[Row]
    kept: list[Kept]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Frame).decode


class Spool:
    """The file at `path`, of one writer at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return os.fstat(self._file).st_size

    def put(self, frame: Frame) -> None:
        """Add a frame. Raises `OSError` when the volume is full."""
        words, before = _encode(frame), self.size
        words = len(words).to_bytes(_LENGTH, "little") + words
        if os.write(self._file, words) < len(words):
            os.ftruncate(self._file, before)
            raise OSError("the volume took only part of a frame")

    def read(self) -> list[Frame]:
        """Every whole frame; a last one cut short was never told to anybody."""
        words = memoryview(os.pread(self._file, self.size, 0))
        frames = []
        while len(words) >= _LENGTH:
            end = _LENGTH + int.from_bytes(words[:_LENGTH], "little")
            if end > len(words):
                break
            frames.append(_decode(words[_LENGTH:end]))
            words = words[end:]
        return frames

    def clear(self) -> None:
        os.ftruncate(self._file, 0)

    def close(self) -> None:
        os.close(self._file)
