"""Language: what the caller hears from here on."""

from typing import ClassVar

from andon.flows.model import Language
from andon.flows.nodes.base import BaseNode
from andon.flows.walk import Walk


class ChooseLanguage(BaseNode, frozen=True, kw_only=True, tag="language"):
    """Sets the language of all prompts that follow. Usually behind a key of a menu."""

    waits: ClassVar[bool] = False

    language: Language

    def enter(self, walk: Walk) -> None:
        walk.language = self.language
        walk.leave("next")
