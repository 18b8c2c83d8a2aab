"""The relay (TURN, RFC 8656) by which browsers behind firewalls reach the engine.

Credentials that expire, and a try whether a server takes them and leads to the engines' media addresses and
nowhere else.
"""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
import ssl
import struct
from base64 import b64encode
from collections.abc import Iterable
from contextlib import closing
from ipaddress import IPv4Address
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import msgspec

ANSWER_S = 3.0
COOKIE = 0x2112A442
HEADER = struct.Struct("!HHI12s")
ALLOCATE, REFRESH, PERMISSION = 0x0003, 0x0004, 0x0008
SUCCESS, REFUSED = 0x0100, 0x0110
USERNAME, INTEGRITY, ERROR, LIFETIME = 0x0006, 0x0008, 0x0009, 0x000D
PEER, REALM, NONCE, TRANSPORT = 0x0012, 0x0014, 0x0015, 0x0019
UDP = struct.pack("!I", 17 << 24)
INTEGRITY_BYTES = 24
STALE_NONCE = 438
PORTS = {"turn": 3478, "turns": 5349}
ELSEWHERE = IPv4Address("192.0.2.1")  # for examples only, RFC 5737: nobody's, so nobody needs it

Attributes = dict[int, bytes]


def credential(secret: str, user: str, until: int) -> tuple[str, str]:
    """User name and password, good until that second since 1970, after `draft-uberti-behave-turn-rest`:
    coturn's `use-auth-secret`. The server's quotas count by `user`."""
    username = f"{until}:{user}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, b64encode(digest).decode()


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """What a `turn:` or `turns:` URL names."""

    host: str
    port: int
    tls: bool
    stream: bool

    @classmethod
    def of(cls, url: str) -> "Server":
        scheme, _, rest = url.partition(":")
        parts = urlsplit(f"//{rest}")
        transport = parse_qs(parts.query).get("transport", ["tcp" if scheme == "turns" else "udp"])[0]
        return cls(
            host=parts.hostname or "",
            port=parts.port or PORTS[scheme],
            tls=scheme == "turns",
            stream=transport == "tcp" or scheme == "turns",
        )


class TurnRefused(Exception):
    """The server's error: 401 wrong credential, 403 forbidden peer, 486 quota reached."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """`closed`: the addresses of engines that it does not lead to; `astray`: it leads to others."""

    closed: list[IPv4Address]
    astray: bool


async def attempt(
    url: str, username: str, password: str, media: Iterable[IPv4Address], trust: ssl.SSLContext
) -> Tried:
    """Take a place at the relay and ask for ways from there. Raises `TurnRefused`; `OSError` (`ssl.SSLError`
    too) or `TimeoutError` when it is not reached."""
    server = Server.of(url)
    wire = await asyncio.wait_for(_connect(server, trust), ANSWER_S)
    with closing(wire):
        client = _Client(wire, username, password)
        await client.ask(ALLOCATE, (TRANSPORT, UDP))
        try:
            return Tried(
                closed=[address for address in media if not await client.permits(address)],
                astray=await client.permits(ELSEWHERE),
            )
        finally:
            await client.ask(REFRESH, (LIFETIME, bytes(4)))


class _Client:
    """Requests one after the other, signed once the server has named its realm."""

    def __init__(self, wire: "_Wire", username: str, password: str) -> None:
        self._wire = wire
        self._username, self._password = username, password
        self._realm = self._nonce = b""

    async def permits(self, peer: IPv4Address) -> bool:
        try:
            await self.ask(PERMISSION, (PEER, _masked(peer)))
        except TurnRefused as refused:
            if refused.code != 403:
                raise
            return False
        return True

    async def ask(self, method: int, *attributes: tuple[int, bytes]) -> Attributes:
        for _ in range(3):  # unsigned, signed, and signed anew where the nonce was stale
            kind, answer = await self._exchange(method, attributes)
            if kind == method | SUCCESS:
                return answer
            code = _code(answer)
            fresh = code == STALE_NONCE or (code == 401 and not self._realm)
            self._realm, self._nonce = answer.get(REALM, self._realm), answer.get(NONCE, b"")
            if not fresh:
                break
        raise TurnRefused(code)

    async def _exchange(
        self, method: int, attributes: tuple[tuple[int, bytes], ...]
    ) -> tuple[int, Attributes]:
        body = b"".join(_attribute(*each) for each in attributes)
        transaction = secrets.token_bytes(12)
        if self._realm:
            signer = ((USERNAME, self._username.encode()), (REALM, self._realm), (NONCE, self._nonce))
            body += b"".join(_attribute(*each) for each in signer)
            head = HEADER.pack(method, len(body) + INTEGRITY_BYTES, COOKIE, transaction)
            words = f"{self._username}:{self._realm.decode()}:{self._password}"
            key = hashlib.md5(words.encode(), usedforsecurity=False).digest()
            body += _attribute(INTEGRITY, hmac.new(key, head + body, hashlib.sha1).digest())
        message = HEADER.pack(method, len(body), COOKIE, transaction) + body
        return await asyncio.wait_for(self._wire.exchange(message), ANSWER_S)


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _masked(peer: IPv4Address) -> bytes:
    """XOR-PEER-ADDRESS; permissions know no port."""
    return struct.pack("!xBHI", 1, COOKIE >> 16, int(peer) ^ COOKIE)


def _code(answer: Attributes) -> int:
    said = answer.get(ERROR, bytes(4))
    return said[2] * 100 + said[3]


def _read(message: bytes) -> tuple[int, Attributes]:
    kind, length, _, _ = HEADER.unpack_from(message)
    found: Attributes = {}
    at, end = HEADER.size, HEADER.size + length
    while at + 4 <= end:
        name, size = struct.unpack_from("!HH", message, at)
        found.setdefault(name, message[at + 4 : at + 4 + size])
        at += 4 + size + (-size % 4)
    return kind, found


class _Wire(Protocol):
    async def exchange(self, message: bytes) -> tuple[int, Attributes]: ...

    def close(self) -> None: ...


class _Stream:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def exchange(self, message: bytes) -> tuple[int, Attributes]:
        self._writer.write(message)
        head = await self._reader.readexactly(HEADER.size)
        return _read(head + await self._reader.readexactly(HEADER.unpack(head)[1]))

    def close(self) -> None:
        self._writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    """Asked again while no answer comes: a packet may be lost."""

    def __init__(self) -> None:
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()
        self.transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self.transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._answers.put_nowait(data)

    async def exchange(self, message: bytes) -> tuple[int, Attributes]:
        while True:
            self.transport.sendto(message)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_S / 4):
                    while (answer := await self._answers.get())[8:20] != message[8:20]:
                        continue  # to a request that was sent twice
                    return _read(answer)

    def close(self) -> None:
        self.transport.close()


async def _connect(server: Server, trust: ssl.SSLContext) -> _Wire:
    if server.stream:
        context = trust if server.tls else None
        return _Stream(*await asyncio.open_connection(server.host, server.port, ssl=context))
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_datagram_endpoint(_Datagrams, remote_addr=(server.host, server.port))
    return protocol
