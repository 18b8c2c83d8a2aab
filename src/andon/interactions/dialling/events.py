"""Facts of agents who call out. Pure."""

from typing import ClassVar

from andon.kit.journal import Fact


class OutboundDialled(Fact, frozen=True, kw_only=True):
    """The agent's own device is there and the customer's telephone is being called; what is shown there is
    the contact's `dnis`. `channel_id` is the engine's id of that leg, the witness' key."""

    kind: ClassVar[str] = "outbound.dialled"
    number: str
    channel_id: str
