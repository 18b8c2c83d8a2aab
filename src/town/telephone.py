"""The town's telephones: the carrier, with an ear for when the other side speaks."""

from collections.abc import Callable, Mapping
from pathlib import Path

from andon.kit.settings import Settings
from andon.telephony.ari import Message
from andon.telephony.engine.install import Installed
from andon.telephony.engine.layout import EnginePlan
from town.carrier import APP, EVENTS, Call, Carrier

SPEECH_EVENTS = ("ChannelTalkingStarted", "ChannelTalkingFinished")
SILENCE_MS = 600  # so long nothing is heard: they have stopped speaking
LEVEL = 320  # loudness that counts as speech, of 32767; above line noise, below telephone speech

Ear = Callable[[bool], None]


class Telephones(Carrier):
    """The carrier as the town's people use it. Nothing of what is heard is kept."""

    def __init__(
        self,
        plan: EnginePlan,
        installed: Installed,
        centre_host: str,
        centre_port: int,
        nodes: Mapping[str, tuple[str, int]] | None = None,
    ) -> None:
        super().__init__(plan, installed, centre_host, centre_port, nodes)
        self._ears: dict[str, Ear] = {}

    @classmethod
    def of(cls, settings: Settings, home: Path | None = None, host: str = "127.0.0.1") -> "Telephones":
        made = super().of(settings, home, host)
        if not isinstance(made, cls):
            raise TypeError(f"{made!r} are no telephones")
        return made

    async def connect(self) -> None:
        await super().connect()
        self._ears.clear()
        allowed = [{"type": name} for name in (*EVENTS, *SPEECH_EVENTS)]
        await self.request("PUT", f"applications/{APP}/eventFilter", body={"allowed": allowed})

    @property
    def usable(self) -> bool:
        """The carrier's engine runs and obeys us."""
        return self.process.running and self._ari is not None and self._ari.connected

    async def listen(self, call: Call, ear: Ear) -> None:
        """From now on `ear` is told when the other side of an answered call begins and stops making sound."""
        self._ears[call.call_id] = ear
        call.ended.add_done_callback(lambda _: self._ears.pop(call.call_id, None))
        query = {"variable": "TALK_DETECT(set)", "value": f"{SILENCE_MS},{LEVEL}"}
        await self.request("POST", f"channels/{call.call_id}/variable", query)

    async def _listen(self, call: Call) -> None:
        """The town keeps no recordings of its own."""

    def _hear(self, message: Message) -> None:
        if message.type in SPEECH_EVENTS and message.channel is not None:
            ear = self._ears.get(message.channel.id)
            if ear is not None:
                ear(message.type == SPEECH_EVENTS[0])
            return
        super()._hear(message)
