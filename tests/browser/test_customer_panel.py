"""The customer panel: changed where it stands, and never over what somebody else has just written."""

import pytest
from call_world import CUSTOMER
from microphone import MICROPHONE_HZ
from office import OfficeHouse
from office_world import DESK
from playwright.async_api import expect
from visitor import SECONDS, barriers, seated

from conftest import Enter

pytestmark = pytest.mark.browser

ODD = "<img src=x onerror=alert(1)> שלום"


async def test_two_people_change_one_customer(house: OfficeHouse, enter: Enter) -> None:
    person = await house.agent()
    boss = await enter(await house.office.person("administrator"))
    (customer,) = (await boss.call_api(f"/api/customers?q={CUSTOMER}"))["items"]
    path = f"{house.url}/api/customers/{customer['id']}"
    async with seated(enter, person) as desk:
        page = desk.page
        call = await house.dial(DESK, CUSTOMER)
        await desk.rung()
        await desk.press("接听")
        await call.wait_tone(MICROPHONE_HZ, 15)
        panel = page.locator(".customer")
        notes = panel.get_by_role("region", name="备注")
        await notes.get_by_role("button", name="编辑 备注").click()
        await notes.get_by_role("textbox").fill(ODD)
        # Meanwhile somebody else writes.
        answer = await boss.context.request.patch(path, data={"notes": "爱喝茶"}, headers={"X-Andon": "1"})
        assert answer.ok
        desk.expect_refusal()
        await page.keyboard.press("Control+Enter")
        alert = notes.get_by_role("alert")
        await expect(alert).to_contain_text("刚刚改过这位客户的资料", timeout=SECONDS)
        await expect(alert.locator("blockquote")).to_have_text("爱喝茶", timeout=SECONDS)
        assert await barriers(page) == []
        # Seen, it may be overwritten; nothing typed was lost.
        await notes.get_by_role("button", name="保存").click()
        await expect(notes.locator("p")).to_have_text(ODD, timeout=SECONDS)

        tags = panel.get_by_role("region", name="标签")
        await tags.get_by_role("button", name="编辑 标签").click()
        await page.keyboard.type("老客户")
        await page.keyboard.press("Enter")
        await tags.get_by_role("button", name="保存").click()
        await expect(tags.locator(".ant-tag")).to_have_text(["老客户"], timeout=SECONDS)
        care = panel.get_by_role("region", name="关照")
        await care.get_by_role("button", name="编辑 关照").click()
        await care.get_by_role("checkbox").check()
        await care.get_by_label("专属坐席").click()
        await page.locator(".ant-select-item-option", has_text=person.name).click()
        await care.get_by_role("button", name="保存").click()
        both = ["投诉处理中", f"专属坐席 {person.name}"]
        await expect(care.locator(".ant-tag")).to_have_text(both, timeout=SECONDS)
        await care.get_by_role("button", name="编辑 关照").click()  # the next test's calls go to anybody
        await care.get_by_role("checkbox").uncheck()
        await care.locator(".ant-select-clear").click()
        await care.get_by_role("button", name="保存").click()
        await expect(care).to_contain_text("无特别关照", timeout=SECONDS)
        more = panel.get_by_role("region", name="更多资料")
        await more.get_by_role("button", name="编辑 更多资料").click()
        await more.get_by_role("button", name="添加一项").click()
        await more.get_by_label("第 1 项名称").fill("会员号")
        await more.get_by_label("第 1 项内容").fill("A-1")
        assert await barriers(page) == []
        await more.get_by_role("button", name="保存").click()
        await expect(more.locator("dd")).to_have_text("A-1", timeout=SECONDS)
        await call.hangup()
    kept = await boss.call_api(f"/api/customers/{customer['id']}")
    assert (kept["notes"], kept["tags"], kept["custom"]) == (ODD, ["老客户"], {"会员号": "A-1"})
    clean = {"notes": "", "tags": [], "custom": {}}  # as other tests found it
    assert (await boss.context.request.patch(path, data=clean, headers={"X-Andon": "1"})).ok
