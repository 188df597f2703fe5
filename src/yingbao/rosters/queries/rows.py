"""Rows of a roster by outcome, with who they may mean and what the person holds now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from yingbao.journal.keys import sealer
from yingbao.kernel import id_number
from yingbao.registry.queries.search import masked
from yingbao.rosters.kinds import KINDS
from yingbao.rosters.models import Roster
from yingbao.rosters.reading import ROSTER_DOCUMENT
from yingbao.rosters.states import OPEN, OUTCOMES

PAGE = 50
#: What needs a decision, in the order of the tabs; `open` is all of them and what could not be read.
ALL_OPEN = (*sorted(OPEN), "unreadable")
_ONE_DAY = timedelta(days=1)
_ROWS = """
SELECT w.id, w.sheet, w.number, w.name, w.document_sealed, w.written, w.category, w.recognised_on, w.ended_on, w.since,
    w.outcome, w.effect, w.reason, w.sentence, w.resident_id, w.score, w.decision, w.decided_by_name,
    r.name, r.document_sealed, u.name, b.category, lower(b.period), upper(b.period),
    coalesce((SELECT s.name FROM registry_unit s WHERE s.code = w.site), w.site),
    coalesce((SELECT s.name FROM registry_unit s WHERE s.code = b.site), b.site)
FROM rosters_row w
LEFT JOIN registry_resident r ON r.id = w.resident_id LEFT JOIN registry_unit u ON u.code = r.unit_id
LEFT JOIN registry_holding b ON b.id = w.before_id
WHERE w.roster_id = %(roster)s AND w.outcome = ANY(%(outcomes)s) AND w.id > %(after)s
    AND (%(row)s::bigint IS NULL OR w.id = %(row)s)
ORDER BY w.id LIMIT %(limit)s
"""
#: The middle columns of `_ROWS`, from the sixth.
_TOLD = (
    "written", "category", "recognised_on", "ended_on", "since", "outcome", "effect", "reason", "sentence", "resident_id",
    "score", "decision", "decided_by_name",
)  # fmt: skip
_CANDIDATES = """
SELECT c.row_id, c.score, r.id, r.name, r.document_sealed, u.name, h.number
FROM rosters_candidate c JOIN registry_resident r ON r.id = c.resident_id JOIN registry_unit u ON u.code = r.unit_id
LEFT JOIN registry_membership m ON m.resident_id = r.id AND upper_inf(m.period)
LEFT JOIN registry_household h ON h.id = m.household_id
WHERE c.row_id = ANY(%s) ORDER BY c.row_id, c.score DESC, u.name
"""


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A person whom a row may mean; the number is masked."""

    id: UUID
    score: int
    name: str
    document: str
    unit_name: str
    household: str


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row; numbers are masked. `person` is whom it was matched to, `held` what they hold now and its days.

    `site` and `held_site`: the school, or the unit somebody moves to or lives in, by its printed name.
    """

    id: int
    sheet: str
    number: int
    name: str
    document: str
    written: str
    category: str
    recognised_on: date | None
    ended_on: date | None
    since: date | None
    outcome: str
    effect: str
    reason: str
    sentence: str
    resident_id: UUID | None
    score: int
    decision: str
    decided_by_name: str
    person: str
    person_document: str
    unit_name: str
    held: str
    held_from: date | None
    held_through: date | None
    site: str = ""
    held_site: str = ""
    candidates: tuple[CandidateLine, ...] = ()


def rows(roster_id: UUID, outcomes: Sequence[str], after: int = 0, limit: int = PAGE) -> list[RowLine]:
    """Rows in the order of the sheet, by outcome, a page at a time (`after`: the last row's id)."""
    return _rows(roster_id, outcomes, after, limit, None)


def row(roster_id: UUID, row_id: int) -> RowLine | None:
    """One row, or None."""

    found = _rows(roster_id, tuple(OUTCOMES), 0, 1, row_id)
    return found[0] if found else None


def _rows(
    roster_id: UUID, outcomes: Sequence[str], after: int, limit: int, row_id: int | None
) -> list[RowLine]:
    kind = KINDS[Roster.objects.values_list("kind", flat=True).get(id=roster_id)]
    given: dict[str, Any] = {
        "roster": roster_id,
        "outcomes": list(outcomes),
        "after": after,
        "limit": limit,
        "row": row_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(kind.said(_ROWS), given)
        found = cursor.fetchall()
        may = _candidates(cursor, [one[0] for one in found if one[10] in ALL_OPEN])
    return [_row(one, tuple(may.get(one[0], ()))) for one in found]


def _candidates(cursor: Any, ids: list[int]) -> dict[int, list[CandidateLine]]:
    found: dict[int, list[CandidateLine]] = {}
    if ids:
        cursor.execute(_CANDIDATES, [ids])
        for row_id, score, resident_id, name, sealed, unit, household in cursor.fetchall():
            line = CandidateLine(resident_id, score, name, masked(sealed), unit, household or "")
            found.setdefault(row_id, []).append(line)
    return found


def _row(one: tuple[Any, ...], candidates: tuple[CandidateLine, ...]) -> RowLine:
    document = "" if one[4] is None else id_number.mask(sealer().unseal(bytes(one[4]), ROSTER_DOCUMENT))
    told = dict(zip(_TOLD, one[5:18], strict=True))
    return RowLine(
        id=one[0], sheet=one[1], number=one[2], name=one[3], document=document, **told, person=one[18] or "",
        person_document=masked(one[19]), unit_name=one[20] or "", held=one[21] or "", held_from=one[22],
        held_through=None if one[23] is None else one[23] - _ONE_DAY, site=one[24], held_site=one[25] or "",
        candidates=candidates,
    )  # fmt: skip
