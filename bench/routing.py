"""How long the router takes for a decision, how that grows with the centre, and two known designs beside it.

`python -m bench.routing` prints a table in under two minutes. A centre of n agents in steady state: every
agent is in about five queues, the waiting are kept at n / 2, and each conversation that ends frees an agent
who is given the next contact. One decision is all of that: arrival, freed agent, match with its
explanation, answer. Times are the thread's own, so that what else the machine does is not counted.

The two others are models of what their sources do, in the same language on the same centre:

* `app_queue`: a device's new state is looked for in every member of every queue; whoever is at the head
  counts the available members, then goes over all members of the queue to rank them by their metric.
* `mod_callcenter`: one thread selects all waiting members by SQL, for each selects the queue's agents by
  SQL, updates rows, and sleeps 100 ms (the sleep is not counted here).
"""

import gc
import random
import resource
import sqlite3
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from andon.routing.config import AgentConfig, CentreConfig, QueueConfig, SkillNeed
from andon.routing.events import AgentState
from andon.routing.machine import Router
from andon.routing.model import DeviceTest, Effect, Offer

START = datetime(2026, 3, 2, tzinfo=UTC)
QUEUES_PER_AGENT = 5


@dataclass(frozen=True)
class Size:
    agents: int
    queues: int
    skills: int
    waiting: int


SIZES = (Size(100, 50, 100, 50), Size(1_000, 100, 200, 500), Size(10_000, 500, 1_000, 5_000))


@dataclass
class Result:
    """Times of single decisions in microseconds; memory of the centre in megabytes."""

    times_us: list[float]
    memory_mb: float = 0.0

    def at(self, share: float) -> float:
        return sorted(self.times_us)[int(share * (len(self.times_us) - 1))]

    @property
    def per_second(self) -> float:
        return len(self.times_us) / sum(self.times_us) * 1e6


def membership(size: Size, chance: random.Random) -> list[list[int]]:
    """The queues of each agent."""
    return [chance.sample(range(size.queues), QUEUES_PER_AGENT) for _ in range(size.agents)]


def centre(size: Size, chance: random.Random) -> CentreConfig:
    """Queue n requires skill n; agents have the skills of their queues and one that no queue asks for."""
    agents = tuple(
        AgentConfig(
            agent_id=_agent(number),
            agent_no=str(number),
            name=str(number),
            skills={
                _skill(skill): 1 + chance.randrange(10)
                for skill in [*queues, chance.randrange(size.queues, size.skills)]
            },
        )
        for number, queues in enumerate(membership(size, chance))
    )
    queues = tuple(
        QueueConfig(
            queue_id=_queue(number),
            client_id=UUID(int=1),
            project_id=UUID(int=1),
            name=str(number),
            required_skills=(SkillNeed(skill_id=_skill(number)),),
            acw_s=0,
        )
        for number in range(size.queues)
    )
    return CentreConfig(tenant_id=UUID(int=1), agents=agents, queues=queues)


def _agent(number: int) -> UUID:
    return UUID(int=10**6 + number)


def _queue(number: int) -> UUID:
    return UUID(int=2 * 10**6 + number)


def _skill(number: int) -> UUID:
    return UUID(int=3 * 10**6 + number)


