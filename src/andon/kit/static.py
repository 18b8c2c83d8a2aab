"""The built web app: files as they are, compressed when the browser takes it; one page for other paths."""

import mimetypes
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response

_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_FOR_EVER = "public, max-age=31536000, immutable"  # below assets/ every file's name holds its hash
_ASK_FIRST = "no-cache"


def find_web() -> Path | None:
    """The folder with the built app: beside the sources, or in the package."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "web", package.parents[1] / "web" / "dist"):
        if (folder / "index.html").is_file():
            return folder
    return None


class WebApp:
    """Answers GET for anything the API does not."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def answer(self, request: Request) -> Response | None:
        """The file, the app's page for a path of its own, or None for a file that is not there."""
        path = request.url.path.lstrip("/")
        found = self._file(path) if path else None
        if found is None:
            if "." in path.rpartition("/")[2] or path.startswith("assets/"):
                return None
            found = self._folder / "index.html"
        lasting = path.startswith("assets/")
        return self._send(found, request.headers, _FOR_EVER if lasting else _ASK_FIRST)

    def _file(self, path: str) -> Path | None:
        wanted = (self._folder / path).resolve()
        return wanted if wanted.is_relative_to(self._folder) and wanted.is_file() else None

    def _send(self, file: Path, headers: Headers, cache: str) -> Response:
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        changed = int(file.stat().st_mtime)
        out = {
            "cache-control": cache,
            "vary": "accept-encoding",
            "last-modified": formatdate(changed, usegmt=True),
        }
        if _unchanged(headers.get("if-modified-since"), changed):
            return Response(status_code=304, headers=out)
        accepted = {part.split(";")[0].strip() for part in headers.get("accept-encoding", "").split(",")}
        for encoding, suffix in _ENCODINGS:
            packed = file.with_name(file.name + suffix)
            if encoding in accepted and packed.is_file() and int(packed.stat().st_mtime) >= changed:
                return FileResponse(packed, media_type=kind, headers=out | {"content-encoding": encoding})
        return FileResponse(file, media_type=kind, headers=out)


def _unchanged(since: str | None, changed: int) -> bool:
    if since is None:
        return False
    try:
        return parsedate_to_datetime(since).timestamp() >= changed
    except ValueError:
        return False
