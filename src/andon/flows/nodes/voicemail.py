"""Voicemail: the caller leaves a message."""

from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta

from andon.flows.model import TakeVoicemail
from andon.flows.nodes.base import BaseNode, QueueId, Sounds, silent
from andon.flows.walk import Walk
from andon.interactions.events import Outcome
from andon.interactions.ports import FlowInput, TimerFired, VoicemailTaken

SHORTEST_MS = 1000  # less is no message
GRACE_S = 30.0  # after the longest message, before the engine's word is waited for no longer


class Voicemail(BaseNode, frozen=True, kw_only=True, tag="voicemail"):
    """Speaks its prompts, then records until silence, `#`, hang-up or `max_s` seconds.

    A message of a second or more leads through `left`, none through `empty`. `queue_id` names the queue
    whose agents are to hear it.
    """

    needed: ClassVar[tuple[str, ...]] = ("left", "empty")

    prompts: Sounds = ("leave_message",)
    max_s: Annotated[int, Meta(ge=5, le=600)] = 120
    queue_id: QueueId | None = None

    def prompt_names(self) -> tuple[str, ...]:
        return self.prompts

    def queue_ids(self) -> tuple[UUID, ...]:
        return () if self.queue_id is None else (self.queue_id,)

    def enter(self, walk: Walk) -> None:
        walk.say(*self.prompts)

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        match heard:
            case VoicemailTaken(ms=ms) if "tape" in walk.memory:
                self._taken(walk, ms)
            case TimerFired(tag=tag) if walk.fired(tag, "tape"):
                self._taken(walk, 0)
            case _ if silent(walk, heard):
                walk.ask(TakeVoicemail(self.max_s, self.queue_id))
                walk.set_timer(self.max_s + GRACE_S, "tape")

    def _taken(self, walk: Walk, ms: int) -> None:
        if ms >= SHORTEST_MS:
            walk.outcome = Outcome.VOICEMAIL
        walk.leave("left" if ms >= SHORTEST_MS else "empty")
