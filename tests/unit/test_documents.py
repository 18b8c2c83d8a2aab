"""Generated documents agree with the code."""

from pathlib import Path

import pytest

from andon.entrypoints.documents import DOCUMENTS

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_generated_document_is_fresh(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == DOCUMENTS[name](), "run `make documents`"
