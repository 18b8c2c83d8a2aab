"""The company's directory: LDAP, Active Directory. Who somebody is there, and whether a password is theirs.

A person is looked up by our own account, then their password is tried by a bind as the entry that was found.
sansldap speaks the protocol; connections, TLS and time are asyncio's. Referrals are not followed.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from sansldap import (
    BindResponse,
    ExtendedOperations,
    ExtendedResponse,
    LDAPClient,
    LDAPError,
    LDAPFilter,
    LDAPMessage,
    LDAPResult,
    LDAPResultCode,
    SearchResultDone,
    SearchResultEntry,
)

from andon.identity.model import BINDABLE, DUTIES, Allows, Role, permissions
from andon.identity.tables import User
from andon.kit.errors import AndonError
from andon.kit.settings import LdapSettings

log = structlog.get_logger(__name__)

PORTS = {"ldap": 389, "ldaps": 636}
MOST_BYTES = 1_000_000  # of one connection's answers: entries have photographs
_PIECE = 65_536
_NAME_LENGTH = 80
_NO_ATTRIBUTES = "1.1"
# Binary, in an order of bytes of its own; the standard's entryUUID is text.
_ACTIVE_DIRECTORY_ID = "objectguid"
_ESCAPED = {ord(sign): f"\\{ord(sign):02x}" for sign in "\\*()\0"}
_AWAY = frozenset({LDAPResultCode.BUSY, LDAPResultCode.UNAVAILABLE})
# The server could not say whether the password is right.
_UNDECIDED = frozenset(
    {
        LDAPResultCode.OPERATIONS_ERROR,
        LDAPResultCode.PROTOCOL_ERROR,
        LDAPResultCode.TIME_LIMIT_EXCEEDED,
        LDAPResultCode.CONFIDENTIALITY_REQUIRED,
        LDAPResultCode.STRONG_AUTH_REQUIRED,
        LDAPResultCode.OTHER,
        *_AWAY,
    }
)

_NEXT = ("directory.unreachable", "directory.silent", "directory.tls")  # another server may do better

T = TypeVar("T")


@dataclass(frozen=True)
class Entry:
    """A person as the directory has them. `id` stays when name and place change; what there is none of is
    empty. `roles` come with groups, which have a say in `decided` ones."""

    dn: str
    id: str
    name: str
    mobile: str
    mail: str
    roles: frozenset[str] = frozenset()
    decided: frozenset[str] = frozenset()

    def usable(self) -> dict[str, str]:
        """What of it fits a person's columns here."""
        found = {"name": self.name[:_NAME_LENGTH].strip(), "email": self.mail}
        found["mobile"] = re.sub(r"[\s().-]", "", self.mobile)
        shapes = {"name": r".+", "email": r"(?=.{3,254}$)[^@\s]+@[^@\s]+", "mobile": r"\+?[0-9]{5,19}"}
        return {name: value for name, value in found.items() if re.fullmatch(shapes[name], value)}

    def roles_for(self, user: User, allows: Allows) -> list[str]:
        """The roles that the person has by now, perhaps none: groups give and take those they decide, as far
        as anybody may have them. One that holds a duty here is given by people only."""
        decided = {role for role in self.decided if not permissions([role], allows) & DUTIES}
        if not user.agent_no:
            decided.discard(Role.AGENT)
        if user.client_id is not None:
            decided &= BINDABLE
        found = (set(user.roles) - decided) | (self.roles & decided)
        return user.roles if found == set(user.roles) else sorted(found)


