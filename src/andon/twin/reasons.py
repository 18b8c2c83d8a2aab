"""Why predicted and actual may differ, as far as it can be known. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import fmean
from uuid import UUID

import msgspec

from andon.routing.config import CentreConfig
from andon.routing.model import OfferEnd
from andon.twin.compare import Reason
from andon.twin.draws import FEW_RINGS, LEFT_OF_ITSELF, Draws
from andon.twin.model import ABANDONED, ANSWERED, NOBODY, OPEN, TIMEOUT, Call, Day, Lived, Stay


class Fitted:
    """A day without what the present centre no longer has."""

    def __init__(self, day: Day, centre: CentreConfig) -> None:
        queues = {queue.queue_id for queue in centre.queues}
        agents = {agent.agent_id for agent in centre.agents if agent.active}
        kept = [_until_unknown(call, queues) for call in day.calls]
        self.stays_left_out = sum(len(call.stays) for call in day.calls) - sum(map(len, kept))
        self.agents_left_out = {one.agent_id for one in day.presence} - agents
        self.day = msgspec.structs.replace(
            day,
            calls=tuple(
                msgspec.structs.replace(call, stays=stays)
                for call, stays in zip(day.calls, kept, strict=True)
                if stays
            ),
            presence=tuple(one for one in day.presence if one.agent_id in agents),
        )


def _until_unknown(call: Call, queues: set[UUID]) -> tuple[Stay, ...]:
    """The stays before the first in a queue that is gone: what came after hangs on it."""
    place = next((n for n, stay in enumerate(call.stays) if stay.queue_id not in queues), len(call.stays))
    return call.stays[:place]


def reasons(
    fitted: Fitted,
    draws: Draws,
    lives: Sequence[Lived],
    now_ms: int,
    clock: Callable[[int], str],
) -> list[Reason]:
    """`clock` shows an instant as time of day."""
    day = fitted.day
    stays = [stay for call in day.calls for stay in call.stays if day.counts(stay.queued_ms)]
    how = Counter(stay.how for stay in stays)
    known = sum(stay.how in LEFT_OF_ITSELF and not (draws.forget and stay.how == ABANDONED) for stay in stays)
    talks = sum(stay.handling is None for stay in stays)
    rings = Counter(ring.how for of_agent in day.rings.values() for ring in of_agent)
    rung, missed = sum(rings.values()), sum(rings.values()) - rings[ANSWERED]
    unreachable = rings[OfferEnd.UNREACHABLE] + rings[OfferEnd.FAILED]
    few = sum(len(of_agent) < FEW_RINGS for of_agent in day.rings.values())
    queues = {stay.queue_id for stay in stays}

    def mean(count: Callable[[Lived], int]) -> str:
        return f"{fmean(count(life) for life in lives):.1f}"

    def counted(name: str) -> Callable[[Lived], int]:
        return lambda life: sum(stay.how == name for stay in life.stays if day.counts(stay.queued_ms))

    found = [
        Reason(
            code="patience",
            params={
                "n": len(stays) - known,
                "of": len(stays),
                "queues": len(queues & draws.pooled_patience),
            },
        ),
        Reason(
            code="rings",
            params={"n": rung, "missed": missed, "few": few, "predicted": mean(lambda life: life.missed)},
        ),
    ]
    if talks:
        found.append(Reason(code="talks", params={"n": talks, "queues": len(queues & draws.pooled_talks)}))
    for name in (TIMEOUT, NOBODY):
        predicted = mean(counted(name))
        if how[name] or float(predicted):
            found.append(Reason(code=name, params={"n": how[name], "predicted": predicted}))
    plain = {
        "unreachable": unreachable,
        "devices_lost": day.devices_lost,
        "moved_on": sum(len(call.stays) > 1 for call in day.calls),
        "cut_off": how["ended"],
        "still_open": how[OPEN],
        "queues_gone": fitted.stays_left_out,
        "agents_gone": len(fitted.agents_left_out),
    }
    found += [Reason(code=code, params={"n": n}) for code, n in plain.items() if n]
    found += [
        Reason(code="gap", params={"since": clock(gap.since_ms), "until": clock(gap.until_ms)})
        for gap in day.gaps
    ]
    if now_ms < day.end_ms:
        found.append(Reason(code="not_over", params={}))
    return found
