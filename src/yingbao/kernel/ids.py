"""Identifiers made by the program: UUID version 7, which sort by the millisecond they were made in.

Layout from the front: 48 bits of milliseconds, version, 12 + 30 bits of a counter, variant between them, and
32 random bits. A counter begins at a random place and grows by one. Source: RFC 9562 5.7 and 6.2, method 1.
"""

import os
import sys
import threading
import time
from array import array
from typing import Final
from uuid import UUID, SafeUUID

_SIZE: Final = 16
_VERSION: Final = 7 << 12
_VARIANT: Final = 2 << 62
_COUNTER: Final = 1 << 42
_LOW: Final = 1 << 30
"""The counter's lower part, which shares its 32 bits with the variant."""
_LONGEST: Final = 1 << 29
"""A block starts in the lower half of its lower part, so that its counter never carries."""

_lock: Final = threading.Lock()
_last_ms = 0
_last_count = 0


def uuid7() -> UUID:
    """A new identifier, greater than every one this process made before, whatever its clock does."""
    global _last_ms, _last_count  # noqa: PLW0603 — one order for all threads needs one place
    drawn = int.from_bytes(os.urandom(9), "big")
    with _lock:
        now = time.time_ns() // 1_000_000
        if now > _last_ms:
            _last_ms, _last_count = now, drawn >> 32 & (_COUNTER // 2 - 1)
        else:
            _last_count += 1
            if _last_count == _COUNTER:
                _last_ms, _last_count = _last_ms + 1, 0
        at_ms, count = _last_ms, _last_count
    return UUID(int=_front(at_ms, count) << 64 | _VARIANT | (count % _LOW) << 32 | drawn & 0xFFFF_FFFF)


def uuids7(n: int, at_ms: int) -> list[UUID]:
    """`n` identifiers of one millisecond, in their order."""
    halves = array("Q", uuid7_block(n, at_ms))
    if sys.byteorder == "little":
        halves.byteswap()
    new, put, safe = UUID.__new__, object.__setattr__, SafeUUID.unknown
    front = halves[0] << 64 if n else 0
    made = []
    for back in halves[1::2]:
        # what UUID(int=…) does without asking again whether the number fits: twice as fast
        one = new(UUID)
        put(one, "int", front | back)
        put(one, "is_safe", safe)
        made.append(one)
    return made


def uuid7_block(n: int, at_ms: int) -> bytes:
    """The same as `n` times sixteen bytes on end, as a column of fixed size holds them."""
    if not 0 <= n <= _LONGEST:
        raise ValueError(f"a block holds at most {_LONGEST} identifiers, not {n}")
    drawn = os.urandom(6 + 4 * n)
    first = int.from_bytes(drawn[:6], "big") % _COUNTER & ~_LONGEST
    low = first % _LOW
    counts = array("I", range(2 << 30 | low, (2 << 30 | low) + n))
    if sys.byteorder == "little":
        counts.byteswap()
    counted = counts.tobytes()
    block = bytearray(_front(at_ms, first).to_bytes(8, "big") + bytes(8)) * n
    for place in range(4):
        block[8 + place :: _SIZE] = counted[place::4]
        block[12 + place :: _SIZE] = drawn[6 + place :: 4]
    return bytes(block)


def _front(at_ms: int, count: int) -> int:
    return at_ms << 16 | _VERSION | count >> 30
