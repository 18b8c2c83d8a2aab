"""Answering on a mobile, and a supervisor who listens to the next calls: the pages of both."""

import pytest
from call_checks import caller
from office import OfficeHouse
from office_world import DESK
from playwright.async_api import expect
from visitor import PHONE, SECONDS, barriers, look

from conftest import Enter

pytestmark = pytest.mark.browser

CALLER_HZ, AGENT_HZ = 440.0, 1000.0


async def test_an_agent_answers_on_the_mobile_and_a_supervisor_hears_the_next_call(
    house: OfficeHouse, enter: Enter
) -> None:
    """The administrator sets the number, the agent chooses it and proves it by a test ring; a call is
    answered there, and the page has its controls. The supervisor is at the call as it begins."""
    person, number = await house.agent(), caller()
    telephone = house.carrier.subscriber(number)
    admin = await enter(await house.office.person("administrator"), blank=True)
    await look(admin, "/admin/users", "table")
    await admin.page.get_by_role("button", name=person.name, exact=True).click()
    await admin.page.get_by_label("手机号码").fill(number)
    await admin.page.get_by_role("button", name="保存").click()
    await expect(admin.page.get_by_label("手机号码")).to_be_hidden(timeout=SECONDS)

    desk = await enter(person)
    page = desk.page
    await page.get_by_text("手机", exact=True).click(timeout=SECONDS)
    assert await barriers(page) == []
    await page.get_by_role("button", name="签入").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text(f"{number[:3]}****{number[-4:]}", timeout=SECONDS)
    await dialog.get_by_role("button", name="响铃").click()
    await expect(dialog).to_contain_text("正在振铃", timeout=SECONDS)
    assert await barriers(page) == []
    test = await telephone.next_call(15)
    await test.answer()
    await test.wait_sound(10)
    await test.keys("1")
    await expect(dialog).to_contain_text("检测已通过", timeout=SECONDS)
    await dialog.get_by_role("button", name="完成并置为空闲").click()
    await desk.in_state("ready")
    await test.wait_ended(15)

    chief = await house.office.person("supervisor")
    supervisor = await enter(chief)
    board = supervisor.page
    await board.goto(f"{house.url}/board")
    await board.get_by_role("button", name=f"对 {person.name} 的操作").click(timeout=SECONDS)
    await board.get_by_role("menuitem", name="监听其后几通").click()
    wish = board.get_by_role("dialog")
    await wish.get_by_label("几通").fill("2")
    assert await barriers(board) == []
    await wish.get_by_role("button", name="开始").click()
    waits = board.get_by_role("list", name="待监听的座席")
    await expect(waits).to_contain_text("其后还监听 2 通", timeout=SECONDS)
    await expect(board.locator(".agent-card", has_text=person.name)).to_contain_text("待监听 2 通")
    await board.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await supervisor.fits()

    call = await house.dial(DESK)
    await call.tone(CALLER_HZ, 90)
    phone = await telephone.next_call(15)
    await phone.answer()
    await desk.rung()
    await expect(page.get_by_test_id("ring-card")).to_contain_text("按 1 接听")
    await phone.wait_sound(10)
    await phone.keys("1")
    await desk.in_phase("talking")
    await phone.tone(AGENT_HZ, 90)
    await call.wait_tone(AGENT_HZ, 15)
    await call.be_quiet()
    await supervisor.hears(AGENT_HZ)
    await expect(board.get_by_role("region", name="监听栏")).to_contain_text("监听中", timeout=SECONDS)
    await expect(waits).to_contain_text("其后还监听 1 通", timeout=SECONDS)
    await desk.press("保持")
    await desk.in_phase("held")
    await desk.press("取回")
    await desk.in_phase("talking")
    await waits.get_by_role("button").click()
    await expect(waits).to_be_hidden(timeout=SECONDS)
    await desk.press("挂断")
    await desk.in_phase("wrap")
    await phone.wait_ended(10)
    await house.ask("agent.sign_out", person.user_id)
