"""An agent calls out from the desk: keypad, record and list, by keyboard and by touch, and what is said."""

import re

import pytest
from call_world import CUSTOMER, OUT, OUT_TOO
from microphone import MICROPHONE_HZ
from office import OfficeHouse
from office_world import DESK
from playwright.async_api import expect
from test_pages import in_english
from visitor import PHONE, SECONDS, barriers

from conftest import Enter

pytestmark = pytest.mark.browser

CALLEE_HZ = 440.0


async def test_an_agent_calls_out_by_keyboard(house: OfficeHouse, enter: Enter) -> None:
    """Alt+K, number, number shown, Enter: it rings there, they talk, the call is in the list as outbound."""
    agent = await house.agent()
    telephone = house.carrier.subscriber(CUSTOMER)
    desk = await enter(agent, seated=True)
    page, found = desk.page, []
    await desk.shortcut("k")
    panel = page.get_by_role("dialog", name="拨打电话")
    await expect(panel.get_by_role("textbox", name="电话号码")).to_be_focused(timeout=SECONDS)
    await page.keyboard.type("12")
    await expect(panel.get_by_text("请输入 3 到 20 位数字")).to_be_visible()
    await page.get_by_role("textbox", name="电话号码").fill(CUSTOMER)
    await panel.get_by_role("combobox", name="外显号码").click()
    await page.get_by_text(re.compile("out " + OUT_TOO)).click()
    found += await barriers(page)
    await page.get_by_role("textbox", name="电话号码").press("Enter")
    call = await telephone.next_call(20)
    assert call.caller.endswith(OUT_TOO)
    await call.ring()
    await desk.in_phase("dialing")
    await expect(page.locator(".bar-brief")).to_contain_text("外呼")
    await expect(page.locator(".bar-brief")).to_contain_text("王女士")
    found += await barriers(page)
    await desk.fits()
    await call.answer()
    await desk.in_phase("talking")
    await call.tone(CALLEE_HZ, 60)
    await desk.hears(CALLEE_HZ)
    await call.wait_tone(MICROPHONE_HZ, 15)
    await desk.shortcut("x")
    await call.wait_ended(15)
    await desk.in_phase("wrap")
    await house.ask("wrap.done", agent.user_id)
    await desk.in_state("ready")
    row = page.locator(".list-mine .list-row").first
    await expect(row).to_contain_text("外呼", timeout=SECONDS)

    await row.click()  # and again from the record, where the number can be pressed
    number = page.locator(".assist .dial-number").first
    await expect(number).to_be_visible(timeout=SECONDS)
    found += await barriers(page)
    await number.click()
    await expect(panel).to_be_visible(timeout=SECONDS)
    await expect(page.get_by_role("textbox", name="电话号码")).to_have_value(CUSTOMER)
    await panel.get_by_role("button", name=re.compile("^呼叫 ")).click()
    call = await telephone.next_call(20)
    assert call.caller.endswith(OUT)
    await call.busy()
    await expect(page.get_by_text("对方占线").first).to_be_visible(timeout=SECONDS)
    await desk.in_state("ready")
    assert found == []


async def test_calls_are_answered_by_themselves_when_the_agent_wants(
    house: OfficeHouse, enter: Enter
) -> None:
    """Chosen in the menu of the state; without a press the two hear each other."""
    desk = await enter(await house.agent(), seated=True)
    page = desk.page
    await page.keyboard.press("Alt+s")
    await page.get_by_role("menuitem", name="来电自动接听").click()
    call = await house.dial(DESK)
    await call.tone(CALLEE_HZ, 60)
    await desk.in_phase("talking")
    await desk.hears(CALLEE_HZ)
    await call.wait_tone(MICROPHONE_HZ, 15)
    await page.keyboard.press("Alt+s")
    chosen = page.get_by_role("menuitem", name="来电自动接听")
    await expect(chosen.get_by_role("img")).to_be_visible(timeout=SECONDS)


async def test_calling_out_by_touch_in_english(house: OfficeHouse, enter: Enter) -> None:
    """On a telephone: keys, a number that nobody has, and help without any right to call out."""
    agent = await house.agent()
    desk = await enter(agent, PHONE, seated=True)
    await desk.english()
    page = desk.page
    await page.locator(".bar").get_by_role("button", name="Call", exact=True).click()
    panel = page.get_by_role("dialog")
    for key in "13899999999":
        await panel.get_by_role("button", name=f"Key {key}", exact=True).click()
    await desk.fits()
    found = await barriers(page)
    await in_english(desk)
    await panel.get_by_role("button", name=re.compile("^Call 138")).click()
    await expect(page.get_by_text("There is no such number").first).to_be_visible(timeout=SECONDS)
    await desk.in_state("ready")
    assert found == []
    call = await house.dial(DESK)
    await desk.rung()
    await call.hangup()
