"""Forms of projects: built, versioned, filled in, refused with the field's name, shown and found again."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from identity_house import House, make_house
from reporting_stand import journal

from andon.interactions import events as ix
from andon.kit.database import Database
from andon.kit.ids import uuid7
from andon.reporting.projector import Projector

pytestmark = pytest.mark.database


def field(key: str, type: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": type, "label_zh": f"字段 {key}", "label_en": f"Field {key}", **more}


def options(*values: str) -> list[dict[str, str]]:
    return [{"value": value, "label_zh": f"选 {value}", "label_en": f"Option {value}"} for value in values]


FIELDS = [
    field("kind", "choice", required=True, options=options("order", "other")),
    field(
        "order_no", "text", required=True, pattern="SF#{12}", shown_when={"key": "kind", "values": ["order"]}
    ),
    field("tags", "choices", options=options("late", "broken", "lost")),
    field("amount", "number", least=0, most=1000),
    field("day", "date"),
    field("tel", "phone"),
    field("words", "text", max_length=2000),
    field("card", "card", last_four=True),
    field("code", "card", last_four=True),
    field("whole", "card"),
]


async def talked(house: House, agent_id: UUID) -> UUID:
    """A contact that this agent served, projected."""
    contact_id, stand, now = uuid7(), house.stand, house.clock.now()
    about = {
        "at": now,
        "tenant_id": stand.tenant_id,
        "client_id": stand.clients[0],
        "project_id": stand.projects[0],
        "contact_id": contact_id,
    }
    await journal(
        house.db,
        [
            ix.ContactArrived(
                **about,
                medium="voice",
                direction="inbound",
                caller="13800000000",
                caller_raw="13800000000",
                dnis="95001",
                node="n1",
                channel_id=f"c-{contact_id.hex}",
            ),
            ix.ContactConnected(
                **about, agent_id=agent_id, queue_id=stand.queues[0], offer_id=uuid7(), waited_ms=0
            ),
        ],
    )
    await Projector(house.db, house.bus, house.clock, stand.tenant_id).catch_up()
    return contact_id


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    await house.add_user("chief", "supervisor")
    yield house
    await house.bus.stop()


async def test_a_form_is_published_in_versions_and_nobody_s_change_is_lost(house: House) -> None:
    path = f"/api/wrap-forms/{house.stand.projects[0]}"
    async with house.client("admin", "en") as admin:
        assert (await admin.get(path)).json()["version"] == 0
        path += "/versions"

        async def publish(seen: str, fields: list[dict[str, Any]]) -> httpx.Response:
            return await admin.post(path, json={"fields": fields}, headers={"If-Match": seen})

        async def seen() -> str:
            return str((await admin.get(path)).json()["revision"])

        before = await seen()
        first = await publish(before, FIELDS)
        assert (first.status_code, first.json()["version"]) == (201, 1)
        now = await seen()
        assert (await publish(now, first.json()["fields"])).json()["version"] == 1  # nothing was changed
        assert (await publish(now, FIELDS[:1])).json()["version"] == 2
        for late in (before, now):
            error = (await publish(late, FIELDS[:2])).json()["error"]
            told = (error["code"], error["params"]["who"], error["params"]["names"])
            assert told == ("changed_meanwhile", "admin", ["fields"])
        shown = (await admin.get(path)).json()["items"]
        assert [(one["version"], len(one["fields"]), one["published_by"]) for one in shown] == [
            (2, 1, "admin"),
            (1, len(FIELDS), "admin"),
        ]
    async with house.client("chief") as chief:
        refused = await chief.post(path, json={"fields": []})
        assert refused.status_code == 403
    entries = await house.audit(object_kind="wrap_form")
    assert [(e.action, (e.after or {})["version"]) for e in entries] == [("publish", 1), ("publish", 2)]


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        ("fields.1.key", [field("a", "text"), field("a", "text")]),
        ("fields.0.options", [field("a", "choice", options=options("x"))]),
        ("fields.0.options", [field("a", "choice", options=options("x", "x"))]),
        ("fields.0.pattern", [field("a", "text", pattern="#{3")]),
        ("fields.0.pattern", [field("a", "text", pattern="#{9,3}")]),
        ("fields.0.most", [field("a", "number", least=2, most=1)]),
        ("fields.0.shown_when", [field("a", "text", shown_when={"key": "b", "values": ["x"]})]),
        (
            "fields.1.shown_when",
            [
                field("a", "choice", options=options("x", "y")),
                field("b", "text", shown_when={"key": "a", "values": ["z"]}),
            ],
        ),
        ("fields.0.key", [field("Ä", "text")]),
        ("fields.0.type", [field("a", "script")]),
        ("fields", [field(f"f{n}", "text") for n in range(41)]),
    ],
)
async def test_a_form_that_cannot_be_filled_in_is_refused(
    house: House, place: str, fields: list[dict[str, Any]]
) -> None:
    path = f"/api/wrap-forms/{house.stand.projects[0]}/versions"
    async with house.client("admin") as admin:
        answer = await admin.post(path, json={"fields": fields})
    assert answer.status_code == 422
    assert list(answer.json()["error"]["fields"]) == [place]


async def test_answers_are_checked_kept_shown_and_found(house: House) -> None:
    agent_id = await house.add_user("wang", "agent")
    contact_id = await talked(house, agent_id)
    path = f"/api/wrap-forms/{house.stand.projects[0]}/versions"
    words = "<img src=x onerror=alert(1)> שלום מִלָּה 你好"
    good = {
        "kind": "order",
        "order_no": "SF123456789012",
        "tags": ["lost", "late"],
        "amount": 12.5,
        "day": "2026-03-02",
        "tel": "+86 138-0000-0000",
        "words": words,
        "card": "6222 0212-3456 7890",
        "code": "123",
        "whole": "6222021234567890",
    }
    async with house.client("admin") as admin:
        await admin.post(path, json={"fields": FIELDS})

    async with house.client("wang", "en") as wang:

        async def submit(form: dict[str, Any], version: int | None = None) -> Any:
            body = {"contact_id": str(contact_id), "form": form, "form_version": version}
            answer = await wang.post("/api/desk/wrap-up", json=body)
            # Without a core the summary is kept all the same, and the desk tries again.
            return answer.json()["error"]["fields"] if answer.status_code == 422 else answer.status_code

        for wrong, place in (
            ({}, "form.kind"),
            ({"kind": "order"}, "form.order_no"),
            ({**good, "order_no": "SF12345678901"}, "form.order_no"),
            ({**good, "kind": "elsewhere", "order_no": None}, "form.kind"),
            ({**good, "tags": ["late", "gone"]}, "form.tags"),
            ({**good, "tags": "late"}, "form.tags"),
            ({**good, "amount": 1000.5}, "form.amount"),
            ({**good, "amount": "much"}, "form.amount"),
            ({**good, "day": "2026-02-30"}, "form.day"),
            ({**good, "tel": "call me"}, "form.tel"),
            ({**good, "words": "x" * 10_000}, "form.words"),
            ({**good, "card": "62220212345678901234"}, "form.card"),
            ({**good, "card": "•••• 62220212345678"}, "form.card"),
            ({**good, "more": "x"}, "form.more"),
        ):
            assert list(await submit(wrong)) == [place], wrong
        assert "form_version" in await submit({}, 7)
        assert await submit(good) == 503
        # What is not shown is not asked for, and not kept.
        shown = (await wang.get(f"/api/contacts/{contact_id}")).json()["wrap_up"]
        assert shown["form"]["tags"] == ["late", "lost"] and shown["form"]["tel"] == "+8613800000000"
        assert [(line["label"], line["text"]) for line in shown["answers"]][:3] == [
            ("字段 kind", "选 order"),
            ("字段 order_no", "SF123456789012"),
            ("字段 tags", "选 late、选 lost"),
        ]
        assert [line["text"] for line in shown["answers"][-4:]] == [words, "•••• 7890", "••••", "••••"]
        masked = {name: shown["form"][name] for name in ("card", "code", "whole")}
        assert await submit({**good, **masked}) == 503  # sent again as it was shown
        again = (await wang.get(f"/api/contacts/{contact_id}")).json()["wrap_up"]
        assert again["form"] == shown["form"]
        assert await submit({"kind": "other", "order_no": "SF123456789012"}, 1) == 503
        shown = (await wang.get(f"/api/contacts/{contact_id}")).json()["wrap_up"]
        assert shown["form"] == {"kind": "other"}
        assert await submit(good) == 503
    # An older version's answers keep their words when the form changes.
    async with house.client("admin") as admin:
        fields = [{**FIELDS[0], "label_zh": "改名"}]
        await admin.post(path, json={"fields": fields})
    async with house.client("chief") as chief:
        shown = (await chief.get(f"/api/contacts/{contact_id}")).json()["wrap_up"]
        assert shown["answers"][0]["label"] == "字段 kind"
        for q, found in (("SF123456789012", 1), ("שלום", 1), ("onerror", 1), ("nowhere", 0)):
            items = (await chief.get("/api/contacts", params={"q": q})).json()["items"]
            assert len(items) == found, q
