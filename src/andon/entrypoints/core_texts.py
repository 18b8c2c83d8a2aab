"""Text messages of callers in the core, sent beside the calls.

The request is a POST of JSON with `id`, `to`, `text`, `link` and `language`; any answer of success means that
the gateway has the message. It goes the way of flows' requests (`flows.fetch`). The header `Idempotency-Key`
is the same for every try of one contact's message, so that the gateway sends it once.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec
import structlog

from andon.channels.text import texts  # noqa: F401  (registers what is said here)
from andon.channels.text.events import TextSettled
from andon.channels.text.model import Gateway, addressee, link_for
from andon.channels.voice.model import Project
from andon.flows.fetch import Fetcher
from andon.flows.model import Request
from andon.interactions.ports import ContactView
from andon.kit import i18n
from andon.kit.i18n import Locale
from andon.kit.journal import Fact
from andon.kit.tasks import Tasks

log = structlog.get_logger(__name__)

PAUSE_S: Final = 0.5  # between two tries
FINAL: Final = frozenset({"address", "redirect", "resting", "busy", "rejected"})  # trying again helps nothing

Done = Callable[[dict[str, Any]], None]


class Texts:
    """Messages under way. `key` seals the tokens in links."""

    def __init__(
        self, fetcher: Fetcher, append: Callable[[Fact], None], now: Callable[[], datetime], key: str
    ) -> None:
        self._fetcher = fetcher
        self._append = append
        self._now = now
        self._key = key
        self._tasks = Tasks("text message")

    async def close(self) -> None:
        """Give up what is under way."""
        await self._tasks.close()

    def send_link(
        self,
        view: ContactView,
        language: Locale,
        project: Project | None,
        gateway: Gateway | None,
        done: Done,
    ) -> None:
        """Send the project's link to the caller; `done` is called once, with `ok`, and `why` when not."""
        self._tasks.start(self._send(view, language, project, gateway, done))

    async def _send(
        self,
        view: ContactView,
        language: Locale,
        project: Project | None,
        gateway: Gateway | None,
        done: Done,
    ) -> None:
        began = self._now()
        to = addressee(view.caller)
        tries, why = 0, ""
        if project is None or not project.chat_link or gateway is None:
            why = "no_gateway"
        elif to is None:
            why = "no_mobile"
        else:
            link = link_for(project.chat_link, self._key, view.contact_id)
            words = i18n.text("text.chat_link", language, project=project.name, link=link)
            body = {"to": to, "text": words, "link": link, "language": language}
            tries, why = await self._try(gateway, view, body)
        log.info("text_settled", contact_id=str(view.contact_id), tries=tries, why=why)
        now = self._now()
        self._append(
            TextSettled(
                at=now,
                tenant_id=view.tenant_id,
                client_id=view.client_id,
                project_id=view.project_id,
                contact_id=view.contact_id,
                what="chat_link",
                gateway_id=None if gateway is None else gateway.gateway_id,
                tries=tries,
                took_ms=round((now - began).total_seconds() * 1000),
                why=why,
            )
        )
        done({"ok": not why, "why": why})

    async def _try(self, gateway: Gateway, view: ContactView, body: dict[str, str]) -> tuple[int, str]:
        """How often it was tried, and how the last try failed."""
        key = f"{view.contact_id}-chat-link"
        request = Request(
            method="POST",
            url=gateway.url,
            headers={
                "content-type": "application/json",
                "user-agent": "Andon",
                "idempotency-key": key,
                **({gateway.header.lower(): gateway.secret} if gateway.header else {}),
            },
            body=msgspec.json.encode({"id": key, **body}),
            timeout_s=gateway.timeout_s,
        )
        tries, why = 0, ""
        while tries <= gateway.retries:
            if tries:
                await asyncio.sleep(PAUSE_S)
            tries += 1
            why = _fault(await self._fetcher.fetch(request, f"{view.tenant_id} text"))
            if not why or why in FINAL:
                break
        return tries, why


def _fault(answer: dict[str, Any]) -> str:
    """What is wrong with an answer; what it says beside its status is of no interest."""
    if answer["ok"] or (answer["why"] == "not_json" and "status" in answer):
        return ""
    status = int(answer.get("status", 0))
    if 400 <= status < 500 and status not in {408, 425, 429}:
        return "rejected"
    return str(answer["why"])
