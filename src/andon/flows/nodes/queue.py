"""Queue: wait for an agent, and talk."""

from typing import Annotated, ClassVar, Final
from uuid import UUID

from msgspec import Meta

from andon.flows import speech
from andon.flows.model import KEYS, Enqueue, KeepPlace, KeyNoted, LeaveQueue, SendLink
from andon.flows.nodes.base import AgentId, BaseNode, QueueId, Sounds, silent
from andon.flows.walk import Walk
from andon.interactions.events import Outcome
from andon.interactions.ports import (
    FlowInput,
    Key,
    Learnt,
    Prompt,
    QueueLeave,
    QueueLeft,
    Say,
    TimerFired,
    WaitTick,
)

LINK_SENT: Final = "link_sent"
LINK_FAILED: Final = "link_failed"
LINK_GUARD_S: Final = 60.0  # longer than a gateway is tried: when nothing is heard by then, it failed


class WaitInQueue(BaseNode, frozen=True, kw_only=True, tag="queue"):
    """The caller waits with music until an agent has talked with them, or nobody will.

    `prompts` are spoken on entering, `wait_prompts` at each announcement, every `announce_every_s` seconds
    (0: never), and in their place `long_wait_prompts`, when there are any, to who has waited `long_wait_s`
    seconds; followed by the place in the queue and the estimated wait as far as they are wanted and
    known. `priority` is added to the queue's. `exit_key`, when set, leads through `key`: usually to
    voicemail. `callback_key`, when set, keeps the place while the caller hangs up, to be called back, and
    leads through `callback`: usually to saying so. `link_key`, when set, sends the caller the project's link
    as a text message; they are told whether it was sent, and wait on in their place. Callers are told of
    these keys after each announcement, or, without any, after `prompts`: by `offer_prompts`, or when none is
    chosen in standard words.
    `fast_lane` lets the caller take the queue's door for who chose it, complaints for instance. Where the
    queue runs over back to the flow, it goes on through `overflow`, or `timeout` without such an exit. After
    a conversation the flow goes on through `conversation_ended` unless the caller hung up.
    """

    needed: ClassVar[tuple[str, ...]] = ("conversation_ended", "timeout", "nobody_signed_in")
    optional: ClassVar[tuple[str, ...]] = ("key", "callback", "overflow")
    counts: ClassVar[bool] = False

    queue_id: QueueId
    priority: int = 0
    prompts: Sounds = ("transferring",)
    wait_prompts: Sounds = ("still_busy",)
    long_wait_prompts: Sounds = ()
    long_wait_s: Annotated[int, Meta(ge=10, le=3600)] = 180
    announce_every_s: Annotated[float, Meta(ge=0, le=600)] = 30.0
    say_position: bool = True
    say_estimated_wait: bool = True
    exit_key: Annotated[str, Meta(max_length=1)] = ""
    callback_key: Annotated[str, Meta(max_length=1)] = ""
    link_key: Annotated[str, Meta(max_length=1)] = ""
    offer_prompts: Sounds = ()
    fast_lane: bool = False

    def prompt_names(self) -> tuple[str, ...]:
        waiting = (*self.wait_prompts, *self.long_wait_prompts) if self.announce_every_s else ()
        answers = (LINK_SENT, LINK_FAILED) if self.sends_link() else ()
        return (*self.prompts, *waiting, *(self.offer_prompts if self.offers() else ()), *answers)

    def offers(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something and lead somewhere, each behind the standard words for it."""
        every = (
            (speech.CALLBACK, self.callback_key, "callback" in self.exits),
            (speech.LINK, self.link_key, True),
            (speech.EXIT, self.exit_key, "key" in self.exits),
        )
        return tuple((said, key) for said, key, leads in every if key in KEYS and leads)

    def sends_link(self) -> bool:
        """Whether callers may have the link sent."""
        return self.link_key in KEYS

    def faults(self) -> tuple[tuple[str, str], ...]:
        keys = [key for _, key in self.offers()]
        return (("key_twice", "link_key"),) if len(set(keys)) < len(keys) else ()

    def queue_ids(self) -> tuple[UUID, ...]:
        return (self.queue_id,)

    def enqueue(self) -> Enqueue:
        """How the caller comes to wait."""
        return Enqueue(self.queue_id, self.priority, self.announce_every_s, self.fast_lane)

    def enter(self, walk: Walk) -> None:
        walk.outcome = Outcome.SELF_SERVICE
        walk.expect(Outcome.ABANDONED_FLOW)
        walk.ask(self.enqueue())
        said = [walk.spoken(name) for name in self.prompts]
        if not self.announce_every_s:
            said += self._offered(walk)
        if said:
            walk.speak(said)

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        match heard:
            case WaitTick() if "guard" not in walk.memory:
                self._announce(walk, heard)
            case Key(digit=digit) if digit == self.exit_key and digit in KEYS and "key" in self.exits:
                walk.hush()
                walk.ask(KeyNoted(walk.place, digit, "", accepted=True), LeaveQueue())
                walk.leave("key")
            case Key(digit=digit) if (
                digit == self.callback_key and digit in KEYS and "callback" in self.exits
            ):
                walk.ask(KeyNoted(walk.place, digit, "", accepted=True), KeepPlace())
            case Key(digit=digit) if digit == self.link_key and digit in KEYS:
                walk.ask(KeyNoted(walk.place, digit, "", accepted=True))
                self._send_link(walk)
            case Learnt(tag=tag, value=answer) if walk.fired(tag, "link"):
                self._link_settled(walk, sent=bool(answer.get("ok")))
            case TimerFired(tag=tag) if walk.fired(tag, "link"):
                self._link_settled(walk, sent=False)
            case QueueLeft(how=how):
                walk.hush()
                self._left(walk, how)
            case _:
                silent(walk, heard)

    def _send_link(self, walk: Walk) -> None:
        """Once for each caller; pressed again while it is under way, nothing. Who talked with an agent
        meanwhile heard nothing of it, and may ask again."""
        now = walk.at.timestamp()
        if walk.memory.get("sent"):
            walk.say(LINK_SENT)
        elif now >= walk.memory.get("link_until", 0.0):
            walk.memory["link_until"] = now + LINK_GUARD_S
            walk.set_timer(LINK_GUARD_S, "link")
            walk.ask(SendLink(walk.memory["link"], walk.language))

    @staticmethod
    def _link_settled(walk: Walk, *, sent: bool) -> None:
        walk.memory |= {"sent": sent, "link_until": 0.0}
        walk.say(LINK_SENT if sent else LINK_FAILED)

    def _announce(self, walk: Walk, tick: WaitTick) -> None:
        long = self.long_wait_prompts and tick.waited_s >= self.long_wait_s
        said = [walk.spoken(name) for name in (self.long_wait_prompts if long else self.wait_prompts)]
        phrases = []
        if self.say_position:
            phrases.append(speech.position(tick.position, walk.language))
        if self.say_estimated_wait and tick.estimated_wait_s is not None:
            phrases.append(speech.estimated_wait(tick.estimated_wait_s, walk.language))
        for phrase in phrases:
            if all(prompt.say is Say.NUMBER or walk.knows(prompt.name) for prompt in phrase):
                said.extend(phrase)
        said += self._offered(walk)
        if said:
            walk.speak(said)

    def _offered(self, walk: Walk) -> list[Prompt]:
        offers = self.offers()
        if offers and self.offer_prompts:
            return [walk.spoken(name) for name in self.offer_prompts]
        told = (speech.offer(said, key, walk.language) for said, key in offers if walk.knows(said))
        return [prompt for phrase in told for prompt in phrase]

    @staticmethod
    def _came_to(walk: Walk, outcome: Outcome) -> None:
        """What it is called from here on, also if the caller hangs up, until another node says otherwise."""
        walk.outcome = outcome
        walk.expect(outcome)

    def _left(self, walk: Walk, how: QueueLeave) -> None:
        match how:
            case QueueLeave.CONVERSATION_ENDED:
                self._came_to(walk, Outcome.SERVED)
                walk.leave("conversation_ended")
            case QueueLeave.TIMEOUT:
                self._came_to(walk, Outcome.QUEUE_TIMEOUT)
                walk.leave("timeout")
            case QueueLeave.OVERFLOW:
                self._came_to(walk, Outcome.QUEUE_TIMEOUT)
                walk.leave("overflow" if "overflow" in self.exits else "timeout")
            case QueueLeave.NOBODY_SIGNED_IN:
                self._came_to(walk, Outcome.NOBODY_SIGNED_IN)
                walk.leave("nobody_signed_in")
            case QueueLeave.CALLBACK_KEPT:
                self._came_to(walk, Outcome.CALLBACK_KEPT)
                walk.leave("callback" if "callback" in self.exits else "timeout")
            case QueueLeave.UNKNOWN_QUEUE:
                walk.fail()


class DialAgent(WaitInQueue, frozen=True, kw_only=True, tag="dial_agent"):
    """Rings one agent: like `queue`, but the caller waits `agent_wait_s` seconds for `agent_id` before
    anybody else of the queue may answer. An agent who is not signed in, or lacks what the queue asks for, is
    not waited for: nobody is left alone with an empty desk."""

    agent_id: AgentId
    agent_wait_s: Annotated[int, Meta(ge=1, le=600)] = 20

    def enqueue(self) -> Enqueue:
        return Enqueue(
            self.queue_id,
            self.priority,
            self.announce_every_s,
            self.fast_lane,
            self.agent_id,
            self.agent_wait_s,
        )
