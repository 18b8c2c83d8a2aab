"""The node types. Pure. A new one: a module beside these, and its place in the two lists below."""

from typing import Final

from andon.flows.nodes.base import BaseNode
from andon.flows.nodes.collect import Collect
from andon.flows.nodes.condition import Condition
from andon.flows.nodes.customer import LookUpCustomer
from andon.flows.nodes.draw import Random, Split
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.hours import Hours
from andon.flows.nodes.http import HttpRequest
from andon.flows.nodes.language import ChooseLanguage
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.outside import Emergency, TransferOut
from andon.flows.nodes.play import PlayPrompts
from andon.flows.nodes.queue import DialAgent, WaitInQueue
from andon.flows.nodes.record import Record
from andon.flows.nodes.recording_notice import RecordingNotice
from andon.flows.nodes.say import SayValue
from andon.flows.nodes.set_values import SetValues
from andon.flows.nodes.speech import SpeechInput
from andon.flows.nodes.start import Start
from andon.flows.nodes.sub_flow import Return, SubFlow
from andon.flows.nodes.survey import Survey
from andon.flows.nodes.switch import Switch
from andon.flows.nodes.tag import PutTags
from andon.flows.nodes.voicemail import Voicemail
from andon.flows.nodes.wait import Wait

Node = (
    Start
    | Hours
    | RecordingNotice
    | PlayPrompts
    | SayValue
    | ChooseLanguage
    | Menu
    | SpeechInput
    | Collect
    | SetValues
    | Condition
    | Switch
    | Random
    | Split
    | HttpRequest
    | LookUpCustomer
    | PutTags
    | Record
    | Wait
    | WaitInQueue
    | DialAgent
    | TransferOut
    | Emergency
    | Voicemail
    | Survey
    | SubFlow
    | Return
    | HangUp
)

NODE_TYPES: Final[tuple[type[BaseNode], ...]] = (
    Start,
    Hours,
    RecordingNotice,
    PlayPrompts,
    SayValue,
    ChooseLanguage,
    Menu,
    SpeechInput,
    Collect,
    SetValues,
    Condition,
    Switch,
    Random,
    Split,
    HttpRequest,
    LookUpCustomer,
    PutTags,
    Record,
    Wait,
    WaitInQueue,
    DialAgent,
    TransferOut,
    Emergency,
    Voicemail,
    Survey,
    SubFlow,
    Return,
    HangUp,
)


def type_of(node: BaseNode) -> str:
    """The node's type as stored, for instance `menu`."""
    return str(node.__struct_config__.tag)
