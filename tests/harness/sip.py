"""Hand-made SIP over UDP: for what no decent user agent would send."""

import asyncio
import re
import socket
import uuid
from contextlib import closing

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


async def dialogue(script: Script, *, sdp: str = GOOD_SDP, timeout_s: float = 5) -> Answers:
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
