"""A centre on two media nodes: its own, and one on another computer, whose engine may die."""

import os
import signal
from pathlib import Path
from typing import Any

import msgspec
from mortal_house import MortalHouse

from andon.telephony.engine.layout import plans_of
from andon.telephony.engine.process import EngineProcess
from harness.netns import Computer
from town.carrier import CODECS, Phone

SECOND = "centre-n2"  # the carrier's way to the second node


class TwoNodes(MortalHouse):
    """The second engine is `second`; agents' phones register on both nodes."""

    def __init__(self, home: Path, computer: Computer, **settings: Any) -> None:
        self.carrier_host = computer.here
        node = {"name": "n2", "host": computer.there, "sip_port": 5060, "ari_port": 8088, "ami_port": 5038}
        super().__init__(home, sip_host=computer.here, media_address=computer.here, nodes=[node], **settings)
        self._computer = computer
        self.everywhere = True  # phones of agents who come now register on both nodes, else on the first

    async def start(self) -> None:
        await super().start()
        await self.until(lambda: self.node_is("n2", up=True), 10, "the second node is met")

    async def start_nodes(self) -> None:
        installed = self.engine.installed
        there = msgspec.structs.replace(installed, argv=[*self._computer.inside, *installed.argv])
        self.second = EngineProcess(plans_of(self.settings)[1], there)
        await self.second.start()
        self._stack.push_async_callback(self.second.stop)

    async def register(self, username: str, secret: str, codecs: str = CODECS) -> Phone:
        phone = await super().register(username, secret, codecs)
        if self.everywhere:
            await self.carrier.register(username, secret, node="n2", codecs=codecs)
        return phone


async def kill(engine: EngineProcess) -> None:
    """With -9."""
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    await engine.wait()
