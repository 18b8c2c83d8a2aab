"""Find an Asterisk that will do, or put one into a folder of our own.

The system's own Asterisk is used when it is new enough. Otherwise Debian testing's packages are fetched
with the system's apt, but with state, cache and lists of our own and as if nothing were installed, so that
every library comes along; they are unpacked into one folder and run by the loader found there. Nothing is
installed in the system and no rights are needed. Signatures are always checked against the Debian archive
key ring. The mirror is the machine's own.
"""

import fcntl
import functools
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from andon.kit import i18n
from andon.telephony.errors import EngineUnavailable

# REST over the event socket came with these releases
MINIMUM = {20: (20, 14), 21: (21, 9), 22: (22, 4)}
NEEDED_MODULES = (
    "chan_pjsip",
    "res_pjsip_transport_websocket",
    "res_ari_events",
    "app_mixmonitor",
    "cel_custom",
)
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SYSTEM_MODULES = (
    "/usr/lib/asterisk/modules",
    "/usr/lib64/asterisk/modules",
    "/usr/local/lib/asterisk/modules",
)
APT_TIMEOUT_S = 900
EXPIRED = re.compile(r"is expired|is not valid yet|Valid-Until", re.IGNORECASE)

Say = Callable[[str], None]
Tell = Callable[..., None]  # a text key and its parameters


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """An Asterisk that can be started: `argv` begins its command line."""

    argv: list[str]
    modules: Path
    data: Path
    version: str


def cache_folder(configured: Path | str | None) -> Path:
    """Where the private engine lives: the configured folder, else the project's `.cache/engine`, else the
    user's cache. Shared by all installations on the machine that use the same one."""
    if configured and str(configured) not in ("", "."):
        return Path(configured).expanduser().resolve()
    root = Path(__file__).resolve().parents[4]
    if (root / "pyproject.toml").is_file() and os.access(root, os.W_OK):
        return root / ".cache" / "engine"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "andon" / "engine"


def find(configured: Path | str | None = None) -> Installed | None:
    """The Asterisk to use, or None when one has to be installed."""
    return _private(cache_folder(configured)) or _system()


def ensure(configured: Path | str | None = None, say: Say = print, locale: i18n.Locale = "zh") -> Installed:
    """Find an Asterisk or install one; `say` hears the progress, line by line. Raises `EngineUnavailable`."""

    def tell(key: str, **params: object) -> None:
        say(i18n.text(f"engine.install.{key}", locale, **params))

    found = find(configured)
    if found is not None:
        return found
    cache = cache_folder(configured)
    cache.mkdir(parents=True, exist_ok=True)
    with _lock(cache / "install.lock", tell):
        found = find(configured)  # another process may have done it while we waited
        if found is None:
            _install(cache, tell)
            found = _private(cache)
    if found is None:
        raise EngineUnavailable("does_not_run", where=str(cache))
    tell("ready", version=found.version)
    return found


def _system() -> Installed | None:
    program = shutil.which("asterisk") or shutil.which("asterisk", path="/usr/sbin:/usr/local/sbin")
    modules = next((Path(folder) for folder in _module_folders() if _complete(Path(folder))), None)
    if program is None or modules is None:
        return None
    version = _version([program])
    if version is None or not new_enough(version):
        return None
    data = next((p for p in (Path("/usr/share/asterisk"), Path("/var/lib/asterisk")) if p.is_dir()), None)
    if data is None:
        return None
    return Installed(argv=[program], modules=modules, data=data, version=version)


def _module_folders() -> Iterator[str]:
    yield from SYSTEM_MODULES
    yield from (str(p) for p in Path("/usr/lib").glob("*/asterisk/modules"))


def _complete(modules: Path) -> bool:
    return all((modules / f"{name}.so").is_file() for name in NEEDED_MODULES)


def _private(cache: Path) -> Installed | None:
    for prefix in sorted(cache.glob("asterisk-*"), reverse=True):
        found = _unpacked(prefix)
        if found is not None:
            return found
    return None


def _unpacked(prefix: Path) -> Installed | None:
    modules = next(iter(prefix.glob("usr/lib/*/asterisk/modules")), None)
    if modules is None or not _complete(modules):
        return None
    libraries = modules.parents[1]
    loader = next(
        iter(sorted(libraries.glob("ld-linux*.so.*")) + sorted(prefix.glob("usr/lib*/ld-linux*"))), None
    )
    if loader is None:
        return None
    search = f"{libraries}:{modules.parent}:{prefix}/usr/lib"
    argv = [str(loader), "--library-path", search, str(prefix / "usr/sbin/asterisk")]
    version = _version(argv)
    if version is None or not new_enough(version):
        return None
    return Installed(argv=argv, modules=modules, data=prefix / "usr/share/asterisk", version=version)


def new_enough(version: str) -> bool:
    """Whether a version such as `22.10.1~dfsg` has what we use."""
    match = re.match(r"(\d+)\.(\d+)", version)
    if match is None:
        return False
    number = (int(match[1]), int(match[2]))
    return number[0] > max(MINIMUM) or number >= MINIMUM.get(number[0], (max(MINIMUM) + 1, 0))


