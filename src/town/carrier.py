"""A simulated carrier: a second Asterisk that places real calls with real audio and answers as SIP phones.

It knows the centre only as a carrier would: an address to send calls to, and accounts given to phones. The
town's people and the tests speak through it::

    call = await carrier.call(to="95001", caller="13800138000")
    await call.wait_answered(5)
    await call.keys("1")
    await call.wait_tone(440, 5)
    await call.hangup()
"""

import array
import asyncio
import contextlib
import itertools
import struct
import uuid
import wave
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import msgspec
import structlog

from andon.kit.settings import Settings
from andon.telephony.accounts import Fields
from andon.telephony.ami import AmiClient
from andon.telephony.ari import AriClient, Message
from andon.telephony.engine.config import USER, render
from andon.telephony.engine.install import Installed, ensure
from andon.telephony.engine.layout import EnginePlan, assets
from andon.telephony.engine.process import EngineProcess
from andon.telephony.errors import EngineRefused
from andon.telephony.tones import RATE, level, purity, sine, tone_level

log = structlog.get_logger(__name__)

APP = "carrier"
CODECS = "alaw,ulaw"
POLL_S = 0.05
NORMAL_CLEARING = 16
TONE_DBFS, TONE_PURITY = -40.0, 0.5
GOODBYE_S = 1.0
AUDIO_END, AUDIO_ID, AUDIO_SLIN = 0x00, 0x01, 0x10
EVENTS = (
    "StasisStart",
    "StasisEnd",
    "ChannelHangupRequest",
    "ChannelDestroyed",
    "ChannelStateChange",
    "ChannelDtmfReceived",
    "ChannelHold",
    "ChannelUnhold",
    "PlaybackFinished",
    "RESTResponse",
)
# one endpoint for each way of sending keys; both reach the same centre
KEYS = ("rfc4733", "info")


class CallEnded(msgspec.Struct, frozen=True, kw_only=True):
    """How a call ended for us: the Q.850 cause and its text."""

    cause: int
    text: str


