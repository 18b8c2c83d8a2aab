"""The engine as a process: comes up, goes down, leaves nothing; gets lost and is found again."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from andon.kit.settings import Settings
from andon.telephony import doctor
from andon.telephony.engine.process import EngineProcess, booted
from andon.telephony.errors import EngineRefused, EngineUnavailable
from andon.telephony.model import DeviceChanged, EngineConnected, EngineLost, LegArrived, LegEnded
from harness.rig import Rig, engine_plan, installed

pytestmark = pytest.mark.telephony


@pytest_asyncio.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path)
    await rig.start()
    yield rig
    await rig.stop()


def _listening(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def _gone(pid: int, timeout_s: float = 15) -> None:
    """Wait until a process that is not our child has ended."""
    descriptor = os.pidfd_open(pid)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, ended.set)
    try:
        await asyncio.wait_for(ended.wait(), timeout_s)
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def test_two_engines_side_by_side_come_up_quickly_and_leave_nothing(tmp_path: Path) -> None:
    plans = [engine_plan(tmp_path / name) for name in ("one", "two")]
    engines = [EngineProcess(plan, installed()) for plan in plans]
    begun = time.monotonic()
    await asyncio.gather(*(engine.start() for engine in engines))
    assert time.monotonic() - begun < 15
    assert all([await booted(plan) for plan in plans])
    begun = time.monotonic()
    await asyncio.gather(*(engine.stop() for engine in engines))
    assert time.monotonic() - begun < 5
    for plan, engine in zip(plans, engines, strict=True):
        assert not engine.running
        assert not any(_listening(port) for port in (plan.sip_port, plan.ari_port, plan.ami_port))
        assert not plan.run.exists()
    await engines[0].start()  # the same home once more
    await engines[0].stop()


async def test_a_port_in_use_is_said_and_nothing_stays(tmp_path: Path) -> None:
    plan = engine_plan(tmp_path)
    with closing(socket.socket()) as squatter:
        squatter.bind(("127.0.0.1", plan.ari_port))
        squatter.listen()
        engine = EngineProcess(plan, installed())
        with pytest.raises(EngineUnavailable) as refused:
            await engine.start(timeout_s=3)
        assert not engine.running
        for locale in ("zh", "en"):
            said = refused.value.said(locale)["error"]
            assert said["title"] and str(plan.log) in said["remedy"]


async def test_an_engine_whose_supervisor_was_killed_ends(tmp_path: Path) -> None:
    plan = engine_plan(tmp_path)
    reader, writer = os.pipe()
    supervisor = os.fork()
    if supervisor == 0:  # a supervisor that will be killed without warning
        engine = EngineProcess(plan, installed())

        async def supervise() -> None:
            await engine.start()
            os.write(writer, f"{engine.pid}\n".encode())
            await engine.wait()

        try:
            asyncio.run(supervise())
        finally:
            os._exit(1)
    os.close(writer)
    loop = asyncio.get_running_loop()
    line = await asyncio.wait_for(loop.run_in_executor(None, os.read, reader, 64), 20)
    os.close(reader)
    pid = int(line)
    os.kill(supervisor, signal.SIGKILL)
    await asyncio.to_thread(os.waitpid, supervisor, 0)
    await _gone(pid)
    assert not _listening(plan.ari_port)
    await EngineProcess(plan, installed()).stop()  # whoever follows takes away what it left
    assert not plan.run.exists()


async def test_an_engine_left_behind_is_replaced(tmp_path: Path) -> None:
    plan = engine_plan(tmp_path)
    first = EngineProcess(plan, installed())
    await first.start()
    left = first.pid
    second = EngineProcess(plan, installed())
    await second.start()
    try:
        assert second.pid != left
        await asyncio.wait_for(first.wait(), 15)
        assert await booted(plan)
    finally:
        await second.stop()


async def test_engine_killed_then_back_with_its_accounts(rig: Rig) -> None:
    phone = await rig.agent()
    call, leg = await rig.talk()
    mark = rig.events.mark
    os.kill(rig.process.pid or 0, signal.SIGKILL)
    await rig.events.wait(EngineLost, after=mark)
    assert not rig.engine.connected
    with pytest.raises(EngineRefused) as refused:
        await rig.engine.play(leg, ["zh/1"])
    assert refused.value.status == 503
    await rig.process.wait()
    await rig.process.start()
    back = await rig.events.wait(EngineConnected, 20, after=mark)
    assert back.fresh and back.snapshot.legs == []
    assert rig.events.none_of(LegEnded, after=mark)  # said by the snapshot
    mark = rig.events.mark
    again = await rig.carrier.call("95001", "13800138001")  # the trunk is known again
    arrived = await rig.events.wait(LegArrived, after=mark)
    await again.hangup()
    await rig.events.wait(LegEnded, leg_id=arrived.leg_id)
    await phone.register_again()
    await rig.events.wait(DeviceChanged, after=mark, username=phone.username, registered=True)
    await call.hangup()


async def test_connection_cut_and_back_while_calls_go_on(rig: Rig) -> None:
    staying, stays = await rig.talk()
    leaving, leaves = await rig.talk()
    await rig.engine.tag(stays, "contact-1")
    mark = rig.events.mark
    await rig.cut()
    await rig.events.wait(EngineLost, after=mark)
    await leaving.hangup()
    await leaving.wait_ended(10)
    await rig.mend()
    back = await rig.events.wait(EngineConnected, 15, after=mark)
    assert not back.fresh
    assert [(leg.leg_id, leg.contact, leg.state) for leg in back.snapshot.legs] == [
        (stays, "contact-1", "up")
    ]
    playback = await rig.engine.play(stays, ["zh/digits:123"])
    assert playback
    await staying.wait_sound(10)
    await staying.hangup()
    await rig.events.wait(LegEnded, leg_id=stays)
    assert not any(isinstance(e, LegEnded) and e.leg_id == leaves for e in rig.events.all[mark:])


async def test_without_an_application_the_caller_is_told(rig: Rig) -> None:
    await rig.engine.close()
    call = await rig.carrier.call("95001", "13800138000")
    await call.wait_ringing(5)  # another core may take over yet
    await call.wait_answered(30)
    await call.wait_sound(10)  # the apology
    await call.wait_ended(15)
    assert "andon-fallback" in rig.plan.cel.read_text()


async def test_stopping_hangs_up_what_is_live(rig: Rig) -> None:
    call, _ = await rig.talk()
    begun = time.monotonic()
    await rig.process.stop()
    assert time.monotonic() - begun < 5
    await call.wait_ended(10)


async def test_doctor_finds_this_machine_fit(tmp_path: Path) -> None:
    findings = await doctor.examine(Settings(home=tmp_path, sip_port=0, http_port=0))
    assert {finding.check for finding in findings} == {"engine", "ports", "address", "disk", "clock", "audio"}
    assert [finding.what("en") for finding in findings if not finding.ok] == []
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as squatter:
        settings = Settings(home=tmp_path, sip_port=0, http_port=0)
        squatter.bind(("127.0.0.1", settings.ports().sip))
        busy = await doctor.ports(settings)
    assert (
        not busy.ok and "ANDON_SIP_PORT" in busy.remedy("zh") and str(settings.ports().sip) in busy.what("en")
    )
