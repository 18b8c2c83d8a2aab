"""From names of prompts to what the engine plays.

Names: `zh/welcome` a recorded prompt · `zh/digits:8001` said one by one · `zh/number:12` said as a number,
0 to 9999 · `beep` a short tone. What is not recorded in one language is
taken from the other; when neither has it, a beep is heard: a caller is never left in silence.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

LANGUAGES = ("zh", "en")
FORMATS = (".wav", ".alaw", ".ulaw", ".sln")
NUMBER_MAX = 9999
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")


def digit_words(digits: str) -> list[str]:
    """Prompt names for digits said one by one; other characters are left out."""
    return [d for d in digits if d.isdigit() and d.isascii()]


def number_words(number: int, language: str) -> list[str]:
    """Prompt names for a number from 0 to 9999, in the manner of the language.

    Chinese reads 12 as 10-2, 20 as 2-10, 105 as 1-100-0-5; English has own words to 20 and for tens.
    """
    if not 0 <= number <= NUMBER_MAX:
        return digit_words(str(number))
    return _chinese(number) if language == "zh" else _english(number)


def _chinese(number: int) -> list[str]:
    if number < 10:
        return [str(number)]
    words: list[str] = []
    gap = False
    for unit in (1000, 100, 10, 1):
        digit = number // unit % 10
        if digit == 0:
            gap = bool(words)
            continue
        if gap:
            words.append("0")
            gap = False
        if not (unit == 10 and digit == 1 and not words):  # 12 is ten two, not one ten two
            words.append(str(digit))
        if unit > 1:
            words.append(str(unit))
    return words


def _english(number: int) -> list[str]:
    if number <= 20:
        return [str(number)]
    words: list[str] = []
    for unit in (1000, 100):
        if number >= unit:
            words += [str(number // unit), str(unit)]
            number %= unit
    if number > 20:
        words.append(str(number // 10 * 10))
        number %= 10
    if number:
        words.append(str(number))
    return words


BEEP = "beep"
UNSPOKEN = frozenset({"key_card"})  # of which only words are there (`texts.toml`): a beep is as it should be


def media_uris(
    media: Sequence[str | Path], folder: Path, beep: Path, exists: Callable[[Path], bool]
) -> list[str]:
    """The engine's media URIs for prompt names and for sound files, which are named with their suffix.
    `beep` and what `exists` is asked for are without suffix."""
    uris: list[str] = []
    for each in media:
        if isinstance(each, Path):
            uris.append(f"sound:{each.with_suffix('')}")
        elif each == BEEP:
            uris.append(f"sound:{beep}")
        else:
            uris += [f"sound:{_sound(word, folder, exists) or beep}" for word in _words(each)]
    return uris


def _words(name: str) -> list[str]:
    language, slash, rest = name.partition("/")
    kind, colon, value = rest.partition(":")
    if not slash or not colon:
        return [name]
    if kind == "digits":
        return [f"{language}/{word}" for word in digit_words(value)]
    if kind == "number" and value.isdigit():
        return [f"{language}/{word}" for word in number_words(int(value), language)]
    return [name]


def _sound(name: str, folder: Path, exists: Callable[[Path], bool]) -> Path | None:
    if not _NAME.fullmatch(name) or ".." in name:
        return None
    language, _, rest = name.partition("/")
    others = [f"{other}/{rest}" for other in LANGUAGES if language in LANGUAGES and other != language]
    return next((folder / each for each in (name, *others) if exists(folder / each)), None)


def recorded(path: Path) -> bool:
    """Whether a prompt's sound file is there in any format the engine plays."""
    return any(path.with_name(path.name + suffix).is_file() for suffix in FORMATS)
