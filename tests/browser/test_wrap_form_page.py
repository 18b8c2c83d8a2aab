"""An administrator builds a project's form, and an agent fills it in: conditions, refusals at their field."""

import re

import pytest
from microphone import MICROPHONE_HZ
from office import OfficeHouse
from office_world import OTHER, OTHER_CLIENT
from playwright.async_api import expect
from test_queue_editor import choose
from visitor import LARGE, PHONE, SECONDS, barriers, look, seated

from conftest import Enter

pytestmark = pytest.mark.browser

ODD = "<script>1</script> שלום"


async def test_a_form_is_built_filled_in_and_kept(house: OfficeHouse, enter: Enter) -> None:
    boss = await enter(await house.office.person("administrator"))
    page = boss.page
    found: list[str] = []
    await look(boss, "/admin/wrap-forms", ".resource-head")
    await choose(page, page.get_by_label("项目"), OTHER_CLIENT)
    await page.get_by_role("button", name="编辑表单").click()
    drawer = page.get_by_role("dialog")
    for n, (zh, en, kind) in enumerate(
        (("问题", "Issue", "单选"), ("单号", "Number", None), ("说明", "Words", None))
    ):
        await drawer.get_by_role("button", name="添加字段").click()
        part = drawer.locator(".form-field").nth(n)
        await part.get_by_label("中文标题").fill(zh)
        await part.get_by_label("英文标题").fill(en)
        if kind:
            await choose(page, part.get_by_label("类型"), kind)
            await part.get_by_label("选项").fill("物流 | Delivery\n退货 | Return")
    number = drawer.locator(".form-field").nth(1)
    await number.get_by_role("switch").click()
    await number.get_by_label("格式").fill("SF#{3")
    await choose(page, number.get_by_label("仅当"), "问题")
    await choose(page, number.get_by_label("选择了"), "物流")
    await page.keyboard.press("Escape")
    found += await barriers(page)
    boss.expect_refusal()
    await drawer.get_by_role("button", name="发布新版本").click()
    # The server says which field of the form it cannot use.
    await expect(number.locator(".ant-form-item-explain-error")).to_be_visible(timeout=SECONDS)
    await number.get_by_label("格式").fill("SF#{3}")
    await drawer.get_by_role("button", name="发布新版本").click()
    await expect(page.get_by_text(re.compile("第 [0-9]+ 版 · 3 个字段"))).to_be_visible(timeout=SECONDS)
    found += await barriers(page)
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await boss.fits()
    await page.set_viewport_size({"width": LARGE[0], "height": LARGE[1]})

    person = await house.agent()
    async with seated(enter, person) as desk:
        call = await house.dial(OTHER)
        await desk.rung()
        await desk.press("接听")
        await call.wait_tone(MICROPHONE_HZ, 15)
        contact_id = await house.contact_of(call.caller)
        wrap = desk.page.locator(".wrap")
        await expect(wrap.get_by_label("问题")).to_be_visible(timeout=SECONDS)
        await expect(wrap.get_by_label("单号")).to_have_count(0)
        await choose(desk.page, wrap.get_by_label("问题"), "物流")
        await wrap.get_by_label("单号").fill("SF12")
        await wrap.get_by_label("说明").fill(ODD)
        await wrap.get_by_text("已解决", exact=True).click()
        found += await barriers(desk.page)
        await call.hangup()
        await house.fact(contact_id, "contact.ended")
        desk.expect_refusal()
        await wrap.get_by_role("button", name="提交").or_(wrap.get_by_role("button", name="保存")).click()
        await expect(wrap.locator(".form-answers .ant-form-item-explain-error")).to_contain_text(
            "SF#{3}", timeout=SECONDS
        )
        await wrap.get_by_label("单号").fill("SF123")
        await wrap.get_by_role("button", name="提交").or_(wrap.get_by_role("button", name="保存")).click()
        said = await house.fact(contact_id, "wrapup.submitted")
        assert said["form_version"] >= 1
    chief = await enter(await house.office.person("supervisor"), blank=True)
    await look(chief, f"/contacts/{contact_id}", ".wrapup dl")
    answers = chief.page.locator(".wrapup dd")
    await expect(answers).to_have_text(["物流", "SF123", ODD])
    # As other tests found it.
    await page.get_by_role("button", name="编辑表单").click()
    for _ in range(3):
        await drawer.get_by_role("button", name="删除 1").click()
    await drawer.get_by_role("button", name="发布新版本").click()
    await expect(page.get_by_text("这个项目还没有表单")).to_be_visible(timeout=SECONDS)
    assert found == []
