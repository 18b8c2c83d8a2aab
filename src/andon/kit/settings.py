"""Settings of one installation: `ANDON_…` variables, then the TOML file `ANDON_CONFIG` names, then defaults.

Everything an installation owns lies below `home`; two installations with two homes run side by side.
"""

import fcntl
import ipaddress
import json
import os
import secrets as random_secrets
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyAddress,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


@dataclass(frozen=True)
class Ports:
    """The ports in use, none of them 0."""

    http: int
    sip: int
    ari: int
    ami: int
    town_sip: int
    town_ari: int
    town_ami: int


@dataclass(frozen=True)
class Secrets:
    """Random secrets of this installation, made once."""

    ari: str
    ami: str
    cookie: str
    database: str
    town_ari: str


class MediaNode(BaseModel):
    """One more media engine beside the installation's own. On `host` it listens for carriers, phones and the
    core, which may be elsewhere: keep that network to yourselves. `started` by `andon serve`; else by
    `andon engine run NAME` on a machine that shares the folder `spool/recordings` of the home."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,15}$")
    host: IPvAnyAddress
    sip_port: int = Field(5060, ge=1, le=65535)
    ari_port: int = Field(8088, ge=1, le=65535)
    ami_port: int = Field(5038, ge=1, le=65535)
    started: bool = True


class OidcSettings(BaseModel):
    """The company's OpenID provider. People of `operator` (its code; empty: the only one) log in there.
    `trust_email`: its addresses count though it does not say that it verified them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])")
    client_id: str = Field(min_length=1)
    client_secret: str = ""
    name: str = ""
    operator: str = ""
    trust_email: bool = False


LdapUrl = Annotated[
    str, StringConstraints(pattern=r"^ldaps?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?/?$")
]


