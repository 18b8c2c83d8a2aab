"""Telephones that must say yes by a key: agents' mobiles, rung through a trunk, and test rings.

Whoever picks up is asked to press 1, again and again for a while. Until the key comes nobody is put through,
so that no voicemail box ever takes a customer's call; only the key counts as the agent's answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

import structlog

from andon.channels.voice.events import MobileDialled, MobileEnd, MobileEnded
from andon.channels.voice.model import Trunk
from andon.channels.voice.nodes import Node
from andon.kit.journal import Fact
from andon.telephony.errors import EngineRefused
from andon.telephony.model import Cause, EngineEvent, KeyPressed, LegAnswered, LegEnded, PlaybackEnded

log = structlog.get_logger(__name__)

KEY: Final = "1"
ASK_S: Final = 20.0  # from picking up; then it is nobody who can press
PAUSE_S: Final = 1.5  # between two askings
RING_S: Final = 25  # for a test, and where nobody waits for a better agent: mobiles take seconds to ring
CALL, TEST = "mobile_accept", "mobile_test"  # prompts: what the key is for
DONE = "echo_done"
PREFIX = "k-"  # of the legs of test rings

_CAUSES: Final = {
    Cause.BUSY: MobileEnd.BUSY,
    Cause.REJECTED: MobileEnd.REJECTED,
    Cause.NORMAL: MobileEnd.WITHDRAWN,
    Cause.NO_ANSWER: MobileEnd.NO_ANSWER,
    18: MobileEnd.NO_ANSWER,
}


class Leg:
    """A telephone that rings, is asked for the key, or has pressed it."""

    __slots__ = (
        "about",
        "accept",
        "accepted",
        "answered",
        "at",
        "dropped",
        "ended",
        "language",
        "leg_id",
        "news",
        "node",
        "outside",
        "playback",
        "pressed",
        "prompt",
        "said",
        "task",
        "trunk",
    )

    def __init__(
        self,
        leg_id: str,
        node: Node,
        about: dict[str, Any],
        language: str,
        accept: Callable[[], None],
        *,
        prompt: str = CALL,
        ended: Callable[[MobileEnd], None] | None = None,
        at: datetime | None = None,
    ) -> None:
        """`about`: whose it is, as facts say it. `accept` is told of the key; `ended` what became of it."""
        self.leg_id, self.node, self.about, self.language = leg_id, node, about, language
        self.accept, self.ended, self.prompt = accept, ended, prompt
        self.at = at  # dialled, where that is known
        self.outside = False  # through a trunk
        self.trunk: Trunk | None = None  # which, unless the core before chose it
        self.answered = self.pressed = self.said = self.dropped = False
        self.playback = ""  # of what is said now; what a core before said may still go on before it
        self.accepted: datetime | None = None
        self.news = asyncio.Event()
        self.task: asyncio.Task[None] | None = None


class Mobiles:
    """All such legs on every node."""

    def __init__(self, append: Callable[[Fact], None], now: Callable[[], datetime]) -> None:
        self._append = append
        self._now = now
        self._legs: dict[str, Leg] = {}

    @property
    def tests(self) -> set[str]:
        """Legs that belong to no call."""
        return {leg_id for leg_id in self._legs if leg_id.startswith(PREFIX)}

    def of(self, leg_id: str) -> Leg | None:
        return self._legs.get(leg_id)

    def put(self, leg: Leg) -> None:
        """A leg that is about to be dialled, or that the core before dialled."""
        self._legs[leg.leg_id] = leg

    def dialled(self, leg: Leg, trunk: Trunk) -> None:
        """It is rung through this trunk, from now on."""
        leg.at, leg.outside, leg.trunk = self._now(), True, trunk
        self._append(MobileDialled(at=leg.at, **leg.about, channel_id=leg.leg_id, trunk_id=trunk.trunk_id))

    def on_event(self, event: EngineEvent) -> bool:
        """Whether the event was such a leg's alone."""
        leg = self._legs.get(getattr(event, "leg_id", ""))
        if leg is None:
            return False
        test = leg.leg_id.startswith(PREFIX)
        match event:
            case LegAnswered():
                self.ask(leg)
                return True
            case KeyPressed(digit=digit) if leg.accepted is None:
                if digit == KEY:
                    leg.pressed = True
                    leg.news.set()
                return True
            case PlaybackEnded(playback_id=over) if leg.task is not None:
                if over == leg.playback:
                    leg.said = True
                    leg.news.set()
                return True
            case LegEnded(cause=cause) if test:
                self.over(leg.leg_id, cause)
        return test

    def ask(self, leg: Leg) -> None:
        """The telephone was picked up: what follows is the key, or nothing. Asked twice changes nothing."""
        if leg.accepted is None and leg.task is None:
            leg.answered = True
            leg.task = asyncio.create_task(self._ask(leg))

    async def _ask(self, leg: Leg) -> None:
        engine = leg.node.engine
        try:
            async with asyncio.timeout(ASK_S):
                while not leg.pressed:
                    leg.said = False
                    playback_id = await self._say(leg, leg.prompt)
                    await _until(leg, lambda: leg.pressed or leg.said)
                    if not leg.said:
                        await engine.stop(playback_id)
                        continue
                    try:
                        async with asyncio.timeout(PAUSE_S):
                            await _until(leg, lambda: leg.pressed)
                    except TimeoutError:
                        continue
        except TimeoutError:
            if not leg.pressed:
                log.info("mobile_no_key", leg_id=leg.leg_id)
                await self._unless_refused(engine.hangup(leg.leg_id, Cause.NO_ANSWER))
                return
        except (
            EngineRefused
        ) as refused:  # gone, which is told by itself; or away: met again, it is asked again
            log.info("mobile_not_asked", leg_id=leg.leg_id, why=str(refused))
            leg.task = None
            return
        if self._legs.get(leg.leg_id) is leg:
            leg.accepted, leg.task = self._now(), None
            leg.accept()

    async def _say(self, leg: Leg, prompt: str) -> str:
        """Say it; the playback's id is one that no core before has used."""
        turn = round(self._now().timestamp() * 1000)
        leg.playback = leg.node.engine.playback_id(leg.leg_id, turn)
        return await leg.node.engine.play(leg.leg_id, [f"{leg.language}/{prompt}"], turn)

    def drop(self, leg_id: str) -> None:
        """We hang up, because the telephone is not wanted any more."""
        leg = self._legs.get(leg_id)
        if leg is not None:
            leg.dropped = True

    def over(self, leg_id: str, cause: int) -> None:
        """The leg is gone, or its call is."""
        leg = self._legs.pop(leg_id, None)
        if leg is None:
            return
        if leg.task is not None:
            leg.task.cancel()
        how = _end(leg, cause)
        if leg.outside:
            at = self._now()
            self._append(
                MobileEnded(
                    at=at,
                    **leg.about,
                    channel_id=leg_id,
                    how=how,
                    accepted_ms=_ms(leg.at, leg.accepted),
                    total_ms=_ms(leg.at, at),
                )
            )
        if leg.ended is not None:
            leg.ended(how)

    # --- test rings ---------------------------------------------------------------------------------------

    async def test(self, leg: Leg, dial: Awaitable[None], told: Callable[[str], None]) -> None:
        """Ring a telephone and have its key pressed. `told`: `ringing`, then `accepted` or what else became
        of it, once each."""
        accepted = False

        def accept() -> None:
            nonlocal accepted
            accepted = True
            told(MobileEnd.ACCEPTED.value)
            leg.task = asyncio.create_task(self._thank(leg))

        def ended(how: MobileEnd) -> None:
            if not accepted:
                told(how.value)

        leg.accept, leg.ended = accept, ended
        self.put(leg)
        told("ringing")
        try:
            await dial
        except EngineRefused as refused:
            log.info("test_ring_refused", why=str(refused))
            self.over(leg.leg_id, Cause.UNREACHABLE)

    async def _thank(self, leg: Leg) -> None:
        engine = leg.node.engine
        leg.said = False
        try:
            async with asyncio.timeout(ASK_S):
                await self._say(leg, DONE)
                await _until(leg, lambda: leg.said)
        except (TimeoutError, EngineRefused):
            log.debug("mobile_not_thanked", leg_id=leg.leg_id)
        await self._unless_refused(engine.hangup(leg.leg_id))

    def lost(self, node: Node) -> None:
        """The node stays away: its test rings are over."""
        for leg_id in [leg_id for leg_id in self.tests if self._legs[leg_id].node is node]:
            self.over(leg_id, Cause.UNREACHABLE)

    def refresh(self, node: Node, alive: set[str]) -> None:
        """The whole truth about a node after it was away; legs of calls are their calls' matter."""
        for leg_id in self.tests - alive:
            if self._legs[leg_id].node is node:
                self.over(leg_id, Cause.UNREACHABLE)

    @staticmethod
    async def _unless_refused(work: Awaitable[None]) -> None:
        """What is gone need not go."""
        try:
            await work
        except EngineRefused as refused:
            log.debug("mobile_sweep_refused", why=str(refused))


async def _until(leg: Leg, true: Callable[[], bool]) -> None:
    while not true():
        leg.news.clear()
        await leg.news.wait()


def _ms(since: datetime | None, at: datetime | None) -> int | None:
    return None if since is None or at is None else round((at - since).total_seconds() * 1000)


def _end(leg: Leg, cause: int) -> MobileEnd:
    """What the end of a leg means. Q.850."""
    if leg.accepted is not None:
        return MobileEnd.ACCEPTED
    if leg.dropped:
        return MobileEnd.WITHDRAWN
    if leg.answered:
        return MobileEnd.NO_KEY if cause == Cause.NO_ANSWER else MobileEnd.HUNG_UP
    return _CAUSES.get(cause, MobileEnd.UNREACHABLE)
