"""Logging in: Argon2, lock-out, sessions that run out, and sockets that end with them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from identity_house import CHEAP, PASSWORD, House, make_house
from sqlalchemy import func, select, update

from andon.identity.passwords import Passwords
from andon.identity.service import Sessions, create_operator, policy_of
from andon.identity.sockets import SocketSessions
from andon.identity.tables import User, UserSession
from andon.kit.database import Database, database_urls
from andon.kit.errors import AndonError
from andon.kit.settings import Settings

pytestmark = pytest.mark.database


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("wang", "supervisor")
    yield house
    await house.bus.stop()


async def refusal(house: House, login: str, password: str) -> AndonError:
    with pytest.raises(AndonError) as error:
        await house.log_in(login, password)
    return error.value


async def test_a_log_in_is_found_by_its_token_and_nothing_else_of_it_is_kept(house: House) -> None:
    token = await house.log_in("WANG")  # the case of a name does not matter
    actor = await house.sessions.find(token)
    assert actor is not None and (actor.login, actor.roles) == ("wang", ("supervisor",))
    for other in (None, "", token[:-1], token + "x", "\ud800"):
        assert await house.sessions.find(other) is None
    async with house.db.session(house.stand.scope) as session:
        row = await session.get_one(UserSession, actor.session_id)
        user = await session.get_one(User, actor.user_id)
    assert token.encode() not in row.token_hash and len(row.token_hash) == 32
    assert user.password_hash.startswith("$argon2id$") and PASSWORD not in user.password_hash
    (entry,) = await house.audit(action="login")
    assert (entry.user_id, entry.address, entry.after) == (
        actor.user_id,
        "198.51.100.4",
        {"device": "Firefox"},
    )


async def test_a_hash_of_older_strength_is_renewed_at_the_next_log_in(house: House) -> None:
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    sessions = Sessions(house.db, house.clock, house.bus, house.sessions.policy, stronger, house.seal)
    actor = (await sessions.log_in(f"wang@{house.stand.code}", PASSWORD, "", "")).actor
    async with house.db.session(house.stand.scope) as session:
        renewed = (await session.get_one(User, actor.user_id)).password_hash
    assert "m=16,t=2" in renewed
    assert CHEAP.verify(renewed, PASSWORD)


async def test_wrong_tries_in_a_row_lock_the_name_for_a_while(house: House) -> None:
    policy = house.sessions.policy
    await refusal(house, "wang", "wrong")
    await house.log_in("wang")  # a right one begins the count anew
    for _ in range(policy.attempts):
        error = await refusal(house, "wang", "wrong")
        assert (error.code, error.status) == ("login.refused", 401)
    locked = await refusal(house, "wang", PASSWORD)  # the right one does not open it
    assert (locked.code, locked.status) == ("login.locked", 429)
    assert locked.params["minutes"] == policy.lock // timedelta(minutes=1)
    house.clock.advance(policy.lock.total_seconds() - 30)
    assert (await refusal(house, "wang", PASSWORD)).params["minutes"] == 1
    house.clock.advance(31)
    await house.log_in("wang")
    refused = await house.audit(action="login_refused")
    assert len(refused) == policy.attempts + 1 and {entry.object_name for entry in refused} == {"wang"}


async def test_a_name_nobody_bears_is_answered_alike(house: House) -> None:
    """Neither words nor lock-out tell whether a name exists."""
    for login in ("wang", "nobody"):
        said = [await refusal(house, login, "wrong") for _ in range(house.sessions.policy.attempts + 1)]
        texts = [error.said("zh") for error in said]
        assert [error.code for error in said][-2:] == ["login.refused", "login.locked"]
        assert texts[0] == (await _first_refusal(house)).said("zh")


async def _first_refusal(house: House) -> AndonError:
    return await refusal(house, "somebody.else", "wrong")


async def test_many_tries_at_once_are_not_more_than_allowed(house: House) -> None:
    errors = await asyncio.gather(*(refusal(house, "wang", f"guess {n}") for n in range(20)))
    said = Counter(error.code for error in errors)
    assert said == {"login.refused": house.sessions.policy.attempts, "login.locked": 15}


async def test_a_session_idles_out_unless_it_is_used(house: House) -> None:
    idle = house.sessions.policy.idle.total_seconds()
    used, unused = await house.log_in("wang"), await house.log_in("wang")
    house.clock.advance(idle * 0.6)
    assert await house.sessions.find(used) is not None
    house.clock.advance(idle * 0.6)
    assert await house.sessions.find(unused) is None
    assert await house.sessions.find(used) is not None


async def test_a_session_ends_at_last_however_much_it_is_used(house: House) -> None:
    token = await house.log_in("wang")
    step = 600
    for _ in range(int(house.sessions.policy.absolute.total_seconds()) // step - 1):
        house.clock.advance(step)
        assert await house.sessions.find(token) is not None
    house.clock.advance(step)
    assert await house.sessions.find(token) is None


async def test_who_left_is_out_at_once(house: House) -> None:
    token = await house.log_in("wang")
    async with house.db.session(house.stand.scope) as session:
        await session.execute(update(User).where(User.login == "wang").values(active=False))
    assert await house.sessions.find(token) is None
    assert (await refusal(house, "wang", PASSWORD)).code == "login.refused"


async def test_a_name_that_two_operators_share_needs_the_operator(
    house: House, owner_db: Database, db: Database, tmp_path: Path
) -> None:
    other = await make_house(owner_db, db, tmp_path)
    shared = f"li.{house.stand.code}"
    for one in (house, other):
        await one.add_user(shared, "agent", agent_no="1")
    with pytest.raises(AndonError, match=r"login\.refused"):
        await house.sessions.log_in(shared, PASSWORD, "", "")
    for one in (house, other):
        found = await house.sessions.log_in(f"{shared}@{one.stand.code}", PASSWORD, "", "")
        assert found.actor.tenant_id == one.stand.tenant_id


async def test_logging_out_ends_the_session_and_its_sockets(house: House) -> None:
    watch = SocketSessions(house.db, house.bus, house.clock, house.sessions.policy)
    ended = house.bus.subscribe("session.ended", lambda _topic, said: heard.append(said["session_id"]))
    heard: list[str] = []
    leaving, staying = [await house.sessions.find(await house.log_in("wang")) for _ in range(2)]
    assert leaving is not None and staying is not None
    with watch.hold(leaving) as over, watch.hold(staying) as goes_on:
        await house.sessions.log_out(leaving)
        await watch.check()
        assert over.done() and not goes_on.done()
        house.clock.advance(house.sessions.policy.idle.total_seconds())
        await watch.check()  # an open socket alone keeps nobody logged in
        assert goes_on.done()
    assert heard == [str(leaving.session_id)]
    assert [entry.object_id for entry in await house.audit(action="logout")] == [leaving.session_id]
    ended()


async def test_only_the_installations_owner_makes_an_operator(installation: Settings, house: House) -> None:
    owner, app = database_urls(installation)
    how = {"name": "云桥", "login": "root", "password": PASSWORD, "user_name": "管理员"}
    passwords = Passwords(CHEAP)
    code = f"new-{house.stand.code}"
    await create_operator(owner, passwords, code=code, **how)
    actor = (await house.sessions.log_in(f"root@{code}", PASSWORD, "", "")).actor
    assert actor.roles == ("administrator",) and actor.tenant_name == "云桥"
    with pytest.raises(AndonError, match=r"operator\.exists"):
        await create_operator(owner, passwords, code=code, **how)
    with pytest.raises(AndonError, match="invalid"):
        await create_operator(owner, passwords, code="Not A Code", **how)
    with pytest.raises(Exception, match="permission denied"):
        await create_operator(app, passwords, code=f"{code}x", **how)


async def test_sessions_of_the_settings(tmp_path: Path) -> None:
    policy = policy_of(
        Settings(
            home=tmp_path, login_attempts=3, login_lock_minutes=7, session_idle_minutes=9, session_hours=2
        )
    )
    assert (policy.attempts, policy.lock, policy.idle, policy.absolute) == (
        3,
        timedelta(minutes=7),
        timedelta(minutes=9),
        timedelta(hours=2),
    )


async def test_using_a_session_does_not_write_at_each_request(house: House) -> None:
    token = await house.log_in("wang")
    marks = set()
    for _ in range(20):
        house.clock.advance(5)
        await house.sessions.find(token)
        async with house.db.session(house.stand.scope) as session:
            marks.add(await session.scalar(select(func.max(UserSession.seen_at))))
    assert 2 <= len(marks) <= 5
