"""Two agents at their desks: one asks the other, by keyboard and by touch, in both languages."""

import re
from uuid import UUID

import pytest
from microphone import MICROPHONE_HZ
from office import OfficeHouse
from office_world import DESK
from playwright.async_api import expect
from test_pages import barriers, in_english
from visitor import PHONE, SECONDS, Visitor

from andon.flows.graph import Graph
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.start import Start
from andon.flows.nodes.sub_flow import Return
from conftest import Enter

pytestmark = pytest.mark.browser

CALLER_HZ = 440.0
NOTE = "车险理赔，已等十分钟"


async def at_place(desk: Visitor, place: str) -> None:
    await expect(desk.page.locator(f".consult[data-place={place}]")).to_be_visible(timeout=SECONDS)


async def test_a_colleague_is_asked_and_takes_over(house: OfficeHouse, enter: Enter) -> None:
    """Search, note, ring card, swap, three-way, hand-over: what is shown, what is heard."""
    asking, asked = await house.agent(), await house.agent("empty")
    first, second = await enter(asking, seated=True), await enter(asked, PHONE, seated=True)
    call = await house.dial(DESK)
    await call.tone(CALLER_HZ, 90)
    await first.rung()
    await first.press("接听")
    await first.in_phase("talking")
    found: list[str] = []

    page = first.page
    await first.shortcut("c")
    panel = page.get_by_role("dialog", name="咨询")
    await expect(panel).to_be_visible(timeout=SECONDS)
    await page.keyboard.type(asked.name)
    row = panel.locator(".target-row")
    await expect(row).to_have_count(1, timeout=SECONDS)
    await expect(row).to_contain_text("空闲")
    await row.get_by_role("radio").check()
    await panel.get_by_label("备注").fill(NOTE)
    found += await barriers(page)
    await panel.get_by_role("button", name=f"咨询 {asked.name}").click()
    await at_place(first, "ringing")

    await second.rung()
    card = second.page.get_by_test_id("ring-card")
    for shown in (NOTE, f"{asking.name} 咨询", "需要专业处理"):
        await expect(card).to_contain_text(shown)
    await second.fits()
    found += await barriers(second.page)
    await card.get_by_role("button", name="接听").click()
    await at_place(first, "apart")
    await first.hears(MICROPHONE_HZ)
    await expect(second.page.locator(".consult")).to_contain_text("正在向您咨询", timeout=SECONDS)
    await first.shortcut("q")
    await at_place(first, "parked")
    await first.hears(CALLER_HZ)
    await page.get_by_role("button", name="三方").click()
    await at_place(first, "together")
    await call.wait_sound(10)
    await first.fits()
    await second.fits()
    found += await barriers(page)
    found += await barriers(second.page)
    await first.english()
    await expect(page.locator(".consult")).to_contain_text("Talking with the caller and", timeout=SECONDS)
    await first.shortcut("o")
    await first.in_phase("wrap")
    await second.in_phase("talking")
    await second.hears(CALLER_HZ)
    await expect(second.page.get_by_test_id("handed-over")).to_contain_text(NOTE)
    assert found == []


async def test_the_caller_goes_through_a_flow_and_comes_back(house: OfficeHouse, enter: Enter) -> None:
    """Chosen by name and by keyboard; what goes on is said, and that the caller is back."""
    check = Graph(
        start="start",
        nodes={
            "start": Start(exits={"next": "menu"}),
            "menu": Menu(
                prompts=("1",),
                labels={"1": "back"},
                tries=1,
                timeout_s=30,
                exits={"1": "back", "wrong": "end", "silence": "end"},
            ),
            "back": Return(),
            "end": HangUp(),
        },
    )
    await house.open_lines({"核实身份": check})
    desk = await enter(await house.agent(), seated=True)
    call = await house.dial(DESK)
    await desk.rung()
    await desk.press("接听")
    await desk.in_phase("talking")
    page = desk.page
    await desk.shortcut("c")
    panel = page.get_by_role("dialog", name="咨询")
    await panel.get_by_text("流程", exact=True).click()
    await panel.get_by_placeholder("按流程名称查找").fill("核实")
    await panel.locator(".target-row").get_by_role("radio").check()
    found = await barriers(page)
    await panel.get_by_role("button", name="咨询 核实身份").click()
    await at_place(desk, "flow")
    await expect(page.locator(".consult")).to_contain_text("客户正在流程“核实身份”中")
    await desk.fits()
    found += await barriers(page)
    await call.keys("1")
    await expect(page.get_by_text("流程“核实身份”已完成")).to_be_visible(timeout=SECONDS)
    await desk.in_phase("talking")
    await desk.shortcut("x")
    await desk.in_phase("wrap")
    assert found == []


