"""Writing the journal. Every action of every room calls `record` inside its own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from yingbao.journal.acting import Acting
from yingbao.journal.content import COLUMNS, content, plain_facts, plain_text
from yingbao.journal.keys import sealer
from yingbao.kernel.ids import uuid7

#: One statement and one round trip: the entry is written and the transaction's rows are stamped with it.
_RECORD = f"""
WITH written AS (
    INSERT INTO journal_entry ({", ".join(COLUMNS)}, mac)
    VALUES ({", ".join(["%s"] * len(COLUMNS))}, %s) RETURNING id
)
SELECT set_config('app.entry', id::text, true) FROM written
"""
_NEWS = "INSERT INTO journal_outbox (id, topic, entry_id, facts) VALUES (%s, %s, %s, %s)"


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
) -> UUID:
    """Write one entry and stamp every row this transaction writes after it with the entry's id.

    Call it inside `scope.within` (a request already is) and before the rows are written. `facts` must be JSON without
    fractions, ID numbers, names or telephone numbers. `news` is the topic rooms above hear of; they read the same facts.
    """
    row: dict[str, Any] = {
        "id": uuid7(),
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
    facts_written: Any = Jsonb(row["facts"])
    values: list[Any] = [facts_written if name == "facts" else value for name, value in row.items()]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [*values, mac])
        if news:
            cursor.execute(_NEWS, [uuid7(), news, row["id"], facts_written])
    return UUID(str(row["id"]))
