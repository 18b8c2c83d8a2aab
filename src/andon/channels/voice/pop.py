"""The page of a client's own system that comes up with a call: as template, and for one call. Pure."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from andon.kit.links import PLACE

PLACES: Final = ("caller", "callee", "contact", "customer", "agent", "queue", "direction")
SCHEMES: Final = ("http", "https")


def filled(template: str, values: Mapping[str, str]) -> str:
    """The address for one call. Each value is percent-encoded, so that none can say more than itself."""
    return PLACE.sub(lambda place: quote(values.get(place[1], ""), safe=""), template)


def origin_of(address: str) -> str:
    """`https://crm.example`, the port only when it is not the scheme's; '' for what is no such address."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in SCHEMES or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" if usual else f"{parts.scheme}://{host}:{port}"
