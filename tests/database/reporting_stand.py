"""A centre in the database, for tests of reporting: operator, two clients, a queue each, three agents."""

from dataclasses import dataclass, field
from uuid import UUID

from andon.calendars.tables import CalendarRow
from andon.customers.tables import CustomerRow
from andon.identity.model import Role
from andon.identity.tables import Client, Project, Tenant, User
from andon.kit.database import Database, Scope
from andon.kit.ids import uuid7
from andon.kit.journal import Fact
from andon.kit.journal.store import append
from andon.routing.tables import Queue


@dataclass
class Stand:
    """Ids of what was made. `scope` sees the whole tenant."""

    tenant_id: UUID
    clients: list[UUID] = field(default_factory=list)
    projects: list[UUID] = field(default_factory=list)
    queues: list[UUID] = field(default_factory=list)
    agents: list[UUID] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The operator's code: log-in names are the same in every stand."""
        return f"t{self.tenant_id.hex[-12:]}"

    @property
    def scope(self) -> Scope:
        return Scope(self.tenant_id)


async def make_stand(owner: Database) -> Stand:
    """Make a tenant of its own, so that tests do not see each other."""
    stand = Stand(uuid7())
    async with owner.session(stand.scope) as session:
        session.add(Tenant(id=stand.tenant_id, code=stand.code, name="云桥"))
        await session.flush()
        for n in range(2):
            client = Client(id=uuid7(), name=f"甲方{n}", short_name=f"甲{n}")
            session.add(client)
            await session.flush()
            project = Project(id=uuid7(), client_id=client.id, name=f"项目{n}")
            session.add(project)
            await session.flush()
            queue = Queue(
                id=uuid7(), client_id=client.id, project_id=project.id, name=f"队列{n}", target_s=20
            )
            session.add(queue)
            session.add(
                CustomerRow(client_id=client.id, name=f"客户{n}", phones=[f"1380000000{n}"], tier="gold")
            )
            stand.clients.append(client.id)
            stand.projects.append(project.id)
            stand.queues.append(queue.id)
        session.add(CalendarRow(name="常规", periods={}, timezone="Asia/Shanghai"))
        for n in range(3):
            agent = User(
                id=uuid7(),
                login=f"agent{n}",
                name=f"座席{n}",
                agent_no=f"800{n}",
                roles=[Role.AGENT],
                password_hash="-",
            )
            session.add(agent)
            stand.agents.append(agent.id)
    return stand


async def journal(db: Database, facts: list[Fact], batch: int = 50) -> None:
    """Append facts in several transactions."""
    for at in range(0, len(facts), batch):
        part = facts[at : at + batch]
        async with db.session(Scope(part[0].tenant_id)) as session:
            await append(session, *part)
