"""An agent's summary names a reason that the form offers: a leaf of the project's tree."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from reporting_stand import Stand, journal, make_stand

from andon.interactions.events import ContactConnected
from andon.interactions.tables import ReasonNode
from andon.interactions.wrapup import Summary, submit
from andon.kit.database import Database
from andon.kit.errors import AndonError
from andon.kit.ids import uuid7

pytestmark = pytest.mark.database

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
async def stand(owner_db: Database) -> Stand:
    return await make_stand(owner_db)


def reason(project_id: UUID, parent: ReasonNode | None = None, **more: Any) -> ReasonNode:
    id = uuid7()
    return ReasonNode(
        id=id,
        project_id=project_id,
        parent_id=parent.id if parent else None,
        name_zh=f"原因 {id.hex[-8:]}",
        name_en="reason",
        **more,
    )


async def test_only_a_leaf_of_the_own_project_can_be_chosen(db: Database, stand: Stand) -> None:
    agent_id, contact_id = stand.agents[0], uuid7()
    talk = ContactConnected(
        at=AT,
        tenant_id=stand.tenant_id,
        client_id=stand.clients[0],
        project_id=stand.projects[0],
        contact_id=contact_id,
        agent_id=agent_id,
        offer_id=uuid7(),
        queue_id=stand.queues[0],
        waited_ms=0,
    )
    await journal(db, [talk])

    async with db.session(stand.scope) as session:
        branch = reason(stand.projects[0])
        session.add_all([branch, elsewhere := reason(stand.projects[1])])
        await session.flush()
        session.add(leaf := reason(stand.projects[0], branch))
        await session.flush()

        async def say(reason_id: UUID | None, note: str = "x") -> bool:
            summary = Summary(
                contact_id=contact_id,
                reason_id=reason_id,
                resolved=True,
                note=note,
                follow_up_at=None,
                form={},
            )
            return await submit(session, stand.tenant_id, agent_id, summary, AT)

        async def refused(reason_id: UUID) -> str:
            with pytest.raises(AndonError) as refusal:
                await say(reason_id)
            return refusal.value.fields["reason_id"]

        assert await refused(branch.id) == "field.reason_is_branch"
        assert await refused(elsewhere.id) == "field.invalid"
        assert await refused(uuid7()) == "field.invalid"
        assert await say(leaf.id)
        # What was a leaf when it was chosen stays, even with a corrected note.
        session.add(reason(stand.projects[0], leaf))
        await session.flush()
        assert await say(leaf.id, "corrected")
        # A branch of which everything below was deleted is offered again.
        leaf.retired_at = AT
        await session.flush()
        assert await say(branch.id)
        await session.rollback()
