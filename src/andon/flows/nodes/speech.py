"""Speech: the caller says what they want, or presses the key."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from msgspec import Meta

from andon.flows.model import EMERGENCY, KEYS, KeyNoted, Listen, Recognise, StopListening
from andon.flows.nodes.base import VariableName, silent
from andon.flows.nodes.menu import Menu
from andon.flows.walk import Walk
from andon.interactions.ports import FlowInput, Key, Learnt, Spoke, TimerFired

GRACE_S: Final = 5.0  # after the longest answer, before the engine's word is waited for no longer
LATE_S: Final = 65.0  # longer than a recogniser may take: then it is not waited for
# said alone: within other words they may belong to any number
EMERGENCY_NUMBERS: Final = frozenset(
    {*EMERGENCY, "一一零", "幺幺零", "一一九", "幺幺九", "一二零", "幺二零", "一二二", "幺二二"}
)
EMERGENCY_WORDS: Final = (
    "报警", "火警", "着火", "救命", "救护车", "police", "ambulance", "fire brigade", "emergency",
)  # fmt: skip


class SpeechInput(Menu, frozen=True, kw_only=True, tag="speech"):
    """A menu that listens: `words` says for each key which words mean the same, several parted by `|`. Keys
    work throughout.

    After its prompts it listens until the caller pauses for `pause_s` seconds, `max_s` at the longest. What
    it understood chooses the key whose words are in it, the longest words first, and fills `variable` when
    one is named. Words that mean nothing here are a failed try like a wrong key, silence is one like no key.
    When the recogniser fails, it goes on as a menu of keys. Who calls for police, fire brigade or ambulance
    leaves through `emergency` when that leads somewhere. Needs a recogniser, see `ANDON_SPEECH_RECOGNISER`.
    """

    optional: ClassVar[tuple[str, ...]] = (*Menu.optional, "emergency")

    words: Mapping[str, str] = {}
    variable: VariableName | None = None
    max_s: Annotated[int, Meta(ge=2, le=30)] = 8
    pause_s: Annotated[int, Meta(ge=1, le=10)] = 2

    def variables(self) -> tuple[str, ...]:
        return () if self.variable is None else (self.variable,)

    def faults(self) -> tuple[tuple[str, str], ...]:
        well = self.words and all(key in self.exits and any(_each(said)) for key, said in self.words.items())
        return () if well else (("words", "words"),)

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        match heard:
            case Key(digit=digit) if digit in KEYS:
                self._deafen(walk)
                super().hear(walk, heard)
            case Spoke(name=name, ms=ms) if walk.memory.get("ear"):
                walk.memory.pop("ear")
                if ms == 0:
                    self._failed(walk, "", self.silence_prompt, "silence")
                else:
                    walk.memory["asked"] = tag = f"speech.{walk.passed}.{walk.memory.get('failed', 0)}"
                    every = tuple(word for said in self.words.values() for word in _each(said))
                    walk.ask(Recognise(tag, name, every, walk.language))
                    walk.set_timer(LATE_S, "late")
            case Learnt(tag=tag, value=answer) if tag == walk.memory.get("asked"):
                self._learnt(walk, answer)
            case TimerFired(tag=tag) if walk.fired(tag, "ear"):
                walk.ask(StopListening())
                self._failed(walk, "", self.silence_prompt, "silence")
            case TimerFired(tag=tag) if walk.fired(tag, "late"):
                self._learnt(walk, {"ok": False})
            case _ if not walk.memory.get("deaf") and silent(walk, heard):
                walk.ask(Listen(self.max_s, self.pause_s))
                walk.set_timer(self.max_s + GRACE_S, "ear")
            case _:
                super().hear(walk, heard)

    def _deafen(self, walk: Walk) -> None:
        """Listen no longer, whatever was under way."""
        if walk.memory.pop("ear", None) is not None:
            walk.ask(StopListening())
        walk.memory.pop("asked", None)
        walk.memory.pop("late", None)

    def _learnt(self, walk: Walk, answer: Any) -> None:
        walk.memory.pop("asked", None)
        walk.memory.pop("late", None)
        if not (isinstance(answer, Mapping) and answer.get("ok")):
            walk.memory["deaf"] = True
            walk.say(*self.prompts)
            return
        text = str(answer.get("text", ""))
        if not text:
            self._failed(walk, "", self.silence_prompt, "silence")
            return
        if self.variable is not None:
            walk.set(self.variable, text)
        plain = _plain(text)
        if "emergency" in self.exits and _calls_for_help(plain):
            walk.ask(KeyNoted(walk.place, "", "emergency", accepted=True))
            walk.leave("emergency")
            return
        meant = [
            (len(word), key)
            for key, said in self.words.items()
            for word in _each(said)
            if _plain(word) in plain
        ]
        if meant:
            self._chosen(walk, max(meant, key=lambda each: each[0])[1])
        else:
            self._failed(walk, "", self.wrong_prompt, "wrong")


def _calls_for_help(plain: str) -> bool:
    return plain in EMERGENCY_NUMBERS or any(_plain(word) in plain for word in EMERGENCY_WORDS)


def _each(said: str) -> list[str]:
    """The words of one key."""
    return [word.strip() for word in said.split("|") if word.strip()]


def _plain(text: str) -> str:
    """As words are compared: small letters, nothing between Chinese characters that a recogniser may put."""
    return "".join(each for each in text.casefold() if each.isalnum())
