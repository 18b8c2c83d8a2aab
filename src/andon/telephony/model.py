"""What the media engine tells the application, and what it is told about devices and trunks. Pure.

A *leg* is one party's connection to the engine (an Asterisk channel); its id is the engine's own for
calls that come in, and ours for legs we dial. All events reach one callback, in the order in which the
engine produced them.
"""

import re
import unicodedata
from datetime import datetime
from typing import Final, Literal

import msgspec

LegKind = Literal["trunk", "agent", "dialled"]

CALLER_MAX = 32
RAW_MAX = 80


class EngineEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag=True):
    """Base of everything handed to `on_event`."""


class LegArrived(EngineEvent, frozen=True, kw_only=True):
    """A leg came in and waits, not answered. `endpoint` is the trunk's name or the agent's username.

    `caller` is cleaned (see `clean_number`), `caller_raw` as received, at most 80 characters; `dnis` is the
    number dialled as received, at most 80 characters. `args` follow the kind in the dial plan.
    """

    leg_id: str
    kind: LegKind
    endpoint: str
    caller: str
    caller_raw: str
    dnis: str
    args: list[str] = []


class LegRinging(EngineEvent, frozen=True, kw_only=True):
    """The device of a leg we dialled rings."""

    leg_id: str


class LegAnswered(EngineEvent, frozen=True, kw_only=True):
    """A leg we dialled was answered and may be played to, joined, recorded."""

    leg_id: str


class LegEnded(EngineEvent, frozen=True, kw_only=True):
    """A leg is gone; nothing more comes from it. `cause` is Q.850 (see `Cause`).

    Sent exactly once for each leg that arrived or was dialled, also for one that was never answered and for
    one whose originate was refused by the far end. `media_lost` is true when the engine itself hung the leg
    up because no RTP came for the endpoint's time-out.
    """

    leg_id: str
    cause: int
    cause_text: str
    media_lost: bool = False


class KeyPressed(EngineEvent, frozen=True, kw_only=True):
    """A DTMF key, `digit` one of 0-9 * # A-D, reported at its end; `ms` is how long it was held."""

    leg_id: str
    digit: str
    ms: int


class PlaybackEnded(EngineEvent, frozen=True, kw_only=True):
    """A `play` is over: played to its end, stopped, or `failed`. Not sent for a leg that ended meanwhile."""

    playback_id: str
    leg_id: str
    failed: bool = False


class LegHeld(EngineEvent, frozen=True, kw_only=True):
    """The device itself put the call on hold (re-INVITE)."""

    leg_id: str


class LegRetrieved(EngineEvent, frozen=True, kw_only=True):
    """The device itself took the call back from hold."""

    leg_id: str


class DeviceChanged(EngineEvent, frozen=True, kw_only=True):
    """An agent's account has a reachable device now, or has none any more."""

    username: str
    registered: bool


UTTERANCE: Final = "u-"  # names of sounds that are a caller's answer and no message begin so


class VoicemailRecorded(EngineEvent, frozen=True, kw_only=True):
    """A message, or what a caller answered, is complete in the raw recordings folder as `<name>.wav`;
    `failed`: nothing usable."""

    leg_id: str
    name: str
    ms: int
    failed: bool = False


class LegState(msgspec.Struct, frozen=True, kw_only=True):
    """A live leg as the engine knows it. `contact` is what `originate` or `tag` put on it, or empty."""

    leg_id: str
    kind: LegKind
    endpoint: str
    state: Literal["down", "ringing", "up"]
    caller: str
    caller_raw: str
    dnis: str
    created_at: datetime
    args: list[str] = []
    contact: str = ""


class BridgeState(msgspec.Struct, frozen=True, kw_only=True):
    bridge_id: str
    legs: list[str]


class DeviceState(msgspec.Struct, frozen=True, kw_only=True):
    username: str
    registered: bool


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything live in the engine at one moment; what a restarted core rebuilds from."""

    engine: str
    booted_at: datetime
    legs: list[LegState] = []
    bridges: list[BridgeState] = []
    devices: list[DeviceState] = []
    recordings: list[str] = []


class EngineConnected(EngineEvent, frozen=True, kw_only=True):
    """The engine can be used. `fresh` is true when the engine process is another one than before (all its
    calls, recordings and device registrations are new); accounts and trunks made through this `Engine`
    object are already made again. Legs that are missing from the snapshot have ended: no `LegEnded` follows
    for those of before the loss."""

    snapshot: Snapshot
    fresh: bool = True


class EngineLost(EngineEvent, frozen=True, kw_only=True):
    """The connection to the engine is gone; commands are refused until `EngineConnected`."""

    why: str


class Trunk(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier. Its calls are known by its address; `username` and `secret` are for when it challenges ours.

    `name` is an identifier of ours (letters, digits, `-`, `_`, at most 40)."""

    name: str
    host: str
    port: int = 5060
    username: str = ""
    secret: str = ""
    transport: Literal["udp", "tcp"] = "udp"


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """Another node, where it listens for SIP, and the secret that all nodes share."""

    name: str
    host: str
    port: int
    secret: str


class Cause:
    """Q.850 causes the application meets or gives."""

    UNALLOCATED = 1
    NORMAL = 16
    BUSY = 17
    NO_ANSWER = 19
    REJECTED = 21
    UNREACHABLE = 20  # no device registered
    CONGESTION = 34
    MEDIA_LOST = 44  # the engine hung up because RTP stopped
    FAILURE = 38


CAUSES = {
    Cause.UNALLOCATED: "unallocated number",
    Cause.NORMAL: "normal clearing",
    Cause.BUSY: "user busy",
    Cause.NO_ANSWER: "no answer",
    Cause.UNREACHABLE: "subscriber absent",
    Cause.REJECTED: "call rejected",
    Cause.CONGESTION: "no circuit available",
    Cause.FAILURE: "network out of order",
    Cause.MEDIA_LOST: "no audio any more",
}


def clean_number(raw: str) -> str:
    """Digits and a leading plus, at most 32; empty when there are none or any letter shows it is no number.

    Full-width digits count as digits; blanks, dots, dashes and brackets between are dropped.
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    text = re.sub(r"[\s().\-/]", "", text)
    if not re.fullmatch(r"\+?[0-9*#]{1,32}", text):
        return ""
    return text[:CALLER_MAX]


def clip_raw(raw: str) -> str:
    """As received, without control characters, at most 80 characters."""
    return "".join(c for c in raw if unicodedata.category(c)[0] != "C")[:RAW_MAX]
