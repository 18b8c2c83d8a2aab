"""What goes wrong at a desk: no answer, refusal, a page closed or opened anew, one agent at two places."""

import asyncio
import re

import pytest
from microphone import MICROPHONE_HZ
from office import RETURN_S, OfficeHouse
from office_world import DESK
from playwright.async_api import Dialog, expect
from visitor import SECONDS, seated

from conftest import Enter

pytestmark = pytest.mark.browser

CALLER_HZ = 440.0


async def test_a_refused_call_waits_on_and_the_agent_is_not_ready(house: OfficeHouse, enter: Enter) -> None:
    async with seated(enter, await house.agent()) as desk:
        call = await house.dial(DESK)
        await desk.rung()
        await desk.press("拒接")
        await desk.in_state("not_ready")
        await desk.in_phase("none")
        await expect(desk.page.get_by_text("已拒接，已转为示忙")).to_be_visible(timeout=SECONDS)
        contact_id = await house.contact_of(call.caller)
        assert (await house.fact(contact_id, "offer.ended"))["how"] == "rejected"
        assert call.live
        # Ready again, the same caller is offered again.
        await desk.page.keyboard.press("Alt+KeyR")
        await desk.rung()
        await call.hangup()
        await desk.in_phase("none")
        assert await house.outcome(contact_id) == "abandoned_ringing"


async def test_a_ring_nobody_answers_moves_on(house: OfficeHouse, enter: Enter) -> None:
    async with seated(enter, await house.agent("quick")) as desk:
        call = await house.dial(house.world.numbers["quick"])
        await desk.rung()
        await desk.in_state("not_ready")
        await expect(desk.page.get_by_text("振铃未接，已转为示忙")).to_be_visible(timeout=SECONDS)
        await expect(desk.page.get_by_test_id("ring-card")).to_be_hidden()
        contact_id = await house.contact_of(call.caller)
        assert (await house.fact(contact_id, "offer.ended"))["how"] == "timeout"
        assert call.live
        await call.hangup()


async def test_a_closed_page_sends_the_caller_to_somebody_else(house: OfficeHouse, enter: Enter) -> None:
    person = await house.agent("plain")
    async with seated(enter, person) as desk:
        call = await house.dial(house.world.numbers["plain"])
        await desk.rung()
        await desk.press("接听")
        await call.wait_tone(MICROPHONE_HZ, 15)
        await desk.page.close()
        contact_id = await house.contact_of(call.caller)
        # Not dropped: waited for in vain, then back in the queue, with music, and given to who is ready next.
        await house.fact(contact_id, "contact.queued", seconds=RETURN_S + 20, n=2)
        await call.wait_sound(10)
        async with house.on_duty("plain") as colleague:
            talk = await colleague.picks_up()
            await talk.tone(CALLER_HZ, 20)
            await call.wait_tone(CALLER_HZ, 15)
            await call.hangup()
        assert await house.outcome(contact_id) == "served"

        # The wrap-up of who left runs out; without a telephone they are given nothing.
        async def away() -> bool:
            changes = await house.facts(agent_id=person.user_id, kind="agent.state")
            return (changes[-1]["data"]["state"], changes[-1]["data"]["why"]) == (
                "not_ready",
                "device_unregistered",
            )

        await house.until(away, 20, "the agent without a page is not ready")


async def test_a_page_opened_anew_in_a_call_gets_its_caller_back(house: OfficeHouse, enter: Enter) -> None:
    async with seated(enter, await house.agent()) as desk:
        page = desk.page
        call = await house.dial(DESK)
        await call.tone(CALLER_HZ, 90)
        await desk.rung()
        await desk.press("接听")
        await desk.hears(CALLER_HZ)

        async def leave(dialog: Dialog) -> None:
            await dialog.accept()

        page.once("dialog", lambda dialog: asyncio.ensure_future(leave(dialog)))
        await page.reload()
        # The caller waits with music; the desk is there again without signing in, and answers by itself.
        contact_id = await house.contact_of(call.caller)
        await house.fact(contact_id, "contact.retrieved", seconds=30)
        await desk.in_phase("talking")
        await expect(page.get_by_text("电话已连通")).to_be_visible(timeout=SECONDS)
        await desk.hears(CALLER_HZ)
        await call.wait_tone(MICROPHONE_HZ, 15)
        facts = await house.facts(contact_id)
        held = [row["data"]["why"] for row in facts if row["kind"] == "contact.held"]
        kinds = [row["kind"] for row in facts]
        assert held == ["agent_lost"]
        assert (kinds.count("contact.queued"), kinds.count("contact.connected")) == (1, 1)
        await call.hangup()
        await desk.in_phase("wrap")
        assert await house.outcome(contact_id) == "served"
        assert await house.unexplained() == []


async def test_an_agent_at_two_places_is_asked_and_moves(house: OfficeHouse, enter: Enter) -> None:
    person = await house.agent()
    async with seated(enter, person) as first:
        second = await enter()
        second.expect_refusal()
        await second.log_in(person)
        page = second.page
        await expect(page.get_by_role("heading", name="您已在别处签入")).to_be_visible(timeout=SECONDS)
        await expect(page.get_by_role("alert")).to_contain_text("127.0.0.1")
        await expect(page.get_by_role("alert")).to_contain_text(re.compile("今天 \\d\\d:\\d\\d 起"))
        await first.in_state("ready")  # asking moves nothing

        await page.get_by_role("button", name="移到这里").click()
        await expect(page.get_by_role("dialog")).to_be_visible(timeout=SECONDS)
        await expect(first.page.get_by_role("heading", name="工作台已移到别处")).to_be_visible(
            timeout=SECONDS
        )
        await second.pass_device_test()
        call = await house.dial(DESK)
        await second.rung()
        await second.press("接听")
        await call.wait_tone(MICROPHONE_HZ, 15)
        await call.hangup()
        await second.in_phase("wrap")


async def test_a_second_tab_takes_the_desk_only_when_told(house: OfficeHouse, enter: Enter) -> None:
    async with seated(enter, await house.agent()) as desk:
        tab = await desk.context.new_page()
        await tab.goto(f"{house.url}/desk")
        await expect(tab.get_by_role("heading", name="工作台已在另一个标签页打开")).to_be_visible(
            timeout=SECONDS
        )
        await desk.in_state("ready")
        await tab.get_by_role("button", name="在这里使用").click()
        await expect(tab.locator(".state-button")).to_be_visible(timeout=SECONDS)
        await expect(desk.page.get_by_role("heading", name="工作台已在另一个标签页打开")).to_be_visible(
            timeout=SECONDS
        )
