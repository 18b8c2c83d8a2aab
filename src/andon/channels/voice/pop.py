"""The page of a client's own system that comes up with a call: as template, and for one call. Pure."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

PLACES: Final = ("caller", "callee", "contact", "customer", "agent", "queue", "direction")
_PLACE: Final = re.compile(r"\{([^{}]*)\}")


def well_formed(template: str) -> bool:
    """Whether it may be opened: http or https, a host that is written out, no placeholder but `PLACES`."""
    try:
        parts = urlsplit(template)
        port = parts.port
    except ValueError:
        return False
    rest = _PLACE.sub("", template)
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and "{" not in parts.netloc
        and port != 0
        and parts.username is None
        and set(_PLACE.findall(template)) <= set(PLACES)
        and not set(rest) & set('{} "<>\\^`|')
        and rest.isprintable()
    )


def filled(template: str, values: Mapping[str, str]) -> str:
    """The address for one call. Each value is percent-encoded, so that none can say more than itself."""
    return _PLACE.sub(lambda place: quote(values.get(place[1], ""), safe=""), template)


def origin_of(address: str) -> str:
    """`https://crm.example`, the port only when it is not the scheme's; '' for what is no such address."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" if usual else f"{parts.scheme}://{host}:{port}"