class Directory:
    """The directory that the settings name. All of it raises `directory.*` for what keeps it from answering;
    `said` in it is the server's or the system's own word."""

    def __init__(self, settings: LdapSettings) -> None:
        self.settings = settings

    async def admit(self, login: str, password: str) -> Entry | None:
        """The person, if the password is theirs; None when it is not, or when there are none or several."""
        if not password:
            return None  # a server would take it for a bind of nobody, and agree

        async def ask(connection: _Connection) -> Entry | None:
            found = await self._one(connection, login)
            if found is None:
                return None
            result = await connection.bind(found.dn, password)
            if result.result_code in _UNDECIDED:
                raise connection.failed("bind_refused", result)
            if result.result_code != LDAPResultCode.SUCCESS:
                log.info("directory_password_refused", said=_word(result))
                return None
            return found

        return await self._ask(ask)

    async def find(self, login: str) -> Entry | None:
        """The person, without a password; None when there are none or several."""
        return await self._ask(lambda connection: self._one(connection, login))

    async def check(self, login: str = "") -> Entry | None:
        """Whether all of it works: raises also `directory.nobody` and `directory.several` when `login` is
        somebody's name; without one only the base is looked at."""

        async def ask(connection: _Connection) -> Entry | None:
            if not login:
                await connection.look_at(self.settings.base)
                return None
            entries = await self._entries(connection, login)
            if len(entries) != 1:
                code = "directory.several" if entries else "directory.nobody"
                raise AndonError(code, 404, login=login, filter=filter_for(self.settings.filter, login))
            return entries[0]

        return await self._ask(ask)

    async def _one(self, connection: "_Connection", login: str) -> Entry | None:
        entries = await self._entries(connection, login)
        if len(entries) != 1:
            log.warning("directory_person_not_one", several=len(entries) > 1)
            return None
        return entries[0]

    async def _entries(self, connection: "_Connection", login: str) -> list[Entry]:
        """Who bears the name: two are as many as anybody needs to know of."""
        known = self.settings
        wanted = [known.id_attribute, known.name_attribute, known.mobile_attribute, known.mail_attribute]
        if known.groups:
            wanted.append(known.group_attribute)
        found = await connection.search(
            known.base, filter_for(known.filter, login), [name for name in wanted if name]
        )
        return [self._entry(each) for each in found]

    def _entry(self, found: SearchResultEntry) -> Entry:
        values = {each.name.lower(): each.values for each in found.attributes}
        held = values.get(self.settings.id_attribute.lower())
        if not held or not held[0] or not found.object_name:
            raise AndonError("directory.no_id", 502, attribute=self.settings.id_attribute)
        binary = self.settings.id_attribute.lower() == _ACTIVE_DIRECTORY_ID and len(held[0]) == 16
        id = str(UUID(bytes_le=held[0])) if binary else _text(held)
        name, mobile, mail = (
            _text(values.get(attribute.lower(), []))
            for attribute in (
                self.settings.name_attribute,
                self.settings.mobile_attribute,
                self.settings.mail_attribute,
            )
        )
        given = {_same_dn(dn): role for dn, role in self.settings.groups.items()}
        groups = {_same_dn(_text([value])) for value in values.get(self.settings.group_attribute.lower(), [])}
        roles = frozenset(role for dn, role in given.items() if dn in groups)
        return Entry(found.object_name, id, name, mobile, mail, roles, frozenset(given.values()))

    async def _ask(self, what: "Callable[[_Connection], Awaitable[T]]") -> T:
        """Ask the first server that answers."""
        away: AndonError | None = None
        for url in self.settings.urls:
            try:
                async with asyncio.timeout(self.settings.timeout_s), self._connected(url) as connection:
                    return await what(connection)
            except AndonError as error:
                if error.code not in _NEXT:
                    raise
                away = error
            except TimeoutError:
                away = AndonError("directory.silent", 503, url=url, seconds=self.settings.timeout_s)
            except OSError as error:
                away = AndonError("directory.unreachable", 503, url=url, said=_why(error))
            log.warning("directory_server_away", code=away.code, **away.params)
        raise away or AndonError("directory.unreachable", 503, url="", said="")

    @asynccontextmanager
    async def _connected(self, url: str) -> "AsyncIterator[_Connection]":
        """A connection, encrypted unless the settings say otherwise, on which our own account is bound."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        dialled = await _dial(host, port)
        try:
            tls = None
            if parts.scheme == "ldaps" or self.settings.starttls:
                tls = await asyncio.to_thread(self._tls)
                if parts.scheme == "ldap":
                    await _start_tls(dialled, url)
            # What was sent before TLS and not read is read by TLS itself, which ends there.
            reader, writer = await asyncio.open_connection(
                sock=dialled, ssl=tls, server_hostname=host if tls else None
            )
        except ssl.SSLCertVerificationError as error:
            dialled.close()
            raise AndonError("directory.certificate", 502, url=url, said=error.verify_message) from error
        except (ssl.SSLError, ConnectionError) as error:
            dialled.close()
            raise AndonError("directory.tls", 502, url=url, said=_why(error)) from error
        except BaseException:
            dialled.close()
            raise
        try:
            connection = _Connection(url, reader, writer)
            if self.settings.bind_dn:
                result = await connection.bind(self.settings.bind_dn, self.settings.bind_password)
                if result.result_code != LDAPResultCode.SUCCESS:
                    raise connection.failed("bind_refused", result)
            yield connection
            connection.part()
        finally:
            writer.transport.abort()

    def _tls(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=self.settings.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise AndonError("directory.ca_file", 502, file=str(self.settings.ca_file)) from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


class _Connection:
    """One conversation with a server, a question at a time."""

    def __init__(self, url: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._url = url
        self._reader = reader
        self._writer = writer
        self._session = LDAPClient()
        self._read = 0

    async def bind(self, dn: str, password: str) -> LDAPResult:
        if not dn or not password:
            raise ValueError("a bind without name or password proves nothing")
        self._session.bind_simple(dn, password)
        while True:
            for message in await self._answers():
                if isinstance(message, BindResponse):
                    return message.result

    async def search(self, base: str, wanted: str, attributes: list[str]) -> list[SearchResultEntry]:
        """Two entries at the most. Raises `directory.base`, `directory.search`."""
        self._session.search_request(
            base, size_limit=2, filter=LDAPFilter.from_string(wanted), attributes=attributes
        )
        return await self._found()

    async def look_at(self, base: str) -> None:
        """Raises `directory.base` when it is not there."""
        self._session.search_request(base, scope=0, attributes=[_NO_ATTRIBUTES])
        if not await self._found():
            raise AndonError("directory.base", 502, url=self._url, said=base)

    async def _found(self) -> list[SearchResultEntry]:
        found: list[SearchResultEntry] = []
        while True:
            for message in await self._answers():
                if isinstance(message, SearchResultEntry):
                    found.append(message)
                elif isinstance(message, SearchResultDone):
                    code = message.result.result_code
                    if code == LDAPResultCode.NO_SUCH_OBJECT:
                        raise self.failed("base", message.result)
                    if code not in (LDAPResultCode.SUCCESS, LDAPResultCode.SIZE_LIMIT_EXCEEDED):
                        raise self.failed("search", message.result)
                    return found

    def failed(self, what: str, result: LDAPResult) -> AndonError:
        """The error for a result that is not what was asked for."""
        if result.result_code in _AWAY:
            return AndonError("directory.unreachable", 503, url=self._url, said=_word(result))
        return AndonError(f"directory.{what}", 502, url=self._url, said=_word(result))

    def part(self) -> None:
        """Say good-bye; whether it arrives does not matter."""
        self._session.unbind()
        self._writer.write(self._session.data_to_send())

    async def _answers(self) -> list[LDAPMessage]:
        """What comes next; not always a whole message."""
        self._writer.write(self._session.data_to_send())
        await self._writer.drain()
        data = await self._reader.read(_PIECE)
        self._read += len(data)
        if not data:
            raise AndonError("directory.unreachable", 503, url=self._url, said="EOF")
        if self._read > MOST_BYTES:
            raise AndonError("directory.nonsense", 502, url=self._url, said=f"> {MOST_BYTES}")
        return _messages(self._session, data, self._url)


def filter_for(template: str, login: str) -> str:
    """The filter with a name in it that is only a name (RFC 4515, 3)."""
    return template.replace("{login}", login.translate(_ESCAPED))


async def _dial(host: str, port: int) -> socket.socket:
    """A connection to the first of the host's addresses that takes one. Raises OSError."""
    loop = asyncio.get_running_loop()
    last: OSError = OSError(host)
    for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        dialled = socket.socket(family, kind, protocol)
        dialled.setblocking(False)
        try:
            await loop.sock_connect(dialled, address)
        except OSError as error:
            dialled.close()
            last = error
        except BaseException:
            dialled.close()
            raise
        else:
            return dialled
    raise last


