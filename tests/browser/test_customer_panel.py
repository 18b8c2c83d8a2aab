"""The customer panel: changed where it stands, and never over what somebody else has just written."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from call_world import CUSTOMER
from microphone import MICROPHONE_HZ
from office import CRM, OfficeHouse
from office_world import DESK
from playwright.async_api import Route, expect
from test_work_page import message
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


async def test_what_is_open_and_the_clients_own_page_come_with_the_call(
    house: OfficeHouse, enter: Enter
) -> None:
    person = await house.agent()
    boss = await enter(await house.office.person("administrator"))
    project = f"/api/projects/{house.world.project_id}"
    asked: list[str] = []

    async def crm(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(content_type="text/html", body="<title>CRM</title><input aria-label=order>")

    await boss.change(
        project, {"pop_url": f"{CRM}/pop?from={{caller}}&to={{callee}}&by={{agent}}&q={{queue}}"}
    )
    caller, message_id = await message(house)
    caller = caller.replace(" ", "")
    async with seated(enter, person) as desk:
        page = desk.page
        await desk.context.route(f"{CRM}/**", crm)
        call = await house.dial(DESK, caller)
        await desk.rung()
        # What is still to be done for who calls stands there before the answer.
        undone = page.get_by_role("region", name="未完事项")
        await expect(undone.get_by_role("link")).to_have_text("留言", timeout=SECONDS)
        await expect(undone).to_contain_text("待领取")
        frame = page.frame_locator(".pop-frame")
        await frame.get_by_label("order").fill("A 17")
        (url,) = asked
        number = (await desk.call_api("/api/me"))["agent_no"]
        told = {"from": [caller], "to": [DESK], "by": [number], "q": ["desk"]}
        assert parse_qs(urlsplit(url).query) == told
        await desk.press("接听")
        await call.wait_tone(MICROPHONE_HZ, 15)
        # Nobody knows the number yet: entered here, the call is theirs at once, also on the phone bar.
        panel = page.locator(".customer")
        await panel.get_by_role("button", name="登记客户").click()
        await page.keyboard.press("Enter")
        await expect(panel.get_by_text("请输入姓名")).to_be_visible()
        await panel.get_by_label("姓名").fill(ODD)
        assert await barriers(page) == []
        await page.keyboard.press("Enter")
        await expect(panel.locator("h2")).to_have_text(ODD, timeout=SECONDS)
        await expect(page.locator(".bar-brief")).to_contain_text(ODD, timeout=SECONDS)
        # A key changes between the two; what was typed there stays.
        await desk.shortcut("u")
        await expect(page.locator(".pop-frame")).to_be_hidden()
        await expect(page.locator(".work-scroll")).to_be_visible()
        await desk.shortcut("u")
        await expect(frame.get_by_label("order")).to_have_value("A 17")
        assert len(asked) == 1
        # One that may not be shown here is a button away, and never in a frame of ours.
        await boss.change(project, {"pop_url": "https://other.example/{contact}"})
        link = page.get_by_role("link", name="打开客户系统")
        await expect(link).to_have_attribute("href", re.compile("^https://other.example/[0-9a-f-]{36}$"))
        await expect(page.locator(".pop-frame")).to_have_count(0)
        await boss.change(project, {"pop_url": ""})
        await expect(link).to_have_count(0)
        items = (await desk.call_api("/api/work"))["items"]
        (item,) = [each for each in items if each["contact_id"] == str(message_id)]
        await desk.send(f"/api/work/{item['id']}/take", {})
        await expect(undone).to_contain_text("我的", timeout=SECONDS)
        await desk.send(f"/api/work/{item['id']}/done", {"outcome": "solved"})
        await expect(undone).to_have_count(0, timeout=SECONDS)
        await desk.press("挂断")
