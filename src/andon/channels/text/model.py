"""Text messages: to whom they can go, and the link they carry. Pure.

A link's `{contact}` becomes a token by which the page behind it can ask us whose wait it belongs to
(`GET /api/contact-tokens/{token}`): the contact's id with a seal, so that nobody can make up another's.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final
from uuid import UUID

import msgspec

from andon.customers.model import phone_key

CONTACT: Final = "{contact}"
PLACES: Final = ("contact",)
SEAL_BYTES: Final = 12
TRIES_MOST: Final = 4
TIMEOUT_MOST_S: Final = 10
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")


class Gateway(msgspec.Struct, frozen=True, kw_only=True):
    """See `identity.tables.TextGateway`."""

    gateway_id: UUID
    url: str
    header: str = ""
    secret: str = ""
    timeout_s: int = 5
    retries: int = 2


def addressee(caller: str) -> str | None:
    """The number a text message to this caller goes to: a Chinese mobile's eleven digits, or a foreign number
    with its plus; None for one that takes none."""
    key = phone_key(caller)
    if _MOBILE.fullmatch(key):
        return key
    foreign = caller.startswith("+") and not caller.startswith("+86")
    return f"+{key}" if foreign and 8 <= len(key) <= 15 else None


def link_for(template: str, key: str, contact_id: UUID) -> str:
    """The link that is sent for this contact."""
    return template.replace(CONTACT, token_of(key, contact_id))


def token_of(key: str, contact_id: UUID) -> str:
    """The contact's id under our seal, for links."""
    return urlsafe_b64encode(contact_id.bytes + _seal(key, contact_id)).decode().rstrip("=")


def contact_of(key: str, token: str) -> UUID | None:
    """The contact a token names; None for one that we did not make."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        contact_id = UUID(bytes=raw[:16])
    except ValueError:
        return None
    return contact_id if hmac.compare_digest(raw[16:], _seal(key, contact_id)) else None


def _seal(key: str, contact_id: UUID) -> bytes:
    made = hmac.new(key.encode(), b"contact token " + contact_id.bytes, hashlib.sha256)
    return made.digest()[:SEAL_BYTES]
