"""Two agents at their desks call each other; and a caller keys card data alone."""

import re

import pytest
from microphone import MICROPHONE_HZ
from office import OfficeHouse
from playwright.async_api import expect
from test_pages import in_english
from visitor import LARGE, PHONE, SECONDS, Visitor, barriers, in_talk, look, seated

from conftest import Enter

pytestmark = pytest.mark.browser


async def test_a_colleague_is_called_by_one_key(house: OfficeHouse, enter: Enter) -> None:
    """Alt+I, a name, Enter: who calls and that it is internal is shown; refused once, then they talk."""
    calling, called = await house.agent(), await house.agent("empty")
    found: list[str] = []
    async with seated(enter, calling) as first, seated(enter, called, size=PHONE) as second:
        page, other = first.page, second.page
        await first.shortcut("i")
        panel = page.get_by_role("dialog", name="拨打电话")
        await expect(panel).to_be_visible(timeout=SECONDS)
        await page.keyboard.type(called.name)
        row = panel.locator(".colleagues .target-row")
        await expect(row).to_have_count(1, timeout=SECONDS)
        await expect(row).to_contain_text("空闲")
        found += await barriers(page)
        await page.keyboard.press("Enter")
        await second.rung()
        card = other.get_by_test_id("ring-card")
        for shown in (calling.name, "内部呼叫"):
            await expect(card).to_contain_text(shown)
        await first.in_phase("dialing")
        await expect(page.locator(".bar-brief")).to_contain_text(called.name)
        found += await barriers(other)
        await second.fits()
        await second.shortcut("j")
        await expect(page.get_by_text("对方拒接").first).to_be_visible(timeout=SECONDS)
        await first.in_state("ready")
        await second.in_state("ready")

        await first.shortcut("i")
        await page.keyboard.type(called.name)
        await row.click(timeout=SECONDS)
        await second.rung()
        await expect(card.get_by_role("button", name="接听")).to_be_enabled(timeout=SECONDS)
        await second.shortcut("a")
        await first.in_phase("talking")
        await second.in_phase("talking")
        await first.hears(MICROPHONE_HZ)
        await second.hears(MICROPHONE_HZ)
        found += await barriers(page) + await barriers(other)
        await first.fits()
        await second.fits()
        await first.shortcut("h")
        await expect(other.locator(".bar-brief")).to_contain_text("对方保持中", timeout=SECONDS)
        await first.in_phase("held")
        await first.shortcut("h")
        await expect(other.locator(".bar-brief")).not_to_contain_text("对方保持中", timeout=SECONDS)
        await second.english()
        await in_english(second)
        await second.shortcut("x")
        await first.in_phase("none")
        await first.in_state("ready")
        await second.in_state("ready")
        await expect(page.locator(".list-mine .list-row").first).to_contain_text("内部", timeout=SECONDS)
        chief = await enter(await house.office.person("supervisor"), blank=True)
        await look(chief, "/contacts?direction=internal", ".history")
        await expect(chief.page.locator("tbody tr").first).to_contain_text("内部", timeout=SECONDS)
    assert found == []


async def test_the_caller_keys_card_data_alone(house: OfficeHouse, enter: Enter) -> None:
    found: list[str] = []
    async with seated(enter, await house.agent()) as desk:
        call = await in_talk(house, desk)
        page = desk.page
        bar = page.get_by_role("region", name="正在收集卡信息")
        await desk.shortcut("l")
        await bar.get_by_role("button", name="请客户按键").click(timeout=SECONDS)
        await expect(bar).to_contain_text("您听不到", timeout=SECONDS)
        await call.be_quiet()
        await call.keys("411")
        await expect(bar).to_contain_text("已按 3 位", timeout=SECONDS)
        found += await barriers(page)
        await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await desk.fits()
        await page.set_viewport_size({"width": LARGE[0], "height": LARGE[1]})
        await call.keys("#")
        await expect(bar).to_be_hidden(timeout=SECONDS)
        await desk.in_phase("talking")
        await desk.shortcut("d")
        await expect(bar).to_contain_text("您听不到", timeout=SECONDS)
        await bar.get_by_role("button", name="回到通话").click()
        await expect(bar).to_be_hidden(timeout=SECONDS)
        await call.wait_tone(MICROPHONE_HZ, 15)
        await call.hangup()
        await desk.in_phase("wrap")
    assert found == []


async def test_a_supervisor_calls_an_agent_from_the_board(house: OfficeHouse, enter: Enter) -> None:
    """Who sits at a desk too: the own telephone answers, the agent's rings, the board says it is internal.
    Then the agent is handed over to a third, who refuses once."""
    skills = [house.world.skills["desk"]]
    boss = await house.office.person("agent", "supervisor", skills=skills)
    desk = await enter(boss)
    async with (  # the core has read who is there
        house.on_duty("empty") as colleague,
        house.on_duty("empty") as third,
    ):
        await look(desk, "/desk", "button:has-text('签入')")
        await desk.sign_in()
        await desk.pass_device_test()
        await look(desk, "/board", ".board-bar")
        page = desk.page
        await page.get_by_role("button", name=f"对 {colleague.view['name']} 的操作").click()
        await page.get_by_role("menuitem", name=re.compile("^呼叫")).click()
        ring = await colleague.phone.next_call(20)
        await ring.answer()
        await desk.in_phase("talking")
        await ring.wait_tone(MICROPHONE_HZ, 15)
        await expect(page.get_by_text("内部呼叫").first).to_be_visible(timeout=SECONDS)
        found = await barriers(page)
        await hand_over(desk, third.view["name"], found)
        theirs = await third.phone.next_call(20)
        await theirs.ring()
        await expect(page.locator(".consult")).to_contain_text("你们可以继续通话", timeout=SECONDS)
        await expect(desk.button("挂断")).to_have_attribute("aria-disabled", "true")
        found += await barriers(page)
        await desk.fits()
        await theirs.reject()
        await expect(page.get_by_text("您和同事继续通话").first).to_be_visible(timeout=SECONDS)
        await hand_over(desk, third.view["name"], found)
        theirs = await third.picks_up(20)
        await desk.in_state("ready")
        await theirs.tone(700, 30)
        await ring.wait_tone(700, 15)
        await ring.hangup()
        await third.in_state("ready")
        await house.ask("agent.sign_out", boss.user_id)
    assert found == []


async def hand_over(desk: Visitor, name: str, found: list[str]) -> None:
    """Alt+T, a name, a note: only colleagues are offered."""
    await desk.shortcut("t")
    panel = desk.page.get_by_role("dialog", name="转接通话")
    await expect(panel).to_be_visible(timeout=SECONDS)
    await desk.page.keyboard.type(name)
    row = panel.locator(".target-row")
    await expect(row).to_have_count(1, timeout=SECONDS)
    await expect(panel.get_by_text("外部号码")).to_have_count(0)
    await row.get_by_role("radio").check()
    await panel.get_by_label("备注").fill("请接")
    found += await barriers(desk.page)
    await panel.get_by_role("button", name=f"转接给 {name}").click()
    await expect(panel).to_be_hidden(timeout=SECONDS)
