"""The bus within one process, for tests."""

from andon.kit.bus.model import Message, Switchboard


class MemoryBus(Switchboard):
    """Everybody is here: what is published is spread at once, what nobody answers times out."""

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        self.hang_up()

    async def ready(self) -> None:
        return None

    def send(self, message: Message) -> None:
        return None

    def reply(self, to: str, message: Message) -> None:
        raise AssertionError("nobody else is on this bus")
