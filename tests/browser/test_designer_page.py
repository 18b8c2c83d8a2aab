"""A flow made from a template, drawn, checked, tried, published, compared: with mouse and with keyboard."""

import re

import pytest
from office import OfficeHouse
from playwright.async_api import Page, expect
from test_pages import barriers, in_english
from visitor import LARGE, PHONE, SECONDS, Visitor

from conftest import Enter

pytestmark = pytest.mark.browser


async def chosen(page: Page, label: str, option: str) -> None:
    """Choose in a select of a dialog."""
    box = page.get_by_role("dialog").get_by_label(label)
    await box.click()
    if await box.is_editable():  # a long list shows its first entries only
        await box.fill(option)
    await page.locator(".ant-select-item-option:visible", has_text=option).first.click()
    await box.blur()  # or its list stays open over the next


async def new_flow(visitor: Visitor, name: str, template: str, queue: str = "plain") -> Page:
    """A new flow from a template, on its canvas."""
    page = visitor.page
    await page.goto(f"{visitor.house.url}/flows")
    await page.get_by_role("button", name="新建流程").click()
    await chosen(page, "项目", "项目")
    await page.get_by_role("dialog").get_by_label("名称").fill(name)
    await chosen(page, "模板", template)
    if queue:
        await chosen(page, "转人工的队列", queue)
    await page.get_by_role("dialog").get_by_role("button", name=re.compile("新 ?建")).click()
    await expect(page.locator(".flow-box").first).to_be_visible(timeout=SECONDS)
    return page


def status(page: Page, words: str) -> object:
    return expect(page.locator(".flow-problems [role=status]")).to_have_text(words, timeout=SECONDS)


async def test_a_flow_is_drawn_checked_tried_published_and_compared(house: OfficeHouse, enter: Enter) -> None:
    visitor = await enter(await house.office.person("administrator"))
    page = await new_flow(visitor, "设计", "热线")
    await expect(page.locator(".flow-box")).to_have_count(8)
    await status(page, "没有发现问题")

    # a node added by keyboard is unreached and leads nowhere; undone, all is well
    await page.locator(".flow-palette").get_by_role("button", name="播放", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".flow-box")).to_have_count(9)
    await expect(page.locator(".flow-problems li", has_text="无法到达")).to_be_visible(timeout=SECONDS)
    await page.get_by_role("button", name="撤销").click()
    await expect(page.locator(".flow-box")).to_have_count(8)
    await status(page, "没有发现问题")

    # one dragged onto the canvas, set up in its form
    await (
        page.locator(".flow-palette")
        .get_by_role("button", name="等待", exact=True)
        .drag_to(page.locator(".flow-canvas .react-flow__pane"), target_position={"x": 60, "y": 60})
    )
    await expect(page.locator(".flow-box")).to_have_count(9)
    side = page.locator(".flow-side")
    await side.get_by_label("秒数").fill("2")
    await side.get_by_label("出口 然后").click()
    await page.locator(".ant-select-item-option:visible", has_text="greeting").first.click()
    await page.locator(".flow-box", has_text="录音告知").first.click()
    await side.get_by_label("出口 然后").click()
    await page.locator(".ant-select-item-option:visible", has_text="wait").first.click()
    await status(page, "没有发现问题")

    # the draft is kept
    await page.get_by_role("button", name="保存草稿").click()
    await expect(page.get_by_text("有未保存的修改")).to_be_hidden(timeout=SECONDS)
    await page.reload()
    await expect(page.locator(".flow-box")).to_have_count(9, timeout=SECONDS)

    # tried without a telephone
    await page.get_by_role("button", name="试走").click()
    for _ in range(5):
        await page.get_by_role("button", name="等待下一件事").click()
        if await page.get_by_role("button", name="座席接听并结束").is_visible():
            break
    await page.get_by_role("button", name="座席接听并结束").click(timeout=SECONDS)
    await page.get_by_label("按键").fill("5")
    await page.get_by_role("button", name=re.compile("按 ?下")).click()
    await page.get_by_role("button", name="等待下一件事").click()
    await expect(page.locator(".flow-try [role=status]")).to_contain_text("来电已结束", timeout=SECONDS)
    await expect(page.locator(".flow-try-lines")).to_contain_text("已接听")

    # published, and the next call takes it
    await page.get_by_role("button", name=re.compile("^发 ?布$")).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("改了什么、为什么").fill("第一版")
    await dialog.get_by_role("button", name=re.compile("发 ?布")).click()
    await expect(page.locator(".flow-designer header")).to_contain_text("第 1 版", timeout=SECONDS)

    # changed again and compared
    await page.get_by_role("button", name="试走").click()
    await page.locator(".flow-box", has_text="等待").first.click()
    await side.get_by_label("秒数").fill("7")
    await page.get_by_role("button", name="保存草稿").click()
    await expect(page.get_by_text("有未保存的修改")).to_be_hidden(timeout=SECONDS)
    await page.get_by_role("button", name="版本").click()
    await page.get_by_role("button", name="与草稿比较").click()
    row = page.locator(".ant-modal .ant-table-tbody tr", has_text="wait")
    await expect(row).to_contain_text("7", timeout=SECONDS)
    await expect(row).to_contain_text("修改")


