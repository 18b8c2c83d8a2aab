"""A contact's orders carried out in its engine.

What the engine refuses comes back as an input. A leg that is gone is no error here: the engine tells its end
by itself, and that decides.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from andon.channels.voice.calls import Call, Calls
from andon.channels.voice.machine import media_names
from andon.channels.voice.mobile import Mobiles
from andon.channels.voice.nodes import ENGINE_GRACE_S
from andon.channels.voice.ringing import NoLine, Ringing
from andon.interactions.inputs import Joined, JoinFailed, MessageTaken, SpeechEnded, TapeRuns, UtteranceTaken
from andon.interactions.orders import (
    Admit,
    Answer,
    Dial,
    DialColleague,
    DialCustomer,
    DialOut,
    Drop,
    EndMessage,
    Enter,
    Forget,
    HangUp,
    Join,
    Listen,
    MediumOrder,
    Music,
    MuteAgent,
    Park,
    Part,
    Ringback,
    SendKeys,
    Silence,
    Speak,
    StopListening,
    StopSpeaking,
    StopTape,
    Succeed,
    TakeMessage,
    Tape,
)
from andon.kit.tasks import Tasks
from andon.telephony.errors import EngineRefused
from andon.telephony.model import Cause, LegEnded

log = structlog.get_logger(__name__)

NOT_CONNECTED = 503
AGAIN_S = 0.05

Alarm = Callable[[UUID, str, str, str], None]
MusicOf = Callable[[UUID | None, UUID | None], str]
SoundOf = Callable[[UUID, UUID | None, str, str], Path | None]


class Performer:
    """Carries out orders of all calls, each when its lane comes to it."""

    def __init__(
        self,
        calls: Calls,
        ringing: Ringing,
        mobiles: Mobiles,
        tasks: Tasks,
        *,
        music_of: MusicOf,
        sound_of: SoundOf,
        on_alarm: Alarm,
    ) -> None:
        """`music_of(project, queue)` is the class of music heard there, `sound_of(tenant, project, language,
        name)` a project's own sound of a prompt."""
        self._calls = calls
        self._mobiles = mobiles
        self._tasks = tasks
        self._music_of = music_of
        self._sound_of = sound_of
        self._on_alarm = on_alarm
        self._ways: dict[type[MediumOrder], Callable[[Call, Any], Awaitable[None]]] = {
            Answer: self._do_answer,
            Speak: self._do_speak,
            StopSpeaking: self._do_stop_speaking,
            Music: self._do_music,
            Tape: self._do_tape,
            StopTape: lambda c, o: c.engine.stop_recording(c.leg_id),
            Silence: lambda c, o: c.engine.silence_recording(c.leg_id, o.on),
            TakeMessage: self._do_message,
            EndMessage: lambda c, o: c.engine.end_message(c.message),
            Listen: self._do_listen,
            StopListening: self._do_stop_listening,
            Dial: ringing.dial,
            DialColleague: ringing.dial_colleague,
            DialCustomer: ringing.dial_customer,
            Ringback: lambda c, o: c.engine.ring(o.leg_id, o.on),
            DialOut: ringing.dial_out,
            Succeed: self._do_succeed,
            Enter: self._do_enter,
            Park: self._do_park,
            Drop: self._do_drop,
            Join: self._do_join,
            Admit: self._do_admit,
            Part: self._do_part,
            MuteAgent: lambda c, o: c.engine.mute(o.leg_id, o.on),
            SendKeys: lambda c, o: c.engine.dtmf(o.leg_id or c.leg_id, o.digits),
            HangUp: lambda c, o: c.engine.hangup(c.leg_id, o.cause),
            Forget: self._do_forget,
        }

    async def carry_out(self, call: Call, order: MediumOrder) -> None:
        """Carry out one order. An engine that is away for a moment is waited for; a leg that is gone is left
        to its own end; anything else comes back as an input."""
        until = asyncio.get_running_loop().time() + ENGINE_GRACE_S
        try:
            async with asyncio.timeout_at(None) as waiting:
                while True:
                    try:
                        await self._ways[type(order)](call, order)
                        return
                    except EngineRefused as refused:
                        if refused.status != NOT_CONNECTED:
                            raise
                    waiting.reschedule(until)
                    await asyncio.sleep(AGAIN_S)  # by then it is told that the engine is lost
                    await call.node.up.wait()
                    waiting.reschedule(None)
        except TimeoutError:
            log.warning("order_lost", order=type(order).__name__)
        except EngineRefused as refused:
            self._refused(call, order, refused)

    def _refused(self, call: Call, order: MediumOrder, refused: EngineRefused) -> None:
        expected = refused.gone or not call.contact.live
        (log.debug if expected else log.warning)(
            "order_refused", order=type(order).__name__, why=str(refused)
        )
        if isinstance(order, DialCustomer | DialColleague):
            self._tasks.start(call.node.sweep(call.leg_id, Cause.NORMAL))
            cause = Cause.CONGESTION if isinstance(refused, NoLine) else Cause.UNREACHABLE
            self._calls.ended(LegEnded(leg_id=call.leg_id, cause=cause, cause_text=refused.reason))
        elif isinstance(order, Dial | DialOut):
            # Nothing follows a refused dial; a dial without an answer in time may ring all the same.
            if not refused.gone:
                self._tasks.start(call.node.sweep(order.leg_id, Cause.NORMAL))
            self._calls.ended(
                LegEnded(leg_id=order.leg_id, cause=Cause.UNREACHABLE, cause_text=refused.reason)
            )
        elif isinstance(order, Join) and order.report:
            call.feed(JoinFailed(order.leg_id))
        elif expected:
            return
        elif isinstance(order, Speak):
            call.feed(SpeechEnded(order.token, failed=True))
        elif isinstance(order, Tape):
            self._on_alarm(
                call.contact.tenant_id, "recording_refused", str(order.recording_id), refused.reason
            )
            call.feed(TapeRuns(order.recording_id, refused=True))
        elif isinstance(order, Silence):
            subject = str(call.contact.contact_id)
            self._on_alarm(call.contact.tenant_id, "recording_refused", subject, refused.reason)
        elif isinstance(order, TakeMessage):
            call.feed(MessageTaken(0))
        elif isinstance(order, Listen):
            call.feed(UtteranceTaken(order.name, 0))

    async def _do_answer(self, call: Call, order: Answer) -> None:
        # Sent first: the engine sets a variable only between two sounds, and lets nobody else have a turn
        # while it waits for the end of one.
        await asyncio.gather(self._tag(call), call.engine.answer(call.leg_id))

    async def _tag(self, call: Call) -> None:
        try:
            await call.engine.tag(call.leg_id, call.contact.contact_id.hex)
        except EngineRefused as refused:
            log.debug("order_refused", order="tag", why=str(refused))

    async def _do_speak(self, call: Call, order: Speak) -> None:
        call.requesting = True
        call.early.clear()
        try:
            contact = call.contact
            own = partial(self._sound_of, contact.tenant_id, contact.project_id)
            playback_id = await call.engine.play(call.leg_id, media_names(order.prompts, own), order.token)
        finally:
            call.requesting = False
        if playback_id in call.early:
            call.feed(SpeechEnded(order.token, call.early[playback_id]))
        else:
            call.speech[playback_id] = order.token

    async def _do_stop_speaking(self, call: Call, order: StopSpeaking) -> None:
        for playback_id in [each for each, token in call.speech.items() if token == order.token]:
            del call.speech[playback_id]
            await call.engine.stop(playback_id)

    async def _do_music(self, call: Call, order: Music) -> None:
        music = self._music_of(call.contact.project_id, order.queue_id)
        await call.engine.music(call.leg_id, order.on, music)

    async def _do_tape(self, call: Call, order: Tape) -> None:
        loop = asyncio.get_running_loop()
        asked = loop.time()
        await call.engine.start_recording(call.leg_id, str(order.recording_id))
        call.feed(TapeRuns(order.recording_id, within_ms=round((loop.time() - asked) * 1000)))

    async def _do_message(self, call: Call, order: TakeMessage) -> None:
        await call.engine.record_message(call.leg_id, call.message, order.max_s)

    async def _do_listen(self, call: Call, order: Listen) -> None:
        await call.engine.listen(call.leg_id, order.name, order.max_s, order.pause_s)

    async def _do_stop_listening(self, call: Call, order: StopListening) -> None:
        await call.engine.end_message(order.name)

    async def _do_drop(self, call: Call, order: Drop) -> None:
        self._mobiles.drop(order.leg_id)
        await call.engine.hangup(order.leg_id, order.cause)

    async def _do_succeed(self, call: Call, order: Succeed) -> None:
        call.leg_id = order.leg_id
        await call.engine.leave(call.bridge_id, order.before)
        await call.engine.move_recording(order.before, order.leg_id)
        await call.engine.hangup(order.before)

    async def _do_enter(self, call: Call, order: Enter) -> None:
        await call.engine.music(order.leg_id, False)
        await call.engine.join(call.bridge_id, order.leg_id)
        self._is_inside(call, order.leg_id)

    async def _do_park(self, call: Call, order: Park) -> None:
        await call.engine.leave(call.bridge_id, order.leg_id)
        call.inside.discard(order.leg_id)
        music = self._music_of(call.contact.project_id, call.contact.queue_id)
        await call.engine.music(order.leg_id, True, music)

    @staticmethod
    def _is_inside(call: Call, leg_id: str) -> None:
        if leg_id in call.legs:
            call.inside.add(leg_id)

    async def _do_join(self, call: Call, order: Join) -> None:
        await call.bridge()
        if order.leg_id in call.inside:  # back from hold: the agent stayed
            await call.engine.join(call.bridge_id, call.leg_id)
        else:
            await call.engine.join(call.bridge_id, call.leg_id, order.leg_id)
            self._is_inside(call, order.leg_id)
        if order.report:
            call.feed(Joined(order.leg_id))

    async def _do_admit(self, call: Call, order: Admit) -> None:
        await call.engine.join(call.bridge_id, order.leg_id)
        self._is_inside(call, order.leg_id)

    async def _do_part(self, call: Call, order: Part) -> None:
        await call.engine.leave(call.bridge_id, call.leg_id)

    async def _do_forget(self, call: Call, order: Forget) -> None:
        """The contact is over: whatever of it still lives in the engine goes."""
        self._calls.remove(call)
        for leg_id in list(call.legs):
            self._mobiles.drop(leg_id)
            self._calls.lose_leg(call, leg_id)
            await call.engine.hangup(leg_id)
        if call.bridged:
            await call.engine.unbridge(call.bridge_id)
