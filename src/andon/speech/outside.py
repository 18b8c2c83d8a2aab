"""A speech engine of the installation's own: a command on this machine, or an HTTP service.

`ANDON_SPEECH_RECOGNISER` and `ANDON_SPEECH_SYNTHESISER` name them. An address is sent to by POST; anything
else is a command, in whose arguments `{language}` becomes `zh` or `en`. Neither may take longer than
`speech_timeout_s` nor write more than the limits below.

| | recogniser | synthesiser |
|---|---|---|
| command | WAV on stdin; the words, UTF-8, on stdout | text, UTF-8, on stdin; a sound file on stdout |
| HTTP | WAV, query `language`, `words`; text, or JSON with `text` | JSON `text`, `language`; a sound file |
"""

import asyncio
import contextlib
import os
import shlex
import signal
from collections.abc import Sequence
from typing import Final

import httpx
import msgspec

from andon.kit.settings import Settings
from andon.speech.ports import Recogniser, SpeechFailed, Synthesiser

MOST_WORDS: Final = 64 * 1024  # bytes of what was recognised
MOST_SOUND: Final = 20_000_000  # bytes of a sound file
MOST_TEXT: Final = 1000  # characters kept of what was recognised
BURIED_S: Final = 2.0  # for the end of what was killed; longer only if something has fled from its group
_SAID: Final = 300  # of what a failing command said


def recogniser_of(settings: Settings, timeout_s: float | None = None) -> Recogniser | None:
    """The recogniser of the installation, by default with its time-out for callers who wait; None: it has
    none."""
    where = settings.speech_recogniser
    return OutsideRecogniser(where, timeout_s or settings.speech_timeout_s) if where else None


def name_of(where: str) -> str:
    """What people call an engine: the server's name, or the command's without its folder and arguments."""
    if _is_address(where):
        return httpx.URL(where).host
    try:
        words = shlex.split(where)
    except ValueError:
        words = where.split()
    return os.path.basename(words[0]) if words else ""  # noqa: PTH119  (a word, not a path of ours)


def synthesiser_of(settings: Settings) -> Synthesiser | None:
    """The synthesiser of the installation; None: it has none."""
    where = settings.speech_synthesiser
    return OutsideSynthesiser(where, settings.speech_timeout_s) if where else None


class OutsideRecogniser:
    """A recogniser at `where`."""

    def __init__(self, where: str, timeout_s: float) -> None:
        self._where = where
        self._timeout_s = timeout_s

    async def recognise(self, sound: bytes, language: str, words: Sequence[str]) -> str:
        if _is_address(self._where):
            query = {"language": language, "words": ",".join(words)}
            wav = {"content-type": "audio/wav"}
            sent = httpx.Request("POST", self._where, content=sound, params=query, headers=wav)
            answer, kind = await _post(sent, MOST_WORDS, self._timeout_s)
            return _text(answer, json=kind == "application/json")
        answer = await _run(self._where, sound, language, MOST_WORDS, self._timeout_s)
        return _text(answer, json=False)


class OutsideSynthesiser:
    """A synthesiser at `where`."""

    def __init__(self, where: str, timeout_s: float) -> None:
        self._where = where
        self._timeout_s = timeout_s

    async def speak(self, text: str, language: str) -> bytes:
        if _is_address(self._where):
            sent = httpx.Request("POST", self._where, json={"text": text, "language": language})
            sound, _ = await _post(sent, MOST_SOUND, self._timeout_s)
        else:
            sound = await _run(self._where, text.encode(), language, MOST_SOUND, self._timeout_s)
        if not sound:
            raise SpeechFailed("unreadable", "nothing was spoken")
        return sound


def _is_address(where: str) -> bool:
    return where.startswith(("http://", "https://"))


class _Said(msgspec.Struct):
    text: str


def _text(answer: bytes, *, json: bool) -> str:
    try:
        said = msgspec.json.decode(answer, type=_Said).text if json else answer.decode()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SpeechFailed("unreadable", str(error)[:_SAID]) from error
    return " ".join(said.split())[:MOST_TEXT]


async def _post(request: httpx.Request, most: int, timeout_s: float) -> tuple[bytes, str]:
    """The answer's body and its kind."""
    try:
        async with (
            asyncio.timeout(timeout_s),
            httpx.AsyncClient(trust_env=False, timeout=timeout_s) as client,
        ):
            response = await client.send(request, stream=True)
            async with contextlib.aclosing(response):
                if response.status_code != 200:
                    raise SpeechFailed("refused", f"HTTP {response.status_code}")
                body = bytearray()
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > most:
                        raise SpeechFailed("too_large")
            kind = str(response.headers.get("content-type", ""))
            return bytes(body), kind.partition(";")[0].strip().lower()
    except (TimeoutError, httpx.TimeoutException):
        raise SpeechFailed("timeout") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise SpeechFailed("unreachable", str(error)[:_SAID]) from error


async def _run(command: str, given: bytes, language: str, most: int, timeout_s: float) -> bytes:
    """What the command writes. It and all it started are ended when it takes too long or writes too much."""
    try:
        process = await asyncio.create_subprocess_exec(
            *(part.replace("{language}", language) for part in shlex.split(command)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise SpeechFailed("unreachable", str(error)[:_SAID]) from error
    try:
        async with asyncio.timeout(timeout_s):
            answer, complaint = await _talk(process, given, most)
            status = await process.wait()
    except TimeoutError:
        raise SpeechFailed("timeout") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BURIED_S):
                await _drained(process)
                await process.wait()
    if status != 0:
        raise SpeechFailed(
            "refused", f"status {status}: {complaint.decode(errors='replace').strip()[-_SAID:]}"
        )
    return answer


async def _drained(process: asyncio.subprocess.Process) -> None:
    """Read what is left in the pipes: while there is more than they hold, the end is not heard of."""
    for pipe in (process.stdout, process.stderr):
        while pipe is not None and await pipe.read(65536):
            pass


async def _talk(process: asyncio.subprocess.Process, given: bytes, most: int) -> tuple[bytes, bytes]:
    """What the command writes to stdout, and the beginning of what it complains of."""
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise SpeechFailed("unreachable", "no pipes")

    async def give(pipe: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):  # it need not read all
            pipe.write(given)
            await pipe.drain()
            pipe.close()

    async def read(pipe: asyncio.StreamReader, limit: int, *, strict: bool) -> bytes:
        found = bytearray()
        while piece := await pipe.read(65536):
            found += piece[: limit + 1 - len(found)]
            if strict and len(found) > limit:
                raise SpeechFailed("too_large")
        return bytes(found)

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(give(process.stdin))
            answer = tasks.create_task(read(process.stdout, most, strict=True))
            complaint = tasks.create_task(read(process.stderr, 64 * 1024, strict=False))
    except* SpeechFailed as failed:
        raise failed.exceptions[0] from None
    return answer.result(), complaint.result()
