"""An administrator sets a queue's rules on the page: stored as entered, refusals at their field."""

import re
from typing import Any

import pytest
from office import OfficeHouse
from playwright.async_api import Locator, Page, expect
from visitor import PHONE, SECONDS, Visitor, barriers, look

from conftest import Enter

pytestmark = pytest.mark.browser


async def choose(page: Page, field: Locator, option: str) -> None:
    """Open a select and take one of its options."""
    await field.click()
    await page.locator(".ant-select-dropdown:visible .ant-select-item-option", has_text=option).first.click()


async def part(page: Page, name: str) -> Locator:
    """Open a part of the form."""
    await page.get_by_role("tab", name=re.compile(name)).click()
    return page.get_by_role("tabpanel").and_(page.locator(":visible"))


async def queue_of(visitor: Visitor, name: str) -> dict[str, Any]:
    queues = (await visitor.call_api("/api/queues"))["items"]
    return next(queue for queue in queues if queue["name"] == name)


async def open_editor(visitor: Visitor, name: str) -> None:
    await look(visitor, "/admin/queues", ".admin-body tbody tr, .admin-body li")
    # A row's first button bears the name; a card is one button, which begins with it.
    await visitor.page.get_by_role("button", name=re.compile(f"^{name}( 项目.*)?$")).first.click()
    await expect(visitor.page.get_by_role("tab", name="基本")).to_be_visible(timeout=SECONDS)


async def test_rules_are_stored_as_they_are_entered(house: OfficeHouse, enter: Enter) -> None:
    boss = await enter(await house.office.person("administrator"))
    page = boss.page
    before = await queue_of(boss, "other")
    await open_editor(boss, "other")
    await choose(page, page.get_by_label("分配策略"), "价值加权")
    await page.get_by_label("每分价值折合").fill("45")

    shown = await part(page, "谁能接")
    await shown.get_by_label("所需证书").click()
    await page.keyboard.type("基金从业")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await shown.get_by_role("button", name="添加一步").click()
    await shown.get_by_label("等待满").fill("40")
    await shown.locator(".form-row-step").get_by_role("button", name="添加技能").click()
    await choose(page, shown.locator(".form-row-step").get_by_label("技能", exact=True), "desk")
    await shown.locator(".form-row-step").get_by_label("最低等级").fill("0")

    shown = await part(page, "去别处等")
    await shown.get_by_role("button", name="添加溢出规则").click()
    await shown.get_by_label("界限").fill("7")
    await shown.get_by_role("button", name="添加专席或通道").click()
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(shown.get_by_text("请选择队列").last).to_be_visible()
    await choose(page, shown.get_by_label("去往队列").first, "desk")
    await choose(page, shown.get_by_label("客户等级"), "金卡")

    shown = await part(page, "客户优待")
    await choose(page, shown.get_by_label("预留给"), "金卡及以上")
    await shown.get_by_label("预留几位").fill("2")
    await shown.get_by_label("等上次座席").fill("25")
    assert await barriers(page) == []
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.get_by_role("dialog")).to_be_hidden(timeout=SECONDS)

    desk = await queue_of(boss, "desk")
    needs = before["required_skills"][0]["skill_id"]
    stored = await queue_of(boss, "other")
    assert stored["revision"] != before["revision"]
    assert stored == before | {
        "revision": stored["revision"],
        "policy": "value_weighted",
        "value_s": 45,
        "required_certificates": ["基金从业"],
        "relax": [{"after_s": 40, "min_levels": {needs: 0}, "groups": []}],
        "overflow": [{"when": "length", "limit": 7, "queue_id": None}],
        "doors": [{"queue_id": desk["id"], "tiers": ["gold"], "flags": []}],
        "reserve": {"tier": "gold", "agents": 2},
        "last_agent_wait_s": 25,
    }
    fixed = {"id", "client_id", "created_at", "revision"}
    rules = {name: value for name, value in before.items() if name not in fixed}
    await boss.change(f"/api/queues/{before['id']}", rules)  # others call this queue


async def test_a_refusal_of_the_server_opens_the_part_of_its_field(house: OfficeHouse, enter: Enter) -> None:
    boss = await enter(await house.office.person("administrator"), PHONE)
    page = boss.page
    before = await queue_of(boss, "desk")
    await open_editor(boss, "desk")
    shown = await part(page, "谁能接")
    for _ in range(2):
        await shown.get_by_role("button", name="添加一步").click()
    await boss.fits()
    await part(page, "基本")
    boss.expect_refusal()
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(shown.get_by_text("每一步的时间不能相同")).to_be_visible(timeout=SECONDS)
    await expect(page.get_by_role("tab", name=re.compile("谁能接"))).to_have_attribute(
        "aria-selected", "true"
    )
    # Leaving asks first: nothing was stored.
    await page.get_by_role("button", name="取消", exact=True).click()
    await page.get_by_role("button", name="放弃改动").click()
    await expect(page.get_by_role("tab", name="基本")).to_be_hidden(timeout=SECONDS)
    assert await queue_of(boss, "desk") == before
