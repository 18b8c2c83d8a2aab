"""Codes of authenticator apps as the standard has them, sealing, and what roles can allow."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from andon.identity.model import (
    ALLOWS,
    DUTIES,
    KEEPS,
    Permission,
    Role,
    mixes_duties,
    permissions,
    refused_grant,
)
from andon.identity.second_factor import as_typed, matching_step, new_recovery_code
from andon.kit.seal import Seal

pytestmark = pytest.mark.unit

KEY = b"12345678901234567890"  # RFC 6238, appendix B


@pytest.mark.parametrize(
    ("at", "code"),
    [(1111111111, "050471"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(at: int, code: str) -> None:
    def step(shift: int) -> int | None:
        return matching_step(KEY, code, datetime.fromtimestamp(at + shift, UTC))

    assert step(0) == step(30) == step(-29) == at // 30
    assert step(60) is None and step(-90) is None
    assert matching_step(KEY, code[:5], datetime.fromtimestamp(at, UTC)) is None
    assert matching_step(KEY, "", datetime.fromtimestamp(at, UTC)) is None
    assert matching_step(KEY, "９" * 6, datetime.fromtimestamp(at, UTC)) is None


def test_codes_may_be_typed_as_people_type() -> None:
    code = new_recovery_code()
    assert as_typed(f" {code.lower()} ") == as_typed(code) == code.replace("-", "")
    assert len({new_recovery_code() for _ in range(100)}) == 100


def test_what_is_sealed_opens_with_its_key_in_its_time_and_unchanged() -> None:
    seal, at = Seal("one"), 1_700_000_000.0
    sealed = seal.close("密钥", at)
    assert "密钥" not in sealed and seal.open(sealed, at) == "密钥"
    assert seal.open(sealed, at + 600, 600) == "密钥" and seal.open(sealed, at + 601, 600) is None
    assert Seal("two").open(sealed, at) is None
    for broken in (sealed[:-2], sealed[:20] + "A" + sealed[21:], "", "made up", "é"):
        assert seal.open(broken, at) is None


@given(st.sampled_from(Role), st.sets(st.sampled_from(Permission)))
def test_what_a_role_is_given_keeps_the_duties_apart(role: Role, wanted: set[Permission]) -> None:
    if refused_grant(role, frozenset(wanted)) is None:
        assert KEEPS.get(role, frozenset()) <= wanted
        assert role is Role.ADMINISTRATOR or not mixes_duties(frozenset(wanted))
        if role in (Role.AGENT, Role.CLIENT_VIEWER):
            assert not wanted & DUTIES
        assert permissions([role], ALLOWS | {role: frozenset(wanted)}) == wanted
