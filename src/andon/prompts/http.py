"""HTTP of the prompt library: bring sounds in, hear them, go back to an older one, see where each is used."""

import asyncio
import json
import tomllib
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field, StringConstraints
from sqlalchemy import Select, and_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit
from andon.identity.access import At, may, scope_of
from andon.identity.admin import (
    Administrator,
    RevisedPage,
    Seen,
    add_check,
    announce,
    broken_rule,
    present,
    refuse_stale_list,
    revision_of,
)
from andon.identity.model import Actor, Permission
from andon.identity.tables import Audit, Project, User
from andon.kit import i18n
from andon.kit.errors import AndonError, not_found
from andon.kit.web import Body, Line, Page, Services, Shown, invalid
from andon.prompts import repository, texts
from andon.prompts.model import MOST_BYTES, NAME, Language, Source
from andon.prompts.sound import Fitted, fit
from andon.prompts.tables import PromptRow, PromptVersionRow
from andon.speech.outside import synthesiser_of
from andon.speech.ports import SpeechFailed
from andon.telephony.engine.layout import assets

texts.load()
router = APIRouter(tags=["prompt"])

Reader = Annotated[Actor, may(Permission.CONFIG, Permission.BOARD, Permission.CONTACTS)]
Says = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
WAV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}}
}
SOUND: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class DoneShown(Shown):
    """See `prompts.model.Done`."""

    format: str
    rate_hz: int
    channels: int
    level_before: float
    level_after: float
    trimmed_ms: int
    limited: bool
    marked: bool


class PromptVersionShown(Shown):
    """`current`: callers hear it. `made_by` is a name."""

    language: Language
    version: int
    current: bool
    ms: int
    source: Source
    says: str
    file_name: str
    done: DoneShown
    made_at: datetime
    made_by: str | None


class PromptUse(Shown):
    """A node that speaks the prompt, in the newest version of its flow or in its draft."""

    flow_id: UUID
    flow: str
    node: str
    draft: bool


class PromptShown(Shown):
    """`voices` are the versions that callers hear, one for each language there is; `music`: the project's
    callers hear it while they wait."""

    id: UUID
    client_id: UUID
    project_id: UUID
    name: str
    note: str
    created_at: datetime
    voices: list[PromptVersionShown]
    uses: list[PromptUse]
    music: bool


class StandardPrompt(Shown):
    """One of the prompts that every project has; an own one of the same name is heard instead. `ms` 0: only
    its words are there, and a beep is heard for them."""

    language: Language
    name: str
    says: str
    ms: int


class PromptIn(Body):
    project_id: UUID
    name: Annotated[str, StringConstraints(strip_whitespace=True, pattern=NAME)]
    note: Line = ""


class PromptCall(Shown):
    """The call by which a prompt is recorded."""

    trial_id: UUID
    answered: bool
    over: bool
    message_ms: int


class RecordedIn(Body):
    language: Language
    says: Says = ""


class SynthesisShown(Shown):
    """Whether this installation can speak a text; `marked`: callers then hear that a machine does."""

    available: bool
    marked: bool


class SpeakIn(Body):
    language: Language
    says: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class CurrentIn(Body):
    language: Language
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


Uses = Callable[[AsyncSession, UUID], Awaitable[dict[str, list[PromptUse]]]]
_uses: list[Uses] = []


def add_prompt_uses(uses: Uses) -> None:
    """A room above says which prompts of a project it speaks, by name."""
    _uses.append(uses)


async def _used(session: AsyncSession, project_id: UUID) -> dict[str, list[PromptUse]]:
    found: dict[str, list[PromptUse]] = {}
    for uses in _uses:
        for name, each in (await uses(session, project_id)).items():
            found.setdefault(name, []).extend(each)
    return found


async def _check_music(session: AsyncSession, values: dict[str, Any], row: Project | None) -> None:
    """A project's music is a prompt of its own that can be heard."""
    if not (name := values.get("music")):
        return
    found = row is not None and await session.scalar(
        select(PromptRow.id).where(
            PromptRow.project_id == row.id,
            PromptRow.name == name,
            PromptRow.retired_at.is_(None),
            PromptRow.current != {},
        )
    )
    if not found:
        raise invalid(music="field.unknown_reference")


add_check("project", _check_music)