def andon(size: Size, decisions: int) -> Result:
    """The router, as it runs live."""
    chance = random.Random(1)
    tracemalloc.start()
    config = centre(size, chance)
    made = count(10**9)
    router = Router(config, START, lambda: UUID(int=next(made)))
    now = START
    talking: list[UUID] = []

    def answer(effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Offer):
                router.connected(effect.offer_id, now)
                talking.append(effect.contact_id)

    def caller() -> tuple[UUID, UUID]:
        return UUID(int=next(made)), _queue(chance.randrange(size.queues))

    for agent in config.agents:
        router.sign_in(agent.agent_id, "sip", now)
        router.device_changed(agent.agent_id, True, now)
        router.device_tested(agent.agent_id, DeviceTest(passed=True), now)
        router.request_state(agent.agent_id, AgentState.READY, now)
    while len(talking) < size.agents or len(router.all_waiting()) < size.waiting:
        for _ in range(max(1, size.agents // 10)):
            answer(router.enqueue(*caller(), 0, now))
        if len(router.all_waiting()) >= size.waiting:
            break
    memory = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    gc.collect()
    gc.freeze()
    times: list[float] = []
    while len(times) < decisions:
        now += timedelta(milliseconds=7)
        at = chance.randrange(len(talking))
        talking[at], talking[-1] = talking[-1], talking[at]
        ends, (contact_id, queue_id) = talking.pop(), caller()
        before = time.thread_time()
        answer(router.enqueue(contact_id, queue_id, 0, now))
        answer(router.conversation_ended(ends, now))
        times.append((time.thread_time() - before) * 1e6)
    gc.unfreeze()
    return Result(times, memory)


def app_queue(size: Size, decisions: int) -> Result:
    """Scans of members, as app_queue does on a device's new state and for the caller at the head."""
    chance = random.Random(1)
    in_use = [True] * size.agents
    last_call = [chance.random() for _ in range(size.agents)]
    members: list[list[int]] = [[] for _ in range(size.queues)]
    for number, queues in enumerate(membership(size, chance)):
        for queue in queues:
            members[queue].append(number)
    waiting = [size.waiting // size.queues] * size.queues
    times = []
    for _ in range(decisions):
        freed = chance.randrange(size.agents)
        before = time.thread_time()
        served = [queue for queue, who in enumerate(members) for member in who if member == freed]
        in_use[freed] = False
        for queue in served:
            available = sum(1 for member in members[queue] if not in_use[member])
            if available and waiting[queue]:
                best = min((m for m in members[queue] if not in_use[m]), key=lambda m: last_call[m])
                in_use[best], last_call[best] = True, time.thread_time()
                break
        in_use[freed] = True
        times.append((time.thread_time() - before) * 1e6)
    return Result(times)


def mod_callcenter(size: Size, decisions: int) -> Result:
    """Passes over SQL rows; a decision's time is its share of the pass it is made in."""
    chance = random.Random(1)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as rows:
        rows.execute(
            "CREATE TABLE agents (name INTEGER PRIMARY KEY, status TEXT, state TEXT, last_bridge_end REAL)"
        )
        rows.execute("CREATE TABLE tiers (queue INTEGER, agent INTEGER, level INTEGER, position INTEGER)")
        rows.execute("CREATE TABLE members (uuid INTEGER PRIMARY KEY, queue INTEGER, joined REAL)")
        rows.execute("CREATE INDEX tiers_queue ON tiers (queue)")
        rows.executemany(
            "INSERT INTO agents VALUES (?, 'Available', 'In a queue call', 0)",
            ((n,) for n in range(size.agents)),
        )
        rows.executemany(
            "INSERT INTO tiers VALUES (?, ?, 1, 1)",
            ((q, n) for n, queues in enumerate(membership(size, chance)) for q in queues),
        )
        rows.executemany(
            "INSERT INTO members VALUES (?, ?, ?)",
            ((n, chance.randrange(size.queues), n) for n in range(size.waiting)),
        )
        times: list[float] = []
        while len(times) < decisions:
            freed = [(chance.randrange(size.agents),) for _ in range(max(1, size.agents // 50))]
            rows.executemany("UPDATE agents SET state = 'Waiting' WHERE name = ?", freed)
            before = time.thread_time()
            made = sum(1 for _ in _dispatch(rows))
            spent = (time.thread_time() - before) * 1e6
            times += [spent / made] * made if made else []
            rows.executemany(
                "INSERT INTO members VALUES (NULL, ?, ?)",
                ((chance.randrange(size.queues), time.monotonic()) for _ in range(made)),
            )
    return Result(times[:decisions])


def _dispatch(rows: sqlite3.Connection) -> Iterator[int]:
    """One pass of the dispatch thread: the contacts given to agents."""
    members = rows.execute("SELECT uuid, queue FROM members ORDER BY joined").fetchall()
    for uuid, queue in members:
        agent = rows.execute(
            "SELECT agents.name FROM tiers JOIN agents ON agents.name = tiers.agent WHERE tiers.queue = ?"
            " AND agents.status = 'Available' AND agents.state = 'Waiting'"
            " ORDER BY tiers.level, agents.last_bridge_end, tiers.position LIMIT 1",
            (queue,),
        ).fetchone()
        if agent is not None:
            rows.execute("UPDATE agents SET state = 'Receiving' WHERE name = ?", agent)
            rows.execute("DELETE FROM members WHERE uuid = ?", (uuid,))
            yield uuid


DESIGNS: tuple[tuple[str, Callable[[Size, int], Result], tuple[int, int, int]], ...] = (
    ("andon", andon, (5_000, 5_000, 10_000)),
    ("app_queue's scan", app_queue, (2_000, 1_000, 300)),
    ("mod_callcenter's SQL", mod_callcenter, (500, 500, 400)),
)


def main() -> None:
    print(f"{'design':22}{'agents':>8}{'median µs':>11}{'99 % µs':>10}{'per second':>12}{'memory MB':>11}")
    for name, run, decisions in DESIGNS:
        for size, number in zip(SIZES, decisions, strict=True):
            result = run(size, number)
            memory = f"{result.memory_mb:.0f}" if result.memory_mb else ""
            print(
                f"{name:22}{size.agents:>8,}{result.at(0.5):>11,.0f}{result.at(0.99):>10,.0f}"
                f"{result.per_second:>12,.0f}{memory:>11}",
                flush=True,
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the whole run {peak:,.0f} MB; one thread, Python, no I/O")


if __name__ == "__main__":
    main()
