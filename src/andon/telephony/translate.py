"""From the engine's own messages to the events of `model`. No I/O except a look at a message's size."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from andon.telephony.accounts import PEER, TRUNK, trunk_name
from andon.telephony.ami import Block
from andon.telephony.ari import Channel, Message
from andon.telephony.engine.config import CONTACT_VARIABLE
from andon.telephony.keys import KeysOnce
from andon.telephony.model import (
    CAUSES,
    BridgeState,
    Cause,
    DeviceChanged,
    DeviceState,
    EngineEvent,
    KeyPressed,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegHeld,
    LegKind,
    LegRetrieved,
    LegRinging,
    LegState,
    PlaybackEnded,
    Snapshot,
    VoicemailRecorded,
    clean_number,
    clip_raw,
)

# the only messages we let the engine send
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
    "RecordingFinished",
    "RecordingFailed",
    "ApplicationReplaced",
    "RESTResponse",
)
GONE_CONTACT = {"Removed", "Unreachable"}
SOFT_DEVICE = 1  # AST_SOFTHANGUP_DEV: the channel driver itself, for want of RTP
SOME_CONTACT = "?"  # registered before we listened
WAV_HEADER = 44
BYTES_PER_MS = 16  # 8 kHz, 16 bit


class Translator:
    """Keeps just enough to tell each thing once: which legs live, which devices are reachable."""

    def __init__(self, app: str, raw_recordings: Path) -> None:
        self._app = app
        self._raw = raw_recordings
        self._legs: dict[str, LegKind] = {}
        self._up: set[str] = set()
        self._ringing: set[str] = set()
        self._contacts: dict[str, str] = {}
        self._causes: dict[str, int] = {}
        self._keys: dict[str, KeysOnce] = {}

    def learn(self, snapshot: Snapshot) -> None:
        """Take over what lives now. Legs missing from it ended while nobody listened."""
        self._legs = {leg.leg_id: leg.kind for leg in snapshot.legs}
        self._up = {leg.leg_id for leg in snapshot.legs if leg.state == "up"}
        self._ringing &= set(self._legs)
        self._keys = {leg_id: key for leg_id, key in self._keys.items() if leg_id in self._legs}
        self._causes = {leg_id: cause for leg_id, cause in self._causes.items() if leg_id in self._legs}
        reachable = [device.username for device in snapshot.devices if device.registered]
        self._contacts = {name: self._contacts.get(name, SOME_CONTACT) for name in reachable}

    def dialling(self, leg_id: str) -> None:
        self._legs[leg_id] = "dialled"

    def hanging_up(self, leg_id: str, cause: int) -> None:
        """We ask for it ourselves: the cause is ours."""
        if leg_id in self._legs:
            self._causes[leg_id] = cause

    def not_dialled(self, leg_id: str) -> None:
        self._legs.pop(leg_id, None)

    def translate(self, message: Message) -> Iterator[EngineEvent]:
        """The events a message means, mostly none or one."""
        channel = message.channel
        if channel is not None:
            yield from self._of_channel(message, channel)
        elif message.type == "PlaybackFinished" and message.playback is not None:
            playback = message.playback
            leg_id = playback.target_uri.removeprefix("channel:")
            ending = leg_id in self._causes
            if leg_id in self._legs and not ending and playback.id.startswith("p-"):
                failed = playback.state == "failed"
                yield PlaybackEnded(playback_id=playback.id, leg_id=leg_id, failed=failed)
        elif message.recording is not None and message.type in ("RecordingFinished", "RecordingFailed"):
            recording = message.recording
            ms = self.message_ms(recording.name)
            yield VoicemailRecorded(
                leg_id=recording.target_uri.removeprefix("channel:"),
                name=recording.name,
                ms=ms,
                failed=message.type == "RecordingFailed" or ms == 0,
            )

    def _of_channel(self, message: Message, channel: Channel) -> Iterator[EngineEvent]:
        leg_id = channel.id
        match message.type:
            case "StasisStart":
                yield from self._started(message, channel)
            case "ChannelHangupRequest":
                # what is soft carries not a cause but which part of the engine asked
                if not message.soft:
                    self._causes.setdefault(leg_id, message.cause)
                elif message.cause == SOFT_DEVICE:
                    self._causes.setdefault(leg_id, Cause.MEDIA_LOST)
            case "StasisEnd":
                # of a leg that came in nothing is heard after this; of one we dialled its destruction
                if self._legs.get(leg_id) != "dialled":
                    yield from self._ended(leg_id, self._causes.get(leg_id, Cause.NORMAL))
            case "ChannelDestroyed":
                yield from self._ended(leg_id, message.cause)
            case "ChannelStateChange":
                if channel.state == "Up":
                    self._up.add(leg_id)
                dialled = self._legs.get(leg_id) == "dialled"
                if channel.state == "Ringing" and dialled and leg_id not in self._ringing:
                    self._ringing.add(leg_id)
                    yield LegRinging(leg_id=leg_id)
            case "ChannelDtmfReceived":
                digit, ms, at = message.digit, message.duration_ms, datetime.fromisoformat(message.timestamp)
                if leg_id in self._legs and self._keys.setdefault(leg_id, KeysOnce()).new(digit, ms, at):
                    yield KeyPressed(leg_id=leg_id, digit=digit, ms=ms)
            case "ChannelHold":
                if leg_id in self._legs:
                    yield LegHeld(leg_id=leg_id)
            case "ChannelUnhold":
                if leg_id in self._legs:
                    yield LegRetrieved(leg_id=leg_id)

    def _ended(self, leg_id: str, cause: int) -> Iterator[EngineEvent]:
        self._causes.pop(leg_id, None)
        was_up = leg_id in self._up
        self._up.discard(leg_id)
        self._ringing.discard(leg_id)
        self._keys.pop(leg_id, None)
        if self._legs.pop(leg_id, None) is not None:
            lost = was_up and cause == Cause.MEDIA_LOST
            yield LegEnded(leg_id=leg_id, cause=cause, cause_text=CAUSES.get(cause, ""), media_lost=lost)

    def _started(self, message: Message, channel: Channel) -> Iterator[EngineEvent]:
        kind, *rest = message.args or [""]
        leg_id = channel.id
        if channel.state == "Up":
            self._up.add(leg_id)
        if kind == "dialled":
            self._legs[leg_id] = "dialled"
            yield LegAnswered(leg_id=leg_id)
        elif kind in ("inbound", "agent"):
            self._legs[leg_id] = "trunk" if kind == "inbound" else "agent"
            yield LegArrived(
                leg_id=leg_id,
                kind=self._legs[leg_id],
                endpoint=trunk_name(rest[0]) if rest else "",
                caller=clean_number(channel.caller.number),
                caller_raw=clip_raw(channel.caller.number),
                dnis=clip_raw(channel.dialplan.exten),
                args=rest[1:],
            )

    def of_device(self, block: Block) -> Iterator[EngineEvent]:
        """What a `ContactStatus` event of the manager interface means. A device has one contact at a time."""
        username, uri = block.get("EndpointName") or block.get("AOR", ""), block.get("URI", "")
        if block.get("Event") != "ContactStatus" or username.startswith((TRUNK, PEER)):
            return
        known = self._contacts.get(username)
        if block.get("ContactStatus") in GONE_CONTACT:
            # the removal of a contact that another one has already replaced says nothing
            if known in (uri, SOME_CONTACT):
                del self._contacts[username]
                yield DeviceChanged(username=username, registered=False)
            return
        self._contacts[username] = uri
        if known is None:
            yield DeviceChanged(username=username, registered=True)

    def message_ms(self, name: str) -> int:
        """How long a recorded message is."""
        try:
            size = (self._raw / f"{name}.wav").stat().st_size
        except OSError:
            return 0
        return max(0, size - WAV_HEADER) // BYTES_PER_MS


def snapshot_of(
    app: str, version: str, booted_at: str, channels: Any, bridges: Any, endpoints: Any
) -> Snapshot:
    """What the engine's lists of channels, bridges and endpoints mean."""
    legs = [leg for entry in channels if (leg := _leg_of(app, msgspec.convert(entry, Channel))) is not None]
    known = {leg.leg_id for leg in legs}
    return Snapshot(
        engine=f"Asterisk {version}",
        booted_at=instant(booted_at),
        legs=legs,
        bridges=[
            BridgeState(bridge_id=b["id"], legs=[c for c in b["channels"] if c in known]) for b in bridges
        ],
        devices=[
            DeviceState(username=e["resource"], registered=e.get("state") == "online")
            for e in endpoints
            if not e["resource"].startswith((TRUNK, PEER))
        ],
    )


def _leg_of(app: str, channel: Channel) -> LegState | None:
    app_name, kind, *rest = [*channel.dialplan.app_data.split(","), "", ""]
    contact = channel.channelvars.get(CONTACT_VARIABLE, "")
    if app_name == app and kind in ("inbound", "agent") and channel.dialplan.app_name == "Stasis":
        leg_kind: LegKind = "trunk" if kind == "inbound" else "agent"
    elif contact:
        leg_kind, rest = "dialled", []
    else:
        return None
    return LegState(
        leg_id=channel.id,
        kind=leg_kind,
        endpoint=trunk_name(rest[0]) if rest else "",
        state="up" if channel.state == "Up" else "ringing" if channel.state.startswith("Ring") else "down",
        caller=clean_number(channel.caller.number),
        caller_raw=clip_raw(channel.caller.number),
        dnis=clip_raw(channel.dialplan.exten),
        created_at=instant(channel.creationtime),
        args=[arg for arg in rest[1:] if arg],
        contact=contact.removeprefix("-"),
    )


def instant(text: str) -> datetime:
    """An instant of the engine, such as `2026-11-24T00:20:11.001+0000`."""
    return datetime.fromisoformat(text)
