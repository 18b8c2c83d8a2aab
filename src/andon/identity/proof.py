"""Whether a password is somebody's: by the hash kept here, or at the directory for those who come from it."""

from uuid import UUID

import structlog

from andon.identity import repository
from andon.identity.directory import Directory, Entry
from andon.identity.passwords import Passwords
from andon.identity.tables import User
from andon.kit.database import Database
from andon.kit.errors import AndonError

log = structlog.get_logger(__name__)


class Proof:
    """Asks where the password is known. Why the directory cannot be asked is in the log; the person is told
    that it is away, `directory.unavailable`, or has somebody else of that name now, `directory.another`."""

    def __init__(self, db: Database, passwords: Passwords, directory: Directory | None) -> None:
        self._db = db
        self._passwords = passwords
        self._directory = directory

    async def directory_of(self, tenant_id: UUID) -> Directory | None:
        """The directory of this operator's people."""
        if self._directory is None:
            return None
        async with self._db.session(None) as session:
            theirs = await repository.operator_id(session, self._directory.settings.operator)
        return self._directory if theirs == tenant_id else None

    async def check(self, user: User, password: str) -> bool:
        """Whether it is this person's."""
        if user.by_directory:
            return await self.admit(user, password) is not None
        return await self._passwords.check(user.password_hash, password)

    async def admit(self, user: User, password: str) -> Entry | None:
        """The directory's entry of a person who comes from there, if the password is theirs."""
        directory = await self._needed(user)
        try:
            entry = await directory.admit(user.login, password)
        except AndonError as error:
            raise _away(error) from error
        return self._same(user, entry)

    async def still_there(self, user: User) -> bool:
        """Whether somebody who shows no password may come in: who comes from the directory is in it yet."""
        if not user.by_directory:
            return True
        directory = await self._needed(user)
        try:
            entry = await directory.find(user.login)
        except AndonError as error:
            raise _away(error) from error
        return self._same(user, entry) is not None

    async def _needed(self, user: User) -> Directory:
        directory = await self.directory_of(user.tenant_id)
        if directory is None:
            log.error("directory_not_set", user_id=str(user.id))
            raise AndonError("directory.unavailable", 503)
        return directory

    def _same(self, user: User, entry: Entry | None) -> Entry | None:
        if entry is not None and user.directory_id not in (None, entry.id):
            log.warning("directory_person_is_another", user_id=str(user.id))
            raise AndonError("directory.another", 403)
        return entry


def _away(error: AndonError) -> AndonError:
    log.error("directory_unavailable", code=error.code, **error.params)
    return AndonError("directory.unavailable", 503)
