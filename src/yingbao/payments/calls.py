"""Calls that have been made: the same nonce of a channel is not taken again within the time a call may be old.

A nonce is kept without waiting for the disk: a crash of the database may forget those of its last half second. A replay
of a call that moves money changes nothing in any case; it is answered as the first time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from yingbao.journal import direct
from yingbao.payments.errors import Replayed
from yingbao.payments.models import Nonce

REMEMBER: Final = (
    "WITH quick AS (SELECT set_config('synchronous_commit', 'off', true)) INSERT INTO payments_nonce (channel_id, nonce, at) "
    "SELECT $1, $2, $3 FROM quick ON CONFLICT DO NOTHING RETURNING 1"
)
#: The same for a channel that goes on within a region, `$4`: both in one statement.
REMEMBER_WITHIN: Final = REMEMBER.replace(
    "quick AS (SELECT ", "quick AS (SELECT set_config('app.region', $4, true), "
)


def remember_call(
    *, channel_id: UUID, nonce: str, at: datetime, into: psycopg.RawCursor[Any] | None = None
) -> None:
    """Note a call by the instant it came. Raises Replayed for one that is known."""
    cursor = into or direct.cursor()
    if cursor.execute(REMEMBER, [channel_id, nonce, at]).fetchone() is None:
        raise Replayed


def forget_calls(*, before: datetime) -> int:
    """Forget calls too old to be taken by their time alone; returns how many."""
    return Nonce.objects.filter(at__lt=before).delete()[0]
