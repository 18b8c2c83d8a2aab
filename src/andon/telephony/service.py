"""Commands to the media engine, and its events in order.

`Engine` holds one connection to Asterisk's REST interface and one to its manager interface, keeps both
alive and makes accounts and trunks again whenever the engine comes back. It knows legs, bridges,
recordings and devices; it knows no queue, no agent and no contact beyond the text it is asked to carry.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog
from websockets.exceptions import WebSocketException

from andon.kit.settings import Settings
from andon.kit.tasks import Tasks
from andon.telephony.accounts import (
    TRUNK,
    Objects,
    agent_objects,
    peer_id,
    peer_objects,
    trunk_id,
    trunk_objects,
)
from andon.telephony.ami import AmiClient, Block
from andon.telephony.ari import AriClient, Message
from andon.telephony.engine.config import CONTACT_VARIABLE, USER
from andon.telephony.engine.layout import EnginePlan, plans_of
from andon.telephony.errors import EngineRefused
from andon.telephony.hooks import Hooks
from andon.telephony.model import (
    EngineConnected,
    EngineEvent,
    EngineLost,
    LegEnded,
    LegRetrieved,
    Peer,
    Snapshot,
    Trunk,
)
from andon.telephony.prompts import UNSPOKEN, media_uris, recorded
from andon.telephony.translate import EVENTS, Translator, instant, snapshot_of

log = structlog.get_logger(__name__)

RETRY_FIRST_S = 0.1
RETRY_MOST_S = 1.0
ORIGINATE_MARGIN_S = 5.0
ALREADY_THERE = 409
NOT_IN_BRIDGE = (400, 404, 422)


class EngineAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where the engine listens for us and the folders shared with it. Times are seconds."""

    node: str
    sip_host: str
    sip_port: int
    ari_url: str
    ari_user: str
    ari_secret: str
    ami_host: str
    ami_port: int
    ami_user: str
    ami_secret: str
    prompts: Path
    beep: Path
    raw_recordings: Path
    media_address: str = "127.0.0.1"
    rtp_timeout_agent_s: int = 6
    rtp_timeout_trunk_s: int = 30
    even_out_ms: int = 0

    @classmethod
    def all_of(cls, settings: Settings) -> "list[EngineAddress]":
        """The installation's engines, its own first."""
        return [
            cls.at(
                plan,
                rtp_timeout_agent_s=settings.rtp_timeout_agent_s,
                rtp_timeout_trunk_s=settings.rtp_timeout_trunk_s,
                even_out_ms=settings.ice.even_out_ms if settings.ice.turn else 0,
            )
            for plan in plans_of(settings)
        ]

    @classmethod
    def at(
        cls,
        plan: EnginePlan,
        *,
        rtp_timeout_agent_s: int = 6,
        rtp_timeout_trunk_s: int = 30,
        even_out_ms: int = 0,
    ) -> "EngineAddress":
        return cls(
            node=plan.node,
            sip_host=plan.sip_host,
            sip_port=plan.sip_port,
            ari_url=f"http://{plan.control_address}",
            ari_user=USER,
            ari_secret=plan.ari_secret,
            ami_host=plan.control_host,
            ami_port=plan.ami_port,
            ami_user=USER,
            ami_secret=plan.ami_secret,
            prompts=plan.prompts,
            beep=plan.music / "beep",
            raw_recordings=plan.raw_recordings,
            media_address=plan.media_address,
            rtp_timeout_agent_s=rtp_timeout_agent_s,
            rtp_timeout_trunk_s=rtp_timeout_trunk_s,
            even_out_ms=even_out_ms,
        )


