"""Is this machine fit for calls? Each check returns a `Finding`; none raises for what it finds."""

import array
import asyncio
import ctypes
import os
import secrets
import shutil
import socket
import ssl
import tempfile
import time
import wave
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from andon.kit import i18n
from andon.kit.settings import Settings
from andon.telephony import texts  # noqa: F401  (registers what findings say)
from andon.telephony.engine.install import MINIMUM, find
from andon.telephony.engine.layout import EnginePlan, assets, plan_of
from andon.telephony.engine.network import local_addresses
from andon.telephony.engine.process import EngineProcess, booted
from andon.telephony.errors import EngineRefused, EngineUnavailable
from andon.telephony.model import EngineConnected, EngineEvent, LegAnswered, LegArrived, LegEnded, Trunk
from andon.telephony.recording import RATE, finished, raw_files, samples_of
from andon.telephony.service import Engine, EngineAddress
from andon.telephony.tones import purity, sine, tone_level
from andon.telephony.turn import TurnRefused, attempt, credential

DISK_LEAST_GB = 2
CALL_TIMEOUT_S = 10.0
TONES_HZ = (700.0, 1000.0)  # caller's, answerer's
TONE_S = 1.5
HEARD_DBFS = -40.0
PURE = 0.5
CLOSING_TRIES, CLOSING_PAUSE_S = 20, 0.1
RELAY_S = 60  # how long the credential of a try is good
UNAUTHORISED = 401
ADJTIMEX_BYTES = 256  # struct timex, with room
TIME_ERROR = 5  # adjtimex returns this while no time server keeps the clock


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found. `check` is its name: engine, ports, address, relay, audio, disk,
    clock."""

    check: str
    ok: bool
    params: dict[str, Any] = {}

    def what(self, locale: i18n.Locale) -> str:
        key = f"doctor.{self.check}.{'ok' if self.ok else 'bad'}"
        return i18n.text(key, locale, **{name: _said(value, locale) for name, value in self.params.items()})

    def remedy(self, locale: i18n.Locale) -> str:
        """What to do about it; empty when nothing needs doing."""
        return "" if self.ok else i18n.text(f"doctor.{self.check}.remedy", locale, **self.params)


def _said(value: Any, locale: i18n.Locale) -> Any:
    return i18n.text(value, locale) if isinstance(value, str) and i18n.has(value) else value


async def examine(settings: Settings) -> list[Finding]:
    """All checks of telephony, in an order in which the first failure explains the later ones."""
    findings = [
        clock(),
        disk(settings),
        await asyncio.to_thread(engine, settings),
        await ports(settings),
        address(settings),
        *[await relay(settings, url) for url in settings.ice.turn],
    ]
    if all(finding.ok for finding in findings if finding.check == "engine"):
        findings.append(await audio(settings))
    return findings


def engine(settings: Settings) -> Finding:
    """An Asterisk new enough is here and runs."""
    found = find(settings.asterisk_prefix)
    minimum = ", ".join(f"{major}.{minor}" for major, minor in MINIMUM.values())
    version = found.version if found else ""
    return Finding(check="engine", ok=found is not None, params={"version": version, "minimum": minimum})


async def ports(settings: Settings) -> Finding:
    """The engine's ports are free, or the engine that has them is ours."""
    wanted = settings.ports()
    named = {
        "ANDON_SIP_PORT": (settings.sip_host, wanted.sip, (socket.SOCK_DGRAM, socket.SOCK_STREAM)),
        "ANDON_ARI_PORT": ("127.0.0.1", wanted.ari, (socket.SOCK_STREAM,)),
        "ANDON_AMI_PORT": ("127.0.0.1", wanted.ami, (socket.SOCK_STREAM,)),
    }
    ours = await booted(plan_of(settings))
    busy = {
        variable: port
        for variable, (host, port, kinds) in named.items()
        if not ours and not all(_free(host, port, kind) for kind in kinds)
    }
    shown = busy or {variable: port for variable, (_, port, _) in named.items()}
    params = {"ports": ", ".join(map(str, shown.values())), "variables": ", ".join(busy)}
    return Finding(check="ports", ok=not busy, params=params)


