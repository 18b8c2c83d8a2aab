"""History over HTTP: search, one contact, why it went where it went, its recording, voicemails."""

import asyncio
import wave
from pathlib import Path as File
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse

from andon.channels.text.model import contact_of
from andon.identity import audit
from andon.identity.access import At, may, scope_of
from andon.identity.model import Actor, Permission
from andon.kit.database import Scope
from andon.kit.errors import AndonError, not_found
from andon.kit.web import Services
from andon.reporting.history import decisions, repository, service
from andon.reporting.history.peaks import peaks_of
from andon.reporting.history.query import ContactsWanted
from andon.reporting.history.search import Filters
from andon.reporting.history.shapes import (
    CallbackPage,
    ContactDetail,
    ContactNamed,
    ContactPage,
    Peaks,
    TranscriptInfo,
    VoicemailPage,
    Why,
    WhyNot,
)

router = APIRouter(prefix="/api", tags=["history"])

WRITTEN_S, LOOK_S = 1.0, 0.1

Reader = Annotated[Actor, may(Permission.CONTACTS, Permission.DESK)]
Listener = Annotated[Actor, may(Permission.RECORDINGS, Permission.DESK)]
Agent = Annotated[Actor, may(Permission.DESK)]
Supervisor = Annotated[Actor, may(Permission.CONTACTS)]

Cursor = Annotated[str | None, Query(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=200)]


def masked(actor: Actor) -> bool:
    """Whether numbers are hidden: from a client's people, unless they take the calls."""
    return actor.client_id is not None and not actor.may(Permission.DESK)


def only_own(actor: Actor, permission: Permission) -> UUID | None:
    """The agent to whose own contacts the asker is limited."""
    return None if actor.may(permission) else actor.user_id


@router.get("/contacts")
async def search_contacts(
    actor: Reader,
    here: At,
    wanted: Annotated[ContactsWanted, Query()],
) -> ContactPage:
    """Contacts, newest first, that arrived from `from` (inclusive) to `to` (exclusive).

    `q` finds a number or part of one, a customer's name, an agent's name or number, words of the summary, or
    a contact's id. `contact` finds those of the same caller at the same client as that contact's. An agent
    finds the own contacts, and with a customer, or with a contact that rang at the own desk, those of that
    person.
    """
    filters = wanted.filters(own_agent=only_own(actor, Permission.CONTACTS), masked=masked(actor))
    if wanted.contact is not None:
        filters = await _of_person(here, actor, wanted.contact, filters)
    async with here.db.session(scope_of(actor)) as session:
        return await service.search_contacts(session, filters, wanted.cursor, wanted.limit, actor.locale)


async def _of_person(here: Services, actor: Actor, contact_id: UUID, filters: Filters) -> Filters:
    """A desk hears of its call a moment before the journal has it: "not found" waits for `WRITTEN_S`."""
    deadline = here.clock.monotonic() + WRITTEN_S
    while True:
        try:
            async with here.db.session(scope_of(actor)) as session:
                return await service.of_person(session, actor.tenant_id, contact_id, filters)
        except AndonError as error:
            if error.status != 404 or here.clock.monotonic() > deadline:
                raise
        await here.clock.sleep(LOOK_S)


@router.get("/desk/contacts", tags=["desk"])
async def own_contacts(actor: Agent, here: At, cursor: Cursor = None, limit: Limit = 50) -> ContactPage:
    """The agent's own contacts, newest first."""
    filters = Filters(agent_id=actor.user_id, own_agent=actor.user_id)
    async with here.db.session(scope_of(actor)) as session:
        return await service.search_contacts(session, filters, cursor, limit, actor.locale)


@router.get("/contacts/{contact_id}")
async def contact_page(contact_id: UUID, actor: Reader, here: At) -> ContactDetail:
    """One contact with its whole path on one time line."""
    own = only_own(actor, Permission.CONTACTS)
    async with here.db.session(scope_of(actor)) as session:
        contact = await service.visible_contact(session, contact_id, own)
        return await service.contact_detail(
            session,
            actor.tenant_id,
            contact,
            actor.locale,
            masked(actor),
            supervisors=own is None and actor.client_id is None,
        )


@router.get("/contact-tokens/{token}")
async def contact_of_token(
    token: Annotated[str, Path(max_length=100)], actor: Supervisor, here: At
) -> ContactNamed:
    """Whose wait it is, for the page behind a link that a caller was sent."""
    found = contact_of(here.settings.secrets().cookie, token)
    if found is None:
        raise not_found("contact")
    async with here.db.session(scope_of(actor)) as session:
        contact = await service.visible_contact(session, found)
    return ContactNamed(contact_id=contact.contact_id)


@router.get("/contacts/{contact_id}/why")
async def why(contact_id: UUID, actor: Supervisor, here: At) -> Why:
    """Why each agent was rung: who was considered, who was passed over for what reason."""
    async with here.db.session(scope_of(actor)) as session:
        await service.visible_contact(session, contact_id)
        return await decisions.why(session, actor.tenant_id, contact_id, actor.locale)