class Engine:
    """The engine as the application uses it. Every command has a time-out and raises `EngineRefused`."""

    def __init__(
        self,
        address: EngineAddress,
        on_event: Callable[[EngineEvent], None],
        *,
        app: str = "andon",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`on_event` is called in the event loop, in order, and must not block.

        `now` is the journal's clock.
        """
        self._address = address
        self._on_event = on_event
        self._app = app
        self._ami: AmiClient | None = None
        self._ari: AriClient | None = None
        self._translator = Translator(app, address.raw_recordings)
        self._held_back: list[Message | Block] | None = None
        self._accounts: dict[str, Objects] = {}
        self._booted_at: datetime | None = None
        self._made: set[str] = set()  # accounts and trunks that the engine of that boot has
        self._known_prompts: dict[Path, bool] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._playbacks = 0
        # A recording is made of what comes in and goes out: while neither does, it would not grow and its
        # clock would stand still. So a recorded leg is sent silence whenever it is sent nothing else.
        self._hooks = Hooks(self._request, self._action, app, address.raw_recordings, now)
        self._meetings = Tasks("engine")
        self._moving: dict[str, asyncio.Lock] = {}  # by bridge
        self._with_music: set[str] = set()
        self._members: dict[str, set[str]] = {}

    # --- the connection -----------------------------------------------------------------------------

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

    async def _keep_connected(self) -> None:
        pause, told = RETRY_FIRST_S, False
        while True:
            try:
                lost = await self._connect()
            except (OSError, TimeoutError, WebSocketException, EngineRefused) as error:
                why = str(error) or type(error).__name__
                if not told:
                    self._on_event(EngineLost(why=why))
                    told = True
                log.debug("engine_not_reachable", why=why)
                await self._disconnect()
                await asyncio.sleep(pause)
                pause = min(pause * 2, RETRY_MOST_S)
                continue
            pause = RETRY_FIRST_S
            why = await lost
            log.warning("engine_lost", why=why)
            self._on_event(EngineLost(why=why))
            told = True
            await self._disconnect()

    async def _connect(self) -> "asyncio.Task[str]":
        address = self._address
        ari = AriClient(address.ari_url, address.ari_user, address.ari_secret, self._app, self._hear)
        # what is heard before the snapshot is told after it
        self._held_back = []
        self._ari = ari
        self._ami = AmiClient(
            address.ami_host, address.ami_port, address.ami_user, address.ami_secret, self._hear_device
        )
        await ari.connect()
        await self._ami.connect()
        info = await ari.request("GET", "asterisk/info")
        await ari.request(
            "PUT",
            f"applications/{self._app}/eventFilter",
            body={"allowed": [{"type": name} for name in EVENTS]},
        )
        booted_at = str(info["status"]["startup_time"])
        before, self._booted_at = self._booted_at, instant(booted_at)
        fresh = before != self._booted_at
        if fresh:
            self._made.clear()
        for name in [name for name in self._accounts if name not in self._made]:
            await self._push(name)
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
        self._translator.learn(snapshot)
        self._members = {bridge.bridge_id: set(bridge.legs) for bridge in snapshot.bridges}
        self._on_event(EngineConnected(snapshot=snapshot, fresh=fresh))
        for message in held:
            self._tell(message)
        log.info("engine_connected", fresh=fresh, legs=len(snapshot.legs))
        return asyncio.create_task(_first_of(ari.lost, self._ami.lost), name="engine-lost")

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
            self._tell(message)

    def _hear_device(self, block: Block) -> None:
        if self._held_back is not None:
            self._held_back.append(block)
        else:
            self._tell(block)

    def _tell(self, message: Message | Block) -> None:
        translator = self._translator
        if isinstance(message, Message) and message.type == "StasisStart" and message.channel is not None:
            self._hooks.usable(message.channel.id)
        events = (
            translator.translate(message) if isinstance(message, Message) else translator.of_device(message)
        )
        for event in events:
            if isinstance(event, LegEnded):
                self._forget(event.leg_id)
            elif isinstance(event, LegRetrieved):  # its sound may come from elsewhere now
                self._meet_again_soon(self._bridge_of(event.leg_id))
            self._on_event(event)

    def _forget(self, leg_id: str) -> None:
        bridge_id = self._bridge_of(leg_id)
        self._hooks.forget(leg_id)
        self._with_music.discard(leg_id)
        for members in self._members.values():
            members.discard(leg_id)
        self._meet_again_soon(bridge_id)

    def _bridge_of(self, leg_id: str) -> str:
        """The bridge a leg is in; empty when it is in none."""
        return next((name for name, members in self._members.items() if leg_id in members), "")

    async def _fill(self, leg_id: str) -> None:
        """Send silence once the leg's present sound is over; the request takes its turn behind it."""
        bridged = any(leg_id in members for members in self._members.values())
        if self._hooks.recorded(leg_id) and leg_id not in self._with_music and not bridged:
            with contextlib.suppress(
                EngineRefused
            ):  # the leg may be gone; its recording then is over as well
                await self._request("POST", f"channels/{leg_id}/silence")

    async def _request(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: object = None
    ) -> object:
        # Nothing is asked before its list of legs and bridges is read: what is made meanwhile would be
        # missing there, and taken for gone.
        if self._ari is None or self._held_back is not None:
            raise EngineRefused(f"{method} {path}", 503, "not connected to the engine")
        return await self._ari.request(method, path, query, body)

    async def _unless_gone(self, method: str, path: str, query: Mapping[str, str] | None = None) -> None:
        try:
            await self._request(method, path, query)
        except EngineRefused as refused:
            if not refused.gone:
                raise

    async def _action(self, name: str, **fields: str) -> None:
        if self._ami is None:
            raise EngineRefused(f"AMI {name}", 503, "not connected to the engine")
        await self._ami.action(name, **fields)

    # --- legs ---------------------------------------------------------------------------------------

    async def answer(self, leg_id: str) -> None:
        await self._request("POST", f"channels/{leg_id}/answer")

    async def ring(self, leg_id: str, on: bool = True) -> None:
        """Let the other side of a leg hear ringing: as 180 before the answer, as a tone after it."""
        await self._request("POST" if on else "DELETE", f"channels/{leg_id}/ring")

    async def hangup(self, leg_id: str, cause: int = 16) -> None:
        """End a leg with a Q.850 cause; one that is already gone is no error."""
        self._translator.hanging_up(leg_id, cause)
        real = self._hooks.real(leg_id)
        if self._hooks.unsnoop(leg_id):  # of which no event tells
            for members in self._members.values():
                members.discard(leg_id)
        await self._unless_gone("DELETE", f"channels/{real}", {"reason_code": str(cause)})

    async def play(self, leg_id: str, media: Sequence[str | Path], turn: int | None = None) -> str:
        """Play prompts one after the other; returns the playback's id, which is `playback_id` of the `turn`.

        Names are those of `telephony.prompts`; sound files of the engine's machine may stand among them.
        `PlaybackEnded` follows once for the whole list. A missing prompt is replaced, never silent.
        """
        uris = media_uris(media, self._address.prompts, self._address.beep, self._prompt_exists)
        if not uris:
            raise EngineRefused("play", 400, "nothing to play")
        return await self._play(leg_id, uris, turn)

    async def play_file(self, leg_id: str, sound: Path) -> str:
        """Play one sound file of the engine's machine, named with its suffix; otherwise as `play`."""
        return await self._play(leg_id, [f"sound:{sound.with_suffix('')}"])

    async def _play(self, leg_id: str, uris: Sequence[str], turn: int | None = None) -> str:
        self._playbacks += 1
        playback_id = self.playback_id(leg_id, f"n{self._playbacks}" if turn is None else turn)
        await self._request("POST", f"channels/{leg_id}/play/{playback_id}", {"media": ",".join(uris)})
        self._with_music.discard(leg_id)
        await self._fill(leg_id)
        return playback_id

    @staticmethod
    def playback_id(leg_id: str, turn: int | str) -> str:
        """Known before the playback is asked for, so that a later core can ask whether it goes on."""
        return f"p-{leg_id}-{turn}"

    async def plays(self, playback_id: str) -> bool:
        """Whether a playback goes on."""
        return await self._is_there(f"playbacks/{playback_id}")

    async def takes_message(self, name: str) -> bool:
        """Whether the message `name` is being recorded."""
        return await self._is_there(f"recordings/live/{name}")

    async def _is_there(self, path: str) -> bool:
        try:
            await self._request("GET", path)
        except EngineRefused as refused:
            if not refused.gone:
                raise
            return False
        return True

    def message_ms(self, name: str) -> int:
        """How long the message of that name in the raw folder is; 0 when there is none."""
        return self._translator.message_ms(name)

    def adopt(self, booted_at: datetime) -> None:
        """Legs and accounts taken over are those of the engine that started then."""
        self._booted_at = booted_at

    def take_over(self, leg_id: str, *, recording_id: str, silent: bool, music: bool) -> None:
        """What another core had begun on this leg; `recording_id` is empty when nothing is recorded."""
        if recording_id:
            self._hooks.take_over(leg_id, recording_id, silent=silent)
        if music:
            self._with_music.add(leg_id)

    def _prompt_exists(self, path: Path) -> bool:
        known = self._known_prompts.get(path)
        if known:
            return True
        self._known_prompts[path] = recorded(path)
        if not self._known_prompts[path] and known is None and path.name not in UNSPOKEN:
            log.error("prompt_missing", prompt=str(path.relative_to(self._address.prompts)))
        return self._known_prompts[path]

    async def stop(self, playback_id: str) -> None:
        """Stop a playback; one that is already over is no error."""
        await self._unless_gone("DELETE", f"playbacks/{playback_id}")

    async def music(self, leg_id: str, on: bool, cls: str = "default") -> None:
        """Start or stop music on one leg. A `play` ends it as well. A class that the engine does not know is
        the standard one."""
        if on:
            self._with_music.add(leg_id)
            await self._request("POST", f"channels/{leg_id}/moh", {"mohClass": cls})
        else:
            self._with_music.discard(leg_id)
            await self._request("DELETE", f"channels/{leg_id}/moh")
            await self._fill(leg_id)

    async def read_music(self) -> None:
        """Read the classes of music anew. Who hears music meanwhile goes on hearing it."""
        await self._request("PUT", "asterisk/modules/res_musiconhold.so")

    async def originate(
        self,
        leg_id: str,
        username: str,
        caller: str,
        caller_name: str = "",
        timeout_s: int = 30,
        headers: dict[str, str] | None = None,
        contact: str = "",
        via: str = "",
    ) -> None:
        """Ring an agent's device as leg `leg_id`. `LegRinging`, then `LegAnswered` or `LegEnded` follow.
        `via` names the node where it is registered, when that is another.

        Raises `EngineRefused` when the account has no device; then no event follows.
        """
        endpoint = f"PJSIP/{username}@{peer_id(via)}" if via else f"PJSIP/{username}"
        await self._originate(leg_id, endpoint, caller, caller_name, timeout_s, headers, contact)

    async def dial_trunk(
        self, leg_id: str, trunk: str, number: str, caller: str, timeout_s: int = 60, contact: str = ""
    ) -> None:
        """Call a number through a carrier as leg `leg_id`; otherwise as `originate`."""
        await self._originate(
            leg_id, f"PJSIP/{number}@{trunk_id(trunk)}", caller, "", timeout_s, None, contact
        )

    async def _originate(
        self,
        leg_id: str,
        endpoint: str,
        caller: str,
        caller_name: str,
        timeout_s: int,
        headers: dict[str, str] | None,
        contact: str,
    ) -> None:
        name = "".join(c for c in caller_name if c.isprintable() and c not in '"<>\\')
        variables = {CONTACT_VARIABLE: contact or "-"}
        variables |= {f"PJSIP_HEADER(add,{key})": value for key, value in (headers or {}).items()}
        body = {  # all of it in the body: a query would be quoted here and unquoted there
            "endpoint": endpoint,
            "app": self._app,
            "appArgs": "dialled",
            "callerId": f'"{name}" <{caller}>' if name else caller,
            "timeout": timeout_s,
            "channelId": leg_id,
            "variables": variables,
        }
        self._translator.dialling(leg_id)
        try:
            await self._request("POST", "channels", body=body)
        except EngineRefused as refused:
            # Asked before, and the answer was lost. The engine says so as well of a later failure on the same
            # connection: look.
            if refused.status == ALREADY_THERE and await self._is_there(f"channels/{leg_id}"):
                return
            self._translator.not_dialled(leg_id)
            raise

    async def tag(self, leg_id: str, contact: str) -> None:
        """Put the contact's id on a leg, so that `snapshot()` of a later core shows it."""
        await self._request(
            "POST", f"channels/{leg_id}/variable", {"variable": CONTACT_VARIABLE, "value": contact}
        )

    async def mute(self, leg_id: str, on: bool) -> None:
        """Nothing this leg says is passed on while on."""
        await self._request("POST" if on else "DELETE", f"channels/{leg_id}/mute", {"direction": "in"})

    async def snoop(self, leg_id: str, snoop_id: str, *, whisper: bool) -> None:
        """Make a leg that hears what `leg_id` says and hears; what it says itself is heard by `leg_id` alone
        (`whisper`) or by nobody. It can be joined when this returns, ends with `leg_id` or by `hangup`, and
        nothing is told of it. Raises `EngineRefused`."""
        await self._hooks.snoop(leg_id, snoop_id, whisper=whisper)

    async def packets_from(self, leg_id: str) -> int:
        """How many packets of sound the leg's device has sent so far."""
        answer = await self._request("GET", f"channels/{leg_id}/rtp_statistics")
        return int(answer["rxcount"]) if isinstance(answer, dict) else 0

    async def dtmf(self, leg_id: str, digits: str) -> None:
        """Send keys out to the leg's device, 100 ms each."""
        query = {"dtmf": digits, "duration": "100", "between": "100"}
        await self._request("POST", f"channels/{leg_id}/dtmf", query)

    # --- bridges ------------------------------------------------------------------------------------

    async def bridge(self, bridge_id: str) -> None:
        """Make a mixing bridge with this id; one that exists already is taken as it is.

        Its sound always goes through the engine: between two legs without a recording the engine would
        forward packets past itself, and keeps doing so when a third comes in or the second is changed, so
        that some party hears nobody.
        """
        await self._request("POST", f"bridges/{bridge_id}", {"type": "mixing,proxy_media"})

    async def join(self, bridge_id: str, *legs: str) -> None:
        """Put legs into a bridge, out of whatever bridge they were in.

        Stop what is played to them first: the engine takes a leg into a bridge only when that is over.
        """
        async with self._mover(bridge_id):
            there = self._members.get(bridge_id, set())
            together = there.union(legs)
            stays = together.difference(legs)
            if len(together) == 2 and together != there:  # more than two are mixed, which spoils nothing
                await self._renew(*together)
                await self._out(bridge_id, *stays)
                legs = (*legs, *stays)
            await self._in(bridge_id, *legs)

    async def _in(self, bridge_id: str, *legs: str) -> None:
        for leg_id in legs:
            if self._hooks.recorded(leg_id):
                # silence of our own would drown what the others say
                await self._unless_gone("DELETE", f"channels/{leg_id}/silence")
        channels = ",".join(self._hooks.real(leg_id) for leg_id in legs)
        await self._request("POST", f"bridges/{bridge_id}/addChannel", {"channel": channels})
        for members in self._members.values():
            members.difference_update(legs)
        self._members.setdefault(bridge_id, set()).update(legs)
        for leg_id in legs:
            self._hooks.placed(leg_id, bridge_id)

    async def _out(self, bridge_id: str, *legs: str) -> None:
        for leg_id in legs:
            try:
                await self._request("POST", f"bridges/{bridge_id}/removeChannel", {"channel": leg_id})
            except EngineRefused as refused:
                if refused.status not in NOT_IN_BRIDGE:
                    raise
            self._members.get(bridge_id, set()).discard(leg_id)

    async def leave(self, bridge_id: str, leg_id: str) -> None:
        """Take a leg out of a bridge; one that is not in it is no error."""
        async with self._mover(bridge_id):
            await self._out(bridge_id, leg_id)
        self._meet_again_soon(bridge_id)
        await self._fill(leg_id)

    async def unbridge(self, bridge_id: str) -> None:
        """Remove a bridge; its legs stay, alone. One that is gone is no error."""
        async with self._mover(bridge_id):
            await self._unless_gone("DELETE", f"bridges/{bridge_id}")
            legs = self._members.pop(bridge_id, set())
        self._moving.pop(bridge_id, None)
        for leg_id in legs:
            await self._fill(leg_id)

    def _mover(self, bridge_id: str) -> asyncio.Lock:
        return self._moving.setdefault(bridge_id, asyncio.Lock())

    async def _renew(self, *legs: str) -> None:
        """What is attached to these legs hears whoever comes next as well."""
        try:
            await asyncio.gather(*(self._hooks.renew(leg_id) for leg_id in legs))
        except EngineRefused as refused:  # the call matters more
            log.error("hooks_not_renewed", why=str(refused))

    def _meet_again_soon(self, bridge_id: str) -> None:
        if len(self._members.get(bridge_id, set())) == 2:
            self._meetings.start(self._meet_again(bridge_id))

    async def _meet_again(self, bridge_id: str) -> None:
        """Of three two are left, or sound comes from elsewhere: begin as with a new party (ADR 11)."""
        async with self._mover(bridge_id):
            legs = tuple(self._members.get(bridge_id, ()))
            if len(legs) != 2:
                return
            await self._renew(*legs)
            try:
                await self._out(bridge_id, *legs)
                await self._in(bridge_id, *legs)
            except EngineRefused as refused:  # one of them is gone meanwhile
                log.debug("not_met_again", why=str(refused))

    # --- recording ----------------------------------------------------------------------------------

    async def start_recording(self, leg_id: str, recording_id: str) -> None:
        """Record what the leg says and hears into files of the raw folder (`telephony.recording`)."""
        # filled before, so that the recording runs no longer than its order takes
        hears = bool(self._bridge_of(leg_id))
        await self._hooks.record(leg_id, recording_id, lambda: self._fill(leg_id), hears=hears)

    async def stop_recording(self, leg_id: str) -> None:
        """Stop; a leg that is gone has stopped by itself and is no error."""
        await self._hooks.stop_recording(leg_id)

    async def move_recording(self, from_leg: str, to_leg: str) -> None:
        """Go on in a new part with what the other leg says and hears; nothing when none runs. A leg that is
        gone is no error."""
        await self._hooks.move_recording(from_leg, to_leg)

    async def silence_recording(self, leg_id: str, on: bool) -> None:
        """Record nothing of the leg while on; the recording's time passes, and it goes on in a new part."""
        await self._hooks.silence(leg_id, on)

    async def record_message(self, leg_id: str, name: str, max_s: int, silence_s: int = 4) -> None:
        """Beep and record a message; `#` ends it. `VoicemailRecorded` follows."""
        query = {
            "name": name,
            "format": "wav",
            "maxDurationSeconds": str(max_s),
            "maxSilenceSeconds": str(silence_s),
            "ifExists": "overwrite",
            "beep": "false",
            "terminateOn": "#",
        }
        beep = f"b-{leg_id}-{self._playbacks + 1}"
        self._playbacks += 1
        media = {"media": f"sound:{self._address.beep}"}  # the engine's own is in a package we do not need
        await self._request("POST", f"channels/{leg_id}/play/{beep}", media)
        await self._request("POST", f"channels/{leg_id}/record", query)

    async def listen(self, leg_id: str, name: str, max_s: int, pause_s: int) -> None:
        """Keep what the leg says until it pauses, without a tone; keys are heard meanwhile.
        `VoicemailRecorded` follows."""
        query = {
            "name": name,
            "format": "wav",
            "maxDurationSeconds": str(max_s),
            "maxSilenceSeconds": str(pause_s),
            "ifExists": "overwrite",
            "beep": "false",
            "terminateOn": "none",
        }
        await self._request("POST", f"channels/{leg_id}/record", query)

    async def drop_message(self, name: str) -> None:
        """Remove a sound that nobody wants; one that is gone is no error."""
        await self._unless_gone("DELETE", f"recordings/stored/{name}")

    async def end_message(self, name: str) -> None:
        """End a message as `#` would; one that is over already is no error."""
        await self._unless_gone("POST", f"recordings/live/{name}/stop")

    # --- accounts -----------------------------------------------------------------------------------

    async def provision_agent(self, username: str, secret: str, webrtc: bool) -> None:
        """Make or change an agent's account. It is made again by itself whenever the engine restarts."""
        self._accounts[username] = self._agent_objects(username, secret, webrtc)
        await self._push(username)

    def adopt_agent(self, username: str, secret: str, webrtc: bool) -> None:
        """An account that another core made in the engine of `adopt`; another engine gets it anew."""
        self._accounts[username] = self._agent_objects(username, secret, webrtc)
        self._made.add(username)

    def _agent_objects(self, username: str, secret: str, webrtc: bool) -> Objects:
        address = self._address
        return agent_objects(
            username,
            secret,
            webrtc,
            media_address=address.media_address,
            rtp_timeout_s=address.rtp_timeout_agent_s,
            even_out_ms=address.even_out_ms,
        )

    async def remove_agent(self, username: str) -> None:
        """Remove an account; its device can do nothing more. One that is gone is no error."""
        await self._remove(username, ("endpoint", "aor", "auth"))

    async def provision_trunk(self, trunk: Trunk) -> None:
        """Make or change a carrier. It is made again by itself whenever the engine restarts."""
        self._accounts[trunk_id(trunk.name)] = self._trunk_objects(trunk)
        await self._push(trunk_id(trunk.name))

    def adopt_trunk(self, trunk: Trunk) -> None:
        """A carrier that another core made in the engine of `adopt`; another engine gets it anew."""
        self._accounts[trunk_id(trunk.name)] = self._trunk_objects(trunk)
        self._made.add(trunk_id(trunk.name))

    def _trunk_objects(self, trunk: Trunk) -> Objects:
        address = self._address
        return trunk_objects(
            trunk, media_address=address.media_address, rtp_timeout_s=address.rtp_timeout_trunk_s
        )

    async def remove_trunk(self, name: str) -> None:
        """Remove a carrier: its new calls are refused. One that is gone is no error."""
        await self._remove(trunk_id(name), ("identify", "endpoint", "aor", "auth"))

    def add_peer(self, peer: Peer) -> None:
        """Know another node, from the next connection on."""
        address = self._address
        self._accounts[peer_id(peer.name)] = peer_objects(
            peer,
            address.node,
            media_address=address.media_address,
            rtp_timeout_s=address.rtp_timeout_agent_s,
        )

    async def _push(self, account: str) -> None:
        self._made.discard(account)
        if self._ari is None or not self._ari.connected:
            return  # pushed as soon as the engine is there
        for kind, name, fields in self._accounts[account]:
            if kind == "endpoint" and name.startswith(TRUNK):
                # Changed in place it would get a caller id of its own, "<unknown>", instead of its callers'.
                await self._drop(self._ari, kind, name)
            body = {"fields": [{"attribute": key, "value": value} for key, value in fields.items()]}
            await self._ari.request("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}", body=body)
        self._made.add(account)

    async def _remove(self, name: str, kinds: Sequence[str]) -> None:
        self._accounts.pop(name, None)
        self._made.discard(name)
        if self._ari is None or not self._ari.connected:
            return
        for kind in kinds:
            await self._drop(self._ari, kind, name)

    @staticmethod
    async def _drop(ari: AriClient, kind: str, name: str) -> None:
        try:
            await ari.request("DELETE", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}")
        except EngineRefused as refused:
            if not refused.gone:
                raise

    # --- the whole ----------------------------------------------------------------------------------

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
