"""SQL of customers."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.customers.model import Customer, DoNotCall, PhoneBook
from andon.customers.tables import CustomerRow, DoNotCallRow


async def load_phone_book(session: AsyncSession) -> PhoneBook:
    """Every customer the scope sees, by number."""
    rows = await session.stream(
        select(
            CustomerRow.id,
            CustomerRow.client_id,
            CustomerRow.name,
            CustomerRow.tier,
            CustomerRow.phones,
            CustomerRow.agent_id,
            CustomerRow.open_complaint,
        ).order_by(CustomerRow.id)
    )
    return PhoneBook(
        [
            Customer(
                customer_id=row.id,
                client_id=row.client_id,
                name=row.name,
                tier=row.tier,
                phones=tuple(row.phones),
                agent_id=row.agent_id,
                open_complaint=row.open_complaint,
            )
            async for row in rows
        ]
    )


async def load_do_not_call(session: AsyncSession) -> DoNotCall:
    """Every number the scope sees that must not be called."""
    return DoNotCall(
        await session.scalars(select(DoNotCallRow.number).where(DoNotCallRow.retired_at.is_(None)))
    )
