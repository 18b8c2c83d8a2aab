"""The worker's part: what is said in recordings is written down, one recording after the other.

A recording is claimed, heard outside any transaction, and its transcript kept together with the fact that
says so. Who dies meanwhile leaves a claim that runs out; trying twice does no harm.
"""

import asyncio
import wave
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
import numpy as np
import structlog

from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.journal.store import append
from andon.kit.turns import keep_turns
from andon.speech.pieces import Piece, pieces
from andon.speech.ports import Recogniser, SpeechFailed
from andon.speech.sound import RATE, Wave, wav
from andon.telephony.events import RecordingStored
from andon.transcripts import repository
from andon.transcripts.events import RecordingTranscribed
from andon.transcripts.model import BACK, LONGEST_MS, PAUSES, TRIES, Line, Side, State, Stretch, stretches
from andon.transcripts.repository import Recorded
from andon.transcripts.tables import Transcript

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=45)
MOST_S: Final = 40 * 60.0  # one recording, less than the lease
GONE: Final = "gone"  # the file is not there, or cannot be read: trying again helps nothing


class Transcriber:
    """Writes down what a recogniser called `name` hears: of `every` recording, or of those with a message."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        recordings: Path,
        recogniser: Recogniser,
        name: str,
        *,
        every: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._recordings = recordings.resolve()
        self._recogniser = recogniser
        self._name = name
        self._every = every

    async def turn(self, tenant_id: UUID) -> bool:
        """Try one of a tenant's recordings; false when none is due."""
        now = self._clock.now()
        async with self._db.session(Scope(tenant_id)) as session:
            await repository.adopt(session, now, BACK, every=self._every)
            row = await repository.claim(session, now, LEASE)
            recording = None if row is None else await repository.recorded(session, row)
        if row is None:
            return False
        lines: list[Line] = []
        heard_ms, why = 0, ""
        try:
            if recording is None:
                raise SpeechFailed(GONE)
            async with asyncio.timeout(MOST_S):
                heard_ms, lines = await self._hear(recording)
        except TimeoutError:
            why = "timeout"
        except SpeechFailed as failed:
            log.warning("not_transcribed", recording_id=str(row.recording_id), why=str(failed)[:200])
            why = failed.why
        await self._keep(tenant_id, row, lines, heard_ms, why)
        return True

    async def _hear(self, recording: Recorded) -> tuple[int, list[Line]]:
        """How much was heard, and what was said in it. Raises `SpeechFailed`."""
        path = (self._recordings / recording.path).resolve()
        if not path.is_relative_to(self._recordings):
            raise SpeechFailed(GONE)
        lines: list[Line] = []
        heard_ms = 0
        for channel, side in enumerate(Side):
            where = stretches(recording.spans, side)
            try:
                heard_ms, sound, cut = await asyncio.to_thread(_read, path, channel, where)
            except (OSError, EOFError, wave.Error, ValueError) as error:
                raise SpeechFailed(GONE, str(error)) from error
            for begin, end in cut:
                said = wav(sound[begin * RATE // 1000 : end * RATE // 1000])
                text = await self._recogniser.recognise(said, recording.language, ())
                if text:
                    lines.append(Line(side, begin, end, text))
        return heard_ms, sorted(lines, key=lambda line: line.from_ms)

    async def _keep(
        self, tenant_id: UUID, claimed: Transcript, lines: list[Line], heard_ms: int, why: str
    ) -> None:
        now = self._clock.now()
        over = not why or why == GONE or claimed.tries >= TRIES
        async with self._db.session(Scope(tenant_id)) as session:
            row = await session.get(Transcript, claimed.id, with_for_update=True)
            if row is None or row.state != State.WAITING.value or row.tries != claimed.tries:
                return  # the claim had run out: somebody else tries
            row.why = why
            if not over:
                row.next_at = now + PAUSES[row.tries - 1]
                return
            row.state = State.FAILED.value if why else State.DONE.value
            row.made_by, row.made_at = self._name, None if why else now
            row.heard_ms = heard_ms
            row.lines = msgspec.to_builtins(lines)
            fact = RecordingTranscribed(
                at=now,
                tenant_id=tenant_id,
                client_id=row.client_id,
                project_id=row.project_id,
                contact_id=row.contact_id,
                recording_id=row.recording_id,
                made_by=self._name,
                pieces=len(lines),
                heard_ms=heard_ms,
                tries=row.tries,
                why=why,
            )
            await append(session, fact)


def _read(path: Path, channel: int, where: list[Stretch]) -> tuple[int, Wave, list[Piece]]:
    """Of one side of a stereo recording: how many ms of it are heard, the sound, and where somebody speaks
    within the stretches. Raises `ValueError` for a file of another form."""
    with wave.open(str(path), "rb") as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (2, 2, RATE):
            raise ValueError("not 8 kHz stereo 16-bit")
        count = min(file.getnframes(), LONGEST_MS * RATE // 1000)
        both = np.frombuffer(file.readframes(count), "<i2").reshape(-1, 2)
    sound = both[:, channel].astype(np.float32) / 32768
    found = [
        (begin + from_ms, begin + to_ms)
        for begin, end in where
        for from_ms, to_ms in pieces(sound[begin * RATE // 1000 : end * RATE // 1000])
    ]
    return len(sound) * 1000 // RATE, sound, found


async def keep_transcribing(
    worker: Transcriber, bus: Bus, tenants: Callable[[], Awaitable[list[UUID]]]
) -> None:
    """Run until cancelled; the bus says when a recording was stored."""
    await keep_turns(bus, RecordingStored.kind, tenants, worker.turn)
