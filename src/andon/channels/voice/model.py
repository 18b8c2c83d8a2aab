"""Voice as the core knows it: trunks, numbers, the people behind them. Pure."""

import re
from uuid import UUID

import msgspec


class Trunk(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier's SIP trunk. `max_calls` 0 means no limit of its own."""

    trunk_id: UUID
    name: str
    host: str
    port: int
    username: str = ""
    secret: str = ""
    max_calls: int = 0


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A number people call. `e164` is as the trunk delivers it, digits and an optional leading +."""

    number_id: UUID
    client_id: UUID
    project_id: UUID
    trunk_id: UUID | None
    e164: str
    label: str
    home: str = ""  # where the number is at home, for instance 上海
    kind: str = "local"  # 95 | 96 | 400 | 1xx | local
    flow_id: UUID | None = None
    dial_out: bool = False  # may be shown when calling out


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent is shown of the line a caller dialled, and what its callers hear and are sent: `music`
    names a prompt, `pop_url` is a template (`channels.voice.pop`)."""

    project_id: UUID
    client_id: UUID
    name: str
    client_name: str
    greeting_zh: str = ""
    greeting_en: str = ""
    language: str = "zh"
    music: str = ""
    chat_link: str = ""
    text_gateway_id: UUID | None = None
    pop_url: str = ""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """An agent as boards and desks name them."""

    agent_id: UUID
    agent_no: str
    name: str
    department: str = ""
    team: str = ""
    locale: str = "zh"
    mobile: str = ""  # the telephone the agent may answer on, as it is dialled


class VoiceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything voice needs of one tenant's configuration, loaded at start and at each `config.changed`."""

    tenant_id: UUID
    trunks: list[Trunk] = []
    numbers: list[Number] = []
    projects: list[Project] = []
    people: list[Person] = []


_DIAL = re.compile(r"[^0-9+*#]")


def clean_dnis(raw: str) -> str:
    """The called number as digits, +, * and #, at most 32."""
    return _DIAL.sub("", raw[:200])[:32]


def dnis_keys(dnis: str) -> list[str]:
    """Spellings under which a called number may be configured: as it came, without +, without +86."""
    bare = dnis.removeprefix("+")
    keys = [dnis, bare, "+" + bare]
    if bare.startswith("86") and len(bare) > 10:
        keys += [bare[2:], "0" + bare[2:]]
    return list(dict.fromkeys(keys))


# What may follow is somebody's help, or costs more than a call: never for a trial.
_PREFIX = re.compile(
    r"^(?:179\d{2}|12593)(?=\d{7})"
)  # of another carrier, by which a call is cheaper or dearer
_AREA = r"(?:0\d{2,3})?"
_HELP = re.compile(_AREA + r"(?:110|112|119|120|122|911|999|12110|12119|12122|12395)")
_PREMIUM = re.compile(_AREA + r"16[08]\d{0,6}")


def never_tried(number: str) -> str | None:
    """Why no trial may call this cleaned number: `emergency`, `premium`, `abroad`; None when one may."""
    bare = _PREFIX.sub("", number)
    if bare.startswith(("+86", "0086")):
        bare = bare.removeprefix("+").removeprefix("00").removeprefix("86")
    elif bare.startswith(("+", "00")):
        return "abroad"
    if _HELP.fullmatch(bare):
        return "emergency"
    return "premium" if _PREMIUM.fullmatch(bare) else None
