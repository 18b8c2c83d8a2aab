"""When people of some roles may log in."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from andon.identity.hours import LogInHours

pytestmark = pytest.mark.unit

MONDAY = datetime(2026, 11, 30, tzinfo=UTC)  # 08:00 in Shanghai
DAY = LogInHours(roles=("agent", "planner"), days=(1, 2, 3, 4, 5), opens="08:00", closes="20:00")
NIGHT = LogInHours(roles=("agent",), days=(5,), opens="22:00", closes="06:00", zone="UTC")


@pytest.mark.parametrize(
    ("hours", "after", "admitted"),
    [
        (DAY, timedelta(0), True),
        (DAY, timedelta(minutes=-1), False),
        (DAY, timedelta(hours=12, minutes=-1), True),
        (DAY, timedelta(hours=12), False),
        (DAY, timedelta(days=5), False),  # Saturday
        (NIGHT, timedelta(days=4, hours=22), True),
        (NIGHT, timedelta(days=4, hours=21, minutes=59), False),
        (NIGHT, timedelta(days=5, hours=5, minutes=59), True),  # the night that began on Friday
        (NIGHT, timedelta(days=5, hours=6), False),
        (NIGHT, timedelta(days=5, hours=23), False),
        (NIGHT, timedelta(days=4, hours=3), False),  # the night of Thursday
    ],
)
def test_days_and_nights(hours: LogInHours, after: timedelta, admitted: bool) -> None:
    assert hours.admits(["agent"], MONDAY + after) is admitted


@given(st.integers(0, 20_000), st.sampled_from([DAY, NIGHT]))
def test_who_has_another_role_comes_at_any_time(minutes: int, hours: LogInHours) -> None:
    at = MONDAY + timedelta(minutes=minutes)
    assert hours.admits(["agent", "supervisor"], at) and hours.admits(["administrator"], at)
    assert LogInHours().admits(["agent"], at)