async def test_the_draft_calls_its_tester(house: OfficeHouse, enter: Enter) -> None:
    """The page is the telephone: it rings, speaks, hears keys; the canvas shows where the call is."""
    visitor = await enter(await house.office.person("administrator"))
    page = await new_flow(visitor, "试打", "仅满意度调查", queue="")
    arrived = len(await house.facts(kind="contact.arrived"))
    await page.get_by_role("button", name="试走").click()
    panel = page.locator(".flow-call")
    await panel.get_by_role("button", name="打给我").click()
    keys = panel.get_by_role("group", name="试打按键")
    await expect(keys.get_by_role("button", name="5")).to_be_enabled(timeout=SECONDS)
    await expect(panel.get_by_role("status")).to_contain_text("满意度", timeout=SECONDS)
    await keys.get_by_role("button", name="5").click()
    await expect(panel.get_by_role("button", name="打给我")).to_be_visible(timeout=SECONDS)
    await expect(panel.locator(".flow-try-lines")).to_contain_text("评价 5 分")
    assert await barriers(page) == []
    assert len(await house.facts(kind="contact.arrived")) == arrived


async def test_a_warning_needs_a_reason(house: OfficeHouse, enter: Enter) -> None:
    visitor = await enter(await house.office.person("administrator"))
    page = await new_flow(visitor, "警告", "公用事业")
    await page.locator(".react-flow__node", has_text="排队").first.click()
    side = page.locator(".flow-side")
    itself = await side.locator("h3 code").inner_text()
    await side.get_by_label("出口 无人签入").click()
    await page.locator(".ant-select-item-option:visible", has_text=re.compile(f"· {itself}$")).click()
    await status(page, "0 处错误，1 条警告")
    await page.get_by_role("button", name=re.compile("^发 ?布$")).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("改了什么、为什么").fill("试运行")
    await dialog.get_by_role("button", name=re.compile("发 ?布")).click()
    await expect(dialog.get_by_text("请写明理由")).to_be_visible(timeout=SECONDS)
    await dialog.get_by_placeholder("保留的理由").fill("夜间无人，稍后重试")
    await dialog.get_by_role("button", name=re.compile("发 ?布")).click()
    await expect(page.locator(".flow-designer header")).to_contain_text("第 1 版", timeout=SECONDS)
    await page.get_by_role("button", name="版本").click()
    await page.get_by_text("保留了 1 条警告").click()
    await expect(page.get_by_role("dialog")).to_contain_text("夜间无人，稍后重试")


async def test_the_designer_has_no_barrier_in_both_languages_and_sizes(
    house: OfficeHouse, enter: Enter
) -> None:
    visitor = await enter(await house.office.person("administrator"))
    page = await new_flow(visitor, "Both sizes", "电商")
    found: list[str] = []
    await status(page, "没有发现问题")
    await page.locator(".react-flow__node", has_text="排队").first.click()
    await expect(page.locator(".flow-inspector")).to_be_visible()
    found += await barriers(page)
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await expect(page.locator(".flow-palette")).to_be_hidden()
    await visitor.fits()
    found += await barriers(page)
    await page.set_viewport_size({"width": LARGE[0], "height": LARGE[1]})
    await visitor.english()
    await in_english(visitor)
    await page.goto(f"{house.url}/flows")
    await expect(page.locator(".flows-list tr.ant-table-row").first).to_be_visible(timeout=SECONDS)
    found += await barriers(page)
    assert found == []


async def test_the_desk_does_not_load_the_designer(house: OfficeHouse, enter: Enter) -> None:
    person = await house.agent()
    visitor = await enter()
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    await visitor.log_in(person)
    await expect(visitor.page.get_by_role("button", name="签入")).to_be_visible(timeout=SECONDS)
    assert asked and not [url for url in asked if "Designer" in url or "FlowsPage" in url]
