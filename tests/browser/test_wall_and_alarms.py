"""A rule colours the board and tells its role; a wallboard is put together, hangs, and goes dark."""

import os
import re
from pathlib import Path

import pytest
from office import OfficeHouse
from office_world import DESK
from playwright.async_api import Page, expect
from test_pages import in_english
from visitor import LARGE, PHONE, SECONDS, Visitor, barriers, look

from conftest import Enter

pytestmark = pytest.mark.browser

RULE, BOARD, SCREEN = "Backlog", "Hall", "Front"
FULL_HD, FOUR_K = (1920, 1080), (3840, 2160)


async def both_ways(visitor: Visitor) -> list[str]:
    """Barriers in Chinese, on a telephone's size, and what is left in Chinese in English."""
    page = visitor.page
    found = await barriers(page)
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await visitor.fits()
    await page.set_viewport_size({"width": LARGE[0], "height": LARGE[1]})
    await visitor.english()
    await in_english(visitor)
    await page.locator("button[lang=zh-CN]").click()
    await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    return found


async def shot(page: Page, name: str) -> None:
    """A picture for whoever looks; nothing where no folder is named."""
    if folder := os.environ.get("ANDON_SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def make_rule(boss: Visitor) -> None:
    page = boss.page
    await look(boss, "/admin/alarm-rules", ".resource-head")
    await page.get_by_role("button", name="新增告警规则").first.click()
    await page.get_by_label("名称").fill(RULE)
    await page.get_by_label("预警阈值").fill("1")
    await shot(page, "alarm-rule")
    await page.get_by_role("tab", name="做什么").click()
    await page.get_by_label("响声").click()
    await page.get_by_role("button", name=re.compile("保.?存")).click()
    await expect(page.locator(".resource-table tbody tr", has_text=RULE)).to_be_visible(timeout=SECONDS)


async def make_board(boss: Visitor) -> str:
    """Make it, move and size a tile by key and by mouse; the address of a link to it."""
    page = boss.page
    await look(boss, "/wallboards", ".walls")
    await page.get_by_role("button", name="新建大屏").click()
    await page.get_by_label("名称").fill(BOARD)
    await page.keyboard.press("Enter")
    await expect(page.locator(".wall-designer")).to_be_visible(timeout=SECONDS)
    for kind in ("指标", "趋势", "队列表", "时钟", "文字"):
        await page.get_by_role("button", name=f"+ {kind}").click()
    await page.get_by_label("文字", exact=True).fill("今天也辛苦了")
    figure = page.get_by_role("button", name=re.compile("^指标，"))
    await figure.focus()
    for key in ("Shift+ArrowDown", "ArrowDown", "ArrowUp", "ArrowRight"):
        await page.keyboard.press(key)  # there is room for none of these
    await expect(figure).to_have_attribute("aria-label", re.compile("第 1 列第 1 行，4×3"))
    clock = page.get_by_role("button", name=re.compile("^时钟，"))
    before = await clock.get_attribute("aria-label")
    await clock.focus()
    await page.keyboard.press("Shift+ArrowLeft")
    await expect(clock).not_to_have_attribute("aria-label", before or "")
    box = await clock.bounding_box()
    stage = await page.locator(".wall-canvas").bounding_box()
    assert box is not None and stage is not None
    await page.mouse.move(box["x"] + 20, box["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(stage["x"] + stage["width"] - 60, stage["y"] + stage["height"] - 20, steps=6)
    await page.mouse.up()
    await expect(clock).to_have_attribute("aria-label", re.compile("第 14 列第 8 行，3×2"))
    await shot(page, "wall-designer")
    await page.get_by_role("button", name=re.compile("保.?存")).click()
    await expect(page.get_by_text("已保存，屏幕马上更新")).to_be_visible(timeout=SECONDS)
    await page.get_by_role("button", name="链接", exact=True).click()
    await page.get_by_label("屏幕在哪里").fill(SCREEN)
    await page.get_by_role("button", name="生成链接").click()
    return (await page.locator(".ant-modal code").inner_text(timeout=SECONDS)).strip()


async def test_a_rule_and_a_wall_from_making_to_going_dark(house: OfficeHouse, enter: Enter) -> None:
    boss = await enter(await house.office.person("supervisor", "administrator"))
    screen = await enter(size=FULL_HD)
    found: list[str] = []
    await make_rule(boss)
    found += await both_ways(boss)
    address = await make_board(boss)
    found += await barriers(boss.page)
    await screen.page.goto(address)
    value = screen.page.locator(".wall-figure .wall-value")
    await expect(value).to_have_text("0", timeout=SECONDS)
    async with house.on_duty("desk", ready=False):
        call = await house.dial(DESK)
        await expect(value).to_have_text("1", timeout=SECONDS)
        await expect(screen.page.locator(".wall-figure")).to_have_attribute(
            "data-level", "warning", timeout=SECONDS
        )
        notice = boss.page.locator(".ant-notification-notice", has_text=RULE)
        await expect(notice).to_contain_text("预警", timeout=SECONDS)
        await look(boss, "/board", ".board")
        await expect(boss.page.locator(".alarms li", has_text=RULE)).to_contain_text("排队人数 1 个")
        await expect(boss.page.locator(".tile[data-rule=warning]")).to_contain_text("排队")
        await shot(boss.page, "board-alarm")
        found += await barriers(boss.page)
        # The same picture, twice as large.
        found += await barriers(screen.page)
        await shot(screen.page, "wall-1080")
        sizes = [await value.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")]
        await screen.page.set_viewport_size({"width": FOUR_K[0], "height": FOUR_K[1]})
        await screen.fits()
        sizes.append(await value.evaluate("one => parseFloat(getComputedStyle(one).fontSize)"))
        assert sizes[1] == pytest.approx(2 * sizes[0], rel=0.02)
        await shot(screen.page, "wall-4k")
        await call.hangup()
        await expect(value).to_have_text("0", timeout=SECONDS)
    raised = await house.facts(kind="alarm.rule_raised")
    assert [row["data"]["name"] for row in raised] == [RULE]
    assert screen.complaints == []
    await look(boss, "/wallboards", ".walls tbody a")
    found += await both_ways(boss)
    await boss.page.get_by_role("link", name=BOARD).click()
    await boss.page.get_by_role("button", name="链接", exact=True).click()
    await boss.page.get_by_role("button", name=f"作废 {SCREEN}").click()
    await (
        boss.page.locator(".ant-modal-confirm-btns").get_by_role("button", name=re.compile("作.?废")).click()
    )
    await expect(screen.page.get_by_role("heading", name="这个链接已失效")).to_be_visible(timeout=SECONDS)
    await boss.page.keyboard.press("Escape")
    await look(boss, "/admin/alarm-rules", ".resource-table tbody tr")
    await boss.page.get_by_role("button", name=f"编辑 {RULE}").click()
    await boss.page.locator(".editor-delete").click()
    await boss.page.locator(".ant-modal-confirm-btns .ant-btn-dangerous").click()
    await expect(boss.page.locator(".resource-table", has_text=RULE)).to_have_count(0, timeout=SECONDS)
    assert found == []
