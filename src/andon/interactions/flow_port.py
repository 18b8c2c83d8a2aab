"""What a contact's flow holds: the `ContactPort` of `ports`, turned into inputs of the floor."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from andon.customers.model import Customer
from andon.interactions.events import Outcome
from andon.interactions.inputs import (
    AskAnswer,
    AskCard,
    AskDialOut,
    AskEnqueue,
    AskExpect,
    AskFinish,
    AskKeepPlace,
    AskLeaveQueue,
    AskListen,
    AskMessage,
    AskMusic,
    AskPlay,
    AskStopListening,
    AskStopPlaying,
    AskTape,
    AskTimer,
    FlowLearnt,
    Identified,
    Input,
    NoteFlow,
    NoteKey,
    NoteNode,
    NoteSurvey,
    NoteTags,
)
from andon.interactions.model import Contact
from andon.interactions.ports import ContactView, Prompt


class FlowPort:
    """The `ContactPort` of a contact. `find` gives it while it lives, `feed` takes what is asked."""

    __slots__ = ("_feed", "_find", "_new_id", "_view")

    def __init__(
        self,
        view: ContactView,
        find: Callable[[UUID], Contact | None],
        feed: Callable[[Contact, Input], None],
        new_id: Callable[[], UUID],
    ) -> None:
        self._view = view
        self._find = find
        self._feed = feed
        self._new_id = new_id

    @property
    def view(self) -> ContactView:
        contact = self._find(self._view.contact_id)
        return self._view if contact is None or contact.view is None else contact.view

    def _ask(self, ask: Input) -> None:
        contact = self._find(self._view.contact_id)
        if contact is not None:
            self._feed(contact, ask)

    def answer(self) -> None:
        self._ask(AskAnswer())

    def play(self, prompts: list[Prompt]) -> None:
        self._ask(AskPlay(prompts))

    def stop_playing(self) -> None:
        self._ask(AskStopPlaying())

    def set_timer(self, seconds: float, tag: str) -> None:
        self._ask(AskTimer(tag, seconds))

    def cancel_timer(self, tag: str) -> None:
        self._ask(AskTimer(tag, None))

    def start_recording(self) -> None:
        self._ask(AskTape(self._new_id()))

    def stop_recording(self) -> None:
        self._ask(AskTape(None))

    def card(self, on: bool) -> None:
        self._ask(AskCard(on))

    def enqueue(
        self,
        queue_id: UUID,
        priority: int,
        announce_every_s: float = 30.0,
        fast_lane: bool = False,
        agent_id: UUID | None = None,
        agent_wait_s: int = 0,
    ) -> None:
        self._ask(AskEnqueue(queue_id, priority, announce_every_s, fast_lane, agent_id, agent_wait_s))

    def leave_queue(self) -> None:
        self._ask(AskLeaveQueue())

    def keep_place(self) -> None:
        self._ask(AskKeepPlace())

    def music(self, on: bool) -> None:
        self._ask(AskMusic(on))

    def take_voicemail(self, max_s: int, queue_id: UUID | None = None) -> None:
        self._ask(AskMessage(max_s, queue_id, self._new_id()))

    def listen(self, max_s: int, pause_s: int) -> None:
        self._ask(AskListen(max_s, pause_s))

    def stop_listening(self) -> None:
        self._ask(AskStopListening())

    def entered(self, flow_id: UUID, version: int) -> None:
        self._ask(NoteFlow(flow_id, version))

    def dial_out(self, number: str, ring_timeout_s: int) -> None:
        self._ask(AskDialOut(number, ring_timeout_s))

    def learnt(self, tag: str, value: Any) -> None:
        self._ask(FlowLearnt(tag, value))

    def identified(self, known: Customer, matched_by: str) -> None:
        self._ask(
            Identified(
                known.customer_id, known.tier, matched_by, known.name, known.agent_id, known.open_complaint
            )
        )

    def tag(self, tags: tuple[str, ...]) -> None:
        self._ask(NoteTags(tags))

    def passed(self, node: str, node_type: str, by: str = "", flow_id: UUID | None = None) -> None:
        self._ask(NoteNode(node, node_type, by, flow_id))

    def key(self, node: str, keys: str, label: str, accepted: bool) -> None:
        self._ask(NoteKey(node, keys, label, accepted))

    def survey_asked(self, survey: str) -> None:
        self._ask(NoteSurvey(survey, None))

    def survey_answered(self, survey: str, score: int) -> None:
        self._ask(NoteSurvey(survey, score))

    def expect(self, outcome: Outcome) -> None:
        self._ask(AskExpect(outcome))

    def finish(self, outcome: Outcome, cause: int = 16, *, returned: bool = False) -> None:
        self._ask(AskFinish(outcome, cause, returned))
