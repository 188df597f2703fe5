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

_QUICK: Final = "set_config('synchronous_commit', 'off', true)"
_NOTE: Final = "INSERT INTO payments_nonce (channel_id, nonce, at) SELECT {values} ON CONFLICT DO NOTHING RETURNING channel_id, nonce"
#: Notes the call `$1`, `$2`, `$3`; a row if it is new.
REMEMBER: Final = f"WITH quick AS (SELECT {_QUICK}) " + _NOTE.format(values="$1, $2, $3 FROM quick")
#: The beginning of a statement that goes on within the region `$1` after calls were noted, those of a JSON array `$2`:
#: `noted` has those that are new. What goes on takes what it looks for through there, so that the region is set before any
#: row is looked at.
REMEMBER_WITHIN: Final = (
    f"WITH quick AS (SELECT set_config('app.region', $1, true), {_QUICK}), noted AS ("
    + (
        _NOTE.format(
            values="a.* FROM quick, json_to_recordset($2::json) AS a(channel_id uuid, nonce text, at timestamptz)"
        )
        + ")"
    )
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
