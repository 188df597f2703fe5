"""A file read against the registry: rows with outcomes, counts, and the basis the comparison stood on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from yingbao.rosters import matching
from yingbao.rosters.models import Roster
from yingbao.rosters.reading import Read
from yingbao.rosters.senders import DEPARTMENTS, excluding, touched

Tell = Callable[[int, int], None]
_TOLD = 5_000
_LONG = 3_000
#: So that sorting and hashing a hundred thousand rows stays in memory.
_SORTED = "128MB"


def compare(roster: Roster, found: Read, tell: Tell | None = None) -> None:
    """Stage, match, compare; then the counts and the basis on the roster."""
    given = values(roster)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{_SORTED}'")
        for name in matching.TEMPORARY:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.execute(matching.STAGE)
        _copy(cursor, found, tell)
        cursor.execute("ANALYZE read_rows (document_key)")
        for statement in (matching.KIN, matching.MATCH, matching.CANDIDATES, matching.SUGGEST):
            cursor.execute(statement, given)
        cursor.execute("ANALYZE matched (place, resident_id, category)")
        for statement in (matching.HELD, matching.AGAIN, matching.ELSEWHERE):
            cursor.execute(statement, given)
        cursor.execute("ANALYZE held (resident_id, category)")
        cursor.execute(matching.OUTCOME, given)
        cursor.execute(matching.KEEP_CANDIDATES, given)
        if roster.extent == "full":
            with _hashed(cursor, found.count):
                cursor.execute(matching.ENDED, given)
        cursor.execute(
            "SELECT outcome, count(*) FROM rosters_row WHERE roster_id = %s GROUP BY 1", [roster.id]
        )
        roster.counts = dict(cursor.fetchall())
    roster.basis = basis(roster)


def values(roster: Roster) -> dict[str, Any]:
    """What the statements of `matching` and `applying` are given."""
    pairs = excluding()
    return {
        "roster": roster.id, "unit": roster.unit_code, "as_of": roster.as_of, "sender": roster.sender,
        "classes": roster.classes, "full": roster.extent == "full", "previous": roster.previous_id,
        "listed": roster.layout.get("listed", []), "names": json.dumps(DEPARTMENTS),
        "kin_a": [one for one, _ in pairs], "kin_b": [other for _, other in pairs],
        "touched": touched(roster.layout.get("named", ()), roster.classes),
        "by_number": matching.BY_NUMBER, "by_name": matching.BY_NAME_AND_BIRTH,
        "same_household": matching.SAME_HOUSEHOLD, "same_head": matching.SAME_HEAD,
    }  # fmt: skip


def basis(roster: Roster) -> str:
    """What the rows of the roster stand on in the registry as it is now."""
    with connection.cursor() as cursor, _hashed(cursor, sum(roster.counts.values())):
        cursor.execute(matching.BASIS, values(roster))
        return str(cursor.fetchone()[0])


@contextmanager
def _hashed(cursor: Any, rows: int) -> Iterator[None]:
    """For a long list, no walking from row to row: rows written a moment ago have no statistics and look few."""
    if rows > _LONG:
        cursor.execute("SET LOCAL enable_nestloop = off")
    yield
    if rows > _LONG:
        cursor.execute("SET LOCAL enable_nestloop = on")


def _copy(cursor: Any, found: Read, tell: Tell | None) -> None:
    listed = ", ".join(name for name, _ in matching.COLUMNS)
    total = found.count
    with cursor.cursor.copy(f"COPY read_rows ({listed}) FROM STDIN (FORMAT binary)") as copy:
        copy.set_types([kind for _, kind in matching.COLUMNS])
        write = copy.write_row
        for done, row in enumerate(found.rows()):
            write(row)
            if tell is not None and done % _TOLD == 0:
                tell(done, total)
