"""Speak every prompt of the centre and every line of the town into small telephone-quality files.

    uv run --group speech scripts/render_prompts.py            # what is new or changed
    uv run --group speech scripts/render_prompts.py --check    # exit 1 when a file is missing or stale

The files are kept in the repository, so only somebody who changes a text needs this. A file whose text,
voice and recipe are unchanged (`manifest.json`) is left alone; what is no longer spoken is removed.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from andon.speech import sound as audio
from speech import texts

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / ".cache" / "models"
REMARK = "AI-generated speech: Andon prompts, Kokoro-82M"
LICENCE = "Speech made with Kokoro-82M v1.0 (Apache-2.0); files Apache-2.0 as part of Andon"
PAUSE_S = 0.25
JOIN_S = 0.08


class Shelf:
    """One folder of rendered speech and its manifest."""

    def __init__(self, folder: Path, wanted: Sequence[texts.Utterance]) -> None:
        self.folder = folder
        self.wanted = {utterance.path: utterance for utterance in wanted}
        self.manifest = folder / "manifest.json"
        self.known: dict[str, Any] = {}
        if self.manifest.is_file():
            self.known = json.loads(self.manifest.read_text("utf-8"))["files"]

    def file(self, path: str) -> Path:
        return self.folder / f"{path}.wav"

    def stale(self) -> list[texts.Utterance]:
        """What has to be spoken, new or again."""
        return [
            utterance
            for path, utterance in self.wanted.items()
            if self.known.get(path, {}).get("digest") != utterance.digest or not self.file(path).is_file()
        ]

    def unwanted(self) -> list[Path]:
        """Files no text asks for."""
        wanted = {self.file(path) for path in self.wanted}
        return [path for path in sorted(self.folder.rglob("*.wav")) if path not in wanted]

    def note(self, utterance: texts.Utterance, sound: audio.Sound) -> None:
        self.known[utterance.path] = {
            "text": utterance.text,
            "voice": "+".join(dict.fromkeys(piece.voice for piece in utterance.pieces)),
            "ms": round(len(sound) * 1000 / audio.RATE),
            "digest": utterance.digest,
        }

    def save(self) -> None:
        files = {path: self.known[path] for path in self.wanted if path in self.known}
        text = json.dumps({"licence": LICENCE, "files": files}, ensure_ascii=False, indent=1)
        self.manifest.write_text(text + "\n", "utf-8")


def shelves() -> list[Shelf]:
    prompts, voices = ROOT / "engine" / "prompts", ROOT / "src" / "town" / "voices"
    return [
        Shelf(prompts, texts.prompts(prompts / "texts.toml")),
        Shelf(voices, texts.town(voices / "lines.toml")),
    ]


def render(todo: list[tuple[Shelf, texts.Utterance]], models: Path) -> None:
    """Speak the files; the manifest is saved as it goes, so that a broken run loses nothing."""
    import numpy as np

    from andon.speech import models as catalogue
    from speech.kokoro import RATE, Kokoro

    speaker = Kokoro(catalogue.fetch("kokoro", models))
    for number, (shelf, utterance) in enumerate(todo, 1):
        sounds: list[audio.Sound] = []
        for piece in utterance.pieces:
            if not piece.text:
                sounds.append(audio.pause(PAUSE_S))
                continue
            spoken = speaker.say(piece.text, piece.language, piece.voice, piece.speed)
            sounds += [audio.telephone(spoken, RATE), audio.pause(JOIN_S)]
        sound = np.concatenate(sounds[:-1])
        audio.write_wav(shelf.file(utterance.path), sound, REMARK)
        shelf.note(utterance, sound)
        shelf.save()
        sys.stdout.write(f"{number}/{len(todo)} {utterance.path} {len(sound) / audio.RATE:.1f} s\n")
        sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only say what is missing or stale")
    parser.add_argument("--only", default="", help="only files whose path contains this")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of models")
    options = parser.parse_args()
    every = shelves()
    todo = [
        (shelf, utterance) for shelf in every for utterance in shelf.stale() if options.only in utterance.path
    ]
    unwanted = [path for shelf in every for path in shelf.unwanted()]
    if options.check:
        for shelf, utterance in todo:
            sys.stdout.write(f"stale: {shelf.file(utterance.path).relative_to(ROOT)}\n")
        for path in unwanted:
            sys.stdout.write(f"unwanted: {path.relative_to(ROOT)}\n")
        return 1 if todo or unwanted else 0
    for path in unwanted:
        path.unlink()
    if todo:
        render(todo, options.models)
    for shelf in every:
        shelf.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
