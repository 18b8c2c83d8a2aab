"""Sound is cut where nobody speaks, never longer than a recogniser takes, and only where people speak."""

from itertools import pairwise

import numpy as np
import pytest

from andon.speech.pieces import LEAD_MS, LONGEST_MS, pieces
from andon.speech.sound import RATE, Wave
from andon.transcripts.model import LONGEST_MS as LONGEST_RECORDING_MS
from andon.transcripts.model import Side, stretches

pytestmark = pytest.mark.unit

NEAR_MS = 40


def spoken(*parts: tuple[float, float]) -> Wave:
    """Seconds and amplitudes in a row over a little noise."""
    chance = np.random.default_rng(1)
    tones = [level * np.sin(np.arange(round(s * RATE)) * 0.3) for s, level in parts]
    sound: Wave = np.concatenate(tones)
    return sound + chance.normal(0, 0.001, len(sound))


def test_it_is_cut_at_pauses() -> None:
    sound = spoken((1, 0), (2, 0.2), (0.3, 0), (1, 0.05), (1.5, 0), (0.04, 0.3), (1.5, 0), (1, 0.1))
    found = pieces(sound)
    # a breath is no pause, a click is no speech
    assert len(found) == 2
    (a, b), (c, d) = found
    assert abs(a - (1000 - LEAD_MS)) <= NEAR_MS and abs(b - (4300 + LEAD_MS)) <= NEAR_MS
    assert abs(c - (7340 - LEAD_MS)) <= NEAR_MS and d == len(sound) * 1000 // RATE // 20 * 20


def test_silence_noise_and_nothing_are_no_speech() -> None:
    assert pieces(np.zeros(0)) == pieces(np.zeros(10)) == pieces(np.zeros(RATE)) == []
    assert pieces(spoken((3, 0))) == []


def test_who_never_pauses_is_cut_where_it_is_quietest() -> None:
    sound = spoken((20, 0.2), (0.2, 0.08), (40, 0.2))
    found = pieces(sound)
    assert all(end - begin <= LONGEST_MS for begin, end in found)
    assert (found[0][0], found[-1][1]) == (0, 60_200)
    assert abs(found[0][1] - LEAD_MS - 20_100) <= 120
    # nothing between two pieces is lost
    assert all(left[1] >= right[0] for left, right in pairwise(found))


def test_only_people_are_written_down() -> None:
    legs = ("flow", "queue", "agent", "card", "agent", "hold", "agent", "conference", "voicemail")
    spans = [{"leg": leg, "from_ms": n * 1000, "to_ms": (n + 1) * 1000} for n, leg in enumerate(legs)]
    assert stretches(spans, Side.OTHER) == [(2000, 3000), (4000, 5000), (6000, 8000)]
    assert stretches(spans, Side.CALLER) == [(2000, 3000), (4000, 5000), (6000, 9000)]
    long = [{"leg": "agent", "from_ms": LONGEST_RECORDING_MS - 5, "to_ms": LONGEST_RECORDING_MS * 2}]
    assert stretches(long, Side.OTHER) == [(LONGEST_RECORDING_MS - 5, LONGEST_RECORDING_MS)]
    assert stretches([{"leg": "agent", "from_ms": LONGEST_RECORDING_MS, "to_ms": 10**9}], Side.CALLER) == []