@router.get("/api/prompts")
async def list_prompts(
    actor: Reader, services: At, project_id: Annotated[UUID, Query()]
) -> Page[PromptShown]:
    """A project's own prompts with what callers hear of each."""
    async with services.db.session(scope_of(actor)) as session:
        rows = await session.scalars(
            select(PromptRow)
            .where(PromptRow.project_id == project_id, PromptRow.retired_at.is_(None))
            .order_by(PromptRow.name)
        )
        items = await _shown(session, project_id, list(rows))
    return Page(items=items, total=len(items))


@router.get("/api/standard-prompts")
async def list_standard_prompts(actor: Reader) -> Page[StandardPrompt]:
    """The prompts that every project has."""
    items = [StandardPrompt(**each) for each in _standard()]
    return Page(items=items, total=len(items))


@router.get("/api/standard-prompts/{language}/{name}", response_class=FileResponse, responses=WAV)
async def hear_standard_prompt(language: Language, name: str, actor: Reader) -> FileResponse:
    """The sound of a standard prompt."""
    if not any(each["language"] == language and each["name"] == name and each["ms"] for each in _standard()):
        raise not_found("prompt")
    return FileResponse(assets() / "prompts" / language / f"{name}.wav", media_type="audio/wav")


@router.post("/api/prompts", status_code=201)
async def make_prompt(body: PromptIn, actor: Administrator, services: At) -> PromptShown:
    """Make a prompt; it is heard once it has a sound."""
    try:
        async with services.db.session(scope_of(actor)) as session:
            project = await session.get(Project, body.project_id)
            if project is None or project.retired_at is not None:
                raise invalid(project_id="field.unknown_reference")
            row = PromptRow(
                client_id=project.client_id,
                project_id=project.id,
                name=body.name,
                note=body.note,
                current={},
            )
            session.add(row)
            await session.flush()
            await session.refresh(row)
            _audit(session, services, actor, "create", row, after={"name": row.name, "note": row.note})
            (answer,) = await _shown(session, row.project_id, [row])
    except IntegrityError as error:
        raise broken_rule(error, "name") from error
    return answer


@router.delete("/api/prompts/{id}", status_code=204)
async def retire_prompt(id: UUID, actor: Administrator, services: At) -> Response:
    """Take a prompt away; refused while a published flow speaks it."""
    async with services.db.session(scope_of(actor)) as session:
        row = await present(session, PromptRow, id)
        uses = [use for use in (await _used(session, row.project_id)).get(row.name, ()) if not use.draft]
        by = [use.flow for use in uses]
        if (await session.get_one(Project, row.project_id)).music == row.name:
            by.append(i18n.text("prompt.as_music", actor.locale))
        if by:
            raise AndonError("prompt.in_use", 409, by=", ".join(dict.fromkeys(by)))
        row.retired_at = services.clock.now()
        _audit(session, services, actor, "delete", row, before={"name": row.name, "note": row.note})
    announce(services, actor)
    return Response(status_code=204)


@router.get("/api/prompts/{id}/versions")
async def list_prompt_versions(id: UUID, actor: Reader, services: At) -> RevisedPage[PromptVersionShown]:
    """Every sound the prompt ever had, the newest first; `revision` is of those that callers hear."""
    async with services.db.session(scope_of(actor)) as session:
        row = await present(session, PromptRow, id)
        found = await session.execute(
            _versions().where(PromptVersionRow.prompt_id == id).order_by(PromptVersionRow.made_at.desc())
        )
        items = [_version(row, each, name) for each, name in found]
        return RevisedPage(items=items, total=len(items), revision=revision_of(services, row.current))


@router.post("/api/prompts/{id}/versions", status_code=201, openapi_extra=SOUND)
async def bring_prompt_sound(
    id: UUID,
    request: Request,
    actor: Administrator,
    services: At,
    language: Annotated[Language, Query()],
    source: Annotated[Literal["upload", "microphone"], Query()] = "upload",
    says: Annotated[Says, Query()] = "",
    file_name: Annotated[Says, Query()] = "",
) -> PromptVersionShown:
    """Bring a sound file as the body; callers hear it from now on. The answer says what was done to it."""
    content = await _whole(request)
    fitted = await asyncio.to_thread(fit, content)
    return await _keep(
        services, actor, id, language, fitted, source=source, says=says, file_name=file_name[:200]
    )


