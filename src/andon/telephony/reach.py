"""Whether a SIP server is there: asked from this machine by OPTIONS over UDP, beside the engine.

Any answer will do, a refusal too. A server that does not answer may be there all the same: some carriers
answer calls only.
"""

import asyncio
import contextlib
import secrets
import socket
from typing import Final, Literal

import msgspec

AGAIN_S: Final = (0.0, 0.4, 0.8)  # UDP may lose one

Reach = Literal["answers", "silent", "closed", "unknown_host"]


class Answer(msgspec.Struct, frozen=True):
    """`closed`: the machine says that nothing listens there. `status` of SIP and `ms` come with an answer."""

    how: Reach
    status: int = 0
    ms: int = 0


class _Asking(asyncio.DatagramProtocol):
    """Sends nothing by itself; `heard` is the first answer's status, or 0 for a port that is closed."""

    def __init__(self, call_id: str) -> None:
        self._call_id = call_id.encode()
        self.heard: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        line = data.split(b"\r\n", 1)[0].split()
        if self._call_id in data and line[0:1] == [b"SIP/2.0"] and len(line) > 1 and line[1].isdigit():
            self._tell(int(line[1]))

    def error_received(self, exc: Exception) -> None:
        self._tell(0)

    def _tell(self, status: int) -> None:
        if not self.heard.done():
            self.heard.set_result(status)


async def ask(host: str, port: int, seconds: float) -> Answer:
    """Ask once, for so long. Never raises."""
    loop = asyncio.get_running_loop()
    call_id = secrets.token_hex(12)
    try:
        async with asyncio.timeout(seconds):
            transport, asking = await loop.create_datagram_endpoint(
                lambda: _Asking(call_id), remote_addr=(host.strip("[]"), port)
            )
    except socket.gaierror:
        return Answer("unknown_host")
    except (OSError, TimeoutError):
        return Answer("silent")
    try:
        message = _options(host, port, transport.get_extra_info("sockname"), call_id)
        began = loop.time()
        for pause in AGAIN_S:
            loop.call_later(pause, _send, transport, asking, message)
        with contextlib.suppress(TimeoutError):
            status = await asyncio.wait_for(asyncio.shield(asking.heard), seconds)
            ms = round((loop.time() - began) * 1000)
            return Answer("answers", status, ms) if status else Answer("closed")
        return Answer("silent")
    finally:
        transport.close()


def _send(transport: asyncio.DatagramTransport, asking: _Asking, message: bytes) -> None:
    if not asking.heard.done() and not transport.is_closing():
        transport.sendto(message)


def _options(host: str, port: int, own: tuple[str, int], call_id: str) -> bytes:
    address = f"[{own[0]}]" if ":" in own[0] else own[0]
    lines = (
        f"OPTIONS sip:{host}:{port} SIP/2.0",
        f"Via: SIP/2.0/UDP {address}:{own[1]};branch=z9hG4bK{call_id};rport",
        "Max-Forwards: 70",
        f"From: <sip:andon@{address}>;tag={call_id[:8]}",
        f"To: <sip:{host}:{port}>",
        f"Call-ID: {call_id}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:andon@{address}:{own[1]}>",
        "Accept: application/sdp",
        "User-Agent: Andon",
        "Content-Length: 0",
        "",
        "",
    )
    return "\r\n".join(lines).encode()
