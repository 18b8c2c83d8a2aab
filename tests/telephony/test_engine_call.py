"""One call at a time through a real engine: what the application can do with it and hears of it."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from call_checks import lasting, sides

from andon.telephony.errors import EngineRefused
from andon.telephony.model import (
    Cause,
    DeviceChanged,
    EngineConnected,
    EngineEvent,
    KeyPressed,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegHeld,
    LegRetrieved,
    LegRinging,
    PlaybackEnded,
    Trunk,
    VoicemailRecorded,
)
from andon.telephony.recording import store
from andon.telephony.service import Engine
from andon.telephony.tones import purity
from harness.rig import Rig, until_closed

pytestmark = pytest.mark.telephony


@pytest_asyncio.fixture(scope="module")
async def rig(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path_factory.mktemp("rig"))
    await rig.start()
    yield rig
    await rig.stop()


async def test_call_arrives_is_answered_and_hears_a_prompt(rig: Rig) -> None:
    call, arrived = await rig.arrive(to="4008001234", caller="02161234567")
    assert (arrived.kind, arrived.endpoint, arrived.dnis) == ("trunk", "t1", "4008001234")
    assert arrived.caller == arrived.caller_raw == "02161234567"
    await rig.engine.ring(arrived.leg_id)
    await call.wait_ringing(3)
    await rig.engine.answer(arrived.leg_id)
    await call.wait_answered(3)
    playback = await rig.engine.play(arrived.leg_id, ["zh/digits:12", "en/number:21"])
    await call.wait_sound(10)
    ended = await rig.events.wait(PlaybackEnded, 10, playback_id=playback)
    assert not ended.failed
    await call.wait_quiet(10)
    await call.hangup()
    gone = await rig.events.wait(LegEnded, leg_id=arrived.leg_id)
    assert gone.cause == Cause.NORMAL and not gone.media_lost


async def test_playback_is_stopped_and_a_missing_prompt_is_not_silent(rig: Rig) -> None:
    call, leg = await rig.talk()
    begun = time.monotonic()
    playback = await rig.engine.play(leg, ["zh/digits:12345678901234567890"])
    await call.wait_sound(10)
    await rig.engine.stop(playback)
    await rig.events.wait(PlaybackEnded, playback_id=playback)
    assert time.monotonic() - begun < 4
    await rig.engine.stop(playback)  # a second time is no error
    missing = await rig.engine.play(leg, ["zh/there_is_no_such_prompt"])
    await call.wait_tone(1000, 10)
    assert not (await rig.events.wait(PlaybackEnded, playback_id=missing)).failed
    await call.hangup()
    await rig.events.wait(LegEnded, leg_id=leg)


@pytest.mark.parametrize(
    ("way", "ms", "pause_ms"),
    [("rfc4733", 100, 100), ("rfc4733", 60, 20), ("rfc4733", 200, 20), ("info", 100, 100)],
)
async def test_keys(rig: Rig, way: str, ms: int, pause_ms: int) -> None:
    """Also of a machine that keys faster than the engine takes keys."""
    call, leg = await rig.talk(keys=way)
    mark = rig.events.mark
    keys = "1559*01114455566#"
    await call.keys(keys, ms, pause_ms)
    await rig.events.wait(KeyPressed, 15, after=mark, leg_id=leg, digit="#")
    pressed = [e for e in rig.events.all[mark:] if isinstance(e, KeyPressed) and e.leg_id == leg]
    assert "".join(e.digit for e in pressed) == keys
    assert all(e.ms > 0 for e in pressed)
    await call.hangup()
    await rig.events.wait(LegEnded, leg_id=leg)


async def test_music_starts_and_stops(rig: Rig) -> None:
    call, leg = await rig.talk()
    await rig.engine.music(leg, True)
    await call.wait_sound(10)
    await rig.engine.music(leg, False)
    await call.wait_quiet(10)
    await call.hangup()
    await rig.events.wait(LegEnded, leg_id=leg)


async def test_conversation_with_hold_mute_and_recording(rig: Rig) -> None:
    """Caller's 700 Hz and agent's 1000 Hz: who hears what, and what is on the record."""
    phone = await rig.agent()
    call, leg = await rig.talk()
    await rig.engine.start_recording(leg, "conversation")
    begun, started = time.monotonic(), datetime.now(UTC)
    await rig.engine.originate(
        "a-1", phone.username, "13800138000", "张三", 10, {"X-Andon-Contact": "abc"}, contact="c-1"
    )
    incoming = await phone.next_call(5)
    assert incoming.caller == "13800138000"
    await incoming.ring()
    await rig.events.wait(LegRinging, leg_id="a-1")
    await incoming.answer()
    await rig.events.wait(LegAnswered, leg_id="a-1")
    await rig.engine.bridge("b-1")
    await rig.engine.join("b-1", leg, "a-1")
    await call.tone(700, 30)
    await incoming.tone(1000, 30)
    await incoming.wait_tone(700, 10)
    await call.wait_tone(1000, 10)

    snapshot = await rig.engine.snapshot()
    assert {(s.leg_id, s.kind, s.state, s.contact) for s in snapshot.legs} == {
        (leg, "trunk", "up", ""),
        ("a-1", "dialled", "up", "c-1"),
    }
    assert [set(b.legs) for b in snapshot.bridges] == [{leg, "a-1"}]

    await rig.engine.mute("a-1", True)
    await call.wait_quiet(10)
    await rig.engine.mute("a-1", False)
    await call.wait_tone(1000, 10)

    await rig.engine.leave("b-1", leg)
    await rig.engine.music(leg, True)
    await incoming.wait_quiet(10)
    await call.wait_sound(10)
    assert purity(call.heard(0.2), 1000) < 0.5
    await rig.engine.music(leg, False)
    await rig.engine.join("b-1", leg, "a-1")
    await call.wait_tone(1000, 10, window_s=1.5)  # half of a window may be what was before
    await incoming.wait_tone(700, 10, window_s=1.5)

    await rig.engine.hangup("a-1")
    await rig.events.wait(LegEnded, leg_id="a-1")
    await rig.engine.unbridge("b-1")
    await call.wait_quiet(10)
    least_ms = (time.monotonic() - begun) * 1000
    await rig.engine.stop_recording(leg)
    most_ms = (time.monotonic() - begun) * 1000
    await call.hangup()
    await rig.events.wait(LegEnded, leg_id=leg)
    await phone.unregister()

    await until_closed(rig.plan.raw_recordings, "conversation")
    dest = rig.home / "recordings" / "conversation.wav"
    stored = store(
        rig.plan.raw_recordings, "conversation", dest, started=started, expected_ms=round(least_ms)
    )
    assert not list(rig.plan.raw_recordings.glob("conversation.*"))
    heard_left, heard_right = sides(dest)
    assert least_ms - 100 < stored.audio_ms < most_ms + 100 and stored.missing_ms == 0
    assert lasting(heard_left, 700) and not lasting(heard_left, 1000)
    assert lasting(heard_right, 1000) and not lasting(heard_right, 700)


async def test_recording_keeps_time_while_nobody_makes_a_sound(rig: Rig) -> None:
    """No packet from the caller, nothing played half of the time: the record must not shrink."""
    call, leg = await rig.talk(rtp=False)
    await rig.engine.start_recording(leg, "still")
    begun = time.monotonic()
    playback = await rig.engine.play(leg, ["zh/1"])
    await rig.events.wait(PlaybackEnded, playback_id=playback)
    await asyncio.sleep(0.6)
    least_ms = (time.monotonic() - begun) * 1000
    await rig.engine.stop_recording(leg)
    most_ms = (time.monotonic() - begun) * 1000
    await call.hangup()
    await rig.events.wait(LegEnded, leg_id=leg)
    await until_closed(rig.plan.raw_recordings, "still")
    stored = store(rig.plan.raw_recordings, "still", rig.home / "still.wav", expected_ms=round(least_ms))
    assert least_ms - 100 < stored.audio_ms < most_ms + 100


async def test_hold_by_the_device_itself(rig: Rig) -> None:
    phone = await rig.agent()
    call, leg = await rig.talk()
    await rig.engine.originate("a-2", phone.username, "13800138000")
    incoming = await phone.next_call(5)
    await incoming.answer()
    await rig.events.wait(LegAnswered, leg_id="a-2")
    await rig.engine.bridge("b-2")
    await rig.engine.join("b-2", leg, "a-2")
    await incoming.hold()
    await rig.events.wait(LegHeld, leg_id="a-2")
    await call.wait_sound(10)  # music, by the engine
    await incoming.unhold()
    await rig.events.wait(LegRetrieved, leg_id="a-2")
    await call.hangup()
    await rig.events.wait(LegEnded, leg_id=leg)
    await rig.engine.hangup("a-2")
    await incoming.wait_ended(10)
    await rig.engine.unbridge("b-2")
    await phone.unregister()


async def test_how_ringing_an_agent_ends(rig: Rig) -> None:
    phone = await rig.agent()
    causes = {}
    for number, how in enumerate(("reject", "busy", "timeout", "cancel")):
        leg = f"a-3{number}"
        await rig.engine.originate(leg, phone.username, "13800138000", timeout_s=1)
        incoming = await phone.next_call(5)
        await incoming.ring()
        await rig.events.wait(LegRinging, leg_id=leg)
        if how == "reject":
            await incoming.reject()
        elif how == "busy":
            await incoming.busy()
        elif how == "cancel":
            await rig.engine.hangup(leg)
        causes[how] = (await rig.events.wait(LegEnded, leg_id=leg)).cause
        await incoming.wait_ended(10)
    assert causes["reject"] == Cause.REJECTED
    assert causes["busy"] == Cause.BUSY
    assert causes["timeout"] in (Cause.NO_ANSWER, Cause.NORMAL, 0)
    await phone.unregister()


async def test_who_is_rung_already_is_not_rung_twice(rig: Rig) -> None:
    """An order whose answer was lost, or whose core died over it, is given again."""
    phone = await rig.agent()
    await rig.engine.originate("a-6", phone.username, "13800138000")
    incoming = await phone.next_call(5)
    await incoming.ring()
    await rig.engine.originate("a-6", phone.username, "13800138000")
    await incoming.answer()
    await rig.events.wait(LegAnswered, leg_id="a-6")
    with pytest.raises(TimeoutError):
        await phone.next_call(0.1)
    await rig.engine.hangup("a-6")
    await incoming.wait_ended(10)
    await phone.unregister()


async def test_ringing_an_account_without_a_device_is_refused_at_once(rig: Rig) -> None:
    await rig.engine.provision_agent("uffffffffffff", "secret", webrtc=True)
    mark = rig.events.mark
    with pytest.raises(EngineRefused):
        await rig.engine.originate("a-4", "uffffffffffff", "13800138000")
    assert rig.events.none_of(LegEnded, after=mark)
    await rig.engine.remove_agent("uffffffffffff")
    await rig.engine.remove_agent("uffffffffffff")


async def test_devices_come_and_go_and_wrong_secrets_stay_out(rig: Rig) -> None:
    mark = rig.events.mark
    phone = await rig.agent()
    await rig.events.wait(DeviceChanged, after=mark, username=phone.username, registered=True)
    assert any(d.username == phone.username and d.registered for d in (await rig.engine.snapshot()).devices)
    await phone.unregister()
    await rig.events.wait(DeviceChanged, after=mark, username=phone.username, registered=False)
    with pytest.raises(PermissionError):
        await rig.carrier.register(phone.username, "not the secret")
    await rig.carrier.remove_phone(phone.username)
    await rig.engine.remove_agent(phone.username)
    with pytest.raises(PermissionError):
        await rig.carrier.register(phone.username, "whatever")
    await rig.carrier.remove_phone(phone.username)


async def test_the_echo_extension_needs_no_application(rig: Rig) -> None:
    phone = await rig.agent()
    mark = rig.events.mark
    call = await phone.dial("echo")
    await call.wait_answered(3)
    await call.tone(700, 3)
    await call.wait_tone(700, 10)
    await call.hangup()
    other = await phone.dial("95001")
    assert (await other.wait_ended(10)).cause == Cause.REJECTED
    assert rig.events.none_of(LegArrived, after=mark)
    await phone.unregister()


async def test_a_voice_message_ends_with_the_hash_key(rig: Rig) -> None:
    call, leg = await rig.talk()
    await rig.engine.record_message(leg, "message", max_s=20, silence_s=10)
    await call.wait_tone(1000, 10)  # the beep
    await call.wait_quiet(10)
    said = await call.tone(700, 1)
    await call.wait_said(said, 15)
    await call.keys("#")
    message = await rig.events.wait(VoicemailRecorded, leg_id=leg)
    assert message.name == "message" and not message.failed and 900 < message.ms < 3000
    await call.hangup()
    await rig.events.wait(LegEnded, leg_id=leg)


async def test_a_leg_without_audio_is_ended_and_says_why(rig: Rig) -> None:
    call, leg = await rig.talk(rtp=False)
    ended = await rig.events.wait(LegEnded, 10, leg_id=leg)
    assert ended.media_lost and ended.cause == Cause.MEDIA_LOST
    await call.wait_ended(10)


async def test_an_agent_without_audio_is_ended_but_not_while_holding(rig: Rig) -> None:
    phone = await rig.agent()
    await rig.engine.originate("a-5", phone.username, "13800138000")
    incoming = await phone.next_call(5)
    await incoming.answer()
    await rig.events.wait(LegAnswered, leg_id="a-5")
    mark = rig.events.mark
    await incoming.hold()
    await rig.events.wait(LegHeld, leg_id="a-5")
    await incoming.fall_silent()
    with pytest.raises(TimeoutError):
        await rig.events.wait(LegEnded, 15, after=mark)
    await incoming.unhold()
    await rig.events.wait(LegRetrieved, leg_id="a-5")
    ended = await rig.events.wait(LegEnded, 10, leg_id="a-5")
    assert ended.media_lost
    await phone.unregister()


@pytest.mark.parametrize(
    ("caller", "clean"),
    [
        ("+8613800138000", "+8613800138000"),
        ("", ""),
        ("anonymous", ""),
        ("9" * 200, ""),
        ("138-0013 8000", "13800138000"),
        ("电话\N{TELEPHONE RECEIVER}13800138000", ""),
        ("a,b;c\"d'e", ""),
    ],
)
async def test_odd_caller_numbers_arrive_cleaned(rig: Rig, caller: str, clean: str) -> None:
    call, arrived = await rig.arrive(caller=caller)
    assert arrived.caller == clean
    assert len(arrived.caller_raw) <= 80
    await call.hangup()
    await rig.events.wait(LegEnded, leg_id=arrived.leg_id)


@pytest.mark.parametrize("number", ["1", "95001", "+864008001234", "*99#", "sip.name_x"])
async def test_any_called_number_reaches_the_application(rig: Rig, number: str) -> None:
    call, arrived = await rig.arrive(to=number)
    assert arrived.dnis == number
    await rig.engine.hangup(arrived.leg_id, Cause.UNALLOCATED)
    assert (await call.wait_ended(10)).cause == Cause.UNALLOCATED
    assert (await rig.events.wait(LegEnded, leg_id=arrived.leg_id)).cause == Cause.UNALLOCATED


async def test_busy_trunk_is_heard_as_congestion(rig: Rig) -> None:
    call, arrived = await rig.arrive()
    await rig.engine.hangup(arrived.leg_id, Cause.CONGESTION)
    assert (await call.wait_ended(10)).cause == Cause.CONGESTION


async def test_a_removed_trunk_gets_no_calls_through(rig: Rig) -> None:
    mark = rig.events.mark
    await rig.engine.remove_trunk("t1")
    try:
        call = await rig.carrier.call("95001", "13800138000")
        assert (await call.wait_ended(5)).cause != Cause.NORMAL
        assert rig.events.none_of(LegArrived, after=mark)
    finally:
        await rig.engine.provision_trunk(Trunk(name="t1", host="127.0.0.1", port=rig.carrier.plan.sip_port))
    call, arrived = await rig.arrive()
    await call.hangup()
    await rig.events.wait(LegEnded, leg_id=arrived.leg_id)


async def test_the_engine_complained_of_nothing(rig: Rig) -> None:
    """Run last in this file: no error in the engine's own log for all of the above."""
    ours = ("uffffffffffff", "'a-6' already in use")  # a device that is not there, an order given twice
    errors = [line for line in rig.messages().splitlines() if " ERROR[" in line]
    assert [line for line in errors if not any(word in line for word in ours)] == []


async def test_nothing_is_asked_of_an_engine_before_its_list_is_read(rig: Rig) -> None:
    """What was made between the connection and the list would be missing in it, and stay for ever."""
    told: list[EngineEvent] = []
    engine = Engine(rig.address, told.append, app="early")
    await engine.start()
    try:
        async with asyncio.timeout(10):
            while True:
                try:
                    await engine.bridge("b-early")
                    break
                except EngineRefused:
                    await asyncio.sleep(0)
        assert [type(event) for event in told] == [EngineConnected]
        await engine.unbridge("b-early")
    finally:
        await engine.close()
