"""Recordings are written down by a real recogniser over HTTP: once, by both sides, again when it failed."""

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from identity_house import House, make_house
from reporting_stand import journal
from sqlalchemy import text

from andon.interactions import events as ix
from andon.kit.clock import SystemClock
from andon.kit.database import Database
from andon.kit.ids import uuid7
from andon.kit.journal.reader import FACT_COLUMNS, fact_of
from andon.reporting.projector import Projector
from andon.speech.outside import name_of, recogniser_of
from andon.telephony import events as tp
from andon.transcripts.events import RecordingTranscribed
from andon.transcripts.jobs import Transcriber, keep_transcribing
from andon.transcripts.model import PAUSES, TRIES

pytestmark = pytest.mark.database

WORDS = {440: "查一下订单", 880: "好的，请稍等"}


class Recogniser:
    """Tells tones apart. `mood`: well, slow, or refusing."""

    def __init__(self) -> None:
        self.mood = "well"
        self.asked: list[tuple[str, int]] = []  # the query, and how many ms were sent
        self.url = ""

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split("\r")[0])
        with wave.open(io.BytesIO(await reader.readexactly(length))) as file:
            assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, 8000, 2)
            sound = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        self.asked.append((head.split(" ", 2)[1], len(sound) // 8))
        if self.mood == "slow":
            await reader.read()  # until the other side gives up
        heard = int(np.argmax(np.abs(np.fft.rfft(sound))) * 8000 / len(sound))
        words = next((said for hertz, said in WORDS.items() if abs(heard - hertz) < 20), "")
        body = f'{{"text": "{words}"}}'.encode()
        status = "200 OK" if self.mood == "well" else "503 Busy"
        writer.write(
            f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
            + body
        )
        writer.close()


@pytest.fixture
async def recogniser() -> AsyncIterator[Recogniser]:
    made = Recogniser()
    server = await asyncio.start_server(made.meet, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hear"
    yield made
    server.close()


class Desk:
    """A house whose recordings are made by hand, and the worker that has them written down."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.settings = house.app.state.services.settings

    async def call(self, *spans: tuple[str, float], message: bool) -> UUID:
        """A recorded contact: of each span the caller speaks in the first, the other in the second half."""
        house, stand = self.house, self.house.stand
        contact, recording, at = uuid7(), uuid7(), self.house.clock.now()
        about = {
            "at": at,
            "tenant_id": stand.tenant_id,
            "client_id": stand.clients[0],
            "project_id": stand.projects[0],
            "contact_id": contact,
        }
        total = round(sum(seconds for _, seconds in spans) * 1000)
        found, begin = [], 0
        for leg, seconds in spans:
            found.append(tp.RecordingSpan(leg=leg, from_ms=begin, to_ms=begin + round(seconds * 1000)))
            begin += round(seconds * 1000)
        path = f"2026/{recording}.wav"
        file = self.settings.folder("recordings") / path
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, spans)
        facts = [
            ix.ContactArrived(
                medium="voice", direction="inbound", caller="13800000000", caller_raw="13800000000",
                dnis="95001", node="n1", channel_id="c", **about,
            ),
            tp.RecordingStarted(recording_id=recording, channel_id="c", **about),
            tp.RecordingStopped(recording_id=recording, total_ms=total, spans=found, **about),
            ix.ContactEnded(
                outcome=ix.Outcome.VOICEMAIL, by=ix.By.CALLER, sip_cause=16, total_ms=total, **about
            ),
            tp.RecordingStored(
                recording_id=recording, path=path, audio_ms=total, size=1, sha256="00", **about
            ),
        ]  # fmt: skip
        if message:
            facts.insert(2, ix.VoicemailLeft(voicemail_ms=total, **about))
        await journal(house.db, facts)
        await Projector(house.db, house.bus, SystemClock(), stand.tenant_id).catch_up()
        return contact

    def worker(self, *, every: bool = False) -> Transcriber:
        recogniser = recogniser_of(self.settings, self.settings.transcript_timeout_s)
        assert recogniser is not None
        return Transcriber(
            self.house.db,
            self.house.clock,
            self.settings.folder("recordings"),
            recogniser,
            name_of(self.settings.speech_recogniser),
            every=every,
        )

    async def work(self, *, every: bool = False) -> int:
        """Let the worker do what is due; how many recordings it tried."""
        worker, tried = self.worker(every=every), 0
        while await worker.turn(self.house.stand.tenant_id):
            tried += 1
        return tried

    async def shown(self, contact: UUID, who: str = "chief") -> dict[str, Any]:
        async with self.house.client(who) as asker:
            answer = await asker.get(f"/api/contacts/{contact}/transcript")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def facts(self) -> list[RecordingTranscribed]:
        query = text(f"SELECT {FACT_COLUMNS} FROM journal WHERE kind = 'recording.transcribed' ORDER BY seq")
        async with self.house.db.session(self.house.stand.scope) as session:
            facts = [fact_of(row) for row in await session.execute(query)]
        return [fact for fact in facts if isinstance(fact, RecordingTranscribed)]


def _write(path: Path, spans: tuple[tuple[str, float], ...]) -> None:
    parts = []
    for _, seconds in spans:
        half = round(seconds * 4000)
        time = np.arange(half) / 8000
        quiet = np.zeros(half)
        ends = (time < 0.7) | (time > seconds / 2 - 0.7)
        said, answered = (np.where(ends, 0, 8000 * np.sin(2 * np.pi * hz * time)) for hz in (440, 880))
        parts.append(np.stack([np.r_[said, quiet], np.r_[quiet, answered]], axis=1))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(np.concatenate(parts).astype("<i2").tobytes())


async def make_desk(owner: Database, db: Database, home: Path, **settings: Any) -> Desk:
    house = await make_house(owner, db, home, **settings)
    await house.add_user("chief", "supervisor")
    await house.add_user("wang", "agent", agent_no="9001")
    return Desk(house)


@pytest.fixture
async def desk(
    owner_db: Database, db: Database, tmp_path: Path, recogniser: Recogniser
) -> AsyncIterator[Desk]:
    desk = await make_desk(owner_db, db, tmp_path, speech_recogniser=recogniser.url, transcript_timeout_s=0.5)
    yield desk
    await desk.house.bus.stop()


async def test_a_message_is_written_down_once(desk: Desk, recogniser: Recogniser) -> None:
    contact = await desk.call(("flow", 4), ("voicemail", 6), message=True)
    talk = await desk.call(("agent", 6), message=False)
    assert (await desk.shown(contact))["state"] == "waiting"
    assert (await desk.shown(talk))["state"] == "unwanted"
    assert await desk.work() == 1 and await desk.work() == 0
    # what the engine says, and what it hears of keys before the message, is not written down
    ((query, ms),) = recogniser.asked
    assert query == "/hear?language=zh&words=" and 1500 < ms < 2300
    shown = await desk.shown(contact)
    assert (shown["state"], shown["made_by"], shown["heard_ms"]) == ("done", "127.0.0.1", 10_000)
    (line,) = shown["lines"]
    assert (line["side"], line["text"]) == ("caller", "查一下订单")
    assert abs(line["from_ms"] - 4500) < 60 and abs(line["to_ms"] - 6500) < 60
    (fact,) = await desk.facts()
    assert (fact.contact_id, fact.pieces, fact.tries, fact.why) == (contact, 1, 1, "")
    # reading is written down, as hearing is; an agent whose call it was not reads nothing
    (read,) = await desk.house.audit(object_kind="transcript")
    assert (read.user_name, read.action, read.object_id) == ("chief", "read", contact)
    async with desk.house.client("wang") as agent:
        assert (await agent.get(f"/api/contacts/{contact}/transcript")).status_code == 404
        assert (await agent.get(f"/api/contacts/{uuid7()}/transcript")).status_code == 404


async def test_the_worker_begins_as_soon_as_a_recording_is_stored(desk: Desk) -> None:
    looked = asyncio.Event()

    async def tenants() -> list[UUID]:
        looked.set()
        return [desk.house.stand.tenant_id]

    working = asyncio.create_task(keep_transcribing(desk.worker(), desk.house.bus, tenants))
    await asyncio.wait_for(looked.wait(), 10)
    contact = await desk.call(("voicemail", 6), message=True)
    desk.house.bus.publish(tp.RecordingStored.kind, {})
    async with asyncio.timeout(20):  # by itself it looks every thirty seconds
        while not await desk.facts():
            await SystemClock().sleep(0.05)
    working.cancel()
    assert (await desk.shown(contact))["state"] == "done"


async def test_both_sides_of_a_talk_in_order(desk: Desk) -> None:
    contact = await desk.call(("queue", 3), ("agent", 6), ("hold", 3), ("agent", 6), message=False)
    assert await desk.work(every=True) == 1
    lines = (await desk.shown(contact))["lines"]
    assert [(line["side"], line["text"]) for line in lines] == [
        ("caller", WORDS[440]),
        ("other", WORDS[880]),
    ] * 2
    assert sorted(line["from_ms"] for line in lines) == [line["from_ms"] for line in lines]


async def test_a_recogniser_that_fails_is_asked_again_but_not_for_ever(
    desk: Desk, recogniser: Recogniser
) -> None:
    contact = await desk.call(("voicemail", 6), message=True)
    recogniser.mood = "slow"
    assert await desk.work() == 1 and await desk.work() == 0
    shown = await desk.shown(contact)
    assert (shown["state"], shown["why"], shown["why_name"]) == ("waiting", "timeout", "语音识别超时")
    recogniser.mood = "refusing"
    for pause in PAUSES:
        desk.house.clock.advance((pause - timedelta(seconds=1)).total_seconds())
        assert await desk.work() == 0
        desk.house.clock.advance(1)
        assert await desk.work() == 1
    shown = await desk.shown(contact)
    assert (shown["state"], shown["why"], shown["lines"]) == ("failed", "refused", [])
    (fact,) = await desk.facts()
    assert (fact.tries, fact.why) == (TRIES, "refused")
    recogniser.mood = "well"
    desk.house.clock.advance(timedelta(days=1).total_seconds())
    assert await desk.work() == 0

    # one that is well again in time
    again = await desk.call(("voicemail", 6), message=True)
    recogniser.mood = "refusing"
    assert await desk.work() == 1
    recogniser.mood = "well"
    desk.house.clock.advance(PAUSES[0].total_seconds())
    assert await desk.work() == 1
    assert (await desk.shown(again))["state"] == "done"


async def test_a_recording_that_is_gone_is_not_waited_for(desk: Desk) -> None:
    contact = await desk.call(("voicemail", 6), message=True)
    for file in desk.settings.folder("recordings").rglob("*.wav"):
        file.unlink()
    assert await desk.work() == 1
    shown = await desk.shown(contact)
    assert (shown["state"], shown["why"]) == ("failed", "gone")


async def test_without_a_recogniser_the_page_says_so(
    owner_db: Database, db: Database, tmp_path: Path
) -> None:
    desk = await make_desk(owner_db, db, tmp_path)
    contact = await desk.call(("voicemail", 6), message=True)
    assert (await desk.shown(contact))["state"] == "off"
    await desk.house.bus.stop()


def test_an_engine_is_named_without_its_secrets() -> None:
    assert name_of("https://user:key@asr.example:8000/hear?token=1") == "asr.example"
    assert name_of("/opt/asr/hear --language {language} --key=1") == "hear"
