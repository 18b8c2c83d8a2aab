"""The web client is generated from what the API is now."""

from pathlib import Path

import pytest

from andon.entrypoints.openapi import description

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[2]


async def test_the_api_is_as_the_web_client_was_told() -> None:
    assert (ROOT / "web/openapi.json").read_text(encoding="utf-8") == await description(), (
        "run `make openapi`"
    )


async def test_every_operation_has_a_name_of_its_own() -> None:
    """FastAPI only warns, and the generated client then calls the wrong one."""
    spoken = await description()
    names = [line.split('"')[3] for line in spoken.splitlines() if line.lstrip().startswith('"operationId"')]
    assert len(names) > 50
    assert sorted(set(names)) == sorted(names)
