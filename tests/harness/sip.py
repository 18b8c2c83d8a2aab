"""Hand-made SIP over UDP: for what no decent user agent would send."""

import asyncio
import contextlib
import re
import socket
import uuid
from collections.abc import Coroutine
from contextlib import closing
from typing import Self

import msgspec

GOOD_SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)


class Answers(msgspec.Struct):
    """Statuses received, in order."""

    statuses: list[int]

    @property
    def final_status(self) -> int:
        """The first that is not provisional; 0 when none came."""
        return next((status for status in self.statuses if status >= 200), 0)


class Script:
    """Text of requests from one made-up user agent."""

    def __init__(self, remote_port: int, local_port: int, *, local: str = "127.0.0.1") -> None:
        self.remote_port = remote_port
        self.local = local
        self.local_port = local_port
        self.call_id = uuid.uuid4().hex
        self.branch = f"z9hG4bK{uuid.uuid4().hex}"

    def invite(self, to: str = "95001", caller: str = "13800138000", sdp: str = GOOD_SDP) -> bytes:
        body = sdp.encode()
        head = (
            self._head("INVITE", to, caller)
            + f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def ack(self, to: str = "95001", caller: str = "13800138000", to_tag: str = "") -> bytes:
        return (self._head("ACK", to, caller, to_tag) + "Content-Length: 0\r\n\r\n").encode()

    def _head(self, method: str, to: str, caller: str, to_tag: str = "") -> str:
        here = f"{self.local}:{self.local_port}"
        there = f"{to}@127.0.0.1:{self.remote_port}"
        return (
            f"{method} sip:{there} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch={self.branch}\r\n"
            f"From: <sip:{caller}@{here}>;tag=1\r\nTo: <sip:{there}>{to_tag}\r\nCall-ID: {self.call_id}\r\n"
            f"CSeq: 1 {method}\r\nContact: <sip:x@{here}>\r\nMax-Forwards: 70\r\n"
        )


async def dialogue(script: Script, *, sdp: str = GOOD_SDP, timeout_s: float = 15) -> Answers:
    """Send an INVITE and acknowledge its final answer."""
    answers = Answers([])
    loop = asyncio.get_running_loop()
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as agent:
        agent.setblocking(False)
        agent.bind((script.local, script.local_port))
        script.local_port = agent.getsockname()[1]
        agent.connect(("127.0.0.1", script.remote_port))
        await loop.sock_sendall(agent, script.invite(sdp=sdp))
        try:
            async with asyncio.timeout(timeout_s):
                while answers.final_status == 0:
                    text = (await loop.sock_recv(agent, 65535)).decode(errors="replace")
                    status = re.match(r"SIP/2\.0 (\d{3})", text)
                    if status is None:
                        continue
                    answers.statuses.append(int(status[1]))
                    tag = re.search(r"^To:.*?(;tag=[^;\r\n]+)", text, re.MULTILINE | re.IGNORECASE)
                    if answers.final_status:
                        await loop.sock_sendall(agent, script.ack(to_tag=tag[1] if tag else ""))
        except TimeoutError:
            pass
    return answers


FRAME = b"\xd5" * 160  # 20 ms of silence, A-law


class Line:
    """One call placed by a made-up user agent that says exactly what it is told to.

    Whatever is asked of it is answered 200. Used as a context, so that its sockets are closed.
    """

    def __init__(self, remote_port: int, *, local: str = "127.0.0.1") -> None:
        self.over = asyncio.Event()  # the other side hung up, or refused
        self.asked: list[str] = []  # methods the other side has used
        self._remote = ("127.0.0.1", remote_port)
        self._local = local
        self._call_id = uuid.uuid4().hex
        self._branch = ""
        self._number = 0
        self._uri = self._from = self._to = ""
        self._finals: dict[int, asyncio.Future[str]] = {}
        self._work: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._signalling = self._socket()
        self._media = self._socket()
        self._background(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        self._signalling.close()
        self._media.close()

    def _socket(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setblocking(False)
        made.bind((self._local, 0))
        return made

    def _background(self, work: Coroutine[None, None, None]) -> None:
        self._work.add(asyncio.create_task(work))

    @property
    def sdp(self) -> str:
        """A good session description with this line's own media port."""
        port = self._media.getsockname()[1]
        return GOOD_SDP.replace("127.0.0.1", self._local).replace("40000", str(port))

    async def invite(
        self,
        to: str,
        user: str,
        *,
        name: str = "",
        sdp: str | None = None,
        timeout_s: float = 10,
    ) -> int:
        """Place the call; the final status."""
        host, port = self._signalling.getsockname()
        address = f"{user}@{host}" if user else host
        self._uri = f"sip:{to}@{self._remote[0]}:{self._remote[1]}"
        self._from = (f'"{name}" ' if name else "") + f"<sip:{address}:{port}>;tag=1"
        self._to = f"<{self._uri}>"
        answer = await self._request("INVITE", self.sdp if sdp is None else sdp, timeout_s=timeout_s)
        if _status(answer) >= 300:
            self.over.set()
        return _status(answer)

    async def reinvite(self, sdp: str, timeout_s: float = 10) -> int:
        """Offer another session within the call."""
        return _status(await self._request("INVITE", sdp, timeout_s=timeout_s))

    async def bye(self, timeout_s: float = 10) -> int:
        status = _status(await self._request("BYE", timeout_s=timeout_s))
        self.over.set()
        return status

    def speak(self) -> None:
        """Send silence from now on to where the other side wants it."""
        self._background(self._send_frames())

    async def _request(self, method: str, sdp: str = "", *, timeout_s: float) -> str:
        self._number += 1
        number, self._branch = self._number, f"z9hG4bK{uuid.uuid4().hex}"
        final = self._finals[number] = asyncio.get_running_loop().create_future()
        self._send(method, number, sdp)
        answer = await asyncio.wait_for(final, timeout_s)
        tag = re.search(r"^To:[^\r\n]*?(;tag=[^;\r\n]+)", answer, re.MULTILINE | re.IGNORECASE)
        if tag and ";tag=" not in self._to:
            self._to += tag[1]
        if method == "INVITE":
            self._send("ACK", number)
            audio = re.search(r"^m=audio (\d+)", answer, re.MULTILINE)
            if audio:
                self._media.connect(("127.0.0.1", int(audio[1])))
        return answer

    def _send(self, method: str, number: int, sdp: str = "") -> None:
        host, port = self._signalling.getsockname()
        body = sdp.encode()
        kind = "Content-Type: application/sdp\r\n" if body else ""
        head = (
            f"{method} {self._uri} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{port};branch={self._branch}\r\n"
            f"From: {self._from}\r\nTo: {self._to}\r\nCall-ID: {self._call_id}\r\nCSeq: {number} {method}\r\n"
            f"Contact: <sip:x@{host}:{port}>\r\nMax-Forwards: 70\r\n{kind}"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._signalling.sendto(head.encode() + body, self._remote)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            text = (await loop.sock_recv(self._signalling, 65535)).decode(errors="replace")
            sequence = re.search(r"^CSeq: *(\d+) +(\w+)", text, re.MULTILINE | re.IGNORECASE)
            if sequence is None:
                continue
            if text.startswith("SIP/2.0"):
                final = self._finals.get(int(sequence[1]))
                if final is not None and not final.done() and _status(text) >= 200:
                    final.set_result(text)
            elif sequence[2] != "ACK":
                self.asked.append(sequence[2])
                kept = re.findall(
                    r"^(?:Via|From|To|Call-ID|CSeq):[^\r\n]*", text, re.MULTILINE | re.IGNORECASE
                )
                reply = "\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""])
                self._signalling.sendto(reply.encode(), self._remote)
                if sequence[2] == "BYE":
                    self.over.set()

    async def _send_frames(self) -> None:
        number = 0
        while True:
            number += 1
            head = b"\x80\x08" + number.to_bytes(2, "big") + (number * 160).to_bytes(4, "big") + b"line"
            with contextlib.suppress(OSError):  # nobody listens any more
                self._media.send(head + FRAME)
            await asyncio.sleep(0.02)


def _status(answer: str) -> int:
    return int(answer.split(" ", 2)[1])
