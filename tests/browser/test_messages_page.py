"""What a supervisor says reaches the desk without taking the focus, is kept, and answered."""

import pytest
from microphone import MICROPHONE_HZ
from office import OfficeHouse
from office_world import DESK
from playwright.async_api import expect
from test_pages import in_english
from visitor import LARGE, PHONE, SECONDS, barriers, look, seated

from conftest import Enter

pytestmark = pytest.mark.browser

ODD = "<b>请看公告</b> שלום"


async def test_words_reach_the_desk_and_a_moment_is_coached(house: OfficeHouse, enter: Enter) -> None:
    person = await house.agent()
    chief = await enter(await house.office.person("supervisor"))
    page = chief.page
    found: list[str] = []
    async with seated(enter, person) as desk:
        call = await house.dial(DESK)
        await desk.rung()
        await desk.press("接听")
        await call.wait_tone(MICROPHONE_HZ, 15)
        contact_id = await house.contact_of(call.caller)
        note = desk.page.get_by_label("备注").first
        await note.fill("客户问")

        await look(chief, "/messages", ".my-day form")
        await page.get_by_label("座席", exact=True).click()
        await page.keyboard.type(person.name)
        await page.locator(".ant-select-item-option", has_text=person.name).first.click()
        await page.keyboard.press("Escape")
        await page.get_by_label("内容").fill(ODD)
        found += await barriers(page)
        await page.get_by_role("button", name="发送").click()
        card = desk.page.locator(".inbox-card")
        await expect(card.locator("p")).to_have_text(ODD, timeout=SECONDS)
        # The agent goes on typing where they were.
        await desk.page.keyboard.type("物流")
        await expect(note).to_have_value("客户问物流")
        found += await barriers(desk.page)
        await card.get_by_role("button", name="知道了").click()
        await expect(card).to_have_count(0, timeout=SECONDS)
        await expect(page.locator(".my-list li", has_text=person.name).first).to_contain_text(
            "已读", timeout=SECONDS
        )
        await call.hangup()
        await house.fact(contact_id, "contact.ended")
        await house.stored(contact_id)

        await look(chief, f"/contacts/{contact_id}", ".path-recording canvas")
        await page.get_by_label("写给座席").fill("这里先道歉")
        await page.get_by_role("button", name="加点评").click()
        await expect(page.locator(".coach-notes")).to_contain_text("这里先道歉", timeout=SECONDS)
        found += await barriers(page)
        await expect(card.locator("p")).to_have_text("这里先道歉", timeout=SECONDS)
        await card.get_by_role("link", name="去听录音").click()
        mine = desk.page
        await expect(mine.locator(".marked canvas").first).to_be_visible(timeout=SECONDS)
        await expect(mine.locator(".my-figures [data-figure=handled]")).to_be_visible()
        await mine.get_by_role("button", name="从 0:00 播放").click()
        await expect(mine.locator(".marked").get_by_role("button", name="暂停")).to_be_visible(
            timeout=SECONDS
        )
        await mine.locator(".marked").get_by_role("textbox").fill("明白，下次注意")
        await mine.locator(".marked").get_by_role("button", name="回复", exact=True).click()
        await expect(mine.locator(".words-answer")).to_have_text("明白，下次注意", timeout=SECONDS)
        found += await barriers(mine)
        await expect(page.locator(".coach-answer")).to_have_count(0)
        await look(chief, f"/contacts/{contact_id}", ".coach-answer")
        await desk.english()
        await in_english(desk)
        await mine.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await desk.fits()
        found += await barriers(mine)
        await mine.set_viewport_size({"width": LARGE[0], "height": LARGE[1]})
    assert found == []
