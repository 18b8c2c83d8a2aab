"""Reads what is to be spoken from the two text files, as flat lists of utterances."""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RECIPE = "1"  # raise when the sound of unchanged texts must change: phonemes, loudness, filter

_ZH = "零一二三四五六七八九十"
_EN = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    "twenty",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_MARK = re.compile(r"\{(?:pause|en:(?P<en>[^}]*))\}")


@dataclass(frozen=True)
class Piece:
    """Speech in one language and voice, or a pause when `text` is empty."""

    text: str
    language: str
    voice: str
    speed: float


@dataclass(frozen=True)
class Utterance:
    """One file: `path` is relative to its folder of sounds, without suffix."""

    path: str
    text: str
    pieces: tuple[Piece, ...]

    @property
    def digest(self) -> str:
        """Changes exactly when the file must be rendered again."""
        recipe = repr((RECIPE, self.pieces)).encode()
        return hashlib.sha256(recipe).hexdigest()[:16]


def chinese_number(number: int) -> str:
    """A number from 0 to 99, 100 or 1000 in words."""
    if number in (100, 1000):
        return {100: "百", 1000: "千"}[number]
    if number <= 10:
        return _ZH[number]
    tens, ones = divmod(number, 10)
    return (_ZH[tens] if tens > 1 else "") + "十" + (_ZH[ones] if ones else "")


def english_number(number: int) -> str:
    """A number from 0 to 20, a ten, 100 or 1000 in words."""
    if number in (100, 1000):
        return {100: "hundred", 1000: "thousand"}[number]
    return _EN[number] if number <= 20 else _TENS[number // 10 - 2]


def _pieces(text: str, language: str, voices: dict[str, dict[str, Any]]) -> tuple[Piece, ...]:
    def piece(words: str, spoken: str) -> Piece:
        voice = voices[spoken]
        return Piece(words, spoken, voice["voice"], float(voice.get("speed", 1.0)))

    pieces: list[Piece] = []
    end = 0
    for mark in _MARK.finditer(text):
        if before := text[end : mark.start()].strip():
            pieces.append(piece(before, language))
        pieces.append(piece(mark["en"], "en") if mark["en"] else piece("", language))
        end = mark.end()
    if rest := text[end:].strip():
        pieces.append(piece(rest, language))
    return tuple(pieces)


def prompts(source: Path) -> list[Utterance]:
    """Every prompt of the centre in both languages. Raises `KeyError` for one lacking a language."""
    data = tomllib.loads(source.read_text("utf-8"))
    voices = data["voices"]
    said: list[tuple[str, str, str]] = []
    for name, texts in data["prompts"].items():
        said += [(name, language, texts[language]) for language in ("zh", "en")]
    for name, family in data["families"].items():
        for number in family["numbers"]:
            # "two minutes" is 两分钟, not 二分钟; a place in a row stays 第二位
            zh_number = "两" if number == 2 and "{n}分钟" in family["zh"] else chinese_number(number)
            english = family["singular_en"] if number == 1 and "singular_en" in family else family["en"]
            said.append((f"{name}_{number}", "zh", family["zh"].format(n=zh_number)))
            said.append((f"{name}_{number}", "en", english.format(n=english_number(number))))
    for language, words in data["words"].items():
        in_words = chinese_number if language == "zh" else english_number
        said += [(str(number), language, in_words(number)) for number in words]
    return [
        Utterance(f"{language}/{name}", text, _pieces(text, language, voices))
        for name, language, text in said
    ]


def town(source: Path) -> list[Utterance]:
    """Everything the town's people say."""
    data = tomllib.loads(source.read_text("utf-8"))
    said: list[Utterance] = []

    def add(who: dict[str, Any], line: str, text: str) -> None:
        said.append(
            Utterance(f"{who['id']}/{line}", text, _pieces(text, who["language"], {who["language"]: who}))
        )

    for customer in data["customers"]:
        for kind in ("lines", "fillers"):
            for place, text in enumerate(customer[kind], 1):
                add(customer, f"{kind.removesuffix('s')}{place}", text)
        add(customer, "bye", customer["bye"])
        add(customer, "message", customer["message"])
    for agent in data["agents"]:
        for project, text in agent["greet"].items():
            add(agent, f"greet_{project}", text)
        for project, texts in agent["solve"].items():
            for place, text in enumerate(texts, 1):
                add(agent, f"solve_{project}_{place}", text)
        for line, text in agent["say"].items():
            add(agent, line, text)
    return said
