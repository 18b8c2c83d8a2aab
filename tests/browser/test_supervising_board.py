"""A supervisor at the board: to an agent's call by the menu of the card, from mode to mode, and out again."""

import re

import pytest
from microphone import MICROPHONE_HZ
from office import OfficeHouse
from office_world import DESK
from playwright.async_api import Locator, expect
from visitor import PHONE, SECONDS, Visitor, seated

from andon.telephony.tones import tone_level
from conftest import Enter
from town.carrier import Call

pytestmark = pytest.mark.browser

CALLER_HZ, AGENT_HZ = 440.0, 1000.0
HEARD_DBFS, UNHEARD_DBFS = -40.0, -50.0


def card(supervisor: Visitor, name: str) -> Locator:
    return supervisor.page.locator(".agent-card", has_text=name)


async def choose(supervisor: Visitor, name: str, verb: str) -> None:
    """A verb of an agent's menu, by keyboard alone once the card's button has the focus."""
    await menu(supervisor, name)
    await press(supervisor, verb)


async def menu(supervisor: Visitor, name: str) -> None:
    page = supervisor.page
    button = page.get_by_role("button", name=f"对 {name} 的操作")
    await expect(button).to_be_visible(timeout=SECONDS)
    await button.focus()
    await page.keyboard.press("Enter")


async def press(supervisor: Visitor, verb: str) -> None:
    page = supervisor.page
    item = page.get_by_role("menuitem").filter(has=page.get_by_text(verb, exact=True))
    await expect(item).to_be_visible(timeout=SECONDS)
    await item.focus()
    await page.keyboard.press("Enter")


async def heard(house: OfficeHouse, ear: Call, *, supervisor: bool) -> None:
    """Wait until this party hears the supervisor's microphone, or does not."""

    def now() -> bool:
        level = tone_level(ear.heard(0.6), MICROPHONE_HZ)
        return level > HEARD_DBFS if supervisor else level < UNHEARD_DBFS

    await house.until(now, 20, f"the supervisor is {'' if supervisor else 'not '}heard")


async def test_listen_whisper_barge_in_and_out(house: OfficeHouse, enter: Enter) -> None:
    person = await house.office.person("supervisor")
    supervisor = await enter(person, blank=True)
    page = supervisor.page
    await page.goto(f"{house.url}/board")
    bar = page.get_by_role("region", name="监听栏")
    async with house.on_duty("desk") as agent:
        name = agent.view["name"]
        call = await house.dial(DESK)
        phone = await agent.picks_up()
        await agent.in_state("talking")
        await call.tone(CALLER_HZ, 90)

        await choose(supervisor, name, "监听")
        await expect(bar).to_contain_text("监听中", timeout=SECONDS)
        await expect(bar).to_contain_text(name)
        await expect(card(supervisor, name)).to_contain_text(f"{person.name} 监听")
        await supervisor.hears(CALLER_HZ)
        await call.be_quiet()
        await phone.tone(AGENT_HZ, 90)
        await supervisor.hears(AGENT_HZ)
        await heard(house, phone, supervisor=False)
        await heard(house, call, supervisor=False)

        await bar.get_by_text("耳语", exact=True).click()
        await expect(bar).to_contain_text("耳语中", timeout=SECONDS)
        await heard(house, phone, supervisor=True)
        await heard(house, call, supervisor=False)
        await supervisor.hears(AGENT_HZ)

        await bar.get_by_text("强插", exact=True).click()
        await expect(bar).to_contain_text("强插中", timeout=SECONDS)
        await heard(house, call, supervisor=True)
        await heard(house, phone, supervisor=True)
        await supervisor.fits()
        await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await expect(bar).to_be_visible()
        await supervisor.fits()

        await bar.get_by_role("button", name="结束").click()
        await expect(bar).to_be_hidden(timeout=SECONDS)
        await heard(house, call, supervisor=False)
        contact_id = agent.view["contact"]["contact_id"]
        assert (await house.fact(contact_id, "monitor.ended"))["why"] == "asked"
        await call.hangup()
        await agent.in_state("acw")
    auditor = await enter(await house.office.person("auditor"))
    entries = (await auditor.call_api("/api/audit?object_kind=agent"))["items"]
    modes = [entry["after"]["mode"] for entry in entries if entry["user_name"] == person.name]
    assert modes == ["barge_in", "whisper", "listen"]
    assert entries[0]["after"]["contact_id"] == contact_id


async def test_a_forced_state_is_shown_to_the_agent(house: OfficeHouse, enter: Enter) -> None:
    """Who and why; the supervisor's name stays beside the state until the agent changes it."""
    chief = await house.office.person("supervisor")
    supervisor = await enter(chief, blank=True)
    await supervisor.page.goto(f"{house.url}/board")
    person = await house.agent()
    async with seated(enter, person) as desk:
        await menu(supervisor, person.name)
        # Who is no agent calls nobody, and reads why.
        calling = supervisor.page.get_by_role("menuitem", name=re.compile("^呼叫"))
        await expect(calling).to_be_disabled(timeout=SECONDS)
        await expect(calling).to_contain_text("需要座席角色")
        await press(supervisor, "强制小休")
        page = supervisor.page
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("对座席说明（选填）").fill("请到班长台")
        await dialog.get_by_role("button", name="强制小休").click()
        await desk.in_state("break")
        notice = desk.page.get_by_role("alert").filter(has_text=chief.name)
        await expect(notice).to_contain_text("请到班长台", timeout=SECONDS)
        await expect(notice).to_contain_text("小休")
        await expect(desk.page.locator(".state-button")).to_contain_text(f"{chief.name} 强制")
        await expect(card(supervisor, person.name)).to_contain_text(f"{chief.name} 强制", timeout=SECONDS)


async def test_only_supervisors_have_the_menus(house: OfficeHouse, enter: Enter) -> None:
    async with house.on_duty("desk") as agent:
        planner = await enter(await house.office.person("planner"), blank=True)
        await planner.page.goto(f"{house.url}/board")
        await expect(card(planner, agent.view["name"])).to_be_visible(timeout=SECONDS)
        await expect(planner.page.locator(".verb-button")).to_have_count(0)