class Call:
    """One call of the carrier's, placed by us or come to one of our phones."""

    def __init__(
        self, carrier: "Carrier", call_id: str, number: str = "", caller: str = "", *, placed: bool = True
    ) -> None:
        self.carrier = carrier
        self.call_id = call_id
        self.number = number  # for a call to a phone: its username
        self.caller = caller
        self.ringing = asyncio.Event()
        self.answered = asyncio.Event()
        self.held = asyncio.Event()  # the other side put us on hold
        self.ended: asyncio.Future[CallEnded] = asyncio.get_running_loop().create_future()
        self.received_keys: list[str] = []
        self._playing: dict[str, asyncio.Event] = {}
        self._heard = bytearray()
        self._placed = placed
        self._cause = NORMAL_CLEARING
        self._speaks = True

    @property
    def live(self) -> bool:
        return not self.ended.done()

    async def wait_ringing(self, timeout_s: float) -> None:
        await self._wait(self.ringing, timeout_s, "ring")

    async def wait_answered(self, timeout_s: float) -> None:
        """Wait until the call is up. Raises `TimeoutError`, also when it ends instead."""
        await self._wait(self.answered, timeout_s, "be answered")

    async def wait_ended(self, timeout_s: float) -> CallEnded:
        try:
            return await asyncio.wait_for(asyncio.shield(self.ended), timeout_s)
        except TimeoutError:
            raise TimeoutError(f"the call did not end in {timeout_s:g} s") from None

    async def _wait(self, event: asyncio.Event, timeout_s: float, what: str) -> None:
        waiting = asyncio.ensure_future(event.wait())
        either: set[asyncio.Future[Any]] = {waiting, self.ended}
        done, _ = await asyncio.wait(either, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if waiting in done:
            return
        waiting.cancel()
        if self.ended.done():
            raise TimeoutError(f"the call ended before it could {what}: {self.ended.result()}")
        raise TimeoutError(f"the call did not {what} in {timeout_s:g} s")

    # --- what we do ---

    async def ring(self) -> None:
        """A phone rings (180)."""
        await self._do("POST", "ring")

    async def answer(self) -> None:
        await self._do("POST", "answer")
        await self._go_on_sending()

    async def _go_on_sending(self) -> None:
        # Sending anything else ends the silence. Asked for right after, it takes its turn when that is over,
        # so that packets never cease, as with a real telephone.
        if self._speaks:
            await self._do("POST", "silence")

    async def reject(self) -> None:
        """A phone's red button: 603 Decline."""
        await self.hangup(21)

    async def busy(self) -> None:
        """486 Busy Here."""
        await self.hangup(17)

    async def hangup(self, cause: int = 16) -> None:
        """Hang up, or cancel a call that was not answered. Nothing when it is over already."""
        try:
            await self.carrier.request("DELETE", f"channels/{self.call_id}", {"reason_code": str(cause)})
        except EngineRefused as refused:
            if not refused.gone:
                raise

    async def say(self, sound: Path) -> str:
        """Play an 8 kHz mono WAV to the centre; returns an id for `wait_said`."""
        playback_id = f"say-{next(self.carrier.numbers)}"
        self._playing[playback_id] = asyncio.Event()
        media = {"media": f"sound:{sound.with_suffix('')}"}
        await self._do("POST", f"play/{playback_id}", media)
        await self._go_on_sending()
        return playback_id

    async def wait_said(self, playback_id: str, timeout_s: float) -> None:
        await self._wait(self._playing[playback_id], timeout_s, "finish speaking")

    async def tone(self, hertz: float, seconds: float) -> str:
        """Play a sine of -12 dBFS."""
        return await self.say(self.carrier.tone_file(hertz, seconds))

    async def be_quiet(self) -> None:
        """Stop whatever is being said."""
        for playback_id, over in self._playing.items():
            if not over.is_set():
                try:
                    await self.carrier.request("DELETE", f"playbacks/{playback_id}")
                except EngineRefused as refused:
                    if not refused.gone:
                        raise

    async def keys(self, keys: str, ms: int = 100, pause_ms: int = 100) -> None:
        """Press keys, in the way chosen when the call was placed."""
        await self._do("POST", "dtmf", {"dtmf": keys, "duration": str(ms), "between": str(pause_ms)})
        await self._go_on_sending()

    async def fall_silent(self) -> None:
        """Send no packet any more, as a device does that has died."""
        self._speaks = False
        await self.be_quiet()
        await self._do("DELETE", "silence")

    async def hold(self) -> None:
        """Put the centre on hold by a re-INVITE that says sendonly."""
        await self._do("POST", "hold")

    async def unhold(self) -> None:
        await self._do("DELETE", "hold")

    async def _do(self, method: str, verb: str, query: dict[str, str] | None = None) -> None:
        await self.carrier.request(method, f"channels/{self.call_id}/{verb}", query)

    # --- what we hear ---

    def heard(self, last_s: float | None = None) -> list[float]:
        """Samples heard since the call was placed, -1 to 1 at 8 kHz; only the last seconds when asked so."""
        count = len(self._heard) // 2
        wanted = count if last_s is None else min(count, round(last_s * RATE))
        samples = struct.unpack_from(f"<{wanted}h", self._heard, (count - wanted) * 2)
        return [sample / 32768 for sample in samples]

    async def wait_tone(self, hertz: float, timeout_s: float, *, window_s: float = 0.2) -> None:
        """Wait until the last `window_s` heard are mostly this tone. Raises `TimeoutError`."""

        def enough(samples: list[float]) -> bool:
            return tone_level(samples, hertz) > TONE_DBFS and purity(samples, hertz) > TONE_PURITY

        await self._wait_heard(enough, timeout_s, f"{hertz:g} Hz", window_s)

    async def wait_sound(self, timeout_s: float, least_dbfs: float = -45.0) -> None:
        """Wait until anything is heard: speech, music, a tone."""
        await self._wait_heard(lambda s: level(s) > least_dbfs, timeout_s, "any sound")

    async def wait_quiet(self, timeout_s: float, most_dbfs: float = -55.0) -> None:
        await self._wait_heard(lambda s: level(s) < most_dbfs, timeout_s, "silence")

    async def _wait_heard(
        self, enough: Callable[[list[float]], bool], timeout_s: float, what: str, window_s: float = 0.2
    ) -> None:
        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            samples = self.heard(window_s)
            if len(samples) >= round(window_s * RATE) and enough(samples):
                return
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(
                    f"{what} was not heard in {timeout_s:g} s (level {level(samples):.0f} dBFS)"
                )
            await asyncio.sleep(POLL_S)  # sound comes all the time; what it means is asked now and then

    # --- what happens to us ---

    def _hear(self, message: Message) -> None:
        match message.type:
            case "ChannelStateChange" if message.channel is not None:
                if message.channel.state == "Ringing":
                    self.ringing.set()
                elif message.channel.state == "Up" and not self._placed:
                    self.answered.set()  # one that we placed can do nothing before it is ours (`_started`)
            case "ChannelDtmfReceived":
                self.received_keys.append(message.digit)
            case "ChannelHold":
                self.held.set()
            case "ChannelUnhold":
                self.held.clear()
            case "PlaybackFinished" if message.playback is not None:
                over = self._playing.get(message.playback.id)
                if over is not None:
                    over.set()
            case "ChannelHangupRequest" if not message.soft:
                self._cause = message.cause
            case "StasisEnd" if not self._placed:
                # of a call that came to us nothing more is heard
                self._end(self._cause, "")
            case "ChannelDestroyed":
                self._end(message.cause, message.cause_txt)

    def _end(self, cause: int, text: str) -> None:
        if not self.ended.done():
            self.ended.set_result(CallEnded(cause=cause, text=text))


class Phone:
    """A SIP phone with an account at the centre. Calls to it wait in `incoming`."""

    def __init__(self, carrier: "Carrier", username: str, secret: str) -> None:
        self.carrier = carrier
        self.username = username
        self.secret = secret
        self.incoming: asyncio.Queue[Call] = asyncio.Queue()

    async def next_call(self, timeout_s: float) -> Call:
        """The next call that comes in; it does not ring yet. Raises `TimeoutError`."""
        try:
            return await asyncio.wait_for(self.incoming.get(), timeout_s)
        except TimeoutError:
            raise TimeoutError(f"no call reached {self.username} in {timeout_s:g} s") from None

    async def dial(self, extension: str) -> Call:
        """Call an extension of the centre from this account, for instance `echo`."""
        return await self.carrier.call(extension, self.username, endpoint=self.username)

    async def register_again(self, timeout_s: float = 15) -> None:
        """Register anew now, as a phone does that saw its centre go away."""
        await self.carrier.drop("registration", self.username)
        await self.carrier.register(self.username, self.secret, timeout_s)

    async def unregister(self) -> None:
        await self.carrier.remove_phone(self.username)


class Carrier:
    """The second Asterisk: started, driven, stopped."""

    def __init__(
        self,
        plan: EnginePlan,
        installed: Installed,
        centre_host: str,
        centre_port: int,
        nodes: Mapping[str, tuple[str, int]] | None = None,
    ) -> None:
        """`nodes` are the centre's further ones by name: `call(..., endpoint="centre-<name>")` goes there."""
        self.plan = plan
        self.centres = {"": (centre_host, centre_port), **(nodes or {})}
        self.numbers = itertools.count(1)
        files = render(plan, installed, [])
        replace = {
            "modules.conf": files["modules.conf"] + "load=res_audiosocket.so\nload=app_audiosocket.so\n",
            "pjsip.conf": files["pjsip.conf"] + _endpoints(plan, self.centres),
            "cel.conf": "[general]\nenable=no\n",
            "manager.conf": files["manager.conf"].replace("ContactStatus", "Registry"),
        }
        self.process = EngineProcess(plan, installed, replace)
        self._ami = AmiClient("127.0.0.1", plan.ami_port, USER, plan.ami_secret, self._hear_registry)
        self._registering: dict[str, asyncio.Future[str]] = {}
        self._registered: dict[str, asyncio.Event] = {}  # set at the goodbye
        self._tasks: set[asyncio.Task[None]] = set()
        self._open_ears: dict[str, Call] = {}
        self._ear_server: asyncio.Server | None = None
        self._ari: AriClient | None = None
        self._calls: dict[str, Call] = {}
        self._phones: dict[str, Phone] = {}

    @classmethod
    def of(cls, settings: Settings, home: Path | None = None, host: str = "127.0.0.1") -> "Carrier":
        """The carrier of an installation's town, below `home/town` by default, at this address."""
        ports, secrets = settings.ports(), settings.secrets()
        base = home or settings.home / "town"
        plan = carrier_plan(
            base,
            sip_port=ports.town_sip,
            ari_port=ports.town_ari,
            ami_port=ports.town_ami,
            secret=secrets.town_ari,
        )
        plan = msgspec.structs.replace(
            plan, rtp_from=settings.rtp_from, rtp_to=settings.rtp_to, sip_host=host, media_address=host
        )
        nodes = {node.name: (str(node.host), node.sip_port) for node in settings.nodes}
        return cls(plan, ensure(settings.asterisk_prefix), settings.sip_host, ports.sip, nodes)

    async def start(self) -> None:
        """Start the process and take control of it."""
        self._ear_server = await asyncio.start_server(self._hear_ear, "127.0.0.1", 0)
        self.process.replace("extensions.conf", _extensions(self._ear_server.sockets[0].getsockname()[1]))
        await self.process.start()
        await self.connect()

    async def connect(self) -> None:
        plan = self.plan
        self._ari = AriClient(f"http://127.0.0.1:{plan.ari_port}", USER, plan.ari_secret, APP, self._hear)
        await self._ari.connect()
        await self._ami.connect()
        await self.request(
            "PUT", f"applications/{APP}/eventFilter", body={"allowed": [{"type": name} for name in EVENTS]}
        )

    async def stop(self) -> None:
        if self._ari is not None:
            await self._ari.close()
            self._ari = None
        await self._ami.close()
        await self.process.stop()
        if self._ear_server is not None:
            self._ear_server.close()
            await self._ear_server.wait_closed()
            self._ear_server = None

    async def request(
        self, method: str, path: str, query: dict[str, str] | None = None, body: object = None
    ) -> object:
        """A request to the carrier's own Asterisk."""
        if self._ari is None:
            raise EngineRefused(f"{method} {path}", 503, "the carrier is not connected")
        return await self._ari.request(method, path, query, body)

    async def call(
        self,
        to: str,
        caller: str,
        *,
        name: str = "",
        headers: dict[str, str] | None = None,
        keys: str = "rfc4733",
        rtp: bool = True,
        listen: bool = True,
        timeout_s: int = 120,
        endpoint: str = "",
    ) -> Call:
        """Place a call to the centre. Without `rtp` not one packet of audio is sent until `say`; with
        `listen` what is heard is kept. Raises `EngineRefused` when it could not even be sent."""
        call = Call(self, f"c-{next(self.numbers)}", to, caller)
        call._speaks = rtp
        self._calls[call.call_id] = call
        query = {
            "endpoint": f"PJSIP/{to}@{endpoint or f'centre-{keys}'}",
            "app": APP,
            "appArgs": "placed",
            "timeout": str(timeout_s),
            "channelId": call.call_id,
            "callerId": f'"{name}" <{caller}>' if name else caller,
        }
        variables = {f"PJSIP_HEADER(add,{key})": value for key, value in (headers or {}).items()}
        # its own `call` must hear everything, also what comes before this request is answered
        try:
            await self.request("POST", "channels", query, {"variables": variables})
        except EngineRefused:
            del self._calls[call.call_id]
            raise
        if listen:
            await self._listen(call)
        return call

    async def _listen(self, call: Call) -> None:
        # a copy of what comes in goes to a dial plan that sends it to us as it comes; files lag by seconds
        ear = f"ear-{uuid.uuid4()}"
        self._open_ears[ear] = call
        query = {"spy": "in", "app": APP, "appArgs": "ear", "snoopId": ear}
        try:
            await self.request("POST", f"channels/{call.call_id}/snoop", query)
        except EngineRefused as refused:
            if not refused.gone:
                raise

    async def _hear_ear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # https://docs.asterisk.org/Configuration/Channel-Drivers/AudioSocket
        call: Call | None = None
        try:
            while True:
                kind, length = struct.unpack("!BH", await reader.readexactly(3))
                payload = await reader.readexactly(length)
                if kind == AUDIO_ID:
                    call = self._open_ears.pop(f"ear-{uuid.UUID(bytes=payload)}", None)
                elif kind == AUDIO_SLIN and call is not None:
                    call._heard += payload
                elif kind == AUDIO_END:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the call is over
        finally:
            writer.close()

    async def register(
        self, username: str, secret: str, timeout_s: float = 15, node: str = "", codecs: str = CODECS
    ) -> Phone:
        """Register a SIP phone at the centre and wait until the centre accepted it; at another `node` as
        well as where it is registered already."""
        host, port = self.centres[node]
        answered: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._registering[username] = answered
        phone = self._phones.setdefault(username, Phone(self, username, secret))
        for kind, fields in _phone(self.plan, username, secret, host, port, codecs):
            if node and kind != "registration":
                continue
            body = {"fields": [{"attribute": key, "value": value} for key, value in fields.items()]}
            name = f"{username}.{node}" if node else username
            await self.request("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}", body=body)
        try:
            status = await asyncio.wait_for(answered, timeout_s)
        except TimeoutError:
            raise TimeoutError(f"{username} could not register in {timeout_s:g} s") from None
        finally:
            del self._registering[username]
        if status != "Registered":
            raise PermissionError(f"the centre refused {username}: {status}")
        return phone

    def subscriber(self, number: str) -> Phone:
        """A telephone of the public network: calls the centre places to this number come to it. Numbers that
        nobody has are refused as unallocated."""
        phone = self._phones[number] = Phone(self, number, "")
        return phone

    def _hear_registry(self, block: dict[str, str]) -> None:
        username = block.get("Username", "").removeprefix("sip:").partition("@")[0]
        answered, status = self._registering.get(username), block.get("Status", "")
        if status == "Registered":
            self._registered.setdefault(username, asyncio.Event())
        elif (gone := self._registered.pop(username, None)) is not None:
            gone.set()
        if answered is not None and not answered.done() and status in ("Registered", "Rejected"):
            answered.set_result(status)

    async def remove_phone(self, username: str) -> None:
        """Unregister a phone and forget its account."""
        self._phones.pop(username, None)
        gone = self._registered.get(username)
        if gone is not None:
            # The account must outlive the goodbye, which is challenged. A centre that is away never answers.
            with contextlib.suppress(TimeoutError, EngineRefused):
                await self._ami.action("PJSIPUnregister", Registration=username)
                await asyncio.wait_for(gone.wait(), GOODBYE_S)
        for node in filter(None, self.centres):
            await self.drop("registration", f"{username}.{node}")
        for kind in ("registration", "endpoint", "aor", "auth"):
            await self.drop(kind, username)

    async def drop(self, kind: str, name: str) -> None:
        """Remove an object of the carrier's own SIP configuration, if it is there."""
        try:
            await self.request("DELETE", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}")
        except EngineRefused as refused:
            if not refused.gone:
                raise

    def tone_file(self, hertz: float, seconds: float) -> Path:
        """A WAV with a sine of -12 dBFS, made when first asked for."""
        path = self.plan.home / "sounds" / f"tone-{hertz:g}-{seconds:g}.wav"
        if not path.exists():
            write_tone(path, hertz, seconds)
        return path

    def _hear(self, message: Message) -> None:
        channel = message.channel
        if message.type == "StasisStart" and channel is not None:
            self._started(message, channel.id)
        elif channel is not None:
            call = self._calls.get(channel.id)
            if call is not None:
                call._hear(message)
                if call.ended.done():
                    del self._calls[channel.id]
        elif message.playback is not None:
            call = self._calls.get(message.playback.target_uri.removeprefix("channel:"))
            if call is not None:
                call._hear(message)

    def _started(self, message: Message, call_id: str) -> None:
        kind, *rest = message.args or [""]
        if kind == "ear":
            where = {"context": "ear", "extension": call_id.removeprefix("ear-"), "priority": "1"}
            self._background(self._do("POST", f"channels/{call_id}/continue", where))
        elif kind == "placed":
            call = self._calls.get(call_id)
            if call is not None:
                call.answered.set()
                if call._speaks:
                    self._background(call._do("POST", "silence"))
        elif kind == "phone" and message.channel is not None:
            call = Call(self, call_id, rest[0], message.channel.caller.number, placed=False)
            self._calls[call_id] = call
            phone = self._phones.get(rest[0])
            if phone is None:
                self._background(call.hangup(1))
                return
            self._background(self._arrive(phone, call))

    async def _arrive(self, phone: Phone, call: Call) -> None:
        await self._listen(call)
        phone.incoming.put_nowait(call)

    async def _do(self, method: str, path: str, query: dict[str, str]) -> None:
        await self.request(method, path, query)

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        # the call may end at any moment; everything else deserves to be seen
        over = isinstance(error, EngineRefused) and error.status in (404, 409, 412, 503)
        if error is not None and not over:
            log.error("carrier_background_failed", error=repr(error))


def carrier_plan(home: Path, *, sip_port: int, ari_port: int, ami_port: int, secret: str) -> EnginePlan:
    """A second engine on the loop-back address."""
    return EnginePlan(
        home=home / "engine",
        raw_recordings=home / "heard",
        prompts=assets() / "prompts",
        music=assets() / "music",
        node="town",
        app=APP,
        sip_host="127.0.0.1",
        sip_port=sip_port,
        ari_port=ari_port,
        ami_port=ami_port,
        rtp_from=20000,
        rtp_to=29999,
        media_address="127.0.0.1",
        ari_secret=secret,
        ami_secret=secret,
    )


def _extensions(ear_port: int) -> str:
    return f"""[general]
static=yes

[from-centre]
exten => _[0-9A-Za-z+].,1,Stasis({APP},phone,${{EXTEN}})

[ear]
exten => _.,1,AudioSocket(${{EXTEN}},127.0.0.1:{ear_port})
 same => n,Hangup()
"""


def _common(plan: EnginePlan) -> Fields:
    return {
        "context": "from-centre",
        "disallow": "all",
        "allow": CODECS,
        "direct_media": "no",
        "rtp_symmetric": "yes",
        "media_address": plan.media_address,
        "bind_rtp_to_media_address": "yes",
        "moh_passthrough": "yes",  # hold goes out as a re-INVITE
        "send_connected_line": "no",
        "trust_id_outbound": "yes",
    }


def _endpoints(plan: EnginePlan, centres: Mapping[str, tuple[str, int]]) -> str:
    text = ""
    wanted = [(keys, keys, "") for keys in KEYS] + [(node, KEYS[0], node) for node in centres if node]
    for suffix, keys, node in wanted:
        name, (host, port) = f"centre-{suffix}", centres[node]
        fields = _common(plan) | {"aors": name, "dtmf_mode": keys}
        lines = "\n".join(f"{key}={value}" for key, value in fields.items())
        text += f"\n[{name}]\ntype=endpoint\n{lines}\n\n[{name}]\ntype=aor\ncontact=sip:{host}:{port}\n"
    # calls to phones come from the centre's address
    hosts = ",".join(dict.fromkeys(host for host, _ in centres.values()))
    return text + f"\n[centre]\ntype=identify\nendpoint=centre-rfc4733\nmatch={hosts}\n"


def _phone(
    plan: EnginePlan, username: str, secret: str, host: str, port: int, codecs: str
) -> list[tuple[str, Fields]]:
    server = f"sip:{host}:{port}"
    return [
        ("auth", {"auth_type": "userpass", "username": username, "password": secret}),
        ("aor", {"contact": server}),
        (
            "endpoint",
            _common(plan)
            | {"aors": username, "outbound_auth": username, "from_user": username, "allow": codecs},
        ),
        (
            "registration",
            {
                "server_uri": server,
                "client_uri": f"sip:{username}@{host}:{port}",
                "contact_user": username,
                "outbound_auth": username,
                "expiration": "60",
                "max_random_initial_delay": "0",
                "retry_interval": "2",
                "forbidden_retry_interval": "0",
                "fatal_retry_interval": "0",
                "auth_rejection_permanent": "yes",
            },
        ),
    ]


def write_tone(path: Path, hertz: float, seconds: float, dbfs: float = -12.0) -> None:
    """A sine as 8 kHz mono 16-bit WAV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array.array("h", sine(hertz, seconds, dbfs)).tobytes())
