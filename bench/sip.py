"""Just enough SIP over UDP to be a carrier's callers and a rack of phones, measured to the microsecond.

One `Phones` answers every INVITE at once; one `Callers` places calls and hangs up after `talk_s`. Both run in
one process and one clock, so that "sent at the trunk" and "received at the agent" compare directly. A call is
recognised at the agent by its caller id, which is unique per call. Nothing is sent twice: on the loop-back
address a datagram is lost only when the other side cannot keep up, and then the call has failed.
"""

import asyncio
import hashlib
import re
import secrets
import time
from collections.abc import Callable
from typing import cast

HEADER = re.compile(rb"^([A-Za-z-]+)\s*:\s*(.*?)\r?$", re.MULTILINE)
COMPACT = {b"v": b"via", b"f": b"from", b"t": b"to", b"i": b"call-id", b"m": b"contact"}
USER = re.compile(rb"sip:([^@;>]+)@")
AUDIO = re.compile(rb"m=audio (\d+)")
NO_MEDIA = 9  # the port of `discard`: nothing is sent from or heard at it

# told of each media port the engine opens for us
Opened = Callable[[int], None]


def unheard(_port: int) -> None:
    """Whoever sends no audio."""


class Message:
    """A received request or response: start line, first of each header, all Via and Record-Route lines."""

    def __init__(self, data: bytes) -> None:
        head, _, self.body = data.partition(b"\r\n\r\n")
        self.start, _, rest = head.partition(b"\r\n")
        self.headers: dict[bytes, bytes] = {}
        self.vias: list[bytes] = []
        self.routes: list[bytes] = []
        for name, value in HEADER.findall(rest):
            key = COMPACT.get(name.lower(), name.lower())
            if key == b"via":
                self.vias.append(value)
            elif key == b"record-route":
                self.routes.append(value)
            self.headers.setdefault(key, value)

    @property
    def status(self) -> int:
        return int(self.start.split()[1]) if self.start.startswith(b"SIP/2.0") else 0

    @property
    def method(self) -> bytes:
        return self.headers[b"cseq"].split()[1]

    @property
    def call_id(self) -> bytes:
        return self.headers[b"call-id"]

    @property
    def media_port(self) -> int:
        """Where the sender of this description wants its audio; 0 without one."""
        found = AUDIO.search(self.body)
        return int(found.group(1)) if found else 0


def sdp(host: str, port: int) -> bytes:
    """An offer or answer of G.711 and telephone events."""
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
        "a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
    ).encode()


class Party(asyncio.DatagramProtocol):
    """A UDP socket that speaks SIP with one peer."""

    def __init__(self, peer: tuple[str, int]) -> None:
        self.peer = peer
        self.host, self.port = "127.0.0.1", 0
        self.transport: asyncio.DatagramTransport

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)
        self.host, self.port = transport.get_extra_info("sockname")

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) > 8:
            self.received(Message(data), time.perf_counter())

    def received(self, message: Message, at: float) -> None:
        raise NotImplementedError

    def send(self, start: str, headers: list[tuple[str, str | bytes]], body: bytes = b"") -> None:
        lines = [start.encode()]
        for name, value in headers:
            lines.append(name.encode() + b": " + (value if isinstance(value, bytes) else value.encode()))
        lines.append(b"Content-Length: %d" % len(body))
        self.transport.sendto(b"\r\n".join(lines) + b"\r\n\r\n" + body, self.peer)

    def via(self) -> str:
        return f"SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{secrets.token_hex(8)};rport"

    def reply(self, request: Message, status: int, reason: str, tag: str = "", body: bytes = b"") -> None:
        to = request.headers[b"to"]
        if tag and b"tag=" not in to:
            to += f";tag={tag}".encode()
        headers: list[tuple[str, str | bytes]] = [("Via", via) for via in request.vias]
        headers += [("Record-Route", route) for route in request.routes]
        headers += [
            ("From", request.headers[b"from"]),
            ("To", to),
            ("Call-ID", request.call_id),
            ("CSeq", request.headers[b"cseq"]),
            ("Contact", f"<sip:{self.host}:{self.port}>"),
        ]
        if body:
            headers.append(("Content-Type", "application/sdp"))
        self.send(f"SIP/2.0 {status} {reason}", headers, body)

    def close(self) -> None:
        self.transport.close()


