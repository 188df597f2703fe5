"""How often a channel may call: a bucket for each in each process, filled at the agreed rate.

Two web processes let through up to twice the agreed number; the limit protects us, it is no bill.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Final

#: Buckets a process keeps; beyond it, those that are full again are forgotten.
_MOST: Final = 10_000
#: A channel may come with this share of a minute's calls at once.
_BURST: Final = 6


@dataclass(slots=True)
class Bucket:
    """Calls a channel may still make now, and when that was worked out."""

    left: float
    at: float


@dataclass(slots=True)
class Limits:
    """The buckets of this process."""

    buckets: dict[str, Bucket] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, code: str, per_minute: int, now: float | None = None) -> float:
        """Count a call; the seconds to wait if it is one too many, otherwise 0."""
        now = time.monotonic() if now is None else now
        most, rate = max(1.0, per_minute / _BURST), per_minute / 60
        with self.lock:
            if len(self.buckets) > _MOST:
                self.buckets = {k: b for k, b in self.buckets.items() if (now - b.at) * rate < most}
            bucket = self.buckets.setdefault(code, Bucket(most, now))
            bucket.left = min(most, bucket.left + (now - bucket.at) * rate)
            bucket.at = now
            if bucket.left < 1:
                return (1 - bucket.left) / rate
            bucket.left -= 1
            return 0.0


limits: Final = Limits()
