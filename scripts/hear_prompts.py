"""Listen to the rendered speech with a recogniser and say how much of it comes back.

    uv run --group speech scripts/hear_prompts.py [part of a path]

The recogniser is small and hears telephone sound badly, so single files prove little; a file of which
almost nothing comes back deserves an ear. Chinese is compared by syllable without tone, English by word.
"""

import json
import re
import sys
from typing import Any

import numpy as np

from andon.speech import models as catalogue
from andon.speech import sound as audio
from render_prompts import MODELS, shelves

LISTEN_RATE = 16_000


def units(text: str, language: str) -> list[str]:
    """Syllables or words of a text."""
    if language == "en":
        return re.findall(r"[a-z']+", text.lower())
    from pypinyin import lazy_pinyin

    return [unit for unit in lazy_pinyin(re.sub(r"[^一-鿿]", "", text)) if unit]


def distance(left: list[str], right: list[str]) -> int:
    """Levenshtein distance."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def hear(recogniser: Any, sound: audio.Sound) -> str:
    """What the recogniser makes of 8 kHz sound."""
    quiet = audio.pause(0.4)
    whole = np.concatenate([quiet, sound, quiet])
    wide = np.interp(np.arange(len(whole) * 2) / 2, np.arange(len(whole)), whole)
    recogniser.AcceptWaveform((wide * 32767).astype("<i2").tobytes())
    text: str = json.loads(recogniser.FinalResult())["text"]
    return text


def main() -> int:
    import vosk

    vosk.SetLogLevel(-1)
    folder = catalogue.fetch("vosk", MODELS)
    listeners: dict[str, Any] = {name: vosk.Model(str(folder / name)) for name in ("zh", "en")}
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    wrong: dict[str, list[int]] = {"zh": [0, 0], "en": [0, 0]}
    for shelf in shelves():
        for path, utterance in shelf.wanted.items():
            languages = {piece.language for piece in utterance.pieces}
            if part not in path or len(languages) != 1:
                continue
            language = languages.pop()
            sound = audio.read_wav(shelf.file(path))
            heard = hear(vosk.KaldiRecognizer(listeners[language], LISTEN_RATE), sound)
            said = "".join(piece.text for piece in utterance.pieces)
            wanted, got = units(said, language), units(heard, language)
            errors = distance(wanted, got)
            wrong[language][0] += errors
            wrong[language][1] += len(wanted)
            level, peak = audio.speech_level(sound), float(np.abs(sound).max())
            pace = len(wanted) / (len(sound) / audio.RATE)
            share = f"{errors / len(wanted):5.0%} {level:6.1f} dBFS peak {peak:.2f} {pace:4.1f}/s"
            sys.stdout.write(f"{share} {path}: {said} | {heard}\n")
    for language, (errors, total) in wrong.items():
        if total:
            sys.stdout.write(f"{language}: {errors}/{total} units wrong ({errors / total:.0%})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
