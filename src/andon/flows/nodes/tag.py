"""Tag: words put on the contact."""

from typing import Annotated, ClassVar

from msgspec import Meta

from andon.flows.model import Tag
from andon.flows.nodes.base import BaseNode
from andon.flows.walk import Walk

Word = Annotated[str, Meta(min_length=1, max_length=30)]


class PutTags(BaseNode, frozen=True, kw_only=True, tag="tag"):
    """Puts words on the contact, for the agent and for reports."""

    waits: ClassVar[bool] = False

    tags: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=10)]

    def enter(self, walk: Walk) -> None:
        walk.ask(Tag(self.tags))
        walk.leave("next")
