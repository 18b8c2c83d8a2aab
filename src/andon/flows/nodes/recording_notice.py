"""Recording notice: the caller is told, and recording begins."""

from andon.flows.nodes.base import BaseNode, Sounds, silent
from andon.flows.walk import Walk
from andon.interactions.ports import FlowInput


class RecordingNotice(BaseNode, frozen=True, kw_only=True, tag="recording_notice"):
    """Tells the caller that the call is recorded and records from the notice on, so that the recording
    itself proves the notice. It cannot be skipped by a key."""

    prompts: Sounds = ("recording_notice",)

    def prompt_names(self) -> tuple[str, ...]:
        return self.prompts

    def enter(self, walk: Walk) -> None:
        walk.tape(on=True)
        walk.say(*self.prompts)

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        if silent(walk, heard):
            walk.leave("next")
