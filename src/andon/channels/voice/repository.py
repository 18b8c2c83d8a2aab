"""SQL of voice: trunks, numbers, and the people and projects as desks name them."""

from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.channels.voice.model import Number, Person, Project, Trunk, VoiceConfig
from andon.channels.voice.tables import NumberRow, TrunkRow
from andon.identity.model import Role
from andon.identity.tables import Client, Team, TeamMember, User
from andon.identity.tables import Project as ProjectRow


async def load_voice(session: AsyncSession) -> VoiceConfig:
    """Everything voice needs of the session's tenant."""
    tenant_id: UUID = (await session.execute(select(func.andon_tenant()))).scalar_one()
    projects = await session.execute(
        select(ProjectRow, Client.short_name)
        .join(Client, Client.id == ProjectRow.client_id)
        .order_by(ProjectRow.id)
    )
    return VoiceConfig(
        tenant_id=tenant_id,
        trunks=[
            Trunk(
                trunk_id=row.id,
                name=row.name,
                host=row.host,
                port=row.port,
                username=row.username,
                secret=row.secret,
                max_calls=row.max_calls,
            )
            for row in await session.scalars(
                select(TrunkRow).where(TrunkRow.retired_at.is_(None)).order_by(TrunkRow.id)
            )
        ],
        numbers=[
            Number(
                number_id=row.id,
                client_id=row.client_id,
                project_id=row.project_id,
                trunk_id=row.trunk_id,
                e164=row.e164,
                label=row.label,
                home=row.home,
                kind=row.kind,
                flow_id=row.flow_id,
                dial_out=row.dial_out,
            )
            for row in await session.scalars(
                select(NumberRow).where(NumberRow.retired_at.is_(None)).order_by(NumberRow.id)
            )
        ],
        projects=[
            Project(
                project_id=row.id,
                client_id=row.client_id,
                name=row.name,
                client_name=client_name,
                greeting_zh=row.greeting_zh,
                greeting_en=row.greeting_en,
                language=row.language,
                music=row.music,
                chat_link=row.chat_link,
                text_gateway_id=row.text_gateway_id,
                pop_url=row.pop_url,
            )
            for row, client_name in projects
        ],
        people=[
            Person(
                agent_id=row.id,
                agent_no=row.agent_no or row.login,
                name=row.name,
                department=row.department,
                team=team or "",
                locale=row.locale,
                mobile=row.mobile,
            )
            for row, team in await session.execute(
                select(User, Team.name)
                .outerjoin(TeamMember, TeamMember.user_id == User.id)
                .outerjoin(Team, and_(Team.id == TeamMember.team_id, Team.retired_at.is_(None)))
                .where(User.roles.contains([Role.AGENT.value]))
                .order_by(User.id)
            )
        ],
    )
