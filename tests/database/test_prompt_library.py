"""The prompt library over HTTP: bring, hear, go back, take away; flows speak what the project has."""

import io
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile
from identity_house import House, make_house

from andon.kit.database import Database
from andon.prompts.model import MOST_BYTES

pytestmark = pytest.mark.database


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    await house.add_user("leader", "supervisor")
    yield house
    await house.bus.stop()


def tone(hertz: float, kind: str = "MP3") -> bytes:
    out = io.BytesIO()
    sound = 0.05 * np.sin(2 * np.pi * hertz * np.arange(44_100) / 44_100)
    soundfile.write(out, sound, 44_100, format=kind)
    return out.getvalue()


async def make(house: House, client: httpx.AsyncClient, name: str = "promo_月饼") -> str:
    made = await client.post(
        "/api/prompts", json={"project_id": str(house.stand.projects[0]), "name": name, "note": "中秋"}
    )
    assert made.status_code == 201, made.text
    return f"/api/prompts/{made.json()['id']}"


async def bring(client: httpx.AsyncClient, path: str, sound: bytes, **query: str) -> httpx.Response:
    return await client.post(f"{path}/versions", params={"language": "zh", **query}, content=sound)


async def library(house: House, client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/api/prompts", params={"project_id": str(house.stand.projects[0])})
    return {each["name"]: each for each in answer.json()["items"]}


async def test_a_sound_is_brought_heard_replaced_and_brought_back(house: House) -> None:
    async with house.client("admin") as client:
        path = await make(house, client)
        assert (await library(house, client))["promo_月饼"]["voices"] == []
        first = await bring(client, path, tone(500), says="月饼八折", file_name="月饼.mp3")
        assert first.status_code == 201, first.text
        said = first.json()
        assert (said["version"], said["current"], said["source"]) == (1, True, "upload")
        assert (said["done"]["format"], said["done"]["rate_hz"]) == ("MP3", 44_100)
        assert said["done"]["level_after"] == pytest.approx(-20, abs=1)
        second = await bring(client, path, tone(900), source="microphone")
        assert second.json()["version"] == 2
        english = await bring(client, path, tone(700), language="en")
        assert english.json()["version"] == 1

        one, two = [await client.get(f"{path}/versions/zh/{n}/sound") for n in (1, 2)]
        assert one.headers["content-type"] == "audio/wav"
        assert one.content[:4] == two.content[:4] == b"RIFF" and one.content != two.content
        voices = (await library(house, client))["promo_月饼"]["voices"]
        assert [(each["language"], each["version"]) for each in voices] == [("zh", 2), ("en", 1)]

        back = await client.put(f"{path}/current", json={"language": "zh", "version": 1})
        assert back.status_code == 200 and back.json()["current"]
        versions = (await client.get(f"{path}/versions")).json()["items"]
        current = {(each["language"], each["version"]) for each in versions if each["current"]}
        assert current == {("zh", 1), ("en", 1)} and len(versions) == 3
        assert {each["made_by"] for each in versions} == {"admin"}
        assert (await client.put(f"{path}/current", json={"language": "en", "version": 2})).status_code == 404
    assert [(e.action, e.object_name) for e in await house.audit(object_kind="prompt")] == [
        ("create", "promo_月饼"),
        *[("sound", "promo_月饼")] * 3,
        ("choose", "promo_月饼"),
    ]
    assert house.said.count(("config.changed", {"tenant_id": str(house.stand.tenant_id)})) == 4


async def test_bad_files_and_names_are_refused_in_words(house: House) -> None:
    async with house.client("admin") as client:
        path = await make(house, client)
        nonsense = await bring(client, path, b"%PDF-1.7 ...")
        assert (nonsense.status_code, nonsense.json()["error"]["code"]) == (422, "prompt.unreadable")
        assert "MP3" in nonsense.json()["error"]["remedy"]
        large = await bring(client, path, bytes(MOST_BYTES + 1))
        assert (large.status_code, large.json()["error"]["code"]) == (413, "prompt.too_large")
        assert (await bring(client, path, tone(500), language="fr")).status_code == 422
        for name in ("", "a b", "../x", "x" * 61, "-a"):
            bad = await client.post(
                "/api/prompts", json={"project_id": str(house.stand.projects[0]), "name": name}
            )
            assert bad.status_code == 422, name
        again = await client.post(
            "/api/prompts", json={"project_id": str(house.stand.projects[0]), "name": "promo_月饼"}
        )
        assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
    async with house.client("leader") as client:
        assert (await bring(client, path, tone(500))).status_code == 403
        assert "promo_月饼" in await library(house, client)


async def test_flows_may_speak_it_and_it_stays_while_they_do(house: House) -> None:
    say = {"type": "play", "prompts": ["promo_月饼"], "exits": {"next": "end"}}
    graph = {
        "start": "start",
        "nodes": {
            "start": {"type": "start", "exits": {"next": "say"}},
            "say": say,
            "end": {"type": "hangup"},
        },
    }
    async with house.client("admin") as client:
        project = str(house.stand.projects[0])
        made = await client.post("/api/flows", json={"project_id": project, "name": "促销"})
        flow = f"/api/flows/{made.json()['id']}"

        async def lint() -> list[str]:
            answer = await client.post(f"{flow}/lint", json={"graph": graph})
            return [each["code"] for each in answer.json()["items"]]

        assert await lint() == ["prompt_missing"]
        path = await make(house, client)
        assert await lint() == ["prompt_missing"]  # it has no sound yet
        await bring(client, path, tone(500))
        assert await lint() == []
        await client.put(f"{flow}/draft", json={"graph": graph})
        (use,) = (await library(house, client))["promo_月饼"]["uses"]
        assert (use["flow"], use["node"], use["draft"]) == ("促销", "say", True)
        assert (await client.post(f"{flow}/versions", json={"graph": graph})).status_code == 201
        (use,) = (await library(house, client))["promo_月饼"]["uses"]
        assert not use["draft"]
        refused = await client.delete(path)
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "prompt.in_use")
        assert "促销" in refused.json()["error"]["title"]
        graph["nodes"]["say"]["prompts"] = ["welcome"]
        await client.post(f"{flow}/versions", json={"graph": graph})
        assert (await client.delete(path)).status_code == 204
        assert await library(house, client) == {}
        await make(house, client)  # the name is free again


