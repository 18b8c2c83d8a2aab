"""Recordings and snoops of legs, attached anew whenever a leg is to hear somebody else.

Debian's Asterisk drops sound as "late" when the numbers of its packets run behind those before (its patch
`2016_opus_plc` for lost packets, in `ast_translate`). What is attached to a leg keeps one translator for all
that the leg hears, so of the next party it hears nothing, half of the time and for up to eleven minutes. Only
when nothing is attached any more does the engine forget the translator. See ADR 11.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from andon.telephony.errors import EngineRefused
from andon.telephony.recording import segment_files

log = structlog.get_logger(__name__)

FORGOTTEN_S = 0.06  # three packets' time: with the next packet the engine lets go of what was taken off
READY_S = 3.0


class _Snoop(msgspec.Struct):
    leg_id: str
    whisper: bool
    times: int = 0
    bridge_id: str = ""


class _Attached(msgspec.Struct):
    recording_id: str = ""
    silent: bool = False  # nothing of the leg is recorded, though its recording goes on
    snoops: list[str] = msgspec.field(default_factory=list)
    heard: bool = False  # somebody, since it was attached
    lock: asyncio.Lock = msgspec.field(default_factory=asyncio.Lock)


class Hooks:
    """What is attached to which leg of one engine."""

    def __init__(
        self,
        request: Callable[..., Awaitable[object]],
        action: Callable[..., Awaitable[object]],
        app: str,
        raw: Path,
        now: Callable[[], datetime],
    ) -> None:
        """`request` and `action` ask the engine (`AriClient.request`, `AmiClient.action`). `raw` is where
        recordings go; `now` dates their parts as the journal dates its facts."""
        self._request = request
        self._action = action
        self._app = app
        self._raw = raw
        self._now = now
        self._legs: dict[str, _Attached] = {}
        self._snoops: dict[str, _Snoop] = {}
        self._coming: dict[str, asyncio.Future[None]] = {}  # snoops asked for and not usable yet

    # --- recordings -------------------------------------------------------------------------------------

    def recorded(self, leg_id: str) -> bool:
        return leg_id in self._legs and bool(self._legs[leg_id].recording_id)

    def take_over(self, leg_id: str, recording_id: str, *, silent: bool) -> None:
        """A recording that another core began."""
        self._at(leg_id).recording_id = recording_id
        self._at(leg_id).silent = silent
        self._at(leg_id).heard = True

    async def record(
        self, leg_id: str, recording_id: str, ready: Callable[[], Awaitable[None]], *, hears: bool
    ) -> None:
        """Record what the leg says and hears; `ready` is awaited once the leg counts as recorded. `hears`
        says that somebody is with it already. Raises `EngineRefused`."""
        attached = self._at(leg_id)
        async with attached.lock:
            attached.recording_id, attached.heard = recording_id, hears
            try:
                await ready()
                if not attached.silent:
                    await self._tape(leg_id, recording_id, None)
            except EngineRefused:
                attached.recording_id = ""
                raise

    async def stop_recording(self, leg_id: str) -> None:
        """A leg that is gone has stopped by itself and is no error."""
        attached = self._at(leg_id)
        async with attached.lock:
            attached.recording_id = ""
            if not attached.silent:
                await self._unless_gone(self._action("StopMixMonitor", Channel=leg_id))

    async def move_recording(self, from_leg: str, to_leg: str) -> None:
        """A recording goes on in a new part with another leg; nothing when none runs. A leg that is gone is
        no error. Asked by another core than began it, which knows it at the other leg already, it does no
        harm."""
        before, attached = self._at(from_leg), self._at(to_leg)
        recording_id = before.recording_id or attached.recording_id
        if not recording_id:
            return
        async with before.lock:
            before.recording_id = ""
            await self._untape(from_leg)
        async with attached.lock:
            if attached.recording_id:
                await self._untape(to_leg)
            attached.recording_id, attached.heard = recording_id, False
            await self._unless_gone(self._tape(to_leg, recording_id, self._now()))

    async def silence(self, leg_id: str, on: bool) -> None:
        """Record nothing of the leg while on, or go on in a new part; its recording's time passes. A leg that
        is gone is no error. Asked twice it does no harm."""
        attached = self._at(leg_id) if on else self._legs.get(leg_id)
        if attached is None:  # the leg is gone and forgotten
            return
        async with attached.lock:
            if on:
                attached.silent = True
                if attached.recording_id:
                    await self._untape(leg_id)
            elif attached.silent:
                if attached.recording_id:
                    await self._unless_gone(self._tape(leg_id, attached.recording_id, self._now()))
                attached.silent = False

    async def _untape(self, leg_id: str) -> None:
        """Take the recorder off, if it is on."""
        try:
            await self._action("StopMixMonitor", Channel=leg_id)
        except EngineRefused as refused:
            if refused.status not in (404, 409):  # gone, or nothing attached
                raise

    async def _tape(self, leg_id: str, recording_id: str, at: datetime | None) -> None:
        said, heard = segment_files(self._raw, recording_id, at)
        await self._action("MixMonitor", Channel=leg_id, Options=f"r({said})t({heard})")

    # --- snoops -----------------------------------------------------------------------------------------

    def real(self, leg_id: str) -> str:
        """The engine's name of a leg: a snoop that was attached anew has another."""
        snoop = self._snoops.get(leg_id)
        return f"{leg_id}.{snoop.times}" if snoop is not None and snoop.times else leg_id

    def usable(self, real_id: str) -> None:
        """The engine has made this leg."""
        coming = self._coming.get(real_id)
        if coming is not None and not coming.done():
            coming.set_result(None)

    async def snoop(self, leg_id: str, snoop_id: str, *, whisper: bool) -> None:
        """Make a leg that hears what `leg_id` hears and says. Raises `EngineRefused`."""
        attached = self._at(leg_id)
        async with attached.lock:
            self._snoops[snoop_id] = _Snoop(leg_id, whisper)
            attached.snoops.append(snoop_id)
            attached.heard = True
            try:
                await self._make(snoop_id)
            except EngineRefused:
                self.unsnoop(snoop_id)
                raise

    def placed(self, snoop_id: str, bridge_id: str) -> None:
        """The snoop is in this bridge."""
        if snoop_id in self._snoops:
            self._snoops[snoop_id].bridge_id = bridge_id

    def unsnoop(self, snoop_id: str) -> bool:
        """A snoop is no longer wanted; whether it was one."""
        snoop = self._snoops.pop(snoop_id, None)
        if snoop is not None and snoop.leg_id in self._legs:
            with contextlib.suppress(ValueError):
                self._legs[snoop.leg_id].snoops.remove(snoop_id)
        return snoop is not None

    async def _make(self, snoop_id: str) -> str:
        snoop, real = self._snoops[snoop_id], self.real(snoop_id)
        self._coming[real] = asyncio.get_running_loop().create_future()
        whisper = "out" if snoop.whisper else "none"
        query = {"spy": "both", "whisper": whisper, "app": self._app, "appArgs": "snoop"}
        try:
            await self._request("POST", f"channels/{snoop.leg_id}/snoop/{real}", query)
            await asyncio.wait_for(self._coming[real], READY_S)
        except TimeoutError:
            raise EngineRefused("snoop", 504, "the engine made it and it did not come") from None
        finally:
            del self._coming[real]
        return real

    # --- another party ----------------------------------------------------------------------------------

    async def renew(self, leg_id: str) -> None:
        """Attach everything anew: the leg is about to hear somebody else, or somebody again. The first whom
        it hears needs none."""
        attached = self._legs.get(leg_id)
        if attached is None:
            return
        async with attached.lock:
            heard, attached.heard = attached.heard, True
            tapes = bool(attached.recording_id) and not attached.silent
            if not heard or not (tapes or attached.snoops):
                return
            await self._take_off(leg_id, attached)
            await asyncio.sleep(FORGOTTEN_S)
            try:
                await self._put_on(leg_id, attached)
            except EngineRefused as refused:
                if not refused.gone:
                    log.error("hooks_not_renewed", why=str(refused), recording_id=attached.recording_id)

    async def _take_off(self, leg_id: str, attached: _Attached) -> None:
        if attached.recording_id and not attached.silent:
            await self._unless_gone(self._action("StopMixMonitor", Channel=leg_id))
        for snoop_id in attached.snoops:
            await self._unless_gone(self._request("DELETE", f"channels/{self.real(snoop_id)}"))

    async def _put_on(self, leg_id: str, attached: _Attached) -> None:
        if attached.recording_id and not attached.silent:
            await self._tape(leg_id, attached.recording_id, self._now())
        for snoop_id in list(attached.snoops):
            snoop = self._snoops.get(snoop_id)
            if snoop is None:
                continue
            snoop.times += 1
            real = await self._make(snoop_id)
            if snoop_id not in self._snoops:  # no longer wanted, since a moment
                await self._unless_gone(self._request("DELETE", f"channels/{real}"))
            elif snoop.bridge_id:
                into = f"bridges/{snoop.bridge_id}/addChannel"
                await self._request("POST", into, {"channel": real})

    def forget(self, leg_id: str) -> None:
        """The leg is gone, and all with it."""
        gone = self._legs.pop(leg_id, None)
        for snoop_id in gone.snoops if gone is not None else ():
            self._snoops.pop(snoop_id, None)

    def _at(self, leg_id: str) -> _Attached:
        return self._legs.setdefault(leg_id, _Attached())

    @staticmethod
    async def _unless_gone(work: Awaitable[object]) -> None:
        try:
            await work
        except EngineRefused as refused:
            if not refused.gone:
                raise
