"""Place and wait as they are told to a caller."""

from pathlib import Path

import pytest

from andon.flows import speech
from andon.flows.model import KEYS, LANGUAGES
from andon.flows.nodes.queue import LINK_FAILED, LINK_SENT
from andon.flows.service import prompt_names
from andon.interactions.ports import Prompt, Say

pytestmark = pytest.mark.unit


def words(prompts: list[Prompt]) -> str:
    return " ".join(prompt.name for prompt in prompts)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (1, "position_1"),
        (20, "position_20"),
        (21, "position 21 position_after"),
        (999, "position 999 position_after"),
        (1000, "position_many"),
    ],
)
def test_positions(place: int, told: str) -> None:
    assert words(speech.position(place, "zh")) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "estimated_wait_lt1"),
        (59, "estimated_wait_lt1"),
        (60, "estimated_wait_1"),
        (61, "estimated_wait_2"),
        (600, "estimated_wait_10"),
        (601, "estimated_wait 11 minutes"),
        (1800, "estimated_wait_30"),
        (1801, "estimated_wait_long"),
    ],
)
def test_waits_are_rounded_up(seconds: int, told: str) -> None:
    assert words(speech.estimated_wait(seconds, "en")) == told


def test_every_word_is_recorded_in_both_languages() -> None:
    recorded = prompt_names(Path(__file__).parents[2] / "engine" / "prompts")
    for language in LANGUAGES:
        told = [p for place in range(1, 1002) for p in speech.position(place, language)]
        told += [p for seconds in range(0, 2000, 30) for p in speech.estimated_wait(seconds, language)]
        for what in (speech.CALLBACK, speech.LINK, speech.EXIT):
            told += [p for key in KEYS for p in speech.offer(what, key, language)]
        told += [Prompt(name, language) for name in (LINK_SENT, LINK_FAILED)]
        assert {p.name for p in told if p.say is Say.PROMPT} <= recorded[language]
        assert {p.language for p in told} == {language}
