"""An administrator changes a skill for many agents, places a test call, and sees where a number leads."""

import re
from typing import Any

import pytest
from call_world import OUT
from office import OfficeHouse
from office_world import DESK
from playwright.async_api import expect
from visitor import PHONE, SECONDS, Visitor, barriers, look

from conftest import Enter

pytestmark = pytest.mark.browser

LIST = ".admin-body tbody tr, .admin-body li"


async def levels(visitor: Visitor, *people: Any) -> list[int]:
    found = (await visitor.call_api("/api/agent-skills"))["items"]
    own = {row["user_id"]: row["level"] for row in found}
    return [own.get(str(person.user_id), 0) for person in people]


async def test_a_skill_is_changed_for_many_with_the_keyboard(house: OfficeHouse, enter: Enter) -> None:
    skill_id = house.world.skills["ask"]
    ann, bob = [await house.office.person("agent", skills=[skill_id]) for _ in range(2)]
    boss = await enter(await house.office.person("administrator"), blank=True)
    page = boss.page
    await look(boss, "/admin/skills", LIST)
    await page.get_by_role("button", name="批量设置 ask").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_text("提高", exact=True).click()
    await drawer.get_by_label("级数").fill("2")
    await expect(drawer.get_by_text("还没有要改的人")).to_be_visible()
    # the arrow keys go from box to box, the space bar chooses
    await drawer.get_by_label("搜索").fill("person")
    await drawer.get_by_role("checkbox", name=f"选择 {ann.name}", exact=True).focus()
    await page.keyboard.press("Space")
    for _ in range(60):
        name = await page.evaluate("document.activeElement.getAttribute('aria-label')")
        if name == f"选择 {bob.name}":
            break
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Space")
    await expect(drawer.get_by_text("将改动 2 人：新增 0，提高 2，降低 0，取消 0")).to_be_visible()
    await expect(drawer.locator("tr", has_text=ann.name).locator("td").last).to_have_text("7")
    assert await barriers(page) == []
    await page.keyboard.press("Control+s")
    await expect(drawer).to_be_hidden(timeout=SECONDS)
    assert await levels(boss, ann, bob) == [7, 7]
    await page.get_by_role("button", name="撤销").click()
    await expect(page.get_by_text("已撤销")).to_be_visible(timeout=SECONDS)
    assert await levels(boss, ann, bob) == [5, 5]

    # somebody else is faster: nobody is changed, and the page says who
    await page.get_by_role("button", name="批量设置 ask").click()
    await drawer.get_by_label("搜索").fill(ann.login)
    await drawer.get_by_role("checkbox", name=f"选择 {ann.name}", exact=True).check()
    await drawer.get_by_label("等级", exact=True).fill("9")
    answer = await boss.context.request.put(
        f"{house.url}/api/users/{ann.user_id}/skills",
        data=[{"skill_id": str(skill_id), "level": 1}],
        headers={"x-andon": "1"},
    )
    assert answer.ok
    boss.expect_refusal()
    await drawer.get_by_role("button", name="改动 1 人").click()
    await expect(drawer.get_by_role("alert")).to_contain_text(ann.name, timeout=SECONDS)
    assert await levels(boss, ann, bob) == [1, 5]
    await expect(drawer.locator("tr", has_text=ann.name).locator("td").nth(3)).to_have_text("1")


async def test_a_trunk_is_tried_and_a_number_followed(house: OfficeHouse, enter: Enter) -> None:
    telephone = house.carrier.subscriber("13655500077")
    boss = await enter(await house.office.person("administrator"), blank=True)
    page = boss.page
    await look(boss, "/admin/trunks", LIST)
    row = page.locator("tr", has_text="carrier")
    await expect(row.get_by_text("可达")).to_be_visible(timeout=SECONDS)
    await row.get_by_role("button", name="测试呼叫 carrier").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_label("呼叫号码").fill("110")
    await drawer.get_by_label("外显号码").click()
    await page.locator(".ant-select-item-option", has_text=OUT).first.click()
    boss.expect_refusal()
    await drawer.get_by_role("button", name=re.compile("^呼 ?叫$")).click()
    await expect(drawer.get_by_text("不能用紧急和求助号码测试")).to_be_visible(timeout=SECONDS)
    await drawer.get_by_label("呼叫号码").fill("136 5550 0077")
    await page.keyboard.press("Enter")
    call = await telephone.next_call(10)
    assert call.caller.endswith(OUT)
    await call.ring()
    await expect(drawer.get_by_text("对方振铃")).to_be_visible(timeout=SECONDS)
    await call.answer()
    await expect(drawer.get_by_text("外显号码已播报")).to_be_visible(timeout=SECONDS)
    await expect(drawer.get_by_role("status")).to_contain_text("中继可用", timeout=SECONDS)
    assert await barriers(page) == []

    await look(boss, "/admin/numbers", LIST)
    await page.get_by_role("button", name=f"检查去向 line {DESK}").click()
    drawer = page.get_by_role("dialog")
    await expect(drawer.get_by_text(re.compile("第 1 版"))).to_be_visible(timeout=SECONDS)
    await expect(drawer.get_by_text("停在这里")).to_be_visible()
    places = await drawer.locator("ol > li > b").all_text_contents()
    assert places == ["开始", "录音告知", "排队"], places
    assert await barriers(page) == []

    small = await enter(await house.office.person("administrator"), PHONE, blank=True)
    for path in ("/admin/trunks", "/admin/numbers", "/admin/skills"):
        await look(small, path, LIST)
        await small.fits()
