"""The work list at the desks: a message is one agent's at a time, heard, done, and found again."""

import re
from uuid import UUID

import pytest
from call_world import CLOSED
from office import OfficeHouse
from playwright.async_api import expect
from test_pages import in_english
from visitor import LARGE, PHONE, SECONDS, barriers, look

from conftest import Enter

pytestmark = pytest.mark.browser

NOTE = "<b>已回电</b> שלום"


async def message(house: OfficeHouse) -> tuple[str, UUID]:
    """Somebody left a message out of hours, and it is on the list: the caller as pages show it."""
    call = await house.dial(CLOSED)
    contact_id = await house.contact_of(call.caller)
    await house.fact(contact_id, "recording.started")
    await call.wait_said(await call.tone(700, 2), 20)
    await call.hangup()
    await house.stored(contact_id)
    await house.fact(contact_id, "work.opened")
    return f"{call.caller[:3]} {call.caller[3:7]} {call.caller[7:]}", contact_id


async def test_a_message_is_one_agent_s_and_done_with_a_note(house: OfficeHouse, enter: Enter) -> None:
    caller, contact_id = await message(house)
    one, two = await enter(await house.agent()), await enter(await house.agent())
    found: list[str] = []
    for desk in (one, two):
        await look(desk, "/work", ".work-row")
        await desk.page.locator(".work-row", has_text=caller).click()
        await expect(desk.page.locator(".work-item h2")).to_have_text(caller, timeout=SECONDS)
        await expect(desk.page.get_by_text("领取后可以收听。")).to_be_visible()
    found += await barriers(one.page)
    # By one key it is the one's, and gone from the other's list without a reload.
    await one.page.keyboard.press("t")
    await expect(two.page.locator(".work-row", has_text=caller)).to_have_count(0, timeout=SECONDS)
    await expect(one.page.locator(".work-item canvas").first).to_be_visible(timeout=SECONDS)
    await expect(one.page.locator(".frame-menu .frame-badge")).to_be_visible()
    await one.page.get_by_role("radiogroup").get_by_text("我的").click()
    await one.page.locator(".work-row", has_text=caller).click()
    await one.page.keyboard.press("d")
    await one.page.keyboard.press("Space")  # the first outcome: reached
    await one.page.get_by_label("备注").fill(NOTE)
    found += await barriers(one.page)
    await one.page.get_by_role("button", name="办结", exact=True).click()
    done = await house.fact(contact_id, "work.done")
    assert done["outcome"] == "reached"
    await expect(one.page.locator(".work-row", has_text=caller)).to_have_count(0, timeout=SECONDS)
    await two.page.get_by_role("radiogroup").get_by_text("已办结").click()
    await two.page.locator(".work-row", has_text=caller).click()
    # What was written is text, whatever it looks like.
    await expect(two.page.locator(".work-note")).to_have_text(NOTE, timeout=SECONDS)
    await two.english()
    await in_english(two)
    await two.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await two.fits()
    found += await barriers(two.page)
    await two.page.set_viewport_size({"width": LARGE[0], "height": LARGE[1]})
    assert found == []


async def test_a_supervisor_gives_work_and_gives_up_a_kept_place(house: OfficeHouse, enter: Enter) -> None:
    caller, contact_id = await message(house)
    person = await house.agent()
    chief = await enter(await house.office.person("supervisor"), blank=True)
    page = chief.page
    await look(chief, "/work", ".work-row")
    await page.locator(".work-row", has_text=caller).click()
    await page.get_by_label("派给座席…").click()
    await page.keyboard.type(person.name)
    await page.locator(".ant-select-item-option", has_text=person.name).click()
    taken = await house.fact(contact_id, "work.taken")
    assert taken["by_id"] is not None
    await page.get_by_role("radiogroup").get_by_text("处理中").click()
    await page.locator(".work-row", has_text=caller).click()
    await expect(page.locator(".work-history")).to_contain_text(person.name, timeout=SECONDS)
    await page.get_by_role("link", name="查看接触详情").click()
    await expect(page.get_by_text(re.compile("将待办派给"))).to_be_visible(timeout=SECONDS)

    async with house.on_duty("back", ready=False):
        call = await house.dial(house.world.numbers["back"])
        kept = await house.contact_of(call.caller)
        await house.fact(kept, "contact.queued")
        await call.keys("2")
        await house.fact(kept, "callback.kept")
        await look(chief, "/work?list=callbacks", ".list-table tbody tr")
        line = page.locator(".list-table tbody tr", has_text=call.caller[-4:])
        await expect(line).to_contain_text("等待时段", timeout=SECONDS)
        assert await barriers(page) == []
        await line.get_by_role("button", name="取消回呼").click()
        await page.locator(".ant-popconfirm").get_by_role("button", name="取消回呼").click()
        over = await house.fact(kept, "callback.ended")
        assert over["how"] == "cancelled"
        await expect(line).to_have_count(0, timeout=SECONDS)
