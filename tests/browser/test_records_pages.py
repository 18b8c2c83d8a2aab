"""A search is kept and exported, a spreadsheet tried and taken over, a change undone: by people, on pages."""

import csv
import io
import os
from pathlib import Path

import pytest
from office import OfficeHouse
from office_world import DESK
from playwright.async_api import Page, expect
from visitor import PHONE, SECONDS, barriers, look

from conftest import Enter

pytestmark = pytest.mark.browser


async def shot(page: Page, name: str) -> None:
    """A picture, where somebody wants to look at them."""
    if folder := os.environ.get("ANDON_SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def test_a_search_is_kept_and_its_result_exported(house: OfficeHouse, enter: Enter) -> None:
    call = await house.dial(DESK)
    contact_id = await house.contact_of(call.caller)
    await call.hangup()
    await house.fact(contact_id, "contact.ended")
    chief = await enter(await house.office.person("supervisor"), blank=True)
    page = chief.page
    await look(chief, f"/contacts?q={call.caller}", ".list-table tbody tr")

    await page.get_by_role("button", name="更多条件").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_label("话后处理 至少").fill("5")
    await drawer.get_by_label("话后处理 至少").press("Enter")
    await expect(page.locator(".list-table tbody tr")).to_have_count(0, timeout=SECONDS)
    found = await barriers(page)
    await shot(page, "more")
    await drawer.get_by_label("话后处理 至少").fill("")
    await drawer.get_by_label("话后处理 至少").press("Enter")
    await page.keyboard.press("Escape")
    await expect(page.locator(".list-table tbody tr")).to_have_count(1, timeout=SECONDS)

    await page.get_by_role("button", name="选择显示的列").click()
    columns = page.locator(".history-columns")
    await columns.get_by_label("客户号码 前移").click()
    await columns.get_by_label("客户号码 前移").click()
    await expect(page.locator(".list-table th").first).to_have_text("客户号码")
    found += await barriers(page)
    await shot(page, "columns")
    await page.keyboard.press("Escape")

    await page.get_by_role("button", name="常用查询").click()
    await page.get_by_role("button", name="保存当前查询").click()
    await page.get_by_label("名称").fill("这位客户")
    await shot(page, "keep")
    found += await barriers(page)
    await page.get_by_role("button", name="保存").click()
    await look(chief, "/contacts", ".list-table")
    await expect(page.locator(".list-table th").first).to_have_text("客户号码")  # kept for this person
    await page.get_by_role("button", name="常用查询").click()
    await page.get_by_role("button", name="这位客户", exact=True).click()
    await expect(page.locator(".list-table tbody tr")).to_have_count(1, timeout=SECONDS)

    await page.locator(".history-end").get_by_role("button", name="导出").click()
    await page.get_by_text("CSV（UTF-8）").click()
    found += await barriers(page)
    await shot(page, "export")
    await page.get_by_role("button", name="开始导出").click()
    await expect(page.locator(".export")).to_contain_text("可下载", timeout=SECONDS)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="下载").click()
    path = await (await download.value).path()
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    assert rows[0][0] == "客户号码" and len(rows) == 2
    assert rows[1][0].endswith(call.caller[-4:]) and "*" in rows[1][0]
    found += await barriers(page)
    await shot(page, "exports")
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await chief.fits()
    await shot(page, "exports-phone")
    await look(chief, "/contacts", ".list-cards")
    await chief.fits()
    assert found == []


async def test_a_spreadsheet_is_tried_and_taken_over_and_a_change_undone(
    house: OfficeHouse, enter: Enter, tmp_path: Path
) -> None:
    admin = await enter(await house.office.person("administrator"), blank=True)
    page = admin.page
    await look(admin, "/admin/spreadsheets", ".sheets-tools")
    file = tmp_path / "people.csv"
    head = "登录名,姓名,工号,角色\n"
    file.write_text(head + "sheet.one,甲,sheet1,座席\nsheet.two,乙,,座席\n", "gb18030")
    await page.locator("input[type=file]").set_input_files(file)
    faults = page.locator(".sheets-faults tbody tr.ant-table-row")
    await expect(faults).to_have_count(1, timeout=SECONDS)
    await expect(faults).to_contain_text("座席必须有工号")
    await expect(faults.locator("td").first).to_have_text("3")
    found = await barriers(page)
    await shot(page, "sheets-wrong")
    file.write_text(head + "sheet.one,甲,sheet1,座席\nsheet.two,乙,sheet2,座席\n", "gb18030")
    await page.locator("input[type=file]").set_input_files(file)
    await page.get_by_role("button", name="导入", exact=True).click(timeout=SECONDS)
    await expect(page.locator(".sheets-brought")).to_contain_text("已导入 2 行：新建 2", timeout=SECONDS)
    found += await barriers(page)
    await shot(page, "sheets-applied")

    await look(admin, "/admin/skills", ".resource-head")
    await page.get_by_role("button", name="新增技能").click()
    await page.get_by_label("名称").fill("唱歌")
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_role("button", name="唱歌", exact=True)).to_be_visible(timeout=SECONDS)
    await shot(page, "undo")
    await page.get_by_role("button", name="撤销").click()
    await expect(page.get_by_role("button", name="唱歌", exact=True)).to_have_count(0, timeout=SECONDS)
    await look(admin, "/audit", ".audit-table tbody tr")
    first = page.locator(".audit-table tbody tr", has_text="唱歌").first
    await expect(first).to_contain_text("撤销")
    found += await barriers(page)
    await shot(page, "audit")
    await first.get_by_role("button", name="撤销").click()
    await page.get_by_role("dialog").get_by_role("button", name="撤销").click()
    await look(admin, "/admin/skills", ".resource-head")
    await expect(page.get_by_role("button", name="唱歌", exact=True)).to_be_visible(timeout=SECONDS)
    assert found == []