def _free(host: str, port: int, kind: socket.SocketKind) -> bool:
    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def address(settings: Settings) -> Finding:
    """Browsers on this machine can be reached: the engine needs one address that is not loop-back for it."""
    others = [a for a in local_addresses() if ip_address(a).version == 4]
    loopback = ip_address(settings.media_address).is_loopback
    ok = bool(others) if loopback else settings.media_address in others
    return Finding(check="address", ok=ok, params={"address": settings.media_address})


async def relay(settings: Settings, url: str) -> Finding:
    """The TURN server takes our credentials and leads to the engines' media addresses, and nowhere else."""
    hosts = [settings.public_address, settings.media_address, *(node.host for node in settings.nodes)]
    media = [ip_address(host) for host in hosts if host is not None]
    params = {"url": url, "addresses": ", ".join(map(str, media))}
    reached = [each for each in media if isinstance(each, IPv4Address) and not each.is_loopback]
    if reached != media:
        return Finding(check="relay", ok=False, params={**params, "why": "doctor.relay.no_address"})
    try:
        why = await _relayed(settings, url, reached)
    except TurnRefused as refused:
        why = "doctor.relay.secret" if refused.code == UNAUTHORISED else f"TURN {refused.code}"
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        why = str(error) if isinstance(error, OSError) and str(error) else "doctor.relay.unreachable"
    return Finding(check="relay", ok=not why, params={**params, "why": why})


async def _relayed(settings: Settings, url: str, media: Sequence[IPv4Address]) -> str:
    """What is wrong with the relay, empty when nothing is. Raises as `attempt`."""
    trust = ssl.create_default_context()
    if (authority := settings.home / "certificates" / "andon-authority.crt").exists():
        trust.load_verify_locations(authority)
    username, password = credential(settings.ice.turn_secret, "doctor", int(time.time()) + RELAY_S)
    tried = await attempt(url, username, password, media, trust)
    if tried.astray:
        return "doctor.relay.open"
    return "doctor.relay.closed" if tried.closed else ""


def disk(settings: Settings) -> Finding:
    """There is room for recordings, and the home can be written."""
    home = settings.home
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free / 1e9
    ok = free >= DISK_LEAST_GB and os.access(place, os.W_OK)
    params = {"home": str(home), "free": f"{free:.1f}", "least": DISK_LEAST_GB}
    return Finding(check="disk", ok=ok, params=params)


def clock() -> Finding:
    """The machine's clock is not plainly wrong."""
    now = datetime.now(UTC)
    made = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    kept = "doctor.clock.synchronised" if _synchronised() else "doctor.clock.alone"
    params = {"now": now.strftime("%F %T UTC"), "synchronised": kept}
    return Finding(check="clock", ok=now >= made.replace(hour=0, minute=0, second=0), params=params)


def _synchronised() -> bool:
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(ADJTIMEX_BYTES))
    except (OSError, AttributeError):
        return False
    return 0 <= int(state) < TIME_ERROR


async def audio(settings: Settings) -> Finding:
    """A real call from an engine of its own to itself: both legs must hear the other's tone."""
    log = ""
    params = {"rtp_from": settings.rtp_from, "rtp_to": settings.rtp_to}
    with tempfile.TemporaryDirectory(prefix="andon-doctor-") as folder:
        plan = _scratch_plan(Path(folder), settings)
        log = str(plan.log)
        installed = find(settings.asterisk_prefix)
        if installed is None:
            return Finding(check="audio", ok=False, params={**params, "detail": "no Asterisk", "log": log})
        process = EngineProcess(plan, installed)
        try:
            await process.start()
            ms = await _loop_call(plan)
        except (EngineUnavailable, EngineRefused, TimeoutError, OSError) as error:
            detail = str(error) or type(error).__name__
            return Finding(check="audio", ok=False, params={**params, "detail": detail, "log": log})
        finally:
            await process.stop()
    return Finding(check="audio", ok=True, params={"ms": round(ms)})


