"""What administrators ask of the core about trunks: how they stand, and calls to try them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from andon.channels.voice import texts  # noqa: F401  (registers what is said here)
from andon.channels.voice.machine import Directory
from andon.channels.voice.model import Trunk
from andon.channels.voice.trunk_trial import TrunkTrial, TrunkTrials
from andon.entrypoints.core_centre import Centre
from andon.kit.errors import AndonError
from andon.telephony.errors import EngineRefused
from andon.telephony.reach import Answer, ask

ASKED_S: Final = 1.5
FRESH_S: Final = 15.0  # whoever looks again so soon sees the same answer

Row = dict[str, Any]


class TrunkDesk:
    """One for all tenants."""

    def __init__(
        self, directory: Directory, trials: TrunkTrials, made: Callable[[UUID], list[Trunk]]
    ) -> None:
        """`made`: the trunks of a tenant that the engines have."""
        self._directory = directory
        self._trials = trials
        self._made = made
        self._answers: dict[tuple[str, int], tuple[float, asyncio.Task[Answer]]] = {}
        self._verbs: dict[str, Callable[[Centre, Row], Awaitable[Row]]] = {
            "trunk.states": self._states,
            "trunk.call": self._call,
            "trunk.look": self._look,
            "trunk.end": self._end,
        }

    @property
    def verbs(self) -> frozenset[str]:
        return frozenset(self._verbs)

    async def perform(self, centre: Centre, verb: str, asked: Row) -> Row:
        """Do what an administrator asks. Raises `AndonError`."""
        try:
            return await self._verbs[verb](centre, asked)
        except EngineRefused:
            raise AndonError("engine.unavailable", 503) from None

    async def _states(self, centre: Centre, asked: Row) -> Row:
        trunks = self._directory.trunks_of(centre.tenant_id)
        answers = await asyncio.gather(*(self._reached(trunk) for trunk in trunks))
        made = {trunk.trunk_id for trunk in self._made(centre.tenant_id)}
        return {
            "trunks": [
                self._state(trunk, answer, made=trunk.trunk_id in made)
                for trunk, answer in zip(trunks, answers, strict=True)
            ]
        }

    async def _reached(self, trunk: Trunk) -> Answer:
        key, now = (trunk.host, trunk.port), asyncio.get_running_loop().time()
        known = self._answers.get(key)
        if known is None or known[0] < now - FRESH_S:
            known = self._answers[key] = (now, asyncio.create_task(ask(*key, ASKED_S)))
        return await asyncio.shield(known[1])

    def _state(self, trunk: Trunk, answer: Answer, *, made: bool) -> Row:
        standing = self._directory.standing(trunk.trunk_id)
        return {
            "trunk_id": str(trunk.trunk_id),
            "made": made,
            "reach": answer.how,
            "status": answer.status,
            "ms": answer.ms,
            "in_use": self._directory.in_use(trunk.trunk_id),
            "limit": trunk.max_calls,
            "worked_at": _iso(standing.worked_at),
            "failed_at": _iso(standing.failed_at),
            "how": standing.how,
            "cause": standing.cause,
        }

    async def _call(self, centre: Centre, asked: Row) -> Row:
        trunk_id, number_id = UUID(str(asked["trunk_id"])), UUID(str(asked["number_id"]))
        trunk = next((t for t in self._made(centre.tenant_id) if t.trunk_id == trunk_id), None)
        if trunk is None:
            raise AndonError("trunk_trial.not_made", 409)
        shown, number = centre.numbers.get(number_id), str(asked["number"])
        if shown is None:
            raise AndonError("not_found", 404, what="number")
        if number in centre.do_not_call:
            raise AndonError("trunk_trial.do_not_call", 409)
        tester_id = UUID(str(asked["actor"]["user_id"]))
        ring_s = int(asked["ring_s"])
        return _row(await self._trials.begin(centre.tenant_id, tester_id, trunk, shown, number, ring_s))

    async def _look(self, centre: Centre, asked: Row) -> Row:
        trial = self._trials.of(centre.tenant_id)
        return {"trial": None if trial is None else _row(trial)}

    async def _end(self, centre: Centre, asked: Row) -> Row:
        trial = self._trials.of(centre.tenant_id)
        if trial is None:
            raise AndonError("trunk_trial.none", 404)
        await self._trials.end(trial)
        return _row(trial)


def _row(trial: TrunkTrial) -> Row:
    return {
        "trial_id": str(trial.trial_id),
        "trunk_id": str(trial.trunk.trunk_id),
        "number": trial.number,
        "shown": trial.shown.e164,
        "began_at": _iso(trial.began),
        "over": trial.over,
        "how": trial.how,
        "cause": trial.cause,
        "steps": list(trial.steps),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else str(msgspec.to_builtins(at))