async def _start_tls(dialled: socket.socket, url: str) -> None:
    """Agree upon TLS (RFC 4511, 4.14). Raises `directory.no_tls` unless the server does."""
    loop = asyncio.get_running_loop()
    session = LDAPClient()
    session.extended_request(ExtendedOperations.LDAP_START_TLS.value)
    await loop.sock_sendall(dialled, session.data_to_send())
    read = 0
    while data := await loop.sock_recv(dialled, _PIECE):
        read += len(data)
        if read > _PIECE:
            raise AndonError("directory.nonsense", 502, url=url, said=f"> {_PIECE}")
        # The session refuses whatever answers no question: a second message, one that is none.
        for answer in _messages(session, data, url):
            if isinstance(answer, ExtendedResponse) and answer.result.result_code == LDAPResultCode.SUCCESS:
                return
            said = _word(answer.result) if isinstance(answer, ExtendedResponse) else type(answer).__name__
            raise AndonError("directory.no_tls", 502, url=url, said=said)
    raise AndonError("directory.no_tls", 502, url=url, said="EOF")


def _messages(session: LDAPClient, data: bytes, url: str) -> list[LDAPMessage]:
    try:
        return session.receive(data)
    except LDAPError as error:
        raise AndonError("directory.nonsense", 502, url=url, said=str(error)) from error


def _text(values: list[bytes]) -> str:
    """The first value; bytes that are no text as their digits."""
    if not values:
        return ""
    try:
        return values[0].decode().strip()
    except UnicodeDecodeError:
        return values[0].hex()


def _same_dn(dn: str) -> str:
    """The same for a name however it is written: case and spaces do not count."""
    return re.sub(r"\s*([,=+])\s*", r"\1", dn.strip()).lower()


def _why(error: OSError) -> str:
    return str(error) or type(error).__name__


def _word(result: LDAPResult) -> str:
    return f"{result.result_code.name} {result.diagnostics_message}".strip()