def _scratch_plan(home: Path, settings: Settings) -> EnginePlan:
    secret = secrets.token_urlsafe(16)
    sip, ari, ami = (_any_port() for _ in range(3))
    return EnginePlan(
        home=home,
        raw_recordings=home / "raw",
        prompts=assets() / "prompts",
        music=assets() / "music",
        node="doctor",
        sip_host="127.0.0.1",
        sip_port=sip,
        ari_port=ari,
        ami_port=ami,
        rtp_from=settings.rtp_from,
        rtp_to=settings.rtp_to,
        media_address="127.0.0.1",
        ari_secret=secret,
        ami_secret=secret,
    )


def _any_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _loop_call(plan: EnginePlan) -> float:
    """Milliseconds from dialling to both legs up. Raises `TimeoutError` saying what did not happen."""
    events: asyncio.Queue[EngineEvent] = asyncio.Queue()
    client = Engine(EngineAddress.at(plan), events.put_nowait)

    await client.start()
    try:
        await _until(events, EngineConnected)
        await client.provision_trunk(Trunk(name="self", host="127.0.0.1", port=plan.sip_port))
        begun = time.monotonic()
        await client.dial_trunk("doctor-out", "self", "000", caller="000")
        arrived = await _until(events, LegArrived)
        await client.answer(arrived.leg_id)
        await _until(events, LegAnswered)
        ms = (time.monotonic() - begun) * 1000
        legs = ("doctor-out", arrived.leg_id)
        for number, (leg_id, hertz) in enumerate(zip(legs, TONES_HZ, strict=True)):
            await client.start_recording(leg_id, f"doctor-{number}")
            _write_tone(plan.home / f"tone-{number}.wav", hertz)
        for number, leg_id in enumerate(legs):
            await client.play_file(leg_id, plan.home / f"tone-{number}.wav")
        await asyncio.sleep(TONE_S)
        for leg_id in legs:
            await client.hangup(leg_id)
        for _ in legs:
            await _until(events, LegEnded)
    finally:
        await client.close()
    for number, hertz in enumerate(reversed(TONES_HZ)):
        await _check_heard(plan.raw_recordings, f"doctor-{number}", hertz)
    return ms


E = TypeVar("E", bound=EngineEvent)


async def _until(events: "asyncio.Queue[EngineEvent]", kind: type[E]) -> E:
    """The next event of this kind. Raises `TimeoutError`, at once when a leg ends instead."""
    try:
        async with asyncio.timeout(CALL_TIMEOUT_S):
            while not isinstance(event := await events.get(), kind):
                if isinstance(event, LegEnded):
                    raise TimeoutError(f"a leg ended, cause {event.cause} {event.cause_text}")
    except TimeoutError as error:
        raise TimeoutError(str(error) or f"no {kind.__name__} in {CALL_TIMEOUT_S:g} s") from None
    return event


def _write_tone(path: Path, hertz: float) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array.array("h", sine(hertz, TONE_S)).tobytes())


async def _check_heard(raw_dir: Path, recording_id: str, hertz: float) -> None:
    path, _ = raw_files(raw_dir, recording_id)
    for _ in range(CLOSING_TRIES):  # the engine closes its files a moment after the call
        if path.exists() and finished(path):
            break
        await asyncio.sleep(CLOSING_PAUSE_S)
    middle = samples_of(path)[RATE // 2 : RATE]
    if tone_level(middle, hertz) < HEARD_DBFS or purity(middle, hertz) < PURE:
        raise TimeoutError(f"the tone of {hertz:g} Hz did not come through")
