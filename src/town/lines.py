"""What the town's people can say, and where the sound of it lies. Read once from `voices/lines.toml`."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

VOICES = Path(__file__).resolve().parent / "voices"


@dataclass(frozen=True)
class Persona:
    """A kind of customer: what about, in which voice. Lines are paths below `voices`, without suffix."""

    id: str
    project: str
    keys: str
    language: str
    female: bool
    lines: tuple[str, ...]
    fillers: tuple[str, ...]
    bye: str
    message: str


@dataclass(frozen=True)
class Voice:
    """A simulated agent's voice. `greet` and `solve` are by project, `say` by occasion."""

    id: str
    language: str
    greet: Mapping[str, str]
    solve: Mapping[str, tuple[str, ...]]
    say: Mapping[str, str]


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((VOICES / "lines.toml").read_text("utf-8"))


@cache
def personas() -> tuple[Persona, ...]:
    return tuple(
        Persona(
            id=entry["id"],
            project=entry["project"],
            keys=entry["keys"],
            language=entry["language"],
            female="f_" in entry["voice"],
            lines=tuple(f"{entry['id']}/line{n}" for n, _ in enumerate(entry["lines"], 1)),
            fillers=tuple(f"{entry['id']}/filler{n}" for n, _ in enumerate(entry["fillers"], 1)),
            bye=f"{entry['id']}/bye",
            message=f"{entry['id']}/message",
        )
        for entry in _data()["customers"]
    )


@cache
def voices() -> Mapping[str, Voice]:
    return {
        entry["id"]: Voice(
            id=entry["id"],
            language=entry["language"],
            greet={project: f"{entry['id']}/greet_{project}" for project in entry["greet"]},
            solve={
                project: tuple(f"{entry['id']}/solve_{project}_{n}" for n, _ in enumerate(texts, 1))
                for project, texts in entry["solve"].items()
            },
            say={line: f"{entry['id']}/{line}" for line in entry["say"]},
        )
        for entry in _data()["agents"]
    }


@cache
def _lengths() -> dict[str, float]:
    files = json.loads((VOICES / "manifest.json").read_text("utf-8"))["files"]
    return {path: entry["ms"] / 1000 for path, entry in files.items()}


def seconds(line: str) -> float:
    """How long a line takes to say."""
    return _lengths()[line]


def sound(line: str) -> Path:
    """The file of a line."""
    return VOICES / f"{line}.wav"