class LdapSettings(BaseModel):
    """The company's directory: LDAP, Active Directory. The passwords of those people of `operator` (its code;
    empty: the only one) who come from it are checked there. `urls` are tried in turn, each for `timeout_s` at
    the most. `bind_dn` looks people up (empty: nobody in particular does) below `base` by `filter`, where
    `{login}` stands for the log-in name; `id_attribute` never changes and tells apart who bears a name after
    another. What the other attributes hold is taken over at each log-in; empty: nothing is. `groups` says
    which role who is in a group has (`group_attribute` names people's groups): roles without a duty only."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    urls: tuple[LdapUrl, ...] = Field(min_length=1)
    # false: passwords go to `ldap://` readable
    starttls: bool = True
    # who signs the servers' certificates; none: whom this machine trusts
    ca_file: Path | None = None
    bind_dn: str = ""
    bind_password: str = Field("", repr=False)
    base: str = Field(min_length=1)
    filter: str = "(uid={login})"
    id_attribute: str = Field("entryUUID", min_length=1)
    name_attribute: str = ""
    mobile_attribute: str = ""
    mail_attribute: str = ""
    group_attribute: str = "memberOf"
    groups: dict[str, Literal["agent", "supervisor", "quality", "planner"]] = {}
    operator: str = ""
    timeout_s: float = Field(5, gt=0, le=30)

    @field_validator("ca_file", mode="before")
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("filter")
    @classmethod
    def _filter_is_one(cls, value: str) -> str:
        from sansldap import LDAPFilter  # not loaded where there is no directory

        if "{login}" not in value:
            raise ValueError("needs {login}, where the log-in name goes")
        try:
            LDAPFilter.from_string(value.replace("{login}", "x"))
        except ValueError as error:
            raise ValueError(f"is no filter: {error}") from error
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        # A server takes a name without a password for nobody's (RFC 4513, 5.1.2).
        if bool(self.bind_dn) != bool(self.bind_password):
            raise ValueError("bind_dn, bind_password: both or neither")
        return self


StunUrl = Annotated[str, StringConstraints(pattern=r"^stuns?:[A-Za-z0-9.\[\]:_-]+$")]
TurnUrl = Annotated[str, StringConstraints(pattern=r"^turns?:[A-Za-z0-9.\[\]:_-]+(\?transport=(udp|tcp))?$")]


Origin = Annotated[str, StringConstraints(pattern=r"^https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[1-9][0-9]*)?$")]


class IceSettings(BaseModel):
    """How the sound of a browser in another network gets here: servers of STUN and TURN, which browsers try
    beside the straight way. `turn_secret` is shared with the TURN server (coturn's `static-auth-secret`);
    pages get credentials made of it, good for `credential_s`. `relay_only`: never the straight way."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    stun: tuple[StunUrl, ...] = ()
    turn: tuple[TurnUrl, ...] = ()
    turn_secret: str = Field("", repr=False)
    credential_s: int = Field(14_400, ge=600, le=604_800)
    relay_only: bool = False
    # where there is a relay: what browsers say and comes in bursts is evened out by up to so much; 0: never
    even_out_ms: int = Field(600, ge=0, le=2000)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.turn and not self.turn_secret:
            raise ValueError("turn: needs turn_secret, the secret that the TURN server knows")
        if self.relay_only and not self.turn:
            raise ValueError("relay_only: needs turn")
        return self


class Settings(BaseSettings):
    """All settings. Paths are made absolute; directories are created when first asked for."""

    model_config = SettingsConfigDict(
        env_prefix="ANDON_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    home: Path = Path(".andon")
    node: str = "n1"
    locale: Literal["zh", "en"] = "zh"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    http_host: str = "127.0.0.1"
    http_port: int = Field(8080, ge=0, le=65535)
    tls_cert: Path | None = None
    tls_key: Path | None = None
    # the address that people open, `https://andon.example.com`: passkeys are bound to its name
    public_url: str = Field("", pattern=r"^(https://[^/:]*[A-Za-z][^/:]*(:\d+)?|http://localhost(:\d+)?)?/?$")
    cookie_secure: Literal["auto", "yes", "no"] = "auto"
    metrics_token: str = ""
    session_idle_minutes: int = Field(480, ge=1)
    session_hours: int = Field(12, ge=1)
    login_attempts: int = Field(5, ge=1)
    login_lock_minutes: int = Field(15, ge=1)

    # logging in at the company's own provider
    oidc: OidcSettings | None = None
    # passwords checked at the company's directory
    ldap: LdapSettings | None = None

    sip_host: str = "127.0.0.1"
    sip_port: int = Field(5060, ge=0, le=65535)
    ari_port: int = Field(0, ge=0, le=65535)
    ami_port: int = Field(0, ge=0, le=65535)
    media_address: str = "127.0.0.1"
    # by which the world reaches `media_address` through a NAT that maps one to the other
    public_address: IPvAnyAddress | None = None
    # how browsers in other networks get to it
    ice: IceSettings = IceSettings()
    rtp_from: int = Field(20000, ge=1024, le=65535)
    rtp_to: int = Field(29999, ge=1024, le=65535)
    # a leg from which no audio comes for so many seconds is ended; 0 never. Not counted while on hold.
    # The engine counts by the machine's clock: one set forward by more than this ends the calls there are
    rtp_timeout_agent_s: int = Field(6, ge=0)
    rtp_timeout_trunk_s: int = Field(30, ge=0)
    # an agent whose device vanishes in a conversation is waited for so long, the caller hearing music
    agent_return_s: int = Field(20, ge=0)
    # whom an agent passes on to a queue waits at its head; false: behind those who wait there
    transfer_to_head: bool = True
    # card data is taken for so long at the most; then the recording goes on
    card_limit_s: int = Field(120, ge=10, le=900)
    # calls that one agent may begin within a minute
    dial_per_minute: int = Field(10, ge=1)
    asterisk_prefix: Path | None = None
    # further media engines
    nodes: tuple[MediaNode, ...] = ()
    # less free space than this where recordings are written raises the alarm `disk_full`
    disk_low_mb: int = Field(500, ge=0)

    # flows and webhooks of alarm rules may reach addresses within the own network, this machine included
    flow_http_private: bool = False

    # sites whose pages may be shown within the desk (a project's `pop_url`), `["https://crm.example.com"]`;
    # of others the desk shows a button that opens them in a tab
    pop_origins: tuple[Origin, ...] = ()

    # speech engines of the installation's own: an address, or a command in which `{language}` is zh or en
    # (`andon.speech.outside`); empty: none, callers use keys and prompts are recorded
    speech_recogniser: str = ""
    speech_synthesiser: str = ""
    speech_timeout_s: float = Field(8, gt=0, le=60)
    # what the recogniser writes down after the call: messages that callers leave, all recordings, or nothing.
    # They are heard piece by piece, none longer than 25 s, and each may take so long
    transcripts: Literal["none", "messages", "all"] = "messages"
    transcript_timeout_s: float = Field(60, gt=0, le=600)
    # the rule pack asks for it: callers hear by a rhythm of tones that a prompt is machine-made
    speech_mark: bool = True

    town_sip_port: int = Field(0, ge=0, le=65535)
    town_ari_port: int = Field(0, ge=0, le=65535)
    town_ami_port: int = Field(0, ge=0, le=65535)

    database_url: str = ""
    app_database_url: str = ""
    bus_url: str = ""

    @field_validator("tls_cert", "tls_key", "asterisk_prefix", "public_address", mode="before")
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("home", "tls_cert", "tls_key", "asterisk_prefix")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @model_validator(mode="after")
    def _nodes_differ(self) -> Self:
        names = [self.node, *(node.name for node in self.nodes)]
        if len(set(names)) < len(names):
            raise ValueError("nodes: each needs a name of its own, and another than `node`")
        return self

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert, tls_key: both or neither")
        if self.public_address is not None:
            here = ipaddress.ip_address(self.media_address)
            if here.is_loopback or here.is_unspecified:
                raise ValueError("public_address: needs media_address, the address of this machine behind it")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
        if path := os.environ.get("ANDON_CONFIG"):
            sources.append(TomlConfigSettingsSource(settings_cls, toml_file=Path(path)))
        return tuple(sources)

    @property
    def tls(self) -> bool:
        """Whether the edge serves HTTPS."""
        return self.tls_cert is not None and self.tls_key is not None

    @property
    def secure_cookie(self) -> bool:
        return self.tls if self.cookie_secure == "auto" else self.cookie_secure == "yes"

    def folder(self, *parts: str) -> Path:
        """A folder below `home`, created when missing."""
        path = self.home.joinpath(*parts)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def environment(self) -> dict[str, str]:
        """`ANDON_…` variables that give a child process these same settings, with the ports resolved."""
        values: dict[str, Any] = self.model_dump(mode="json", exclude_none=True)
        ports = self.ports()
        values |= {f"{name}_port": port for name, port in asdict(ports).items()}
        return {
            f"ANDON_{name.upper()}": json.dumps(value) if isinstance(value, list | dict) else str(value)
            for name, value in values.items()
        }

    def ports(self) -> Ports:
        """Every port; one set to 0 becomes a free one, chosen once and remembered in `run/ports.json`."""
        return self._ports

    @cached_property
    def _ports(self) -> Ports:
        wanted = {
            "http": self.http_port,
            "sip": self.sip_port,
            "ari": self.ari_port,
            "ami": self.ami_port,
            "town_sip": self.town_sip_port,
            "town_ari": self.town_ari_port,
            "town_ami": self.town_ami_port,
        }
        if all(wanted.values()):
            return Ports(**wanted)
        with self._remembered("ports.json", 0o644) as known:
            taken = {port for port in wanted.values() if port}
            for name, port in wanted.items():
                if port:
                    continue
                if known.get(name) in taken or not known.get(name):
                    known[name] = _free_port(taken, range(self.rtp_from, self.rtp_to + 1))
                wanted[name] = known[name]
                taken.add(known[name])
        return Ports(**wanted)

    def secrets(self) -> Secrets:
        """The installation's secrets, made once, kept in `run/secrets.json` for the owner's eyes only."""
        return self._secrets

    @cached_property
    def _secrets(self) -> Secrets:
        with self._remembered("secrets.json", 0o600) as known:
            for name in Secrets.__dataclass_fields__:
                known.setdefault(name, random_secrets.token_urlsafe(32))
            return Secrets(**{name: known[name] for name in Secrets.__dataclass_fields__})

    @contextmanager
    def _remembered(self, name: str, mode: int) -> Iterator[dict[str, Any]]:
        """A small JSON file below `run/`, read, changed and replaced under a lock other processes honour."""
        path = self.folder("run") / name
        with (path.parent / f".{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
            after = dict(before)
            yield after
            if after != before:
                fresh = path.with_suffix(".new")
                fresh.touch(mode=mode)
                fresh.chmod(mode)
                fresh.write_text(json.dumps(after, indent=1))
                fresh.replace(path)


def _free_port(taken: set[int], rtp: range) -> int:
    """A port free for TCP and UDP on the loop-back address now, outside `taken`, the media's range and the
    range from which the system picks ports for outgoing connections, so that it is free after a restart."""
    candidates = [port for port in range(10240, 32768) if port not in taken and port not in rtp]
    while True:
        port = random_secrets.choice(candidates)
        with (
            closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as tcp,
            closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as udp,
        ):
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                candidates.remove(port)
                continue
            return port
