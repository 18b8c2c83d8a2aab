"""SQL of gateways for text messages."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.channels.text.model import Gateway
from andon.identity.tables import TextGateway


async def load_gateways(session: AsyncSession) -> list[Gateway]:
    """The tenant's, for the core."""
    rows = await session.scalars(select(TextGateway).where(TextGateway.retired_at.is_(None)))
    return [
        Gateway(
            gateway_id=row.id,
            url=row.url,
            header=row.header,
            secret=row.secret,
            timeout_s=row.timeout_s,
            retries=row.retries,
        )
        for row in rows
    ]
