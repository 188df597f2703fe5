"""A file read against the registry: rows with outcomes, counts, and the basis the comparison stood on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import connection

from yingbao.rosters import matching
from yingbao.rosters.behind import Behind, behind, beside
from yingbao.rosters.kinds import KINDS, Kind
from yingbao.rosters.known import Known, Met
from yingbao.rosters.models import Roster
from yingbao.rosters.reading import Read
from yingbao.rosters.senders import DEPARTMENTS, touched
from yingbao.workbooks.sheets import uncollected

Tell = Callable[[int, int], None]
_LONG = 3_000
#: So that sorting and hashing a hundred thousand rows stays in memory.
_SORTED = "128MB"
_COLUMNS = ", ".join(name for name, _ in (*matching.COLUMNS, *matching.FOUND))
_COPY = f"COPY matched ({_COLUMNS}) FROM STDIN (FORMAT binary)"


@contextmanager
def prepared(large: bool) -> Iterator[tuple[Behind, Known]]:
    """The threads of a comparison and its tables, made while the file is being read.

    The numbers of a large file are looked up over a connection of their own, beside the comparison.
    """
    with uncollected(), behind() as work, beside() if large else nullcontext(work) as over:
        _make_tables(work)
        yield work, Known(over)


def _make_tables(work: Behind) -> None:
    work.ask(f"SET LOCAL work_mem = '{_SORTED}'")
    # tables just filled have no statistics: the planner would sort the rows for each of six joins with next to nothing
    work.ask("SET LOCAL enable_mergejoin = off")
    work.ask("".join(f"DROP TABLE IF EXISTS {name} CASCADE;" for name in matching.TEMPORARY))
    work.ask(matching.TABLES)


def ask(roster: Roster, found: Read, work: Behind, known: Known, tell: Tell | None = None) -> None:
    """Ask for all rows to be matched and compared, a chunk at a time; `tell` hears how many were handed over."""
    given, kind = values(roster), KINDS[roster.kind]
    for statement in (matching.KIN, matching.OTHERS, *(matching.REGION if _is_long(found) else ())):
        work.ask(kind.said(statement), given)
    done = 0
    for number, (count, content) in enumerate(found.chunks(known)):
        work.copy(_COPY, content)
        for statement in (matching.CANDIDATES, matching.SUGGEST, *_held(found, kind), matching.ELSEWHERE,
                          matching.OUTCOME):  # fmt: skip
            work.ask(kind.said(statement), given)
        work.ask(matching.NEXT.format(number=number))
        done += count
        if tell is not None:
            tell(done, found.count)


def _is_long(found: Read) -> bool:
    return found.count > _LONG


def _held(found: Read, kind: Kind) -> Sequence[str]:
    """What the chunk's people hold, and who of them died: which only a list of the living is asked about."""
    held = matching.HELD_LONG if _is_long(found) else matching.HELD_SHORT
    return held if kind.of_living else held[:1]


def conclude(roster: Roster, found: Read, met: Met) -> None:
    """What can be said only of the whole list: who stands in it twice, who does not, the counts and the basis."""
    kind = KINDS[roster.kind]
    given = {**values(roster), "twice": met.twice, "met": met.count, "met_said": met.said}
    with connection.cursor() as cursor, _hashed(cursor, found.count):
        cursor.execute(matching.TWICE, given)
        if _is(cursor, matching.DOUBTFUL):
            cursor.execute(matching.KEEP_CANDIDATES, given)
            cursor.execute(matching.TWICE_BY_NAME)
        if _is(cursor, matching.SEVERAL):
            for statement in (matching.TOGETHER, *_held(found, kind), matching.ELSEWHERE, matching.AGAIN,
                              matching.OUTCOME_TOGETHER):  # fmt: skip
                cursor.execute(kind.said(statement), given)
        if roster.extent == "full":
            cursor.execute(kind.said(matching.ENDED), given)
        for objection in filter(None, (kind.clash, *kind.questions)):
            cursor.execute(matching.OBJECTED.format(objection=objection), given)
        cursor.execute(
            "SELECT outcome, count(*) FROM rosters_row WHERE roster_id = %s GROUP BY 1", [roster.id]
        )
        roster.counts = dict(cursor.fetchall())
        cursor.execute(kind.said(matching.BASIS_COMPARED), given)
        roster.basis = str(cursor.fetchone()[0])
        cursor.execute("SET LOCAL enable_mergejoin = on")


def _is(cursor: Any, question: str) -> bool:
    cursor.execute(question)
    return bool(cursor.fetchone()[0])


def values(roster: Roster) -> dict[str, Any]:
    """What the statements of `matching` and `applying` are given."""
    kind = KINDS[roster.kind]
    pairs = kind.exclusive()
    named = set(roster.layout.get("named", ()))
    own = sorted(named | {other for one, other in pairs if one in named})
    return {
        "roster": roster.id, "unit": roster.unit_code, "as_of": roster.as_of, "sender": roster.sender,
        "classes": roster.classes, "full": roster.extent == "full", "previous": roster.previous_id,
        "listed": roster.layout.get("listed", []), "names": json.dumps(DEPARTMENTS),
        "kinds": list(kind.touching) or own, "sites": roster.layout.get("sites", []),
        "kin_a": [one for one, _ in pairs], "kin_b": [other for _, other in pairs],
        "touched": list(kind.touching) or touched(roster.layout.get("named", ()), roster.classes),
        "by_number": matching.BY_NUMBER, "by_name": matching.BY_NAME_AND_BIRTH,
        "same_household": matching.SAME_HOUSEHOLD, "same_head": matching.SAME_HEAD,
    }  # fmt: skip


def basis(roster: Roster) -> str:
    """What the rows of the roster stand on in the registry as it is now."""
    with connection.cursor() as cursor, _hashed(cursor, sum(roster.counts.values())):
        cursor.execute(KINDS[roster.kind].said(matching.BASIS), values(roster))
        return str(cursor.fetchone()[0])


@contextmanager
def _hashed(cursor: Any, rows: int) -> Iterator[None]:
    """For a long list, no walking from row to row: rows written a moment ago have no statistics and look few."""
    if rows > _LONG:
        cursor.execute("SET LOCAL enable_nestloop = off")
    yield
    if rows > _LONG:
        cursor.execute("SET LOCAL enable_nestloop = on")
