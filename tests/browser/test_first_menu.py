"""The guide `docs/guide-first-menu.md`, step by step: from an empty project to a menu that a caller hears."""

import re
import time

import pytest
from office import OfficeHouse
from playwright.async_api import Page, expect
from test_designer_page import chosen
from visitor import SECONDS, Visitor, barriers, look

from andon.identity.tables import Project
from andon.kit.database import Database, Scope, database_urls
from andon.kit.ids import uuid7
from conftest import Enter
from town.carrier import Call

pytestmark = pytest.mark.browser

NUMBER = "4008006677"
GUIDE_S = 600


async def empty_project(house: OfficeHouse, name: str) -> None:
    """A project with nothing in it."""
    db = Database(database_urls(house.settings)[1], "andon tests", pool_size=1)
    try:
        async with db.session(Scope(house.world.tenant_id)) as session:
            row = Project(
                id=uuid7(), client_id=house.world.client_id, name=name, greeting_zh="", language="zh"
            )
            session.add(row)
    finally:
        await db.close()


async def new(visitor: Visitor, section: str, button: str) -> Page:
    page = visitor.page
    await look(visitor, f"/admin/{section}", ".admin-body")
    await page.get_by_role("button", name=re.compile(button)).first.click()
    await expect(page.get_by_role("dialog")).to_be_visible(timeout=SECONDS)
    return page


async def kept(page: Page) -> None:
    await page.get_by_role("dialog").get_by_role("button", name=re.compile("^保 ?存$")).click()
    await expect(page.get_by_role("dialog")).to_be_hidden(timeout=SECONDS)


async def called(house: OfficeHouse) -> tuple[Call, str]:
    """A call to the new number. The core hears of it a moment after the page: until then it is unknown."""
    for _ in range(4):
        call = await house.dial(NUMBER)
        contact_id = await house.contact_of(call.caller)

        async def begun(contact_id: str = contact_id) -> set[str]:
            return {row["kind"] for row in await house.facts(contact_id)} & {"flow.node", "contact.ended"}

        if "flow.node" in await house.until(begun, 20, "the flow has begun, or the call is over"):
            break
    return call, contact_id


async def test_the_guide_leads_to_a_working_two_level_menu(house: OfficeHouse, enter: Enter) -> None:
    await empty_project(house, "新客户热线")
    boss = await enter(await house.office.person("administrator"))
    began = time.monotonic()

    page = await new(
        boss, "calendars", "新建|新增|添加"
    )  # 1: hours, every hour of every day so that they are open now
    await page.get_by_role("dialog").get_by_label("名称").first.fill("工作时间")
    for day in ("周一", "周二", "周三", "周四", "周五", "周六", "周日"):
        await page.get_by_role("dialog").get_by_label(day).first.fill("00:00-24:00")
    await page.get_by_role("dialog").get_by_role("switch").first.click()  # also on public holidays
    await kept(page)

    page = await new(boss, "queues", "新建|新增|添加")  # 2: a queue
    await chosen(page, "项目", "新客户热线")
    await page.get_by_role("dialog").get_by_label("名称").first.fill("客服")
    await kept(page)

    await page.goto(f"{house.url}/flows")  # 3: a flow from the template
    await page.get_by_role("button", name="新建流程").click()
    await chosen(page, "项目", "新客户热线")
    await page.get_by_role("dialog").get_by_label("名称").fill("总机")
    await chosen(page, "模板", "两级菜单：工作时间、留言")
    await chosen(page, "转人工的队列", "客服")
    await chosen(page, "服务时间", "工作时间")
    await page.get_by_role("dialog").get_by_role("button", name=re.compile("新 ?建")).click()
    await expect(page.locator(".flow-box").first).to_be_visible(timeout=SECONDS)
    await expect(page.locator(".flow-problems [role=status]")).to_have_text("没有发现问题", timeout=SECONDS)

    await page.get_by_role("button", name="试走").click()  # 4: try it
    status = page.locator(".flow-try > p[role=status]")
    for _ in range(3):
        if "按键菜单" in await status.inner_text():
            break
        await page.get_by_role("button", name="等待下一件事").click()
    await expect(status).to_contain_text("按键菜单", timeout=SECONDS)
    for key in "12":
        await page.get_by_label("按键", exact=True).fill(key)
        await page.locator(".flow-try").get_by_role("button", name=re.compile("按 ?下")).click()
    await expect(status).to_contain_text("排队", timeout=SECONDS)
    assert await barriers(page) == []

    await page.get_by_role("button", name=re.compile("^发 ?布$")).click()  # 5: publish
    await page.get_by_role("dialog").get_by_label("改了什么、为什么").fill("第一版")
    await page.get_by_role("dialog").get_by_role("button", name=re.compile("发 ?布")).click()
    await expect(page.locator(".flow-designer header")).to_contain_text("第 1 版", timeout=SECONDS)

    page = await new(boss, "numbers", "新建|新增|添加")  # 6: the number
    await page.get_by_role("dialog").get_by_label("号码").first.fill(NUMBER)
    await page.get_by_role("dialog").get_by_label("说明").first.fill("新客户热线")
    await chosen(page, "项目", "新客户热线")
    await chosen(page, "流程", "总机")
    await kept(page)
    assert time.monotonic() - began < GUIDE_S

    # whoever calls it now is led to voicemail by two keys, for nobody is signed in
    call, contact_id = await called(house)

    async def at(node: str) -> bool:
        facts = await house.facts(contact_id)
        return any(row["kind"] == "flow.node" and row["data"]["node"] == node for row in facts)

    for node, key in (("menu", "1"), ("menu_orders", "2")):
        await house.until(lambda node=node: at(node), 40, f"the caller is at {node}")
        await call.keys(key)
    await house.until(lambda: at("message"), 30, "the caller may leave a message")
    await call.hangup()
