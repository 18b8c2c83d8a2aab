"""Whom an agent may call and which number is shown."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from andon.interactions.dialling.model import Bounds, CallerId, choose, clean

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANN, BOB = UUID(int=1), UUID(int=2)


def shown(n: int, *, client: int, project: int) -> CallerId:
    return CallerId(
        number_id=UUID(int=n),
        e164=f"0216000{n:04}",
        label="",
        client_id=UUID(int=client),
        project_id=UUID(int=project),
        project_name="",
        language="zh",
    )


FIRST, SECOND, OTHER = (
    shown(11, client=1, project=1),
    shown(12, client=1, project=2),
    shown(13, client=2, project=3),
)
ALL = [FIRST, SECOND, OTHER]


@pytest.mark.parametrize(
    ("number", "project", "client", "expected"),
    [
        (None, None, None, FIRST),
        (13, 1, 1, OTHER),  # the agent's own choice goes before the rule
        (99, None, None, None),  # one that is not allowed
        (None, 2, 1, SECOND),
        (None, 7, 1, FIRST),  # no number of that project: another of its client
        (None, 7, 9, None),  # never another client's
        (None, None, 2, OTHER),
    ],
)
def test_the_number_shown(
    number: int | None, project: int | None, client: int | None, expected: CallerId | None
) -> None:
    ids = {"number_id": number, "project_id": project, "client_id": client}
    wanted = {name: None if id is None else UUID(int=id) for name, id in ids.items()}
    assert choose(ALL, **wanted) == expected
    assert choose([], **wanted) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("138 0013-8000", "13800138000"),
        ("+86 (21) 6000 0001", "+862160000001"),
        ("110", "110"),
        ("12", None),
        ("1" * 21, None),
        ("sip:x@example", None),
        ("13800138000;transport=tcp", None),
        ("１３８００１３８０００", None),
        ("", None),
    ],
)
def test_what_is_a_number(written: str, meant: str | None) -> None:
    assert clean(written) == meant


def test_one_agent_and_one_telephone_have_their_bounds() -> None:
    bounds = Bounds(agent_per_minute=2)

    def call(agent: UUID, number: str, seconds: int) -> str | None:
        at = NOW + timedelta(seconds=seconds)
        why = bounds.refuses(agent, number, at)
        if why is None:
            bounds.note(agent, number, at)
        return why

    assert [call(ANN, str(13800000000 + n), n) for n in range(3)] == [None, None, "dial.too_fast"]
    assert call(ANN, "13800000009", 61) is None
    spelt = ("13900000000", "013900000000", "+8613900000000")
    assert [call(BOB, each, 100 * n) for n, each in enumerate(spelt)] == [None, None, None]
    assert call(ANN, "13900000000", 250) == "dial.too_often"  # whoever calls
    assert call(BOB, "13900000000", 400) is None
    assert call(BOB, "13900000000", 800) is None
    assert call(BOB, "13900000000", 4000) == "dial.too_often"  # five a day
    assert call(BOB, "13900000000", 86_400 + 900) is None
