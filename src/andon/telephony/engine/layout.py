"""Where one engine lives and listens: everything its configuration is made from."""

import hashlib
import tempfile
from pathlib import Path

import msgspec

from andon.kit.settings import MediaNode, Settings

# a UNIX socket's path must fit in 108 bytes with its terminating zero
SOCKET_PATH_MAX = 100
SOCKET_NAME = "asterisk.ctl"


class EnginePlan(msgspec.Struct, frozen=True, kw_only=True):
    """One engine: its folders, addresses, secrets. Times are seconds."""

    home: Path  # etc, lib, spool, log, run below it
    raw_recordings: Path
    prompts: Path
    music: Path
    own_music: Path | None = None  # a file of further classes of music, which the core writes
    node: str
    app: str = "andon"
    sip_host: str
    sip_port: int
    ari_port: int
    ami_port: int
    control_host: str = "127.0.0.1"  # where we reach it
    rtp_from: int
    rtp_to: int
    media_address: str
    public_address: str = ""  # by which the world reaches it through a NAT
    ari_secret: str
    ami_secret: str

    @property
    def control_address(self) -> str:
        """Host and port of the REST interface and of browsers' SIP, as a URL has them."""
        host = f"[{self.control_host}]" if ":" in self.control_host else self.control_host
        return f"{host}:{self.ari_port}"

    @property
    def etc(self) -> Path:
        return self.home / "etc"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def cel(self) -> Path:
        """The engine's own record of every channel, the witness which `reporting.ledger` reads."""
        return self.log / "cel-custom" / "witness.csv"

    @property
    def run(self) -> Path:
        """Control socket and pid file; outside `home` when its path would be too long for a socket."""
        wanted = self.home / "run"
        if len(str(wanted / SOCKET_NAME)) <= SOCKET_PATH_MAX:
            return wanted
        digest = hashlib.sha256(str(wanted).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"andon-engine-{digest}"


def assets() -> Path:
    """Prompts and music: beside the sources, or inside the installed package."""
    packaged = Path(__file__).resolve().parents[2] / "assets" / "engine"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[4] / "engine"


def own_music(home: Path) -> Path:
    """Where the projects' own music is named, for `telephony.service.Engine.music`."""
    return home / "prompts" / "music.conf"


def plans_of(settings: Settings) -> list[EnginePlan]:
    """All media engines of an installation, its own first."""
    return [plan_of(settings), *(_plan_of_node(settings, node) for node in settings.nodes)]


def _plan_of_node(settings: Settings, node: MediaNode) -> EnginePlan:
    host = str(node.host)
    return msgspec.structs.replace(
        plan_of(settings),
        home=settings.home / "engines" / node.name,
        node=node.name,
        sip_host=host,
        sip_port=node.sip_port,
        ari_port=node.ari_port,
        ami_port=node.ami_port,
        control_host=host,
        media_address=host,
        public_address="",
    )


def plan_of(settings: Settings) -> EnginePlan:
    """The installation's own engine."""
    ports, secrets = settings.ports(), settings.secrets()
    return EnginePlan(
        home=settings.home / "engine",
        raw_recordings=settings.home / "spool" / "recordings",
        prompts=assets() / "prompts",
        music=assets() / "music",
        own_music=own_music(settings.home),
        node=settings.node,
        sip_host=settings.sip_host,
        sip_port=ports.sip,
        ari_port=ports.ari,
        ami_port=ports.ami,
        rtp_from=settings.rtp_from,
        rtp_to=settings.rtp_to,
        media_address=settings.media_address,
        public_address="" if settings.public_address is None else str(settings.public_address),
        ari_secret=secrets.ari,
        ami_secret=secrets.ami,
    )
