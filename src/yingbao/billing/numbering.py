"""Bill numbers for everyone at once: the same digits as `kernel.bill_numbers.make`, a column at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

_LAST = 99_999_999


def numbers(benefit_year: int, region: str, first: int, count: int) -> Any:
    """An Arrow column of `count` numbers from sequence `first` on. Raises ValueError past the last."""
    if first + count - 1 > _LAST:
        raise ValueError("the region has used up its bill numbers of the year")
    stem = f"{benefit_year % 100:02d}{region:0<6.6}"
    digits = np.empty((count, 17), dtype=np.uint8)
    digits[:, :8] = np.frombuffer(stem.encode(), dtype=np.uint8)
    sequence = np.arange(first, first + count, dtype=np.int64)
    powers = 10 ** np.arange(7, -1, -1, dtype=np.int64)
    digits[:, 8:16] = (sequence[:, None] // powers) % 10 + 48
    held = np.full(count, 10, dtype=np.int64)
    for place in range(16):
        held = (held + digits[:, place] - 48) % 10
        held[held == 0] = 10
        held = held * 2 % 11
    digits[:, 16] = (11 - held) % 10 + 48
    offsets = np.arange(0, (count + 1) * 17, 17, dtype=np.int32)
    return pa.StringArray.from_buffers(
        count, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(digits))
    )
