"""The node types. Pure. A new one: a module beside these, and its place in the two lists below."""

from typing import Final

from andon.flows.nodes.base import BaseNode
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.hours import Hours
from andon.flows.nodes.language import ChooseLanguage
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.play import PlayPrompts
from andon.flows.nodes.queue import WaitInQueue
from andon.flows.nodes.recording_notice import RecordingNotice
from andon.flows.nodes.start import Start
from andon.flows.nodes.survey import Survey
from andon.flows.nodes.voicemail import Voicemail

Node = (
    Start
    | Hours
    | RecordingNotice
    | PlayPrompts
    | ChooseLanguage
    | Menu
    | WaitInQueue
    | Voicemail
    | Survey
    | HangUp
)

NODE_TYPES: Final[tuple[type[BaseNode], ...]] = (
    Start,
    Hours,
    RecordingNotice,
    PlayPrompts,
    ChooseLanguage,
    Menu,
    WaitInQueue,
    Voicemail,
    Survey,
    HangUp,
)


def type_of(node: BaseNode) -> str:
    """The node's type as stored, for instance `menu`."""
    return str(node.__struct_config__.tag)
