"""Webhooks of alarm rules: signed, tried again, whatever dies meanwhile.

The core says in the journal what is to be told (`alarm.hook_wanted`); from there it is a row until it was
delivered or given up. Whoever takes a row keeps it for `LEASE`: if it dies, the row is due again.

The request goes the way of flows' requests (`flows.fetch`): no address of the own network unless the
installation allows it, no redirect, a server that fails again and again is left alone for a while. The body
is the alarm as JSON; `X-Andon-Signature` is `t=<unix seconds>,v1=<hex>` with the HMAC-SHA-256 of `<t>.<body>`
by the rule's secret, `X-Andon-Delivery` is the same for each try of one delivery.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

import msgspec
import structlog
from sqlalchemy.exc import DBAPIError

from andon.alarms import repository
from andon.alarms.events import HookTold
from andon.alarms.keeper import TOPIC, HookKeeper
from andon.alarms.model import Rule
from andon.alarms.tables import AlarmDelivery
from andon.flows.fetch import Fetcher
from andon.flows.model import Request
from andon.identity.repository import tenant_ids
from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.journal.keeping import keep_each
from andon.kit.journal.store import append
from andon.kit.settings import Settings

log = structlog.get_logger(__name__)

TOLD = "hook.told"  # how a call ended, for the core's alarm `hook_failed`
TIMEOUT_S: Final = 5.0
PAUSES_S: Final = (2.0, 10.0, 60.0, 300.0, 1800.0)  # between six tries
LEASE: Final = timedelta(seconds=30)  # well over what one try takes
LOOK_S: Final = 15.0  # what nobody woke us for is found this late
RETRY_S: Final = 1.0
AT_ONCE: Final = 20  # of one tenant
HOPELESS: Final = frozenset({"address", "redirect", "gone"})


def signature(secret: str, body: bytes, at: int) -> str:
    """The header by which the receiver knows that we sent this body at `at` (Unix seconds)."""
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


class Hooks:
    """Makes the calls that are due."""

    def __init__(
        self,
        db: Database,
        bus: Bus,
        clock: Clock,
        fetcher: Fetcher,
        tenants: Callable[[], Awaitable[list[UUID]]],
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        self._db = db
        self._bus = bus
        self._clock = clock
        self._fetcher = fetcher
        self._tenants = tenants
        self._pauses_s = pauses_s
        self._woken = asyncio.Event()
        self._busy: dict[UUID, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled."""
        unsubscribe = self._bus.subscribe(TOPIC, lambda _topic, _payload: self._woken.set())
        try:
            while True:
                self._woken.clear()
                try:
                    wait_s = await self._round()
                except (DBAPIError, OSError) as error:
                    log.warning("hooks_wait", error=type(error).__name__)
                    wait_s = RETRY_S
                try:
                    await asyncio.wait_for(self._woken.wait(), wait_s)
                except TimeoutError:
                    continue
        finally:
            unsubscribe()
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def _round(self) -> float:
        """Begin what is due, each tenant by itself: nobody waits for another's slow server. Seconds until
        there is more, as far as is known."""
        now, wait_s = self._clock.now(), LOOK_S
        for tenant_id in await self._tenants():
            if tenant_id in self._busy:
                continue
            async with self._db.session(Scope(tenant_id)) as session:
                due = await repository.next_due(session)
            if due is None:
                continue
            if due <= now:
                self._busy[tenant_id] = asyncio.create_task(self._work(tenant_id))
            else:
                wait_s = min(wait_s, (due - now).total_seconds())
        return wait_s

    async def _work(self, tenant_id: UUID) -> None:
        try:
            await self.deliver(tenant_id)
        except (DBAPIError, OSError) as error:
            log.warning("hooks_wait", error=type(error).__name__)
            await asyncio.sleep(RETRY_S)
        except Exception:
            # One operator's trouble: its deliveries stay in the table and are looked at again.
            log.exception("hooks_failed", tenant=str(tenant_id))
            await asyncio.sleep(LOOK_S)
        finally:
            del self._busy[tenant_id]
            self._woken.set()

    async def deliver(self, tenant_id: UUID) -> int:
        """Make one tenant's calls that are due; how many that were."""
        now = self._clock.now()
        async with self._db.session(Scope(tenant_id)) as session:
            taken = await repository.take_due(session, now, LEASE, AT_ONCE)
        await asyncio.gather(*(self._call(call, rule) for call, rule in taken))
        return len(taken)

    async def _call(self, call: AlarmDelivery, rule: Rule | None) -> None:
        why = (
            await self._try(call, rule.webhook, rule.secret) if rule is not None and rule.webhook else "gone"
        )
        now = self._clock.now()
        over = not why or why in HOPELESS or call.tries > len(self._pauses_s)
        async with self._db.session(Scope(call.tenant_id)) as session:
            if not over:
                pause = timedelta(seconds=self._pauses_s[call.tries - 1])
                await repository.put_off(session, call.id, now + pause)
                return
            if not await repository.drop_delivery(session, call.id):
                return  # whoever had it before us was slow, not dead
            told = HookTold(
                at=now,
                tenant_id=call.tenant_id,
                rule_id=call.rule_id,
                delivery_id=call.id,
                event=str(call.told["event"]),
                tries=call.tries,
                why=why,
            )
            await append(session, told)
        about = {"tenant_id": str(call.tenant_id), "rule_id": str(call.rule_id), "name": call.told["name"]}
        self._bus.publish(TOLD, {**about, "why": "" if why == "gone" else why})

    async def _try(self, call: AlarmDelivery, url: str, secret: str) -> str:
        """Why it failed, empty when it was delivered."""
        body = msgspec.json.encode({"delivery_id": str(call.id), **call.told})
        at = int(self._clock.now().timestamp())
        request = Request(
            method="POST",
            url=url,
            headers={
                "content-type": "application/json",
                "user-agent": "Andon",
                "x-andon-delivery": str(call.id),
                "x-andon-signature": signature(secret, body, at),
            },
            body=body,
            timeout_s=TIMEOUT_S,
        )
        answer = await self._fetcher.fetch(request, f"{call.tenant_id} alarm")
        # What it answers beside its status is of no interest, be it JSON or not.
        return "" if answer["ok"] or answer["why"] == "not_json" else str(answer["why"])


async def keep_hooks(settings: Settings, db: Database, bus: Bus, clock: Clock) -> None:
    """The worker's part: run until cancelled."""
    fetcher = Fetcher(allow_private=settings.flow_http_private)
    tenants = partial(tenant_ids, db)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_each(HookKeeper, db, bus, clock, tenants))
            group.create_task(Hooks(db, bus, clock, fetcher, tenants).run())
    finally:
        await fetcher.close()