@router.post("/api/prompts/{id}/call")
async def record_prompt_by_telephone(id: UUID, actor: Administrator, services: At) -> PromptCall:
    """Ring the asker's telephone and record what is said after the tone, until `#` or silence."""
    async with services.db.session(scope_of(actor)) as session:
        row = await present(session, PromptRow, id)
        project_id, client_id = str(row.project_id), str(row.client_id)
    answer = await _ask_trial(services, actor, "record", project_id=project_id, client_id=client_id)
    return PromptCall.model_validate(answer)


@router.post("/api/prompts/{id}/recorded", status_code=201)
async def take_prompt_recorded(
    id: UUID, body: RecordedIn, actor: Administrator, services: At
) -> PromptVersionShown:
    """Take what the asker has recorded by telephone; callers hear it from now on."""
    async with services.db.session(scope_of(actor)) as session:
        await present(session, PromptRow, id)
    trial = await _ask_trial(services, actor, "look")
    file = services.settings.folder("spool", "recordings") / f"t-{UUID(trial['trial_id']).hex}.wav"
    if not trial["message_ms"] or not file.is_file():
        raise AndonError("prompt.not_recorded", 409)
    fitted = await asyncio.to_thread(lambda: fit(file.read_bytes()))
    answer = await _keep(services, actor, id, body.language, fitted, source="telephone", says=body.says)
    file.unlink(missing_ok=True)
    return answer


@router.get("/api/prompt-synthesis")
async def read_prompt_synthesis(actor: Reader, services: At) -> SynthesisShown:
    """Whether prompts can be spoken by machine here."""
    settings = services.settings
    return SynthesisShown(available=synthesiser_of(settings) is not None, marked=settings.speech_mark)


@router.post("/api/prompts/{id}/synthesis", status_code=201)
async def speak_prompt(id: UUID, body: SpeakIn, actor: Administrator, services: At) -> PromptVersionShown:
    """Have the installation's synthesiser speak the text; callers hear it from now on, with the audible mark
    of machine-made speech where that is asked for."""
    async with services.db.session(scope_of(actor)) as session:
        await present(session, PromptRow, id)
    synthesiser = synthesiser_of(services.settings)
    if synthesiser is None:
        raise AndonError("prompt.no_synthesiser", 409)
    try:
        content = await synthesiser.speak(body.says, body.language)
    except SpeechFailed as failed:
        raise AndonError("prompt.not_spoken", 502, why=str(failed)) from failed
    mark = services.settings.speech_mark
    fitted = await asyncio.to_thread(fit, content, machine_made=True, mark=mark)
    return await _keep(services, actor, id, body.language, fitted, source="synthesis", says=body.says)


@router.put("/api/prompts/{id}/current")
async def choose_prompt_version(
    id: UUID, body: CurrentIn, actor: Administrator, services: At, seen: Seen = ""
) -> PromptVersionShown:
    """Let callers hear this version, for instance an older one again."""
    async with services.db.session(scope_of(actor)) as session:
        row = await present(session, PromptRow, id)
        await session.refresh(row, with_for_update=True)
        changes = (
            Audit.object_kind == "prompt",
            Audit.object_id == id,
            Audit.action.in_(("choose", "sound")),
        )
        await refuse_stale_list(session, services, "current", seen, row.current, and_(*changes))
        version, name = await _one(session, id, body.language, body.version)
        before = row.current.get(body.language)
        row.current = {**row.current, body.language: body.version}
        _audit(
            session,
            services,
            actor,
            "choose",
            row,
            before={"language": body.language, "version": before},
            after={"language": body.language, "version": body.version},
        )
        answer = _version(row, version, name)
    announce(services, actor)
    return answer


@router.get("/api/prompts/{id}/versions/{language}/{version}/sound", response_class=Response, responses=WAV)
async def hear_prompt(
    id: UUID, language: Language, version: Version, actor: Reader, services: At
) -> Response:
    """One version's sound, as callers hear it."""
    async with services.db.session(scope_of(actor)) as session:
        await present(session, PromptRow, id)
        sound = await session.scalar(
            select(PromptVersionRow.sound).where(
                PromptVersionRow.prompt_id == id,
                PromptVersionRow.language == language,
                PromptVersionRow.version == version,
            )
        )
    if sound is None:
        raise not_found("prompt_version")
    return Response(sound, media_type="audio/wav")