class Phones(Party):
    """Registers agents and answers their calls at once. `arrived` is when each caller's first INVITE came."""

    def __init__(self, peer: tuple[str, int], rtp_port: int = NO_MEDIA, opened: Opened = unheard) -> None:
        super().__init__(peer)
        self.arrived: dict[str, float] = {}
        self.rtp_port = rtp_port
        self.opened = opened
        self._calls: set[bytes] = set()
        self._secrets: dict[str, str] = {}
        self._registered: dict[str, asyncio.Future[None]] = {}

    async def register(self, user: str, secret: str) -> None:
        """REGISTER with digest; raises `TimeoutError` when it does not succeed in 5 s."""
        self._secrets[user] = secret
        self._registered[user] = asyncio.get_running_loop().create_future()
        self._register(user, 1, None)
        await asyncio.wait_for(self._registered[user], 5)

    def _register(self, user: str, cseq: int, authorization: str | None) -> None:
        uri = f"sip:{self.peer[0]}:{self.peer[1]}"
        headers: list[tuple[str, str | bytes]] = [
            ("Via", self.via()),
            ("Max-Forwards", "70"),
            ("From", f"<sip:{user}@{self.peer[0]}>;tag={user}"),
            ("To", f"<sip:{user}@{self.peer[0]}>"),
            ("Call-ID", f"reg-{user}"),
            ("CSeq", f"{cseq} REGISTER"),
            ("Contact", f"<sip:{user}@{self.host}:{self.port}>"),
            ("Expires", "3600"),
        ]
        if authorization:
            headers.append(("Authorization", authorization))
        self.send(f"REGISTER {uri} SIP/2.0", headers)

    def received(self, message: Message, at: float) -> None:
        if message.status:
            if message.method == b"REGISTER" and message.status != 100:
                self._registering(message)
            return
        method = message.method
        if method == b"INVITE":
            self._invited(message, at)
        elif method == b"BYE":
            self._calls.discard(message.call_id)
            self.reply(message, 200, "OK")
        elif method == b"CANCEL":
            self.reply(message, 200, "OK")
        elif method != b"ACK":
            self.reply(message, 200, "OK", tag="p")

    def _invited(self, message: Message, at: float) -> None:
        if message.call_id in self._calls:
            self.reply(message, 200, "OK", tag="p", body=sdp(self.host, self.rtp_port))
            return
        self._calls.add(message.call_id)
        caller = USER.search(message.headers[b"from"])
        if caller:
            self.arrived.setdefault(caller.group(1).decode(), at)
        self.reply(message, 200, "OK", tag="p", body=sdp(self.host, self.rtp_port))
        self.opened(message.media_port)

    def _registering(self, message: Message) -> None:
        user = message.call_id.decode().removeprefix("reg-")
        done = self._registered[user]
        if message.status == 200 and not done.done():
            done.set_result(None)
        elif message.status == 401:
            challenge = message.headers[b"www-authenticate"].decode()
            fields = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
            uri = f"sip:{self.peer[0]}:{self.peer[1]}"
            self._register(user, 2, digest(user, self._secrets[user], fields, "REGISTER", uri))


def digest(user: str, secret: str, challenge: dict[str, str], method: str, uri: str) -> str:
    """The Authorization header of RFC 2617 (MD5, qop auth when asked for)."""

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    realm, nonce = challenge["realm"], challenge["nonce"]
    ha1, ha2 = md5(f"{user}:{realm}:{secret}"), md5(f"{method}:{uri}")
    text = f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5'
    if "qop" in challenge:
        cnonce = secrets.token_hex(4)
        response = md5(f"{ha1}:{nonce}:00000001:{cnonce}:auth:{ha2}")
        text += f', qop=auth, nc=00000001, cnonce="{cnonce}", response="{response}"'
    else:
        text += f', response="{md5(f"{ha1}:{nonce}:{ha2}")}"'
    if "opaque" in challenge:
        text += f', opaque="{challenge["opaque"]}"'
    return text


