"""Writing the journal. Every action of every room calls `record` inside its own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection
from psycopg.types.json import Jsonb

from yingbao.journal import direct
from yingbao.journal.acting import Acting
from yingbao.journal.content import COLUMNS, content, plain_facts, plain_text
from yingbao.journal.keys import sealer
from yingbao.kernel.ids import uuid7

_PLACES = ", ".join(f"${place}" for place in range(1, len(COLUMNS) + 2))
_ENTRY = f"INSERT INTO journal_entry ({', '.join(COLUMNS)}, mac) VALUES ({_PLACES}) RETURNING id"
_STAMPED = "SELECT set_config('app.entry', id::text, true) FROM written"
#: One statement and one round trip: the entry is written, news with it, and the transaction's rows are stamped with it.
_RECORD = f"WITH written AS ({_ENTRY}) {_STAMPED}"
_RECORD_WITH_NEWS = (
    f"WITH written AS ({_ENTRY}), news AS (INSERT INTO journal_outbox (id, topic, entry_id, facts) "
    f"SELECT ${len(COLUMNS) + 2}, ${len(COLUMNS) + 3}, id, ${COLUMNS.index('facts') + 1} FROM written) {_STAMPED}"
)
_STAMP = "SELECT set_config('app.entry', %s, true)"


def announce() -> UUID:
    """Stamp the rows that follow with an entry that `record` writes at the end of the same transaction."""
    entry_id = uuid7()
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, [str(entry_id)])
    return entry_id


def record(
    *,
    by: Acting,
    action: str,
    subject: str,
    subject_id: UUID | None = None,
    unit_code: str | None = None,
    grounds: str = "",
    facts: Mapping[str, Any] | None = None,
    news: str = "",
    entry_id: UUID | None = None,
    into: psycopg.RawCursor[Any] | None = None,
) -> UUID:
    """Write one entry and stamp every row this transaction writes after it with the entry's id.

    `entry_id` comes from `announce`, where what is to be recorded is known only once the rows are written; `into` is
    a cursor of `direct.at_once` where the entry goes out together with the rows.
    Call it inside `scope.within` (a request already is) and before the rows are written. `facts` must be JSON without
    fractions, ID numbers, names or telephone numbers. `news` is the topic rooms above hear of; they read the same facts.
    """
    row: dict[str, Any] = {
        "id": entry_id or uuid7(),
        "at": datetime.now(UTC),
        "staff_id": by.staff_id,
        "staff_name": by.name,
        "role": by.role,
        "unit_code": unit_code or by.unit_code,
        "action": action,
        "subject": subject,
        "subject_id": subject_id,
        "grounds": plain_text(grounds),
        "facts": plain_facts(facts or {}),
        "address": by.address,
    }
    mac = sealer().mac(content(row))
    values: list[Any] = [Jsonb(value) if name == "facts" else value for name, value in row.items()]
    at = into or direct.cursor()
    if news:
        at.execute(_RECORD_WITH_NEWS, [*values, mac, uuid7(), news])
    else:
        at.execute(_RECORD, [*values, mac])
    return UUID(str(row["id"]))
