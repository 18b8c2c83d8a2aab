"""What a speech engine does for us. Both ports are small so that any engine fits behind them."""

from collections.abc import Sequence
from typing import Protocol


class SpeechFailed(Exception):
    """The engine gave nothing usable. `why`: timeout, unreachable, refused, too_large, unreadable."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why = why
        self.detail = detail


class Recogniser(Protocol):
    """Hears."""

    async def recognise(self, sound: bytes, language: str, words: Sequence[str]) -> str:
        """What is said in a WAV file (8 kHz, mono, 16 bit), in `language` (zh, en); empty when nothing is.
        `words` are the ones waited for: an engine may prefer them. Raises `SpeechFailed`."""
        ...


class Synthesiser(Protocol):
    """Speaks."""

    async def speak(self, text: str, language: str) -> bytes:
        """A sound file (WAV, MP3, OGG or FLAC) of the text in `language`. Raises `SpeechFailed`."""
        ...