class Callers(Party):
    """Places calls. By caller: `sent` and `answered` in seconds of `time.perf_counter`, `ended` a status."""

    def __init__(self, peer: tuple[str, int], rtp_port: int = NO_MEDIA, opened: Opened = unheard) -> None:
        super().__init__(peer)
        self.rtp_port = rtp_port
        self.opened = opened
        self.sent: dict[str, float] = {}
        self.answered: dict[str, float] = {}
        self.ended: dict[str, int] = {}
        self._talk_s: float | None = None
        self._number = ""
        self._branch: dict[str, str] = {}
        self._to: dict[str, bytes] = {}
        self._open: set[str] = set()
        self._changed = asyncio.Event()
        self._next = 0

    async def place(self, number: str, rate: float, count: int, talk_s: float | None) -> list[str]:
        """Place `count` calls, `rate` a second, each hung up `talk_s` after its answer (None: by `hang_up`).

        Returns their caller ids as soon as the last is placed.
        """
        self._number, self._talk_s = number, talk_s
        loop = asyncio.get_running_loop()
        begun = loop.time()
        callers = [f"139{self._next + n:08d}" for n in range(count)]
        self._next += count
        for n, caller in enumerate(callers):
            wait = begun + n / rate - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            self._call(caller)
        return callers

    async def over(self, seconds: float) -> None:
        """Wait until no call is left. What lives longer than `seconds` has failed, and is given up."""
        try:
            async with asyncio.timeout(seconds):
                while self._open:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            for caller in list(self._open):
                self._over(caller, 408)
                self._leave(caller)

    def hang_up(self) -> None:
        """End every call there is."""
        for caller in list(self._open):
            self._leave(caller)

    def _leave(self, caller: str) -> None:
        if caller in self.answered:
            self._request("BYE", caller, 2)
        else:
            self._request("CANCEL", caller, 1)

    def _call(self, caller: str) -> None:
        self._open.add(caller)
        self.sent[caller] = time.perf_counter()
        self._request("INVITE", caller, 1, sdp(self.host, self.rtp_port))

    def _request(self, method: str, caller: str, cseq: int, body: bytes = b"") -> None:
        uri = f"sip:{self._number}@{self.peer[0]}:{self.peer[1]}"
        # what is cancelled is known by the branch of its INVITE
        via = self._branch[caller] if method == "CANCEL" else self.via()
        if method == "INVITE":
            self._branch[caller] = via
        headers: list[tuple[str, str | bytes]] = [
            ("Via", via),
            ("Max-Forwards", "70"),
            ("From", f"<sip:{caller}@{self.host}>;tag=c"),
            ("To", f"<{uri}>" if method == "CANCEL" else self._to.get(caller, f"<{uri}>".encode())),
            ("Call-ID", f"call-{caller}"),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", f"<sip:{caller}@{self.host}:{self.port}>"),
        ]
        if body:
            headers.append(("Content-Type", "application/sdp"))
        self.send(f"{method} {uri} SIP/2.0", headers, body)

    def received(self, message: Message, at: float) -> None:
        caller = message.call_id.decode().removeprefix("call-")
        if not message.status:
            if message.method == b"BYE":
                self._over(caller, 200)
            if message.method != b"ACK":
                self.reply(message, 200, "OK")
        elif message.status >= 200 and message.method == b"INVITE":
            self._to[caller] = message.headers[b"to"]
            self._request("ACK", caller, 1)
            if message.status >= 300:
                self._over(caller, message.status)
            elif caller not in self.answered:
                self.answered[caller] = at
                self.opened(message.media_port)
                if self._talk_s is not None:
                    asyncio.get_running_loop().call_later(self._talk_s, self._leave, caller)
        elif message.status >= 200 and message.method == b"BYE":
            self._over(caller, 200)

    def _over(self, caller: str, status: int) -> None:
        self.ended.setdefault(caller, status)
        self._open.discard(caller)
        self._changed.set()
