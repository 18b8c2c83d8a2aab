"""Where in a sound somebody speaks: it is cut at pauses into pieces that any recogniser can take."""

from typing import Final

import numpy as np

from andon.speech.sound import RATE, Wave

FRAME_MS: Final = 20
PAUSE_MS: Final = 600  # shorter ones are part of what is said
SHORTEST_MS: Final = 120  # of speech; less is a click
LONGEST_MS: Final = 25_000
LEAD_MS: Final = 200  # left before and after
ABOVE_NOISE: Final = 10 ** (9 / 20)
QUIETEST: Final = 10 ** (-50 / 20)  # below it nobody speaks, of full scale

Piece = tuple[int, int]


def pieces(sound: Wave) -> list[Piece]:
    """From and to in ms of each piece of 8 kHz sound (-1 to 1), in order, none longer than `LONGEST_MS`."""
    size = RATE * FRAME_MS // 1000
    count = len(sound) // size
    if count == 0:
        return []
    levels = np.sqrt(np.mean(sound[: count * size].reshape(count, size) ** 2, axis=1))
    noise = float(np.percentile(levels, 20))
    # Where somebody speaks without a pause the quiet fifth is speech as well, never far below the rest.
    floor = min(noise * ABOVE_NOISE, float(levels.max()) / 4)
    loud = np.flatnonzero(levels > max(QUIETEST, floor))
    found: list[Piece] = []
    for run in np.split(loud, np.flatnonzero(np.diff(loud) > PAUSE_MS // FRAME_MS) + 1):
        if len(run) >= SHORTEST_MS // FRAME_MS:
            found += _cut(levels, int(run[0]), int(run[-1]) + 1)
    end = count * FRAME_MS
    return [(max(0, begin - LEAD_MS), min(end, finish + LEAD_MS)) for begin, finish in found]


def _cut(levels: Wave, begin: int, end: int) -> list[Piece]:
    """Pieces, in ms, of the frames from `begin` to `end`: what is too long is cut where it is quietest."""
    most = (LONGEST_MS - 2 * LEAD_MS) // FRAME_MS
    found: list[Piece] = []
    while end - begin > most:
        half = begin + most // 2
        at = half + int(np.argmin(levels[half : begin + most]))
        found.append((begin * FRAME_MS, at * FRAME_MS))
        begin = at
    return [*found, (begin * FRAME_MS, end * FRAME_MS)]
