"""The connection to one engine, kept alive."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import msgspec
import structlog
from websockets.exceptions import WebSocketException

from andon.telephony.ami import AmiClient, Block
from andon.telephony.ari import AriClient, Message
from andon.telephony.errors import EngineRefused
from andon.telephony.model import Snapshot
from andon.telephony.translate import EVENTS, instant, snapshot_of

log = structlog.get_logger(__name__)

RETRY_FIRST_S = 0.1
RETRY_MOST_S = 1.0

Clients = Callable[[Callable[[Message], None], Callable[[Block], None]], tuple[AriClient, AmiClient]]


class Connection:
    """One to Asterisk's REST interface and one to its manager interface: both are there, or neither."""

    def __init__(
        self,
        app: str,
        clients: Clients,
        *,
        make_again: Callable[[bool], Awaitable[None]],
        on_met: Callable[[Snapshot, bool], None],
        on_message: Callable[[Message | Block], None],
        on_lost: Callable[[str], None],
    ) -> None:
        """`clients(hear, hear_device)` makes the two, not connected yet. At each meeting `make_again` is
        awaited before the snapshot is taken; it and `on_met` are told whether the engine started since the
        last one. `on_message` is called in order, with what is told after the snapshot only."""
        self._app = app
        self._clients = clients
        self._make_again = make_again
        self._on_met = on_met
        self._on_message = on_message
        self._on_lost = on_lost
        self._ami: AmiClient | None = None
        self._ari: AriClient | None = None
        self._held_back: list[Message | Block] | None = None
        self._booted_at: datetime | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to connect and keep connected; returns at once. `EngineConnected` follows when usable."""
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep_connected(), name="engine-keeper")

    async def close(self) -> None:
        """Let go of the engine. Calls in it go on."""
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None
        await self._disconnect()

    @property
    def connected(self) -> bool:
        """Whether commands can be given now."""
        return self._ari is not None and self._ari.connected and self._held_back is None

    @property
    def ari(self) -> AriClient | None:
        """The REST interface, already while its list of legs and bridges is being read."""
        return self._ari if self._ari is not None and self._ari.connected else None

    def adopt(self, booted_at: datetime) -> None:
        """What was taken over is that of the engine that started then."""
        self._booted_at = booted_at

    async def _keep_connected(self) -> None:
        pause, told = RETRY_FIRST_S, False
        while True:
            try:
                lost = await self._connect()
            except (OSError, TimeoutError, WebSocketException, EngineRefused) as error:
                why = str(error) or type(error).__name__
                if not told:
                    self._on_lost(why)
                    told = True
                log.debug("engine_not_reachable", why=why)
                await self._disconnect()
                await asyncio.sleep(pause)
                pause = min(pause * 2, RETRY_MOST_S)
                continue
            pause = RETRY_FIRST_S
            why = await lost
            log.warning("engine_lost", why=why)
            self._on_lost(why)
            told = True
            await self._disconnect()

    async def _connect(self) -> "asyncio.Task[str]":
        ari, ami = self._clients(self._hear, self._hear_device)
        # what is heard before the snapshot is told after it
        self._held_back = []
        self._ari = ari
        self._ami = ami
        await ari.connect()
        await ami.connect()
        info = await ari.request("GET", "asterisk/info")
        await ari.request(
            "PUT",
            f"applications/{self._app}/eventFilter",
            body={"allowed": [{"type": name} for name in EVENTS]},
        )
        booted_at = str(info["status"]["startup_time"])
        before, self._booted_at = self._booted_at, instant(booted_at)
        fresh = before != self._booted_at
        await self._make_again(fresh)
        snapshot = await self._take_snapshot(ari, str(info["system"]["version"]), booted_at)
        held, self._held_back = self._held_back, None
        messages = [message for message in held if isinstance(message, Message)]
        # of those that come in now the arrival is told, not the presence
        arrived = {
            m.channel.id
            for m in messages
            if m.type == "StasisStart" and m.channel is not None and m.args[:1] != ["dialled"]
        }
        legs = [leg for leg in snapshot.legs if leg.leg_id not in arrived]
        snapshot = msgspec.structs.replace(snapshot, legs=legs)
        self._on_met(snapshot, fresh)
        for message in held:
            self._on_message(message)
        log.info("engine_connected", fresh=fresh, legs=len(snapshot.legs))
        return asyncio.create_task(_first_of(ari.lost, ami.lost), name="engine-lost")

    async def _disconnect(self) -> None:
        if self._ari is not None:
            await self._ari.close()
            self._ari = None
        if self._ami is not None:
            await self._ami.close()
            self._ami = None
        self._held_back = None

    def _hear(self, message: Message) -> None:
        if self._held_back is not None:
            self._held_back.append(message)
        else:
            self._on_message(message)

    def _hear_device(self, block: Block) -> None:
        if self._held_back is not None:
            self._held_back.append(block)
        else:
            self._on_message(block)

    async def request(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: object = None
    ) -> object:
        """`AriClient.request`. Raises `EngineRefused`."""
        # Nothing is asked before its list of legs and bridges is read: what is made meanwhile would be
        # missing there, and taken for gone.
        if self._ari is None or self._held_back is not None:
            raise EngineRefused(f"{method} {path}", 503, "not connected to the engine")
        return await self._ari.request(method, path, query, body)

    async def unless_gone(self, method: str, path: str, query: Mapping[str, str] | None = None) -> None:
        """As `request`; what is gone already is no error."""
        try:
            await self.request(method, path, query)
        except EngineRefused as refused:
            if not refused.gone:
                raise

    async def is_there(self, path: str) -> bool:
        """Whether the engine has it."""
        try:
            await self.request("GET", path)
        except EngineRefused as refused:
            if not refused.gone:
                raise
            return False
        return True

    async def action(self, name: str, **fields: str) -> None:
        """`AmiClient.action`. Raises `EngineRefused`."""
        if self._ami is None:
            raise EngineRefused(f"AMI {name}", 503, "not connected to the engine")
        await self._ami.action(name, **fields)

    async def snapshot(self) -> Snapshot:
        """Everything live in the engine now."""
        if self._ari is None:
            raise EngineRefused("snapshot", 503, "not connected to the engine")
        info = await self._ari.request("GET", "asterisk/info")
        return await self._take_snapshot(
            self._ari, str(info["system"]["version"]), str(info["status"]["startup_time"])
        )

    async def _take_snapshot(self, ari: AriClient, version: str, booted_at: str) -> Snapshot:
        channels = await ari.request("GET", "channels")
        bridges = await ari.request("GET", "bridges")
        try:
            endpoints = await ari.request("GET", "endpoints/PJSIP")
        except EngineRefused as refused:
            if not refused.gone:  # said while there is not one endpoint yet
                raise
            endpoints = []
        return snapshot_of(self._app, version, booted_at, channels, bridges, endpoints)


async def _first_of(*lost: "asyncio.Future[str] | None") -> str:
    """Why the first of the connections broke."""
    waiting = [future for future in lost if future is not None]
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    return done.pop().result()