async def test_the_standard_prompts_can_be_heard(house: House) -> None:
    async with house.client("leader") as client:
        items = (await client.get("/api/standard-prompts")).json()["items"]
        welcome = next(each for each in items if (each["name"], each["language"]) == ("welcome", "zh"))
        assert welcome["says"].startswith("您好") and welcome["ms"] > 1000
        sound = await client.get("/api/standard-prompts/zh/welcome")
        assert sound.headers["content-type"] == "audio/wav" and sound.content[:4] == b"RIFF"
        unspoken = [each for each in items if each["ms"] == 0]
        assert {(each["name"], each["language"]) for each in unspoken} >= {
            ("key_card", "zh"),
            ("key_card", "en"),
        }
        for name in ("no_such", "..%2Fzh%2Fwelcome", "manifest.json", "key_card"):
            assert (await client.get(f"/api/standard-prompts/zh/{name}")).status_code == 404


@pytest.fixture
async def speaking(
    owner_db: Database, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    """A house with a synthesiser: a command that knows one sentence."""
    sound, engine = tmp_path / "sound.wav", tmp_path / "speak.py"
    sound.write_bytes(tone(500, "WAV"))
    engine.write_text(
        "import sys\n"
        "if sys.stdin.buffer.read().decode() != '您好' or sys.argv[1] != 'zh': sys.exit('I know but one')\n"
        f"sys.stdout.buffer.write(open({str(sound)!r}, 'rb').read())\n"
    )
    monkeypatch.setenv("ANDON_SPEECH_SYNTHESISER", f"{sys.executable} {engine} {{language}}")
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    yield house
    await house.bus.stop()


async def test_a_text_is_spoken_by_the_installation_s_synthesiser_with_the_mark(speaking: House) -> None:
    async with speaking.client("admin") as client:
        able = (await client.get("/api/prompt-synthesis")).json()
        assert able == {"available": True, "marked": True}
        path = await make(speaking, client)
        plain = (await bring(client, path, tone(500, "WAV"))).json()
        said = await client.post(f"{path}/synthesis", json={"language": "zh", "says": " 您好 "})
        assert said.status_code == 201, said.text
        spoken = said.json()
        assert (spoken["source"], spoken["says"], spoken["version"]) == ("synthesis", "您好", 2)
        assert spoken["current"] and spoken["done"]["marked"] and not plain["done"]["marked"]
        assert spoken["ms"] > plain["ms"] + 500, "the tones are before it"
        assert b"AI-generated" in (await client.get(f"{path}/versions/zh/2/sound")).content
        failed = await client.post(f"{path}/synthesis", json={"language": "en", "says": "hello"})
        assert failed.status_code == 502 and "I know but one" in failed.text
        assert (
            await client.post(f"{path}/synthesis", json={"language": "zh", "says": " "})
        ).status_code == 422


async def test_without_a_synthesiser_it_is_said_so(house: House) -> None:
    async with house.client("admin") as client:
        assert not (await client.get("/api/prompt-synthesis")).json()["available"]
        path = await make(house, client)
        refused = await client.post(f"{path}/synthesis", json={"language": "zh", "says": "您好"})
        assert refused.status_code == 409 and refused.json()["error"]["code"] == "prompt.no_synthesiser"
        assert (await client.get(f"{path}/versions")).json()["items"] == []