@router.get("/contacts/{contact_id}/why/{agent_id}")
async def why_not(contact_id: UUID, agent_id: UUID, actor: Supervisor, here: At) -> WhyNot:
    """Why this agent was not given the contact, at each of its offers, or that the agent was."""
    async with here.db.session(scope_of(actor)) as session:
        await service.visible_contact(session, contact_id)
        return await decisions.why_not(session, actor.tenant_id, contact_id, agent_id, actor.locale)


@router.get(
    "/contacts/{contact_id}/recording",
    response_class=FileResponse,
    responses={200: {"content": {"audio/wav": {}}}, 206: {"content": {"audio/wav": {}}}},
)
async def recording(contact_id: UUID, request: Request, actor: Listener, here: At) -> FileResponse:
    """The recording as stereo WAV: left the caller, right what the caller heard. Ranges are served."""
    path = await _recording_path(contact_id, actor, here)
    if request.headers.get("range", "bytes=0-").startswith("bytes=0-"):
        # Once for a hearing, not for every piece the player fetches.
        async with here.db.session(Scope(actor.tenant_id)) as session:
            audit.record(session, actor, here.clock.now(), "heard", "recording", object_id=contact_id)
    return FileResponse(
        path, media_type="audio/wav", filename=f"{contact_id}.wav", content_disposition_type="inline"
    )


@router.get("/contacts/{contact_id}/peaks")
async def peaks(contact_id: UUID, actor: Listener, here: At) -> Peaks:
    """The recording's waveform: for each channel the peaks of equal parts."""
    path = await _recording_path(contact_id, actor, here)
    try:
        duration_ms, channels = await asyncio.to_thread(peaks_of, path)
    except (OSError, EOFError, wave.Error) as error:
        raise AndonError("recording.unreadable", 404) from error
    return Peaks(duration_ms=duration_ms, channels=channels)


@router.get("/contacts/{contact_id}/transcript")
async def transcript(contact_id: UUID, actor: Listener, here: At) -> TranscriptInfo:
    """What is said in the recording, written down by a machine, or why it is not. For whoever may hear it."""
    own = only_own(actor, Permission.RECORDINGS)
    async with here.db.session(scope_of(actor)) as session:
        await service.visible_contact(session, contact_id, own, strictly=True)
        found = await service.transcript(session, contact_id, actor.locale, here.clock.now(), here.settings)
    if found.lines:
        async with here.db.session(Scope(actor.tenant_id)) as session:
            audit.record(session, actor, here.clock.now(), "read", "transcript", object_id=contact_id)
    return found


@router.get("/voicemails")
async def list_voicemails(
    actor: Supervisor, here: At, cursor: Cursor = None, limit: Limit = 50
) -> VoicemailPage:
    """Messages callers left, newest first."""
    async with here.db.session(scope_of(actor)) as session:
        return await service.voicemails(session, cursor, limit, actor.locale, masked(actor))


@router.get("/callbacks")
async def list_callbacks(
    actor: Supervisor,
    here: At,
    state: Literal["open", "over"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> CallbackPage:
    """Callers who kept their place to be called back, newest first; all, or those open or over."""
    still_open = None if state is None else state == "open"
    async with here.db.session(scope_of(actor)) as session:
        page = await service.callbacks(session, cursor, limit, actor.locale, masked(actor), still_open)
    if any(item.state == "open" for item in page.items):
        places = await _places(actor, here)
        for item in page.items:
            place = places.get(str(item.contact_id), {}) if item.state == "open" else {}
            item.stands, item.position = place.get("stands"), place.get("position")
    return page


async def _places(actor: Actor, here: Services) -> dict[str, dict[str, Any]]:
    """Where kept places stand now, as core knows; nothing while core is away."""
    asked = {"verb": "supervise.callbacks", "tenant_id": str(actor.tenant_id)}
    try:
        answer = await here.bus.request(
            "core.command", {**asked, "actor": {"user_id": str(actor.user_id)}}, timeout=2
        )
    except AndonError:
        return {}
    places: dict[str, dict[str, Any]] = answer.get("places", {})
    return places


async def _recording_path(contact_id: UUID, actor: Actor, here: Services) -> File:
    """The stored file. Raises `AndonError` when the asker may not hear it or it is not there."""
    own = only_own(actor, Permission.RECORDINGS)
    async with here.db.session(scope_of(actor)) as session:
        await service.visible_contact(session, contact_id, own, strictly=True)
        row = await repository.recording_of(session, contact_id)
    if row is None or row.path is None:
        raise AndonError("recording.none", 404)
    folder = (here.settings.home / "recordings").resolve()
    path = (folder / row.path).resolve()
    if not path.is_relative_to(folder) or not await asyncio.to_thread(path.is_file):
        raise AndonError("recording.unreadable", 404)
    return path
