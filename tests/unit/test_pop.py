"""The page that comes up with a call: what a template may be, and that no value says more than itself."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from andon.channels.voice.pop import PLACES, SCHEMES, filled, origin_of
from andon.kit.links import well_formed

pytestmark = pytest.mark.unit

TEMPLATE = "https://crm.example:8443/pop/{contact}?" + "&".join(f"{name}={{{name}}}" for name in PLACES)


@pytest.mark.parametrize(
    "wrong",
    [
        "javascript:alert(1)", "//crm.example/", "crm.example", "https://", "https://a@crm.example/",
        "https://{caller}.example/", "https://crm.example/{name}", "https://crm.example/{caller", "https://x:0/",
        "https://crm.example/\n", "https://crm.example/a b", "https://crm.example:port/", "ftp://crm.example/",
    ],
)  # fmt: skip
def test_what_is_no_template(wrong: str) -> None:
    assert not well_formed(wrong, PLACES, SCHEMES)


@given(st.dictionaries(st.sampled_from(PLACES), st.text(max_size=40)))
def test_a_value_stays_a_value(values: dict[str, str]) -> None:
    assert well_formed(TEMPLATE, PLACES, SCHEMES)
    url = filled(TEMPLATE, values)
    parts = urlsplit(url)
    assert origin_of(url) == "https://crm.example:8443" and not parts.fragment
    assert parts.path.count("/") == 2
    found = parse_qs(parts.query, keep_blank_values=True)
    assert found == {name: [values.get(name, "")] for name in PLACES}


def test_origins() -> None:
    assert origin_of("HTTPS://CRM.example:443/x") == "https://crm.example"
    assert origin_of("http://[2001:db8::1]:8080/") == "http://[2001:db8::1]:8080"
    assert origin_of("javascript:alert(1)") == origin_of("https://crm:port/") == ""
