"""HTTP of gateways for text messages, and what a project's link must be like."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints, computed_field
from sqlalchemy.ext.asyncio import AsyncSession

from andon.channels.text import texts  # noqa: F401  (registers what is said here)
from andon.channels.text.model import PLACES, TIMEOUT_MOST_S, TRIES_MOST
from andon.identity.admin import Resource, Revised, add_check, add_uses, crud, used_by
from andon.identity.tables import Project, TextGateway
from andon.kit.links import well_formed
from andon.kit.web import Body, Name, invalid

_VISIBLE = r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$|^$"  # what a header may hold


class TextGatewayIn(Body):
    """`secret` is the value of the header `header`, by which the gateway knows us; written, never read."""

    name: Name
    url: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
    header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{0,60}$")] = ""
    secret: Annotated[str, StringConstraints(max_length=500, pattern=_VISIBLE)] = ""
    timeout_s: Annotated[int, Field(ge=1, le=TIMEOUT_MOST_S)] = 5
    retries: Annotated[int, Field(ge=0, lt=TRIES_MOST)] = 2


class TextGatewayShown(Revised):
    """`has_secret` says that there is one."""

    id: UUID
    name: str
    url: str
    header: str
    secret: Annotated[str, Field(exclude=True)]
    timeout_s: int
    retries: int
    created_at: datetime

    @computed_field  # type: ignore[prop-decorator]  # as pydantic wants it; mypy knows no decorated property
    @property
    def has_secret(self) -> bool:
        return bool(self.secret)


async def _check_gateway(_session: AsyncSession, values: dict[str, Any], row: TextGateway | None) -> None:
    whole = {
        name: values[name] if name in values else getattr(row, name) for name in TextGatewayIn.model_fields
    }
    try:
        parts = urlsplit(whole["url"])
        wrong = parts.scheme != "https" or not parts.hostname or bool(parts.username) or parts.port == 0
    except ValueError:
        wrong = True
    if wrong:
        raise invalid(url="field.text_https")
    if not whole["header"]:
        values["secret"] = ""
    elif not whole["secret"]:
        raise invalid(secret="field.required")  # noqa: S106  # the key of a text


async def _check_project(session: AsyncSession, values: dict[str, Any], row: Project | None) -> None:
    """A link and a gateway to send it by, or neither."""
    link, gateway_id = (
        values.get(name, getattr(row, name, None)) for name in ("chat_link", "text_gateway_id")
    )
    if link and not well_formed(link, PLACES):
        raise invalid(chat_link="field.chat_link")
    if gateway_id is not None:
        gateway = await session.get(TextGateway, gateway_id)
        if gateway is None or gateway.retired_at is not None:
            raise invalid(text_gateway_id="field.unknown_reference")
    if bool(link) != (gateway_id is not None):
        raise invalid(**{"text_gateway_id" if link else "chat_link": "field.required"})


router: APIRouter = crud(
    Resource(
        path="/api/text-gateways",
        kind="text_gateway",
        table=TextGateway,
        model=TextGatewayIn,
        shown=TextGatewayShown,
        prepare=_check_gateway,
    )
)

add_uses("text_gateway", used_by("project", Project, Project.text_gateway_id))
add_check("project", _check_project)
