"""The database refuses to run as root; this lets another OS user reach its files below a private folder.

A home below `/root` is closed to everybody else. Rather than opening it to the whole machine, each closed
folder on the way gets one POSIX ACL entry: that user may pass through, and not even list it.
"""

import errno
import os
import pwd
import stat
import struct
import subprocess
from pathlib import Path

OS_USER = "andon-db"

_ACL = "system.posix_acl_access"
_VERSION = 2
_USER_OBJ, _USER, _GROUP_OBJ, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
_GROUP_CLASS = frozenset({_USER, _GROUP_OBJ, 0x08})
_NOBODY = 0xFFFFFFFF
_PASS = 0x1


def database_user() -> pwd.struct_passwd | None:
    """None for ourselves or, when we are root, the OS user `andon-db`, made if missing."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(OS_USER)
    except KeyError:
        made = subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", OS_USER],
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        return pwd.getpwnam(OS_USER)  # another installation may have made it at the same moment
    except KeyError:
        raise PermissionError(f"cannot make the OS user {OS_USER}: {made.stderr.strip()}") from None


def let_through(path: Path, user: pwd.struct_passwd) -> None:
    """Let `user` pass every folder above `path`, changing only those that are closed to it."""
    for folder in reversed(path.resolve().parents):
        if not _passable(folder, user):
            _grant_passage(folder, user.pw_uid)


def _passable(folder: Path, user: pwd.struct_passwd) -> bool:
    found = folder.stat()
    if found.st_mode & stat.S_IXOTH:
        return True
    probe = subprocess.run(
        ["test", "-x", str(folder)], user=user.pw_uid, group=user.pw_gid, extra_groups=[], check=False
    )
    return probe.returncode == 0


def _grant_passage(folder: Path, uid: int) -> None:
    try:
        packed = os.getxattr(folder, _ACL)
        entries = [struct.unpack_from("<HHI", packed, at) for at in range(4, len(packed), 8)]
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.ENOTSUP):
            raise
        mode = folder.stat().st_mode
        entries = [
            (_USER_OBJ, mode >> 6 & 7, _NOBODY),
            (_GROUP_OBJ, mode >> 3 & 7, _NOBODY),
            (_OTHER, mode & 7, _NOBODY),
        ]
    entries = [entry for entry in entries if entry[0] != _MASK and (entry[0], entry[2]) != (_USER, uid)]
    entries.append((_USER, _PASS, uid))
    mask = 0
    for tag, permission, _ in entries:
        mask |= permission if tag in _GROUP_CLASS else 0
    entries.append((_MASK, mask, _NOBODY))
    entries.sort(key=lambda entry: (entry[0], entry[2]))
    value = struct.pack("<I", _VERSION) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    try:
        os.setxattr(folder, _ACL, value)
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)  # no ACLs here: passing, still not listing
