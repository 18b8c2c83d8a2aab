"""Webhooks of alarm rules: signed, retried, beside everything else.

The request goes the way of flows' requests (`flows.fetch`): no address of the own network unless the
installation allows it, no redirect, a server that fails again and again is left alone for a while. The body
is the alarm as JSON; `X-Andon-Signature` is `t=<unix seconds>,v1=<hex>` with the HMAC-SHA-256 of `<t>.<body>`
by the rule's secret, `X-Andon-Delivery` is the same for each try of one delivery.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from andon.alarms.events import HookTold
from andon.alarms.model import Rule
from andon.flows.fetch import Fetcher
from andon.flows.model import Request
from andon.kit.ids import uuid7
from andon.kit.journal import Fact

TIMEOUT_S: Final = 5.0
PAUSES_S: Final = (2.0, 10.0, 60.0)  # between four tries
FIELDS: Final = (
    "event",
    "at",
    "since",
    "rule_id",
    "name",
    "level",
    "figure",
    "variant",
    "state",
    "value",
    "limit",
    "about",
    "about_id",
)


def signature(secret: str, body: bytes, at: int) -> str:
    """The header by which the receiver knows that we sent this body at `at` (Unix seconds)."""
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


class Hooks:
    """Calls of webhooks under way."""

    def __init__(
        self,
        fetcher: Fetcher,
        append: Callable[[Fact], None],
        now: Callable[[], datetime],
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        self._fetcher = fetcher
        self._append = append
        self._now = now
        self._pauses_s = pauses_s
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, tenant_id: UUID, rule: Rule, told: dict[str, Any]) -> None:
        """Call the rule's webhook. An agent is told by id, a thing also by name: no personal data leaves."""
        body = {name: told[name] for name in FIELDS}
        if told["about"] != "agent":
            body["about_name"] = told["about_name"]
        task = asyncio.create_task(self._deliver(tenant_id, rule, body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _deliver(self, tenant_id: UUID, rule: Rule, what: dict[str, Any]) -> None:
        delivery_id = uuid7()
        body = msgspec.json.encode({"delivery_id": str(delivery_id), **what})
        why, tries = "", 0
        for pause in (0.0, *self._pauses_s):
            await asyncio.sleep(pause)
            tries += 1
            at = int(self._now().timestamp())
            request = Request(
                method="POST",
                url=rule.webhook,
                headers={
                    "content-type": "application/json",
                    "user-agent": "Andon",
                    "x-andon-delivery": str(delivery_id),
                    "x-andon-signature": signature(rule.secret, body, at),
                },
                body=body,
                timeout_s=TIMEOUT_S,
            )
            answer = await self._fetcher.fetch(request, f"{tenant_id} alarm")
            # What it answers beside its status is of no interest, be it JSON or not.
            why = "" if answer["ok"] or answer["why"] == "not_json" else str(answer["why"])
            if why in {"", "address", "redirect"}:
                break
        self._append(
            HookTold(
                at=self._now(),
                tenant_id=tenant_id,
                rule_id=rule.rule_id,
                delivery_id=delivery_id,
                event=str(what["event"]),
                tries=tries,
                why=why,
            )
        )
