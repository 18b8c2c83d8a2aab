"""What a waiting caller is told: place, estimated wait, and what keys do. Pure.

Whole recorded sentences are used where they exist, because they sound better than words in a row; what lies
beyond them is put together around a number, which the engine says in the manner of the language.
"""

from typing import Final

from andon.flows.model import Language
from andon.interactions.ports import Prompt, Say

CALLBACK: Final = "offer_callback"
LINK: Final = "offer_link"
EXIT: Final = "offer_exit"
_KEYS: Final = {"*": "star", "#": "hash"}
_WHOLE_POSITIONS: Final = 20
_LAST_POSITION: Final = 999
_WHOLE_MINUTES: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 30)


def position(place: int, language: Language) -> list[Prompt]:
    """The caller's place in the queue, from 1."""
    if place <= _WHOLE_POSITIONS:
        return [Prompt(f"position_{place}", language)]
    if place > _LAST_POSITION:
        return [Prompt("position_many", language)]
    return [Prompt("position", language), _number(place, language), Prompt("position_after", language)]


def estimated_wait(seconds: int, language: Language) -> list[Prompt]:
    """The wait as it is told to a caller: in minutes, rounded up, since a wait told too short annoys most."""
    if seconds < 60:
        return [Prompt("estimated_wait_lt1", language)]
    minutes = -(-seconds // 60)
    if minutes > _WHOLE_MINUTES[-1]:
        return [Prompt("estimated_wait_long", language)]
    if minutes in _WHOLE_MINUTES:
        return [Prompt(f"estimated_wait_{minutes}", language)]
    return [Prompt("estimated_wait", language), _number(minutes, language), Prompt("minutes", language)]


def offer(what: str, key: str, language: Language) -> list[Prompt]:
    """That a key does something: `what` is `CALLBACK`, `LINK` or `EXIT`."""
    spoken = Prompt(_KEYS[key], language) if key in _KEYS else Prompt(key, language, Say.DIGITS)
    return [Prompt(what, language), spoken]


def _number(value: int, language: Language) -> Prompt:
    return Prompt(str(value), language, Say.NUMBER)
