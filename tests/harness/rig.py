"""An engine and a carrier facing each other, without core, edge or database: for tests of telephony alone."""

import asyncio
import secrets
from pathlib import Path

import msgspec

from andon.telephony.engine.install import Installed, ensure
from andon.telephony.engine.layout import EnginePlan, assets
from andon.telephony.engine.process import EngineProcess
from andon.telephony.model import EngineConnected, LegArrived, Trunk
from andon.telephony.recording import finished
from andon.telephony.service import Engine, EngineAddress
from harness.events import Events
from harness.ports import free_port
from harness.wire import Wire
from town.carrier import Call, Carrier, Phone, carrier_plan

POLL_S = 0.02
RTP_TIMEOUT_S = 2  # short, so that its test is


def engine_plan(home: Path) -> EnginePlan:
    """A centre's engine on free ports."""
    return EnginePlan(
        home=home / "engine",
        raw_recordings=home / "spool" / "recordings",
        prompts=assets() / "prompts",
        music=assets() / "music",
        node="t1",
        sip_host="127.0.0.1",
        sip_port=free_port(),
        ari_port=free_port(),
        ami_port=free_port(),
        rtp_from=20000,
        rtp_to=29999,
        media_address="127.0.0.1",
        ari_secret=secrets.token_urlsafe(16),
        ami_secret=secrets.token_urlsafe(16),
    )


def installed() -> Installed:
    """The Asterisk tests run on; installed first on a fresh machine."""
    return ensure()


class Rig:
    """One engine process, our client to it, and a carrier whose trunk is `t1`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.plan = engine_plan(home)
        self.process = EngineProcess(self.plan, installed())
        self.events = Events()
        self._wire = Wire(self.plan.ari_port)
        address = EngineAddress.at(
            self.plan, rtp_timeout_agent_s=RTP_TIMEOUT_S, rtp_timeout_trunk_s=RTP_TIMEOUT_S
        )
        self.address = msgspec.structs.replace(address, ari_url=f"http://127.0.0.1:{self._wire.port}")
        self.engine = Engine(self.address, self.events)
        far = carrier_plan(
            home / "carrier",
            sip_port=free_port(),
            ari_port=free_port(),
            ami_port=free_port(),
            secret=secrets.token_urlsafe(16),
        )
        self.carrier = Carrier(far, installed(), "127.0.0.1", self.plan.sip_port)
        self._agents = 0

    async def start(self) -> None:
        await self._wire.mend()
        await self.process.start()
        await self.engine.start()
        await self.events.wait(EngineConnected)
        await self.engine.provision_trunk(Trunk(name="t1", host="127.0.0.1", port=self.carrier.plan.sip_port))
        await self.carrier.start()

    async def stop(self) -> None:
        await self.carrier.stop()
        await self.engine.close()
        await self._wire.cut()
        await self.process.stop()

    async def arrive(
        self, to: str = "95001", caller: str = "13800138000", **how: object
    ) -> tuple[Call, LegArrived]:
        """A call from the carrier that has reached the application and waits."""
        mark = self.events.mark
        call = await self.carrier.call(to, caller, **how)  # type: ignore[arg-type]  # passed on as given
        return call, await self.events.wait(LegArrived, after=mark, dnis=to)

    async def talk(self, **how: object) -> tuple[Call, str]:
        """A call that is answered; the leg's id with it."""
        call, arrived = await self.arrive(**how)  # type: ignore[arg-type]  # passed on as given
        await self.engine.answer(arrived.leg_id)
        await call.wait_answered(5)
        return call, arrived.leg_id

    async def agent(self) -> Phone:
        """A SIP phone of a new agent, registered."""
        self._agents += 1
        username = f"u{self._agents:012x}"
        secret = secrets.token_urlsafe(12)
        await self.engine.provision_agent(username, secret, webrtc=False)
        return await self.carrier.register(username, secret)

    async def cut(self) -> None:
        """Break the application's connection to the engine and keep it broken until `mend`."""
        await self._wire.cut()

    async def mend(self) -> None:
        await self._wire.mend()

    def messages(self) -> str:
        """The engine's own log, for what it must not say."""
        return (self.plan.log / "messages.log").read_text(errors="replace")


async def until_closed(raw_dir: Path, recording_id: str, timeout_s: float = 15) -> None:
    """Wait until the engine has closed all raw files of a recording."""
    async with asyncio.timeout(timeout_s):
        # the engine closes its files without telling anybody, so there is nothing to wait for but the files
        while not _closed(raw_dir, recording_id):  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)


def _closed(raw_dir: Path, recording_id: str) -> bool:
    files = list(raw_dir.glob(f"{recording_id}.*.wav"))
    return bool(files) and all(map(finished, files))
