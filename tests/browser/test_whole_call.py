"""One call from log-in to the books, heard on both ends."""

import io
import re
import wave
from uuid import UUID

import numpy as np
import pytest
from microphone import MICROPHONE_HZ
from office import OfficeHouse
from office_world import DESK
from playwright.async_api import expect
from visitor import SECONDS, Visitor

from andon.telephony.tones import RATE, tone_level
from conftest import Enter

pytestmark = pytest.mark.browser

CUSTOMER = "13912345678"
CALLER_HZ = 440.0
PIECE = RATE // 4  # samples of the recording judged at a time


async def test_a_call_from_log_in_to_the_books(house: OfficeHouse, enter: Enter) -> None:
    person = await house.agent()
    desk = await enter()
    await desk.log_in(person)
    page = desk.page
    await desk.watch_steadiness()
    await desk.sign_in()
    # A real call to the engine's echo goes there and back.
    await expect(page.get_by_text(re.compile("声音往返正常：\\d+ ms"))).to_be_visible(timeout=SECONDS)
    await desk.pass_device_test()
    await desk.stood_still(0.05)  # the phone bar comes with the seat

    call = await house.dial(DESK, CUSTOMER)
    await call.tone(CALLER_HZ, 90)
    await desk.rung()
    card = page.get_by_test_id("ring-card")
    for shown in ("王女士", "139 1234 5678", "您好", f"line {DESK}", "客 · 项目"):
        await expect(card).to_contain_text(shown)
    await desk.press("接听")
    await desk.in_phase("talking")
    await desk.hears(CALLER_HZ)
    await call.wait_tone(MICROPHONE_HZ, 10)
    await desk.stood_still(0.01)

    await desk.press("静音")
    await call.wait_quiet(10)
    await desk.hears(CALLER_HZ)
    await desk.press("取消静音")
    await call.wait_tone(MICROPHONE_HZ, 10)

    await desk.press("保持")
    await desk.in_phase("held")
    await desk.hears_nothing()
    await house.until(
        lambda: tone_level(call.heard(0.4), MICROPHONE_HZ) < -45, 10, "the agent is not heard on hold"
    )
    await call.wait_sound(10)
    await desk.press("取回")
    await desk.in_phase("talking")
    await call.wait_tone(MICROPHONE_HZ, 10)
    await desk.hears(CALLER_HZ)

    await desk.press("键盘")
    await page.keyboard.press("5")
    await expect(page.get_by_label("已发送")).to_have_text("5")
    await house.until(lambda: call.received_keys == ["5"], 10, "the caller's side got the key")
    await page.keyboard.press("Escape")

    contact_id = await house.contact_of(CUSTOMER)
    await call.be_quiet()  # keys wait for what is being said
    await desk.press("挂断")
    await house.fact(contact_id, "survey.asked")
    await call.keys("4")
    await desk.in_phase("wrap")
    timer = page.get_by_test_id("state-timer")
    await expect(timer).to_contain_text(re.compile("剩余 ?0:5\\d"))
    first = await timer.inner_text()
    await expect(timer).not_to_have_text(first)
    assert (await house.fact(contact_id, "survey.answered"))["score"] == 4
    await call.wait_ended(15)

    await desk.stood_still(0.01)
    await wrap_up(desk)
    await desk.in_state("ready")
    await desk.stood_still(0.02)
    assert await house.outcome(contact_id) == "served"
    await house.stored(contact_id)

    await find_own_contact(desk)
    await the_recording_plays(house, enter, contact_id)
    await the_books_balance(house, enter)


async def wrap_up(desk: Visitor) -> None:
    """Choose a reason, say that it is resolved, leave a note, submit."""
    page = desk.page
    await page.get_by_role("button", name="提交并结束整理").click()
    await expect(page.get_by_text("请选择来电原因")).to_be_visible()
    await page.get_by_label("来电原因").click()
    await page.get_by_label("来电原因").fill("物流")
    await page.locator(".ant-select-tree-title", has_text="物流查询").click()
    await page.get_by_text("已解决", exact=True).click()
    await page.locator(".wrap").get_by_label("备注").fill("包裹明天送到")
    await page.get_by_role("button", name="提交并结束整理").click()
    await expect(page.get_by_text("小结已提交")).to_be_visible(timeout=SECONDS)


async def find_own_contact(desk: Visitor) -> None:
    """The call is in the agent's list, with its summary and a recording that can be played."""
    page = desk.page
    await page.locator(".list-mine li button", has_text="王女士").first.click(timeout=SECONDS)
    await expect(page.locator(".column.work")).to_contain_text("包裹明天送到", timeout=SECONDS)
    await expect(page.locator(".column.work canvas").first).to_be_visible(timeout=SECONDS)


async def the_recording_plays(house: OfficeHouse, enter: Enter, contact_id: UUID) -> None:
    """In history a supervisor finds the call and hears it: the caller on the left, the agent on the right."""
    supervisor = await enter(await house.office.person("supervisor"), blank=True)
    page = supervisor.page
    await page.goto(f"{house.url}/contacts/{contact_id}")
    await expect(page.locator(".path-recording canvas").first).to_be_visible(timeout=SECONDS)
    await expect(page.get_by_text("物流查询").first).to_be_visible()
    await page.get_by_role("button", name="播放", exact=True).click()
    await expect(page.locator(".recording-time")).to_contain_text(re.compile("^0:0[1-9]"), timeout=SECONDS)

    answer = await page.context.request.get(f"{house.url}/api/contacts/{contact_id}/recording")
    with wave.open(io.BytesIO(await answer.body())) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, RATE)
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2) / 32768
    detail = await supervisor.call_api(f"/api/contacts/{contact_id}")
    clean = []
    for part in detail["recording"]["parts"]:
        if part["leg"] == "agent":
            first, last = (part[end] * RATE // 1000 for end in ("from_ms", "to_ms"))
            for at in range(first, last - PIECE, PIECE):
                piece = samples[at : at + PIECE]
                clean.append(
                    stands_out(piece[:, 0].tolist(), CALLER_HZ, MICROPHONE_HZ)
                    and stands_out(piece[:, 1].tolist(), MICROPHONE_HZ, CALLER_HZ)
                )
    assert sum(clean) >= 4, f"a second of talk with each tone on its own side: {clean}"


def stands_out(samples: list[float], hertz: float, other: float) -> bool:
    """The one tone is there and the other is not. A busy machine leaves gaps: they count for neither."""
    return tone_level(samples, hertz) > max(-45.0, tone_level(samples, other) + 15)


async def the_books_balance(house: OfficeHouse, enter: Enter) -> None:
    auditor = await enter(await house.office.person("auditor"), blank=True)
    page = auditor.page
    await page.goto(f"{house.url}/ledger")
    await page.get_by_role("button", name="开始对账").click(timeout=SECONDS)
    number = page.locator(".ledger-number")
    await expect(number).to_have_text(re.compile("无法解释\\s*0$"), timeout=SECONDS)
    await expect(page.locator(".ledger-scale-sign")).to_have_attribute("data-tone", "good")
    assert await house.unexplained() == []
