"""Card data by key and by field, and a break that a supervisor has to grant: at desk, board and rules."""

import pytest
from microphone import MICROPHONE_HZ
from office import OfficeHouse
from office_world import OTHER, OTHER_CLIENT
from playwright.async_api import expect
from test_queue_editor import choose
from visitor import LARGE, PHONE, SECONDS, Visitor, barriers, look, seated

from conftest import Enter

pytestmark = pytest.mark.browser

CARD = "6222 0212 3456 7890"


async def set_rules(boss: Visitor, minutes: str) -> None:
    """One rule for all: so many minutes a day; none when empty."""
    page = boss.page
    await look(boss, "/admin/routing-rules", ".rules-facts")
    await page.get_by_role("button", name="编辑").click()
    drawer = page.get_by_role("dialog")
    if minutes:
        await drawer.get_by_role("button", name="添加小休规则").click()
        await drawer.get_by_label("每天（分钟）").fill(minutes)
    else:
        await drawer.get_by_role("button", name="删除 第 1 条小休规则").click()
    await drawer.get_by_role("button", name="保存").click()
    await expect(drawer).to_be_hidden(timeout=SECONDS)


async def test_a_break_beyond_the_rules_is_asked_for_and_granted(house: OfficeHouse, enter: Enter) -> None:
    boss = await enter(await house.office.person("administrator"))
    found: list[str] = []
    await set_rules(boss, "0")
    await expect(boss.page.locator(".rules-facts")).to_contain_text("其余所有部门 · 每天 0 分钟")
    chief = await house.office.person("supervisor")
    supervisor = await enter(chief, blank=True)
    await look(supervisor, "/board", ".board-bar")
    person = await house.agent()
    async with seated(enter, person) as desk:
        page, board = desk.page, supervisor.page
        for verb, told in (("暂不同意", "暂不同意小休"), ("批准", "批准了您的小休")):
            await page.locator(".state-button").click()
            await page.get_by_role("menuitem", name="小休").first.hover()
            await page.get_by_role("menuitem", name="喝水").click(timeout=SECONDS)
            chip = page.locator(".bar-pending")
            await expect(chip).to_contain_text("小休待班长批准", timeout=SECONDS)
            await desk.in_state("ready")
            wish = board.locator(".wishes li", has_text=person.name)
            await expect(wish).to_contain_text("今日时长已用完", timeout=SECONDS)
            found += await barriers(board) + await barriers(page)
            await wish.get_by_role("textbox").fill("十分钟后再看")
            await wish.get_by_role("button", name=f"{verb} {person.name}").click()
            await expect(wish).to_be_hidden(timeout=SECONDS)
            notice = page.get_by_role("alert").filter(has_text=told)
            await expect(notice).to_contain_text("十分钟后再看", timeout=SECONDS)
            await expect(chip).to_be_hidden(timeout=SECONDS)
        await desk.in_state("break")
        await expect(page.locator(".state-button")).to_contain_text("已超")
        await board.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await supervisor.fits()
    await set_rules(boss, "")
    await expect(boss.page.locator(".rules-facts")).to_contain_text("不限")
    auditor = await enter(await house.office.person("auditor"))
    entries = (await auditor.call_api("/api/audit?object_kind=agent"))["items"]
    answers = [entry["after"] for entry in entries if entry["action"] == "supervise_break"]
    assert [answer["approve"] for answer in answers] == [True, False]
    assert found == []


async def test_card_data_by_key_and_by_field(house: OfficeHouse, enter: Enter) -> None:
    boss = await enter(await house.office.person("administrator"), blank=True)
    page = boss.page
    await look(boss, "/admin/wrap-forms", ".resource-head")
    await choose(page, page.get_by_label("项目"), OTHER_CLIENT)
    await page.get_by_role("button", name="编辑表单").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_role("button", name="添加字段").click()
    await drawer.get_by_label("中文标题").fill("银行卡号")
    await drawer.get_by_label("英文标题").fill("Card")
    await choose(page, drawer.get_by_label("类型"), "卡信息（不保存）")
    await drawer.get_by_label("保留末四位").click()
    await drawer.get_by_role("button", name="发布新版本").click()
    await expect(drawer).to_be_hidden(timeout=SECONDS)

    person = await house.agent()
    found: list[str] = []
    async with seated(enter, person) as desk:
        call = await house.dial(OTHER)
        await desk.rung()
        await desk.press("接听")
        await call.wait_tone(MICROPHONE_HZ, 15)
        contact_id = await house.contact_of(call.caller)
        bar = desk.page.get_by_role("region", name="正在收集卡信息")
        await desk.page.keyboard.press("Alt+KeyL")
        await expect(bar).to_contain_text("录音已静音", timeout=SECONDS)
        found += await barriers(desk.page)
        await desk.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await desk.fits()
        await desk.page.set_viewport_size({"width": LARGE[0], "height": LARGE[1]})
        await bar.get_by_role("button", name="恢复录音").click()
        await expect(bar).to_be_hidden(timeout=SECONDS)

        wrap = desk.page.locator(".wrap")
        field = wrap.get_by_label("银行卡号")
        await field.focus()
        await expect(bar).to_be_visible(timeout=SECONDS)
        await field.fill(CARD)
        await wrap.get_by_label("备注").focus()
        await expect(bar).to_be_hidden(timeout=SECONDS)
        await expect(field).to_have_value("•••• 7890")
        kept = await desk.page.evaluate("JSON.stringify(sessionStorage)")
        assert "7890" in kept and "3456" not in kept
        await wrap.get_by_text("已解决", exact=True).click()
        await call.hangup()
        await house.fact(contact_id, "contact.ended")
        await wrap.get_by_role("button", name="提交").or_(wrap.get_by_role("button", name="保存")).click()
        await house.fact(contact_id, "wrapup.submitted")
    ended = [row["data"] for row in await house.facts(contact_id) if row["kind"] == "card.ended"]
    assert [(each["source"], each["how"]) for each in ended] == [
        ("button", "resumed"),
        ("field", "field_left"),
    ]
    chief = await enter(await house.office.person("supervisor"), blank=True)
    await look(chief, f"/contacts/{contact_id}", ".wrapup dl")
    await expect(chief.page.locator(".wrapup dd")).to_have_text(["•••• 7890"])
    await expect(chief.page.locator(".step[data-kind='card.began']")).to_have_count(2)
    await expect(chief.page.locator(".leg", has_text="收卡（静音）")).to_be_visible(timeout=SECONDS)
    # As other tests found it.
    await page.get_by_role("button", name="编辑表单").click()
    await drawer.get_by_role("button", name="删除 1").click()
    await drawer.get_by_role("button", name="发布新版本").click()
    await expect(drawer).to_be_hidden(timeout=SECONDS)
    assert found == []
