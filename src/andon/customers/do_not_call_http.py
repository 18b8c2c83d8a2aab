"""HTTP of the list of numbers that must not be called."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import StringConstraints

from andon.customers.tables import DoNotCallRow
from andon.identity.admin import Resource, Revised, crud
from andon.kit.web import Body, Line


class DoNotCallIn(Body):
    """`reason`: how the wish became known, for instance a recording or a letter."""

    number: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9]{3,20}$")]
    reason: Line = ""


class DoNotCallShown(Revised):
    id: UUID
    number: str
    reason: str
    created_at: datetime


router: APIRouter = crud(
    Resource(
        path="/api/do-not-call",
        kind="do_not_call",
        table=DoNotCallRow,
        model=DoNotCallIn,
        shown=DoNotCallShown,
        label="number",
        unique="number",
    )
)
