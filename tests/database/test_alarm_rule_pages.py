"""Alarm rules as an administrator makes them, as core reads them, and what a core that follows finds."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from identity_house import House, make_house
from reporting_stand import journal

from andon.alarms.events import RuleCleared, RuleRaised
from andon.alarms.model import Figure, Level
from andon.alarms.repository import load_raised, load_rules
from andon.kit.database import Database
from andon.kit.ids import uuid7
from andon.reporting.catalogue import FIGURES

pytestmark = pytest.mark.database

PATH = "/api/alarm-rules"


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("root", "administrator")
    yield house
    await house.bus.stop()


async def test_a_rule_is_made_changed_and_retired_audited_and_its_secret_never_shown(house: House) -> None:
    whole = {
        "name": "热线积压",
        "figure": "waiting",
        "queue_id": str(house.stand.queues[0]),
        "warn_at": 5,
        "alarm_at": 10,
        "hold_s": 15,
        "quiet_from": "22:00",
        "quiet_until": "07:30",
        "roles": ["supervisor", "agent"],
        "sound": True,
        "webhook": "https://hooks.example/andon",
        "secret": "correct horse battery",
    }
    async with house.client("root") as root:
        made = await root.post(PATH, json=whole)
        assert made.status_code == 201, made.text
        id = made.json()["id"]
        assert made.json()["signed"] is True and "secret" not in made.json()
        changed = await root.patch(f"{PATH}/{id}", json={"warn_at": 6, "roles": ["supervisor"]})
        assert changed.status_code == 200, changed.text
        async with house.db.session(house.stand.scope) as session:
            (rule,) = await load_rules(session)
        assert (rule.figure, rule.warn_at, rule.alarm_at) == (Figure.WAITING, 6, 10)
        assert rule.quiet == (22 * 60, 7 * 60 + 30)
        assert (rule.roles, rule.secret) == (("supervisor",), "correct horse battery")
        # What refers to a queue keeps it from being retired.
        refused = await root.delete(f"/api/queues/{house.stand.queues[0]}")
        assert refused.status_code == 409 and "告警规则 (1)" in refused.text
        # Without a webhook the secret is gone with it; a rule at rest is not core's.
        assert (await root.patch(f"{PATH}/{id}", json={"webhook": "", "active": False})).json()[
            "signed"
        ] is False
        async with house.db.session(house.stand.scope) as session:
            assert await load_rules(session) == []
        assert (await root.delete(f"{PATH}/{id}")).status_code == 204
        assert (await root.get(PATH)).json()["items"] == []
    entries = await house.audit(object_kind="alarm_rule")
    assert [entry.action for entry in entries] == ["create", "update", "update", "delete"]
    assert "correct horse" not in str([(entry.before, entry.after) for entry in entries])
    assert [topic for topic, _ in house.said].count("config.changed") == 4


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"warn_at": None}, "warn_at"),
        ({"alarm_at": 5}, "alarm_at"),
        ({"figure": "ready", "alarm_at": 9}, "alarm_at"),
        ({"figure": "service_level"}, "variant"),
        ({"figure": "service_level", "variant": "sl.d", "warn_at": 101}, "warn_at"),
        ({"figure": "service_level", "variant": "sl.z"}, "variant"),
        ({"figure": "state_time"}, "state"),
        ({"figure": "moon"}, "figure"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until"),
        ({"quiet_from": "25:00"}, "quiet_from"),
        ({"roles": ["client_viewer"]}, "roles.0"),
        ({"webhook": "http://hooks.example/", "secret": "x" * 20}, "webhook"),
        ({"webhook": "https://user:pw@hooks.example/", "secret": "x" * 20}, "webhook"),
        ({"webhook": "https://[::1", "secret": "x" * 20}, "webhook"),
        ({"webhook": "https://hooks.example/", "secret": "short"}, "secret"),
        ({"hold_s": 3601}, "hold_s"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_at_its_field(
    house: House, wrong: dict[str, Any], field: str
) -> None:
    async with house.client("root") as root:
        answer = await root.post(PATH, json={"name": "x", "figure": "waiting", "warn_at": 5} | wrong)
    assert answer.status_code == 422
    assert field in answer.json()["error"]["fields"], answer.text


async def test_a_rule_is_about_one_thing_and_trunks_are_the_whole_centre_s(house: House) -> None:
    scope = {"project_id": str(house.stand.projects[0]), "queue_id": str(house.stand.queues[0])}
    async with house.client("root") as root:
        for body in (
            scope | {"figure": "waiting"},
            {"figure": "trunk_use", "queue_id": scope["queue_id"]},
            {"figure": "waiting", "queue_id": str(uuid7())},
        ):
            answer = await root.post(PATH, json={"name": "x", "warn_at": 5} | body)
            assert answer.status_code == 422 and "queue_id" in answer.json()["error"]["fields"], answer.text


async def test_every_service_level_of_the_catalogue_may_be_watched_by_name(house: House) -> None:
    variants = [figure.variant for figure in FIGURES if figure.id == "service_level"]
    async with house.client("root") as root:
        for variant in variants:
            body = {"name": variant, "figure": "service_level", "variant": variant, "alarm_at": 70}
            assert (await root.post(PATH, json=body)).status_code == 201


async def test_a_core_that_follows_finds_what_was_raised_and_not_cleared(house: House) -> None:
    now, stood, over = house.clock.now(), uuid7(), uuid7()

    def raised(rule: Any, level: Level, ago_s: int, **more: Any) -> RuleRaised:
        return RuleRaised(
            at=now - timedelta(seconds=ago_s),
            tenant_id=house.stand.tenant_id,
            rule_id=rule,
            name="x",
            figure=Figure.WAITING,
            level=level,
            value=9,
            limit=5,
            **more,
        )

    about = house.stand.queues[0]
    await journal(
        house.db,
        [
            raised(stood, Level.WARNING, 60, about_id=about),
            raised(over, Level.ALARM, 50),
            raised(stood, Level.ALARM, 40, about_id=about, level_before=Level.WARNING),
            RuleCleared(
                at=now - timedelta(seconds=30),
                tenant_id=house.stand.tenant_id,
                rule_id=over,
                name="x",
                figure=Figure.WAITING,
                level=Level.ALARM,
                lasted_ms=20_000,
            ),
        ],
    )
    async with house.db.session(house.stand.scope) as session:
        (found,) = await load_raised(session, now)
    assert (found.rule_id, found.about_id, found.level) == (stood, about, Level.ALARM)
