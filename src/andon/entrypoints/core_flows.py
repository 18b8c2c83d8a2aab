"""What flows ask for beside the call, in the core: HTTP, speech, texts, customers, alarms, figures."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog

from andon.customers.model import Customer
from andon.entrypoints.core_alarms import Alarms
from andon.entrypoints.core_centre import Centre
from andon.entrypoints.core_texts import Texts
from andon.flows.expressions import Value
from andon.flows.fetch import Fetcher
from andon.flows.model import Recognise, Request
from andon.interactions.ports import ContactView
from andon.interactions.timers import Scheduler
from andon.kit.tasks import Tasks
from andon.speech.ports import Recogniser, SpeechFailed

log = structlog.get_logger(__name__)

SHORTEST_BYTES: Final = 44 + 200 * 16  # a sound of less than 200 ms is a noise
ALARM_S: Final = 900.0  # an alarm of a flow stays on the board so long


class Hearing:
    """Has what callers say recognised, in tasks of its own. `close` when done."""

    def __init__(self, recogniser: Recogniser | None, folder: Path) -> None:
        """`folder` is where the engine keeps the sounds."""
        self._recogniser = recogniser
        self._folder = folder
        self._tasks = Tasks("recogniser")

    async def close(self) -> None:
        """Give up what is under way."""
        await self._tasks.close()

    def start(self, heard: Recognise, done: Callable[[dict[str, Any]], None]) -> None:
        """`done` is called once with the answer; the sound is gone by then."""
        self._tasks.start(self._run(heard, done))

    async def _run(self, heard: Recognise, done: Callable[[dict[str, Any]], None]) -> None:
        try:
            sound = await asyncio.to_thread(_taken, self._folder / f"{heard.name}.wav")
            text = ""
            if self._recogniser is None:
                raise SpeechFailed("unavailable")
            if len(sound) >= SHORTEST_BYTES:
                text = await self._recogniser.recognise(sound, heard.language, heard.words)
            done({"ok": True, "text": text})
        except (SpeechFailed, OSError) as failed:
            log.warning("not_recognised", why=str(failed)[:200])
            done({"ok": False, "why": failed.why if isinstance(failed, SpeechFailed) else "unreadable"})


def _taken(path: Path) -> bytes:
    sound = path.read_bytes()
    path.unlink()
    return sound


class BesideFlows:
    """One tenant's (`flows.service.Beside`)."""

    def __init__(
        self,
        centre: Callable[[], Centre],
        fetcher: Fetcher,
        hearing: Hearing,
        texts: Texts,
        alarms: Alarms,
        scheduler: Scheduler,
    ) -> None:
        self._centre = centre
        self._fetcher = fetcher
        self._hearing = hearing
        self._texts = texts
        self._alarms = alarms
        self._scheduler = scheduler

    def fetch(self, request: Request, done: Callable[[dict[str, Any]], None]) -> None:
        self._fetcher.start(request, done, owner=str(self._centre().tenant_id))

    def recognise(self, heard: Recognise, done: Callable[[dict[str, Any]], None]) -> None:
        self._hearing.start(heard, done)

    def send_link(self, view: ContactView, language: str, done: Callable[[dict[str, Any]], None]) -> None:
        centre = self._centre()
        project = centre.projects.get(view.project_id)
        gateway_id = None if project is None else project.text_gateway_id
        gateway = None if gateway_id is None else centre.gateways.get(gateway_id)
        self._texts.send_link(view, "en" if language == "en" else "zh", project, gateway, done)

    def customer(self, client_id: UUID, number: str) -> Customer | None:
        return self._centre().customer(client_id, number)

    def alarm(self, code: str, subject: str, detail: str) -> None:
        self._alarms.on(code, subject, detail, self._centre().tenant_id)
        self._scheduler.call_later(ALARM_S, self._alarms.off, code, subject)

    def figure(self, client_id: UUID, function: str, queue: str) -> Value:
        centre = self._centre()
        found = next(
            (each for each in centre.queues.values() if each.client_id == client_id and each.name == queue),
            None,
        )
        if found is None:
            return None
        now = centre.floor.router.queue(found.queue_id)
        match function:
            case "queue_waiting":
                return now.waiting
            case "queue_longest_wait":
                since = now.oldest_since
                return 0 if since is None else max(0, int((centre.floor.now() - since).total_seconds()))
            case "queue_agents":
                return now.signed_in
            case "queue_ready":
                return now.ready
        return None