async def test_a_parked_caller_is_picked_up_at_another_desk(house: OfficeHouse, enter: Enter) -> None:
    """Alt+P here, a press there: who is parked is shown at both desks, on a telephone too."""
    first = await enter(await house.agent(), seated=True)
    second = await enter(await house.agent(), PHONE, seated=True)
    await house.ask("agent.state", await own_id(second), state="not_ready")
    call = await house.dial(DESK)
    await first.rung()
    await first.press("接听")
    await first.in_phase("talking")
    await first.shortcut("p")
    await first.in_phase("wrap")
    found: list[str] = []
    for desk in (first, second):
        bar = desk.page.get_by_role("region", name="驻留的客户")
        await expect(bar).to_contain_text("驻留 1", timeout=SECONDS)
        await desk.fits()
        found += await barriers(desk.page)
    await second.page.get_by_role("button", name=re.compile("^取回驻留 1")).click()
    await second.in_phase("talking")
    await call.tone(CALLER_HZ, 60)
    await second.hears(CALLER_HZ)
    await expect(first.page.get_by_role("region", name="驻留的客户")).to_be_hidden(timeout=SECONDS)
    await second.fits()
    found += await barriers(second.page)
    assert found == []


async def own_id(desk: Visitor) -> UUID:
    return UUID((await desk.call_api("/api/me"))["user_id"])


async def test_a_transfer_refused_brings_the_caller_back_with_words(house: OfficeHouse, enter: Enter) -> None:
    """By touch, on a telephone, in English: the panel has no barrier and no Chinese word."""
    asking = await house.agent()
    desk = await enter(asking, PHONE, seated=True)
    async with house.on_duty("empty") as colleague:
        call = await house.dial(DESK)
        await desk.rung()
        await desk.page.get_by_test_id("ring-card").get_by_role("button", name="接听").click()
        await desk.in_phase("talking")
        await desk.english()
        page = desk.page
        await page.get_by_role("button", name="Transfer").first.click()
        panel = page.get_by_role("dialog")
        number = (await house.ask("snapshot.agent", colleague.agent_id))["agent_no"]
        await panel.get_by_role("textbox").first.fill(number)
        await panel.locator(".target-row input").check()
        await desk.fits()
        found = await barriers(page)
        await in_english(desk)
        await panel.get_by_role("button", name=re.compile("^Transfer to")).click()
        ring = await colleague.phone.next_call(15)
        await at_place(desk, "ringing")
        await ring.reject()
        await expect(page.get_by_text("the caller is back with you")).to_be_visible(timeout=SECONDS)
        await desk.in_phase("talking")
        await call.wait_tone(MICROPHONE_HZ, 15)
        await page.locator(".bar").get_by_role("button", name="Consult").click()
        await page.get_by_role("dialog").get_by_text("Outside number").click()
        await page.get_by_role("textbox", name="Outside number").fill("12")
        await expect(page.get_by_text("Enter 3 to 20 digits")).to_be_visible()
        await expect(
            page.get_by_role("dialog").get_by_role("button", name="Choose somebody")
        ).to_be_disabled()
        await desk.fits()
        found += await barriers(page)
        await in_english(desk)
        await call.hangup()
        await desk.in_phase("wrap")
        await expect(page.get_by_role("dialog")).to_be_hidden(timeout=SECONDS)
        assert found == []
