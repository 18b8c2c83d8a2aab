"""Addresses that people set up and others open, with places that are filled in. Pure."""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

PLACE: Final = re.compile(r"\{([^{}]*)\}")


def well_formed(template: str, places: Collection[str], schemes: Collection[str] = ("https",)) -> bool:
    """Whether it may be opened: one of the schemes, a host that is written out, no user, no `{place}` but
    these."""
    try:
        parts = urlsplit(template)
        port = parts.port
    except ValueError:
        return False
    rest = PLACE.sub("", template)
    return (
        parts.scheme in schemes
        and bool(parts.hostname)
        and "{" not in parts.netloc
        and port != 0
        and parts.username is None
        and set(PLACE.findall(template)) <= set(places)
        and not set(rest) & set('{} "<>\\^`|')
        and rest.isascii()
        and rest.isprintable()
    )
