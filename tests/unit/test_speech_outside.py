"""A site's own speech engine, a real command or a real server, is asked, timed, and held to its limits."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from andon.kit.settings import Settings
from andon.speech import outside
from andon.speech.outside import (
    OutsideRecogniser,
    OutsideSynthesiser,
    recogniser_of,
    synthesiser_of,
)
from andon.speech.ports import SpeechFailed
from andon.speech.sound import pause, wav

pytestmark = pytest.mark.unit

SOUND = wav(pause(0.1))


def program(tmp_path: Path, body: str) -> str:
    """A command that runs this Python."""
    path = tmp_path / "engine.py"
    path.write_text("import sys, time, os, subprocess\n" + body)
    return f"{sys.executable} {path} {{language}}"


@asynccontextmanager
async def server(answer: Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r")[0] or 0)
        try:
            await answer(head + await reader.readexactly(length), writer)
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/speech"
    finally:
        listening.close()


def replies(body: bytes, kind: str = "text/plain", status: str = "200 OK") -> Callable[..., Awaitable[None]]:
    async def answer(asked: bytes, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)

    return answer


def ended(pid: str) -> None:
    """Wait until the process is no more; nobody may have buried it yet."""
    deadline = time.monotonic() + 10
    with contextlib.suppress(OSError):
        while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            assert time.monotonic() < deadline, "it runs on"
            time.sleep(0.01)


def why(failed: pytest.ExceptionInfo[SpeechFailed]) -> str:
    return failed.value.why


async def test_a_command_hears_and_speaks(tmp_path: Path) -> None:
    hears = program(tmp_path, "print(sys.argv[1], len(sys.stdin.buffer.read()), '\\n 你好')")
    assert await OutsideRecogniser(hears, 60).recognise(SOUND, "zh", ()) == f"zh {len(SOUND)} 你好"
    speaks = program(tmp_path, "sys.stdout.buffer.write(b'RIFF' + sys.stdin.buffer.read())")
    assert await OutsideSynthesiser(speaks, 60).speak("您好", "zh") == b"RIFF" + "您好".encode()


async def test_a_command_that_is_slow_broken_or_endless_is_ended_with_all_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    slow = tmp_path / "slow.sh"
    slow.write_text(f"sleep 300 & echo $! > {mark}\nwait\n")
    begun = time.monotonic()
    with pytest.raises(SpeechFailed) as failed:
        await OutsideRecogniser(f"sh {slow}", 3).recognise(SOUND, "zh", ())
    assert why(failed) == "timeout" and time.monotonic() - begun < 60
    await asyncio.to_thread(ended, mark.read_text().strip())
    with pytest.raises(SpeechFailed) as failed:
        await OutsideRecogniser(program(tmp_path, "sys.exit('no model')"), 60).recognise(SOUND, "en", ())
    assert why(failed) == "refused" and failed.value.detail == "status 1: no model"
    endless = program(tmp_path, "while True: sys.stdout.buffer.write(b'x' * 65536)")
    with pytest.raises(SpeechFailed) as failed:
        await OutsideRecogniser(endless, 60).recognise(SOUND, "en", ())
    assert why(failed) == "too_large"
    for command in (str(tmp_path / "nothing"), "'open quote"):
        with pytest.raises(SpeechFailed) as failed:
            await OutsideRecogniser(command, 60).recognise(SOUND, "en", ())
        assert why(failed) == "unreachable"
    with pytest.raises(SpeechFailed) as failed:
        await OutsideRecogniser(program(tmp_path, "sys.stdout.buffer.write(b'\\xff')"), 60).recognise(
            SOUND, "en", ()
        )
    assert why(failed) == "unreadable"
    with pytest.raises(SpeechFailed) as failed:
        await OutsideSynthesiser(program(tmp_path, "pass"), 60).speak("x", "en")
    assert why(failed) == "unreadable"


async def test_a_server_hears_and_speaks() -> None:
    asked: list[bytes] = []

    async def hears(said: bytes, writer: asyncio.StreamWriter) -> None:
        asked.append(said)
        await replies('{"text": " 查  订单 "}'.encode(), "application/json; charset=utf-8")(said, writer)

    async with server(hears) as url:
        assert await OutsideRecogniser(url, 60).recognise(SOUND, "zh", ("a", "b")) == "查 订单"
    assert b"language=zh&words=a%2Cb" in asked[0] and asked[0].endswith(SOUND)
    async with server(replies(b"hello")) as url:
        assert await OutsideRecogniser(url, 60).recognise(SOUND, "en", ()) == "hello"

    async def speaks(said: bytes, writer: asyncio.StreamWriter) -> None:
        asked.append(said)
        await replies(SOUND, "audio/wav")(said, writer)

    async with server(speaks) as url:
        assert await OutsideSynthesiser(url, 60).speak("您好", "zh") == SOUND
    assert '{"text":"您好","language":"zh"}'.encode() in asked[1]


async def test_a_server_that_is_slow_wrong_closed_or_huge_fails_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outside, "MOST_WORDS", 1000)

    async def slow(said: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    for answer, wanted in (
        (slow, "timeout"),
        (replies(b"no", status="500 Oops"), "refused"),
        (replies(b"", status="302 Found"), "refused"),
        (replies(b"x" * 2000), "too_large"),
        (replies(b"{", "application/json"), "unreadable"),
        (replies(b"[]", "application/json"), "unreadable"),
    ):
        async with server(answer) as url:
            with pytest.raises(SpeechFailed) as failed:
                await OutsideRecogniser(url, 0.5 if answer is slow else 60).recognise(SOUND, "zh", ())
        assert why(failed) == wanted
    with pytest.raises(SpeechFailed) as failed:
        await OutsideRecogniser(url, 60).recognise(SOUND, "zh", ())  # nobody there any more
    assert why(failed) == "unreachable"


def test_an_installation_has_the_engines_it_names(tmp_path: Path) -> None:
    plain = Settings(home=tmp_path)
    assert recogniser_of(plain) is None and synthesiser_of(plain) is None
    named = Settings(home=tmp_path, speech_recogniser="asr", speech_synthesiser="http://tts")
    assert recogniser_of(named) is not None and synthesiser_of(named) is not None
