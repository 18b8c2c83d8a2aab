"""What a project gives to who waits: music of its own prompts, a link and the gateway that sends it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from identity_house import House, make_house

from andon.channels.text.model import token_of
from andon.entrypoints import core_centre
from andon.entrypoints.core_music import STANDARD, Music
from andon.kit.database import Database
from andon.kit.ids import uuid7
from andon.speech.sound import wav

pytestmark = pytest.mark.database

GATEWAY = {"name": "短信", "url": "https://sms.example/send", "header": "Authorization", "secret": "Bearer x"}
LINK = "https://chat.example/?c={contact}"


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    yield house
    await house.bus.stop()


async def change(admin: httpx.AsyncClient, path: str, status: int = 200, **values: Any) -> dict[str, Any]:
    answer = await admin.patch(path, json=values)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_link_and_its_gateway_belong_together(house: House) -> None:
    project = f"/api/projects/{house.stand.projects[0]}"
    async with house.client("admin") as admin:
        for wrong in (
            {"url": "http://sms.example/"},
            {"url": "https://a@sms.example/"},
            {"header": "X-Key", "secret": ""},
            {"secret": "two\nlines"},
            {"header": "X Key"},
            {"timeout_s": 11},
        ):
            assert (await admin.post("/api/text-gateways", json=GATEWAY | wrong)).status_code == 422, wrong
        made = await admin.post("/api/text-gateways", json=GATEWAY)
        assert made.status_code == 201 and made.json()["has_secret"] and "Bearer" not in made.text
        gateway = made.json()["id"]
        for fault, values in (
            ("chat_link", {"chat_link": "http://chat.example/", "text_gateway_id": gateway}),
            ("chat_link", {"chat_link": "https://chat.example/{name}", "text_gateway_id": gateway}),
            ("text_gateway_id", {"chat_link": LINK}),
            ("chat_link", {"text_gateway_id": gateway}),
            ("text_gateway_id", {"chat_link": LINK, "text_gateway_id": str(uuid7())}),
            ("pop_url", {"pop_url": "https://crm.example/?who={name}"}),
            ("pop_url", {"pop_url": "javascript:alert(1)"}),
        ):
            refused = await change(admin, project, 422, **values)
            assert list(refused["error"]["fields"]) == [fault], refused
        shown = await change(admin, project, chat_link=LINK, text_gateway_id=gateway)
        assert (shown["chat_link"], shown["text_gateway_id"]) == (LINK, gateway)
        assert (await admin.delete(f"/api/text-gateways/{gateway}")).status_code == 409
        await change(admin, f"/api/text-gateways/{gateway}", secret="Bearer y")
    entries = await house.audit(object_kind="text_gateway")
    assert [entry.action for entry in entries] == ["create", "update"]
    assert "Bearer" not in str([(entry.before, entry.after) for entry in entries])
    config = await core_centre.load(house.db, house.stand.tenant_id)
    (known,) = config.gateways
    assert (known.url, known.header, known.secret) == (GATEWAY["url"], "Authorization", "Bearer y")
    (with_link,) = [each for each in config.voice.projects if each.chat_link]
    assert with_link.text_gateway_id == known.gateway_id


async def test_music_is_a_prompt_of_the_project_that_can_be_heard(house: House, tmp_path: Path) -> None:
    mine, other = house.stand.projects[:2]
    sound = wav(np.sin(np.arange(8000) / 3).astype(np.float32) / 4)
    async with house.client("admin") as admin:
        made = await admin.post("/api/prompts", json={"project_id": str(mine), "name": "曲子"})
        prompt = made.json()["id"]
        await change(admin, f"/api/projects/{mine}", 422, music="曲子")  # nobody has recorded it yet
        brought = await admin.post(
            f"/api/prompts/{prompt}/versions", params={"language": "en"}, content=sound
        )
        assert brought.status_code == 201, brought.text
        await change(admin, f"/api/projects/{other}", 422, music="曲子")
        await change(admin, f"/api/projects/{mine}", music="曲子")
        (shown,) = (await admin.get("/api/prompts", params={"project_id": str(mine)})).json()["items"]
        assert shown["music"]
        refused = await admin.delete(f"/api/prompts/{prompt}")
        assert refused.status_code == 409 and "等待音乐" in refused.text
        config = await core_centre.load(house.db, house.stand.tenant_id)
        await change(admin, f"/api/projects/{mine}", music="")
        assert (await admin.delete(f"/api/prompts/{prompt}")).status_code == 204
    (entry, _) = await house.audit(object_kind="project")
    assert entry.after == {"music": "曲子"}

    # the core names it for the engines; the other language's sound is better than none, and silence is never
    music = Music(tmp_path, tmp_path / "music.conf", [])  # type: ignore[arg-type]  # there are no engines
    music.put(house.stand.tenant_id, config.voice.projects, config.prompts)
    await music.settle()
    sha256 = config.prompts[0].sha256
    assert (tmp_path / "music.conf").read_text() == (
        f"[own-{sha256[:32]}]\nmode=playlist\nentry={tmp_path / sha256}\n"
    )
    assert music.of(mine) == STANDARD  # its file is not there
    (tmp_path / f"{sha256}.wav").write_bytes(b"")
    assert music.of(mine) == f"own-{sha256[:32]}"
    assert music.of(other) == music.of(None) == STANDARD


async def test_a_token_that_was_sent_tells_whose_wait_it_is(house: House) -> None:
    key = house.app.state.services.settings.secrets().cookie
    await house.add_user("chief", "supervisor")
    async with house.client("chief") as chief:
        # nobody's, and one that we did not make
        for token in (token_of(key, uuid7()), token_of("another key", uuid7()), "x"):
            assert (await chief.get(f"/api/contact-tokens/{token}")).status_code == 404
