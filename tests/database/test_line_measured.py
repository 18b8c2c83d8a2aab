"""What an agent's browser measured of its line is kept with the contact, if it was the agent's."""

from pathlib import Path

import pytest
from identity_house import make_house
from reporting_stand import journal
from sqlalchemy import text

from andon.interactions.events import ContactConnected, LineMeasured
from andon.kit import i18n
from andon.kit.database import Database
from andon.kit.ids import uuid7
from andon.kit.journal.model import Record
from andon.reporting.history.timeline import timeline

pytestmark = pytest.mark.database

MEASURED = {"mos": 3.4, "mos_least": 1.9, "loss_percent": 5.2, "jitter_ms": 40, "measured_ms": 8000}


async def test_a_line_is_kept_with_the_agent_s_own_contact_only(
    owner_db: Database, db: Database, tmp_path: Path
) -> None:
    house = await make_house(owner_db, db, tmp_path)
    wang = await house.add_user("wang", "agent")
    await house.add_user("li", "agent")
    contact = uuid7()
    talk = ContactConnected(
        at=house.clock.now(),
        tenant_id=house.stand.tenant_id,
        client_id=house.stand.clients[0],
        project_id=house.stand.projects[0],
        contact_id=contact,
        agent_id=wang,
        offer_id=uuid7(),
        queue_id=house.stand.queues[0],
        waited_ms=0,
    )
    await journal(db, [talk])
    async with house.client("wang") as one, house.client("li") as other:
        path, body = "/api/desk/line", {**MEASURED, "contact_id": str(contact)}
        assert (await other.post(path, json=body)).json() == {"kept": False}
        assert (await one.post(path, json=body | {"contact_id": str(uuid7())})).json() == {"kept": False}
        assert (await one.post(path, json=body | {"mos": 9})).status_code == 422
        assert (await one.post(path, json=body)).json() == {"kept": True}
    async with db.session(house.stand.scope) as session:
        query = text("SELECT agent_id, client_id, data FROM journal WHERE kind = 'line.measured'")
        (row,) = await session.execute(query)
    assert (row.agent_id, row.client_id) == (wang, house.stand.clients[0])
    assert row.data == MEASURED
    await house.bus.stop()

    record = Record(
        seq=1, id=uuid7(), fact=LineMeasured(at=talk.at, tenant_id=talk.tenant_id, agent_id=wang, **row.data)
    )
    (step,) = timeline([record], {wang: "王芳"}, supervisors=False)
    said = i18n.text(step.text_key, "zh", **step.params)
    assert said == "王芳 的线路：MOS 估计 3.4（最低 1.9），丢包 5.2%，抖动 40 毫秒"
