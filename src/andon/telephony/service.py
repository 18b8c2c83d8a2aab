"""Commands to the media engine, and its events in order.

`Engine` holds one connection to Asterisk's REST interface and one to its manager interface, keeps both
alive and makes accounts and trunks again whenever the engine comes back. It knows legs, bridges,
recordings and devices; it knows no queue, no agent and no contact beyond the text it is asked to carry.
"""

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from andon.kit.settings import Settings
from andon.telephony.accounts import Objects, agent_objects, peer_id, peer_objects, trunk_id, trunk_objects
from andon.telephony.ami import AmiClient, Block
from andon.telephony.ari import AriClient, Message
from andon.telephony.bridges import Bridges
from andon.telephony.connection import Connection
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
from andon.telephony.provisioning import Provisioning
from andon.telephony.translate import Translator

log = structlog.get_logger(__name__)

ALREADY_THERE = 409


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
        self._translator = Translator(app, address.raw_recordings)
        self._known_prompts: dict[Path, bool] = {}
        self._playbacks = 0
        self._with_music: set[str] = set()
        self._connection = Connection(
            app,
            self._clients,
            make_again=lambda fresh: self._accounts.make_again(fresh),
            on_met=self._met,
            on_message=self._tell,
            on_lost=lambda why: on_event(EngineLost(why=why)),
        )
        self._request, self._unless_gone = self._connection.request, self._connection.unless_gone
        self._accounts = Provisioning(self._connection)
        # A recording is made of what comes in and goes out: while neither does, it would not grow and its
        # clock would stand still. So a recorded leg is sent silence whenever it is sent nothing else.
        self._hooks = Hooks(self._request, self._connection.action, app, address.raw_recordings, now)
        self._bridges = Bridges(self._connection, self._hooks, self._fill)

    # --- the connection -----------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to connect and keep connected; returns at once. `EngineConnected` follows when usable."""
        await self._connection.start()

    async def close(self) -> None:
        """Let go of the engine. Calls in it go on."""
        await self._connection.close()

    @property
    def connected(self) -> bool:
        """Whether commands can be given now."""
        return self._connection.connected

    def _clients(
        self, hear: Callable[[Message], None], hear_device: Callable[[Block], None]
    ) -> tuple[AriClient, AmiClient]:
        address = self._address
        return (
            AriClient(address.ari_url, address.ari_user, address.ari_secret, self._app, hear),
            AmiClient(address.ami_host, address.ami_port, address.ami_user, address.ami_secret, hear_device),
        )

    def _met(self, snapshot: Snapshot, fresh: bool) -> None:
        self._translator.learn(snapshot)
        self._bridges.learn(snapshot)
        self._on_event(EngineConnected(snapshot=snapshot, fresh=fresh))

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
                self._bridges.meet_again_soon(self._bridges.of(event.leg_id))
            self._on_event(event)

    def _forget(self, leg_id: str) -> None:
        bridge_id = self._bridges.of(leg_id)
        self._hooks.forget(leg_id)
        self._with_music.discard(leg_id)
        self._bridges.discard(leg_id)
        self._bridges.meet_again_soon(bridge_id)

    async def _fill(self, leg_id: str) -> None:
        """Send silence once the leg's present sound is over; the request takes its turn behind it."""
        bridged = bool(self._bridges.of(leg_id))
        if self._hooks.recorded(leg_id) and leg_id not in self._with_music and not bridged:
            with contextlib.suppress(
                EngineRefused
            ):  # the leg may be gone; its recording then is over as well
                await self._request("POST", f"channels/{leg_id}/silence")

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
            self._bridges.discard(leg_id)
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
        return await self._connection.is_there(f"playbacks/{playback_id}")

    async def takes_message(self, name: str) -> bool:
        """Whether the message `name` is being recorded."""
        return await self._connection.is_there(f"recordings/live/{name}")

    def message_ms(self, name: str) -> int:
        """How long the message of that name in the raw folder is; 0 when there is none."""
        return self._translator.message_ms(name)

    def adopt(self, booted_at: datetime) -> None:
        """Legs and accounts taken over are those of the engine that started then."""
        self._connection.adopt(booted_at)

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
            if refused.status == ALREADY_THERE and await self._connection.is_there(f"channels/{leg_id}"):
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
        await self._bridges.make(bridge_id)

    async def join(self, bridge_id: str, *legs: str) -> None:
        """Put legs into a bridge, out of whatever bridge they were in.

        Stop what is played to them first: the engine takes a leg into a bridge only when that is over.
        """
        await self._bridges.join(bridge_id, *legs)

    async def leave(self, bridge_id: str, leg_id: str) -> None:
        """Take a leg out of a bridge; one that is not in it is no error."""
        await self._bridges.leave(bridge_id, leg_id)

    async def unbridge(self, bridge_id: str) -> None:
        """Remove a bridge; its legs stay, alone. One that is gone is no error."""
        await self._bridges.remove(bridge_id)

    # --- recording ----------------------------------------------------------------------------------

    async def start_recording(self, leg_id: str, recording_id: str) -> None:
        """Record what the leg says and hears into files of the raw folder (`telephony.recording`)."""
        # filled before, so that the recording runs no longer than its order takes
        hears = bool(self._bridges.of(leg_id))
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
        await self._accounts.make(username, self._agent_objects(username, secret, webrtc))

    def adopt_agent(self, username: str, secret: str, webrtc: bool) -> None:
        """An account that another core made in the engine of `adopt`; another engine gets it anew."""
        self._accounts.adopt(username, self._agent_objects(username, secret, webrtc))

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
        await self._accounts.remove(username, ("endpoint", "aor", "auth"))

    async def provision_trunk(self, trunk: Trunk) -> None:
        """Make or change a carrier. It is made again by itself whenever the engine restarts."""
        await self._accounts.make(trunk_id(trunk.name), self._trunk_objects(trunk))

    def adopt_trunk(self, trunk: Trunk) -> None:
        """A carrier that another core made in the engine of `adopt`; another engine gets it anew."""
        self._accounts.adopt(trunk_id(trunk.name), self._trunk_objects(trunk))

    def _trunk_objects(self, trunk: Trunk) -> Objects:
        address = self._address
        return trunk_objects(
            trunk, media_address=address.media_address, rtp_timeout_s=address.rtp_timeout_trunk_s
        )

    async def remove_trunk(self, name: str) -> None:
        """Remove a carrier: its new calls are refused. One that is gone is no error."""
        await self._accounts.remove(trunk_id(name), ("identify", "endpoint", "aor", "auth"))

    def add_peer(self, peer: Peer) -> None:
        """Know another node, from the next connection on."""
        address = self._address
        objects = peer_objects(
            peer,
            address.node,
            media_address=address.media_address,
            rtp_timeout_s=address.rtp_timeout_agent_s,
        )
        self._accounts.know(peer_id(peer.name), objects)

    # --- the whole ----------------------------------------------------------------------------------

    async def snapshot(self) -> Snapshot:
        """Everything live in the engine now."""
        return await self._connection.snapshot()
