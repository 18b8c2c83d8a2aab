"""One installation and one Chromium for all tests in the browser; everybody has a profile of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from microphone import MICROPHONE_HZ, write_microphone
from office import CRM, OfficeHouse, opened
from office_world import Person
from playwright.async_api import Browser, async_playwright
from visitor import LARGE, Visitor, profile, visit

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OfficeHouse]:
    async with opened(OfficeHouse(tmp_path_factory.mktemp("office"), pop_origins=(CRM,))) as house:
        yield house


@pytest.fixture(scope="session")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A browser whose microphone hears one tone for ever."""
    sound = tmp_path_factory.mktemp("microphone") / "tone.wav"
    write_microphone(sound, MICROPHONE_HZ)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags(sound))
        yield browser
        await browser.close()


def flags(sound: Path) -> list[str]:
    return [
        "--no-sandbox",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={sound}",
        "--allow-loopback-in-peer-connection",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
        "--autoplay-policy=no-user-gesture-required",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1, EXCLUDE localhost",
        "--disable-background-networking",
        "--disable-component-update",
    ]


Enter = Callable[..., Awaitable[Visitor]]


@pytest.fixture
async def enter(house: OfficeHouse, chromium: Browser) -> AsyncIterator[Enter]:
    """`await enter(person)` is somebody logged in, `seated` ready at the desk, `blank` with no page open yet;
    without a person the log-in page is open.

    Pages that complained on their console fail the test.
    """
    visitors: list[Visitor] = []

    async def one(
        person: Person | None = None,
        size: tuple[int, int] = LARGE,
        *,
        seated: bool = False,
        blank: bool = False,
    ) -> Visitor:
        if person is None:
            visitors.append(await visit(house, chromium, size))
        else:
            visitors.append(await profile(house, chromium, size))
            await visitors[-1].be(person, seated=seated)
            if not (seated or blank):
                await visitors[-1].come_in()
        return visitors[-1]

    yield one
    await house.hang_up()
    for visitor in visitors:
        await visitor.close()
    complaints = [line for visitor in visitors for line in visitor.complaints]
    assert complaints == []
