"""An agent's machine is cut off from the centre, or sleeps, in the middle of a call."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from microphone import MICROPHONE_HZ, write_microphone
from office import OfficeHouse
from playwright.async_api import Browser, async_playwright, expect
from visitor import CALLER_HZ, LARGE, SECONDS, at_desk, in_talk, visit

from conftest import CHROMIUM, flags
from harness.wire import Wire

pytestmark = pytest.mark.browser


async def test_a_cut_of_the_line_to_the_centre_leaves_the_talk_alone(
    house: OfficeHouse, chromium: Browser
) -> None:
    """Both go on hearing each other; the page says that it is cut off, and is right again by itself."""
    wire = Wire(house.settings.ports().http)
    await wire.mend()
    visitor = await visit(house, chromium, LARGE, f"http://127.0.0.1:{wire.port}")
    async with at_desk(visitor, await house.agent()) as desk:
        call = await in_talk(house, desk)
        await wire.cut()
        said = desk.page.get_by_role("status", name="正在重新连接")
        await expect(said).to_be_visible(timeout=SECONDS)
        await call.wait_tone(MICROPHONE_HZ, 15)
        await desk.hears(CALLER_HZ)
        await wire.mend()
        await expect(said).to_be_hidden(timeout=SECONDS)
        await desk.in_phase("talking")
        contact_id = await house.contact_of(call.caller)
        assert "contact.held" not in [row["kind"] for row in await house.facts(contact_id)]
        await desk.press("挂断")
        await desk.in_phase("wrap")
        await call.wait_ended(60)  # the survey
        assert await house.outcome(contact_id) == "served"
    await visitor.close()
    await wire.cut()
    assert await house.unexplained() == []


@asynccontextmanager
async def sleepy(sound: Path) -> AsyncIterator[tuple[Browser, int]]:
    """A browser of its own, and the process group in which all of it is."""
    mark = f"--andon-sleeper={os.getpid()}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*flags(sound), mark])
        group = os.getpgid(_process_with(mark))
        try:
            yield browser, group
        finally:
            os.killpg(group, signal.SIGCONT)
            await browser.close()


def _process_with(mark: str) -> int:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if mark.encode() in path.read_bytes().split(b"\0"):
                return int(path.parent.name)
    raise LookupError(mark)


async def test_a_machine_that_slept_has_its_caller_back(house: OfficeHouse, tmp_path: Path) -> None:
    """The caller hears music meanwhile, the agent is on the same call after waking up."""
    sound = tmp_path / "tone.wav"
    write_microphone(sound, MICROPHONE_HZ)
    async with (
        sleepy(sound) as (browser, group),
        at_desk(await visit(house, browser, LARGE), await house.agent()) as desk,
    ):
        call = await in_talk(house, desk)
        contact_id = await house.contact_of(call.caller)
        os.killpg(group, signal.SIGSTOP)
        held = await house.fact(contact_id, "contact.held", 20)
        assert held["why"] == "agent_lost"
        await call.wait_sound(15)
        os.killpg(group, signal.SIGCONT)
        await house.fact(contact_id, "contact.retrieved", 20)
        await desk.in_phase("talking")
        await desk.hears(CALLER_HZ)
        await call.wait_tone(MICROPHONE_HZ, 15)
        kinds = [row["kind"] for row in await house.facts(contact_id)]
        assert (kinds.count("contact.queued"), kinds.count("contact.connected")) == (1, 1)
        await call.hangup()
        await desk.in_phase("wrap")
        assert await house.outcome(contact_id) == "served"
    assert await house.unexplained() == []