@functools.cache
def _version_of(argv: tuple[str, ...]) -> str | None:
    try:
        done = subprocess.run([*argv, "-V"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"Asterisk\s+(\S+)", done.stdout)
    return match[1] if match and done.returncode == 0 else None


def _version(argv: list[str]) -> str | None:
    return _version_of(tuple(argv))


def _install(cache: Path, tell: Tell) -> None:
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise EngineUnavailable("no_apt", tool=tool)
    if not KEYRING.is_file():
        raise EngineUnavailable("no_keyring")
    mirror = os.environ.get("ANDON_DEBIAN_MIRROR") or debian_mirror(Path("/etc/apt"))
    if mirror is None:
        raise EngineUnavailable("no_mirror")
    with tempfile.TemporaryDirectory(prefix=".new-", dir=cache) as folder:
        work = Path(folder)
        tell("lists")
        options = _prepare_apt(work, cache, mirror)
        _update(options, tell)
        tell("fetch")
        _apt(options, ["install", "--download-only", "--no-install-recommends", "--yes", *PACKAGES])
        packages = sorted((cache / "archives").glob("*.deb"))
        wanted = _wanted(options)
        packages = [p for p in packages if p.name.replace("%3a", ":") in wanted] or packages
        tell("unpack", count=len(packages))
        root = work / "root"
        root.mkdir()
        for package in packages:
            subprocess.run(["dpkg-deb", "-x", str(package), str(root)], check=True, timeout=300)
        _slim(root)
        found = _unpacked(root)
        if found is None:
            raise EngineUnavailable("does_not_run", where=str(cache))
        target = cache / f"asterisk-{re.sub(r'[^0-9A-Za-z.]', '-', found.version)}"
        shutil.rmtree(target, ignore_errors=True)
        root.rename(target)
    shutil.rmtree(cache / "archives", ignore_errors=True)


PACKAGES = ("asterisk", "asterisk-modules")


def _prepare_apt(work: Path, cache: Path, mirror: str) -> list[str]:
    archives = cache / "archives"
    for path in (work / "state/lists/partial", work / "cache", archives / "partial"):
        path.mkdir(parents=True, exist_ok=True)
    (work / "status").touch()
    (work / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror} testing main\n")
    values = {
        "Dir::State": work / "state",
        "Dir::State::status": work / "status",
        "Dir::State::extended_states": work / "extended_states",
        "Dir::Cache": work / "cache",
        "Dir::Cache::archives": archives,
        "Dir::Etc::SourceList": work / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",
        "APT::Get::AllowUnauthenticated": "false",
        "Acquire::AllowInsecureRepositories": "false",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Debug::NoLocking": "true",
    }
    return [part for key, value in values.items() for part in ("-o", f"{key}={value}")]


def _update(options: list[str], tell: Tell) -> None:
    try:
        _apt(options, ["-o", "APT::Update::Error-Mode=any", "update"])
    except EngineUnavailable as error:
        if not EXPIRED.search(error.detail):
            raise
        tell("expired")
        options += ["-o", "Acquire::Check-Valid-Until=false", "-o", "Acquire::Check-Date=false"]
        _apt(options, ["-o", "APT::Update::Error-Mode=any", "update"])


def _wanted(options: list[str]) -> set[str]:
    """File names of what apt would install, in case an older attempt left other versions behind."""
    text = _apt(
        options, ["install", "--print-uris", "--no-install-recommends", "--yes", "--reinstall", *PACKAGES]
    )
    return {match[1].replace("%3a", ":") for match in re.finditer(r"^'\S+' (\S+\.deb) ", text, re.MULTILINE)}


def _apt(options: list[str], arguments: list[str]) -> str:
    command = ["apt-get", "-q", *options, *arguments]
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=APT_TIMEOUT_S, env=environment, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise EngineUnavailable("fetch_slow", minutes=APT_TIMEOUT_S // 60) from error
    if done.returncode != 0:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-6:])
        raise EngineUnavailable("fetch_failed", detail=tail)
    return done.stdout


def _slim(root: Path) -> None:
    """What the engine never reads: a third of the size."""
    for folder in ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/perl"):
        shutil.rmtree(root / folder, ignore_errors=True)


def debian_mirror(etc_apt: Path) -> str | None:
    """The address of the Debian archive this machine's apt uses, read from one-line and deb822 sources."""
    codename = _codename()
    for uri, suites, components in _sources(etc_apt):
        plain = any(suite in (codename, "stable", "testing", "sid") for suite in suites)
        if plain and "main" in components and "universe" not in components:
            return uri
    return None


def _codename() -> str:
    try:
        text = Path("/etc/os-release").read_text()
    except OSError:
        return ""
    match = re.search(r"^VERSION_CODENAME=\"?([\w-]+)", text, re.MULTILINE)
    return match[1] if match else ""


def _sources(etc_apt: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """(address, suites, components) of every enabled binary source."""
    parts = etc_apt / "sources.list.d"
    for path in (*sorted(parts.glob("*.sources")), etc_apt / "sources.list", *sorted(parts.glob("*.list"))):
        if not path.is_file():
            continue
        read = _deb822 if path.suffix == ".sources" else _one_line
        yield from read(path.read_text(errors="replace"))


def _one_line(text: str) -> Iterator[tuple[str, list[str], list[str]]]:
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s*(.*?)\s*(?:#.*)?$", line)
        if match:
            yield match[1], [match[2]], match[3].split()


def _deb822(text: str) -> Iterator[tuple[str, list[str], list[str]]]:
    for stanza in re.split(r"\n\s*\n", text):
        fields: dict[str, list[str]] = {}
        name = ""
        for line in stanza.splitlines():
            if line.startswith("#"):
                continue
            if line[:1].isspace():
                fields.setdefault(name, []).extend(line.split())
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.split()
        if "deb" in fields.get("types", []) and fields.get("enabled", ["yes"])[0].lower() not in (
            "no",
            "false",
        ):
            for uri in fields.get("uris", []):
                yield uri, fields.get("suites", []), fields.get("components", [])


@contextmanager
def _lock(path: Path, tell: Tell) -> Iterator[None]:
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("wait")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
