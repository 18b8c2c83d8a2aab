"""What tests of calls place and how they judge it: by journal, recording and what was heard."""

import contextlib
import itertools
import wave
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from call_house import House
from sqlalchemy import delete, insert

from andon.kit.database import Database, Scope
from andon.routing.tables import RoutingRules
from andon.telephony.tones import RATE, level, purity, tone_level
from town.carrier import Call

CALLER_HZ, AGENT_HZ = 440, 1000
BLOCK = RATE // 10
MUSIC_DBFS = -45.0
LOST_MS = 400

_numbers = itertools.count(13700000000)


def caller() -> str:
    """A number nobody else calls from."""
    return str(next(_numbers))


async def placed(house: House, number: str, **how: Any) -> tuple[Call, str]:
    """A call from a number of its own; the number with it."""
    own = caller()
    call = await house.carrier.call(number, own, **how)
    return call, own


async def ending(house: House, own: str, outcome: str, by: str, *, seconds: float = 15) -> list[Any]:
    """The contact ended so; returns its facts."""
    contact_id = await house.contact_of(own)
    data = await house.fact(contact_id, "contact.ended", seconds)
    assert (data["outcome"], data["by"]) == (outcome, by), data
    return await house.facts(contact_id)


async def awake(house: House) -> bool:
    """Whether somebody waits to be called back and may be called."""
    board = await house.ask("snapshot.board", UUID(int=0))
    return any(row["callbacks"] for row in board["queues"])


def kinds(facts: list[Any]) -> list[str]:
    return [row["kind"] for row in facts]


def values(facts: list[Any], kind: str, name: str) -> list[Any]:
    """This field of every fact of this kind, in order."""
    return [row["data"][name] for row in facts if row["kind"] == kind]


@contextlib.asynccontextmanager
async def recording(house: House) -> AsyncIterator[None]:
    """Calls between agents who come to duty now are recorded."""
    db = Database(house.app_url, "andon tests", pool_size=1)
    scope = Scope(house.world.tenant_id)
    async with db.session(scope) as session:
        await session.execute(insert(RoutingRules).values(record_internal=True))
    try:
        yield
    finally:
        async with db.session(scope) as session:
            await session.execute(delete(RoutingRules))
        await house.config_changed()
        await db.close()


def spans(facts: list[Any]) -> list[str]:
    """Whose the recording's stretches are, in order; together they are the whole of it."""
    stopped = next(row["data"] for row in facts if row["kind"] == "recording.stopped")
    assert sum(span["to_ms"] - span["from_ms"] for span in stopped["spans"]) == stopped["total_ms"]
    return [span["leg"] for span in stopped["spans"]]


async def recorded_whole(house: House, facts: list[Any]) -> tuple[np.ndarray, np.ndarray]:
    """The recording is stored, as long as the call within 100 ms; its left and right side, -1 to 1.

    On a machine with more to do than it can, the engine loses some sound: then the journal must say so.
    """
    contact_id: UUID = facts[0]["contact_id"]
    path = await house.stored(contact_id, 30)
    off_ms = await off(house, contact_id)
    lost = [row["data"] for row in await house.facts(contact_id) if row["kind"] == "recording.incomplete"]
    assert abs(off_ms) <= 100 or (lost and -LOST_MS <= off_ms < 0 and lost[0]["missing_ms"] == -off_ms), (
        off_ms
    )
    return sides(path)


async def off(house: House, contact_id: UUID) -> int:
    """By how many ms a stored recording is longer than the call was, less what its start is unsure."""
    started = await house.fact(contact_id, "recording.started")
    stopped = await house.fact(contact_id, "recording.stopped")
    stored = await house.fact(contact_id, "recording.stored")
    at = {row["kind"]: row["at"] for row in await house.facts(contact_id)}
    on_record = (at["contact.ended"] - at["recording.started"]).total_seconds() * 1000
    assert abs(stopped["total_ms"] - on_record) <= 2
    more = int(stored["audio_ms"]) - int(stopped["total_ms"])
    return more if more < 0 else max(0, more - int(started.get("within_ms", 0)))


def sides(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Left and right of a stored recording, -1 to 1."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, RATE)
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2) / 32768
    return both[:, 0], both[:, 1]


def lasting(samples: np.ndarray, hertz: float, tenths: int = 5) -> bool:
    """Whether the tone fills at least so many tenths of a second."""
    blocks = [list(samples[at : at + BLOCK]) for at in range(0, len(samples) - BLOCK, BLOCK)]
    return sum(tone_level(block, hertz) > -30 and purity(block, hertz) > 0.8 for block in blocks) >= tenths


def right_tones(recording: tuple[np.ndarray, np.ndarray]) -> bool:
    """The caller's tone is left and the agent's right, and neither on the other side."""
    left, right = recording
    return (
        lasting(left, CALLER_HZ)
        and lasting(right, AGENT_HZ)
        and not lasting(left, AGENT_HZ)
        and not lasting(right, CALLER_HZ)
    )


async def states(house: House, agent_id: UUID) -> list[str]:
    """Every state of an agent who has signed out, in order."""

    async def signed_out() -> list[str]:
        found: list[str] = values(await house.facts(agent_id=agent_id), "agent.state", "state")
        return found if found and found[-1] == "offline" else []

    found: list[str] = await house.until(signed_out, 8, "the agent is offline")
    return found


async def hears_music(house: House, call: Call) -> None:
    """Wait until something is heard that is not the agent's tone."""

    def music() -> bool:
        last = call.heard(0.2)
        return bool(last) and level(last) > MUSIC_DBFS and purity(last, AGENT_HZ) < 0.5

    await house.until(music, 8, "music")


async def both_heard(house: House, call: Call, phone: Call, seconds: float = 10) -> None:
    """Each side speaks in its tone for a minute and hears the other's, long enough to be on record."""
    await call.tone(CALLER_HZ, 60)
    await phone.tone(AGENT_HZ, 60)
    for ear, hertz in ((phone, CALLER_HZ), (call, AGENT_HZ)):
        await house.until(partial(_hears, ear, hertz), seconds, f"{hertz} Hz for a second")


def _hears(ear: Call, hertz: float) -> bool:
    return lasting(np.array(ear.heard(1.5)), hertz, 10)
