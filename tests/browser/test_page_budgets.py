"""What a page may cost: what comes over the wire before the desk can be used, and a shift with it open."""

from typing import Any

import pytest
from bench.feed import HOOK, PLAY, Centre, Weight, transferred, weigh
from office import OfficeHouse
from playwright.async_api import Browser, Page
from visitor import SECONDS, at_desk, look

from conftest import Enter

pytestmark = pytest.mark.browser

FIRST_LOAD_KB = 400
FIRST_SCRIPTS = 6  # what one round of HTTP/1.1 takes
# Of ten hours a part as large as a third; growth within the other two.
CHANGES = 600
HEAP_MB, NODES, LISTENERS = 3.0, 400, 100


async def test_the_desk_comes_in_four_hundred_kilobytes(
    house: OfficeHouse, chromium: Browser, enter: Enter
) -> None:
    visitor = await enter(await house.agent())
    context = await chromium.new_context(storage_state=await visitor.context.storage_state(), locale="zh-CN")
    try:
        page = await context.new_page()
        kilobytes, _ = await transferred(page, f"{house.url}/desk", "签入")
        assert 100 < kilobytes < FIRST_LOAD_KB
        names = await page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
        scripts = {name for name in names if name.endswith(".js")}
        assert 0 < len(scripts) <= FIRST_SCRIPTS, scripts
    finally:
        await context.close()


def grown(before: Weight, after: Weight) -> None:
    assert after.heap_mb - before.heap_mb < HEAP_MB, (before, after)
    assert after.nodes - before.nodes < NODES, (before, after)
    assert after.listeners - before.listeners < LISTENERS, (before, after)


async def play(page: Page, messages: list[dict[str, Any]]) -> None:
    await page.evaluate(PLAY, [messages, 10])


async def test_a_page_left_open_for_a_shift_does_not_grow(house: OfficeHouse, enter: Enter) -> None:
    """The board of eighty agents whose states and callers change, and an agent's own desk."""
    supervisor = await enter(await house.office.person("supervisor"), blank=True)
    await supervisor.page.add_init_script(HOOK)
    await look(supervisor, "/board", ".board")
    centre = Centre(agents=80, waiting=40, queues=8)
    board = supervisor.page
    await play(board, [centre.snapshot(), *centre.news(CHANGES, agents=4)])
    await board.locator(".agent-card", has_text="座席").first.wait_for(timeout=SECONDS)
    before = await weigh(board)
    for _ in range(2):
        await play(board, list(centre.news(CHANGES, agents=4)))
    grown(before, await weigh(board))
    # The scale is no ornament: it sees what is kept for nothing.
    await board.evaluate(
        "many => { window.kept = Array.from({ length: many }, () => document.createElement('i')) }", 2 * NODES
    )
    with pytest.raises(AssertionError):
        grown(before, await weigh(board))

    person = await house.agent()
    desk = await enter()
    await desk.page.add_init_script(HOOK)
    await desk.page.goto(house.url)
    async with at_desk(desk, person):
        view = await desk.page.evaluate("window.view")

        def shift(first: int) -> list[dict[str, Any]]:
            states = ("ready", "not_ready", "break", "acw")
            return [
                {"type": "agent", "view": view | {"seq": view["seq"] + n, "state": states[n % len(states)]}}
                for n in range(first, first + CHANGES)
            ]

        await play(desk.page, shift(1))
        before = await weigh(desk.page)
        for part in (1, 2):
            await play(desk.page, shift(1 + part * CHANGES))
        grown(before, await weigh(desk.page))
