"""Rows of the lists of a region and year that were not used, with why and what to do: the register's sheet 名册未采用."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import connection

from yingbao.kernel import regions
from yingbao.workbooks.roster import RosterRow

#: Only lists handed in before the issue; a later whole list of the same sender and kinds says anew what an earlier one said.
_SQL: Final = """
WITH standing AS (
    SELECT t.id, t.file_name, t.unit_code, t.sender, t.as_of, t.handed_at FROM rosters_roster t
    WHERE starts_with(t.unit_code, %(region)s) AND t.benefit_year = %(year)s AND t.handed_at <= %(at)s
        AND t.state IN ('checked', 'submitted', 'applied') AND NOT EXISTS (
            SELECT FROM rosters_roster n WHERE n.unit_code = t.unit_code AND n.sender = t.sender AND n.kind = t.kind AND n.extent = 'full'
            AND n.state IN ('checked', 'submitted', 'applied') AND n.handed_at <= %(at)s
            AND (n.as_of, n.handed_at) > (t.as_of, t.handed_at)
            AND jsonb_exists_any(n.classes, ARRAY(SELECT jsonb_array_elements_text(t.classes)))
            AND (n.kind = 'classes' OR jsonb_exists_any(n.layout -> 'sites', ARRAY(SELECT jsonb_array_elements_text(t.layout -> 'sites')))))
)
SELECT t.file_name, w.sheet, w.number, w.reason, w.sentence, w.name
FROM standing t JOIN rosters_row w ON w.roster_id = t.id LEFT JOIN registry_resident r ON r.id = w.resident_id
WHERE w.sheet <> '' AND (w.decision = 'dropped'
        OR w.decision = '' AND w.outcome IN ('unreadable', 'person_unknown', 'several_persons', 'contradicts'))
    AND (starts_with(t.unit_code, %(unit)s) OR starts_with(r.unit_id, %(unit)s))
ORDER BY t.sender, t.as_of, t.handed_at, w.id
"""


def unused_rows(region: str, benefit_year: int, at: datetime, unit_code: str = "") -> list[RosterRow]:
    """What the lists handed in by an instant say that nobody used, in the order of lists and sheets.

    With `unit_code` only rows of the unit's own lists and of people registered there: of whom nobody knows, nobody knows
    where they live.
    """
    place = regions.canonical(region)
    given: dict[str, Any] = {"region": place, "year": benefit_year, "at": at, "unit": unit_code or place}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, given)
        return [
            RosterRow(file, sheet, number, "unusable", reason, sentence, name)
            for file, sheet, number, reason, sentence, name in cursor.fetchall()
        ]
