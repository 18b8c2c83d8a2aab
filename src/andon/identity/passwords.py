"""Passwords: Argon2id, off the event loop, a few at a time."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MIN_LENGTH = 8
MAX_LENGTH = 200
NO_PASSWORD = "!"  # noqa: S105  # no hash: nobody logs in by it
_AT_ONCE = 4  # each takes 64 MiB and four lanes: a flood of log-ins must not starve the process


class Passwords:
    """Hashes and checks. `hasher` may be made cheaper for tests."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        # Checked when nobody bears the name, so that an unknown name costs what a known one does.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def check(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; with None, never, at the same cost."""
        async with self._turn:
            return await asyncio.to_thread(self._check, password_hash, password)

    def needs_new_hash(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than ours."""
        return self._hasher.check_needs_rehash(password_hash)

    def _check(self, password_hash: str | None, password: str) -> bool:
        try:
            self._hasher.verify(password_hash or self._nobody, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
        return password_hash is not None
