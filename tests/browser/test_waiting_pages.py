"""A project's waiting is set up on the pages; what a machine wrote down stands beside a message."""

from typing import Any
from uuid import UUID

import numpy as np
import pytest
from office import OfficeHouse
from playwright.async_api import expect
from test_pages import in_english
from test_queue_editor import choose, part
from test_work_page import message
from visitor import LARGE, PHONE, SECONDS, Visitor, barriers, look

from andon.kit.clock import SystemClock
from andon.kit.database import Scope
from andon.speech.sound import wav
from andon.transcripts.tables import Transcript
from conftest import Enter

pytestmark = pytest.mark.browser

LINK = "https://chat.example/?c={contact}"


async def send(visitor: Visitor, method: str, path: str, status: int, **what: Any) -> Any:
    """Ask the API for a change as this person."""
    request = visitor.context.request
    answer = await getattr(request, method)(f"{visitor.house.url}{path}", headers={"x-andon": "1"}, **what)
    assert answer.status == status, await answer.text()
    return await answer.json() if status != 204 else None


async def test_a_gateway_a_link_and_music_are_set_up(house: OfficeHouse, enter: Enter) -> None:
    boss = await enter(await house.office.person("administrator"))
    page = boss.page
    client_id = str(house.world.client_id)
    made = await send(boss, "post", "/api/projects", 201, data={"client_id": client_id, "name": "等待业务"})
    project = made["id"]
    prompt = await send(boss, "post", "/api/prompts", 201, data={"project_id": project, "name": "春江"})
    await send(
        boss, "post", f"/api/prompts/{prompt['id']}/versions?language=zh", 201,
        data=wav(np.sin(np.arange(8000) / 3).astype(np.float32) / 4),
    )  # fmt: skip

    # a gateway; without its header's value it is not taken
    await look(boss, "/admin/text-gateways", ".resource-head")
    found = await barriers(page)
    await page.get_by_role("button", name="新增短信网关").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("名称").fill("Carrier")
    await dialog.get_by_label("网址").fill("http://sms.example/")
    await dialog.get_by_label("请求头").fill("Authorization")
    await dialog.get_by_role("button", name="保存", exact=True).click()
    await expect(dialog.get_by_text("以 https:// 开头").first).to_be_visible()
    await dialog.get_by_label("网址").fill("https://sms.example/send")
    await dialog.get_by_label("密钥").fill("Bearer s3cret")
    found += await barriers(page)
    await dialog.get_by_role("button", name="保存", exact=True).click()
    await expect(dialog).to_be_hidden(timeout=SECONDS)
    (gateway,) = (await boss.call_api("/api/text-gateways"))["items"]
    assert gateway["has_secret"] and "secret" not in gateway

    # the project: a link wants its gateway, and the music is one of its prompts
    await look(boss, "/admin/projects", ".admin-body tbody tr")
    await page.get_by_role("button", name="等待业务", exact=True).click()
    shown = await part(page, "等待时")
    await choose(page, shown.get_by_label("等待音乐"), "春江")
    await shown.get_by_label("在线客服链接").fill(LINK)
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(shown.get_by_text("请选择发送这个链接的短信网关")).to_be_visible()
    await choose(page, shown.get_by_label("短信网关"), "Carrier")
    found += await barriers(page)
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.get_by_role("dialog")).to_be_hidden(timeout=SECONDS)
    kept = await boss.call_api(f"/api/projects/{project}")
    assert (kept["music"], kept["chat_link"], kept["text_gateway_id"]) == ("春江", LINK, gateway["id"])
    await expect(page.locator(".admin-body tr", has_text="等待业务")).to_contain_text("春江")

    await boss.english()
    await look(boss, "/admin/text-gateways", ".resource-head")
    await in_english(boss)
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await boss.fits()
    found += await barriers(page)
    await page.set_viewport_size({"width": LARGE[0], "height": LARGE[1]})
    assert found == []

    await send(boss, "delete", f"/api/projects/{project}", 204)
    await send(boss, "delete", f"/api/text-gateways/{gateway['id']}", 204)


async def test_what_was_said_stands_beside_the_message(house: OfficeHouse, enter: Enter) -> None:
    caller, contact_id = await message(house)
    chief = await enter(await house.office.person("supervisor", "quality"), blank=True)
    page = chief.page
    await look(chief, "/work", ".work-row")
    await page.locator(".work-row", has_text=caller).click()
    box = page.locator(".transcript")
    await expect(box).to_contain_text("尚未设置语音识别", timeout=SECONDS)

    world = house.world
    stored = await house.fact(contact_id, "recording.stored")
    row = Transcript(
        client_id=world.client_id, project_id=world.project_id, contact_id=contact_id,
        recording_id=UUID(stored["recording_id"]), state="done", next_at=SystemClock().now(),
        lines=[{"side": "caller", "from_ms": 1200, "to_ms": 3000, "text": "<b>水管</b> 漏水了"}],
        heard_ms=3000, made_by="asr.example", made_at=SystemClock().now(),
    )  # fmt: skip
    async with house.office.db.session(Scope(world.tenant_id)) as session:
        session.add(row)
    found = []
    for path in ("/work", f"/contacts/{contact_id}"):
        await look(chief, path, ".work-row" if path == "/work" else ".contact-path")
        if path == "/work":
            await page.locator(".work-row", has_text=caller).click()
        # what was said is text, whatever it looks like; who wrote it is told
        await expect(box.locator("li")).to_contain_text("<b>水管</b> 漏水了", timeout=SECONDS)
        await expect(box).to_contain_text("机器转写：asr.example")
        found += await barriers(page)
        await box.get_by_role("button", name="从 0:01 播放").click()
        await expect(page.locator(".recording[data-playing=true]")).to_be_visible(timeout=SECONDS)
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await chief.fits()
    await page.set_viewport_size({"width": LARGE[0], "height": LARGE[1]})
    assert found == []