async def _keep(
    services: Services,
    actor: Actor,
    id: UUID,
    language: Language,
    fitted: Fitted,
    *,
    source: Source,
    says: str,
    file_name: str = "",
) -> PromptVersionShown:
    """A sound becomes the version that callers hear."""
    async with services.db.session(scope_of(actor)) as session:
        row = await present(session, PromptRow, id)
        version = await repository.add_version(
            session,
            row,
            language,
            fitted,
            source=source,
            says=says,
            file_name=file_name,
            at=services.clock.now(),
            by=actor.user_id,
        )
        _audit(session, services, actor, "sound", row, after=_said(version))
        answer = _version(row, version, actor.name)
    announce(services, actor)
    return answer


async def _ask_trial(services: Services, actor: Actor, verb: str, **more: Any) -> dict[str, Any]:
    return await services.bus.request(
        "core.command",
        {
            **more,
            "verb": f"trial.{verb}",
            "tenant_id": str(actor.tenant_id),
            "actor": {"user_id": str(actor.user_id), "locale": actor.locale},
        },
    )


async def _whole(request: Request) -> bytes:
    """The body, not more of it than may be. Raises `prompt.too_large`."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            raise AndonError("prompt.too_large", 413, n=MOST_BYTES // 1_000_000)
    return bytes(content)


def _versions() -> Select[PromptVersionRow, str | None]:
    return select(PromptVersionRow, User.name).outerjoin(User, User.id == PromptVersionRow.made_by)


async def _one(
    session: AsyncSession, id: UUID, language: str, version: int
) -> tuple[PromptVersionRow, str | None]:
    found = (
        await session.execute(
            _versions().where(
                PromptVersionRow.prompt_id == id,
                PromptVersionRow.language == language,
                PromptVersionRow.version == version,
            )
        )
    ).first()
    if found is None:
        raise not_found("prompt_version")
    return found[0], found[1]


def _version(prompt: PromptRow, row: PromptVersionRow, made_by: str | None) -> PromptVersionShown:
    return PromptVersionShown(
        language="en" if row.language == "en" else "zh",
        version=row.version,
        current=prompt.current.get(row.language) == row.version,
        ms=row.ms,
        source=row.source,
        says=row.says,
        file_name=row.file_name,
        done=DoneShown(**row.done),
        made_at=row.made_at,
        made_by=made_by,
    )


async def _shown(session: AsyncSession, project_id: UUID, prompts: list[PromptRow]) -> list[PromptShown]:
    uses = await _used(session, project_id)
    project = await session.get(Project, project_id)
    music = project.music if project is not None else ""
    by_id = {row.id: row for row in prompts}
    voices: dict[UUID, list[PromptVersionShown]] = {}
    found = await session.execute(
        _versions()
        .where(PromptVersionRow.prompt_id.in_(list(by_id)))
        .order_by(PromptVersionRow.language.desc())
    )
    for version, name in found:
        shown = _version(by_id[version.prompt_id], version, name)
        if shown.current:
            voices.setdefault(version.prompt_id, []).append(shown)
    return [
        PromptShown(
            id=row.id,
            client_id=row.client_id,
            project_id=row.project_id,
            name=row.name,
            note=row.note,
            created_at=row.created_at,
            voices=voices.get(row.id, []),
            uses=uses.get(row.name, []),
            music=row.name == music,
        )
        for row in prompts
    ]


@cache
def _standard() -> list[dict[str, Any]]:
    """What the manifest beside the standard prompts says of each, and those that have no sound yet."""
    manifest = json.loads((assets() / "prompts" / "manifest.json").read_text())
    found = []
    for path, each in manifest["files"].items():
        language, _, name = path.partition("/")
        if (assets() / "prompts" / f"{path}.wav").is_file():
            found.append({"language": language, "name": name, "says": each["text"], "ms": each["ms"]})
    texts = tomllib.loads((assets() / "prompts" / "texts.toml").read_text("utf-8"))
    for name, words in texts["unspoken"].items():
        found += [{"language": each, "name": name, "says": words[each], "ms": 0} for each in words]
    return sorted(found, key=lambda each: (each["name"], each["language"]))


def _said(version: PromptVersionRow) -> dict[str, Any]:
    return {
        "language": version.language,
        "version": version.version,
        "source": version.source,
        "file_name": version.file_name,
        "sha256": version.sha256,
    }


def _audit(
    session: AsyncSession,
    services: Services,
    actor: Actor,
    action: str,
    row: PromptRow,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        session,
        actor,
        services.clock.now(),
        action,
        "prompt",
        object_id=row.id,
        name=row.name,
        before=before,
        after=after,
    )
