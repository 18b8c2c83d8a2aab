"""Identifiers: UUID version 7 (RFC 9562), sortable by creation time."""

import os
import time
from uuid import UUID


def uuid7(at_ms: int | None = None) -> UUID:
    """A new UUIDv7; `at_ms` is Unix time in milliseconds, the present by default."""
    ms = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    value = (ms & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
