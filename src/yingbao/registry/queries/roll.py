"""The people and households of a unit, page by page: keyset, so that the last page costs what the first does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from yingbao.registry.queries.search import masked

PAGE = 50


@dataclass(frozen=True, slots=True)
class RollLine:
    """One person of a unit's list; the number is masked."""

    id: UUID
    name: str
    sex: str
    birth_date: date
    document: str
    unit_name: str
    state: str
    household_id: UUID | None
    household_number: str


@dataclass(frozen=True, slots=True)
class HouseholdLine:
    """One household of a unit's list."""

    id: UUID
    number: str
    head: str
    address: str
    unit_name: str
    people: int
    enrolled: int


@dataclass(frozen=True, slots=True)
class Turned:
    """One page of a list: its lines, how many there are in all, how many stand before, and where to go on."""

    lines: tuple[Any, ...]
    total: int
    before: int
    previous: UUID | None
    next: UUID | None


_PEOPLE = """
SELECT r.id, r.name, r.sex, r.birth_date, r.document_sealed, u.name, r.state, h.id, coalesce(h.number, '')
FROM (
    SELECT * FROM registry_resident r
    WHERE (r.unit_id = %(code)s OR r.unit_id LIKE %(below)s) AND r.merged_into_id IS NULL AND (%(state)s = '' OR r.state = %(state)s)
    AND (%(at)s::uuid IS NULL OR (r.pinyin, r.id) {beyond} (SELECT o.pinyin, o.id FROM registry_resident o WHERE o.id = %(at)s))
    ORDER BY r.pinyin {way}, r.id {way} LIMIT %(limit)s
) r
JOIN registry_unit u ON u.code = r.unit_id
LEFT JOIN registry_membership m ON m.resident_id = r.id AND m.period @> %(on)s::date
LEFT JOIN registry_household h ON h.id = m.household_id
ORDER BY r.pinyin, r.id
"""
_PEOPLE_COUNT = """
SELECT count(*), count(*) FILTER (WHERE %(at)s::uuid IS NOT NULL
    AND (r.pinyin, r.id) < (SELECT o.pinyin, o.id FROM registry_resident o WHERE o.id = %(at)s))
FROM registry_resident r
WHERE (r.unit_id = %(code)s OR r.unit_id LIKE %(below)s) AND r.merged_into_id IS NULL AND (%(state)s = '' OR r.state = %(state)s)
"""
_HOUSEHOLDS = """
SELECT h.id, h.number,
    coalesce((SELECT r.name FROM registry_membership m JOIN registry_resident r ON r.id = m.resident_id
        WHERE m.household_id = h.id AND m.relation = '02' AND m.period @> %(on)s::date), ''),
    h.address, u.name,
    (SELECT count(*) FROM registry_membership m JOIN registry_resident r ON r.id = m.resident_id
        WHERE m.household_id = h.id AND m.period @> %(on)s::date AND r.merged_into_id IS NULL),
    (SELECT count(*) FROM registry_membership m JOIN registry_resident r ON r.id = m.resident_id
        WHERE m.household_id = h.id AND m.period @> %(on)s::date AND r.merged_into_id IS NULL AND r.state = '1')
FROM (
    SELECT * FROM registry_household h
    WHERE (h.unit_id = %(code)s OR h.unit_id LIKE %(below)s)
    AND (%(at)s::uuid IS NULL OR h.number {beyond} (SELECT o.number FROM registry_household o WHERE o.id = %(at)s))
    ORDER BY h.number {way} LIMIT %(limit)s
) h JOIN registry_unit u ON u.code = h.unit_id ORDER BY h.number
"""
_HOUSEHOLDS_COUNT = """
SELECT count(*), count(*) FILTER (WHERE %(at)s::uuid IS NOT NULL
    AND h.number < (SELECT o.number FROM registry_household o WHERE o.id = %(at)s))
FROM registry_household h WHERE h.unit_id = %(code)s OR h.unit_id LIKE %(below)s
"""


def people(
    code: str,
    on: date,
    *,
    after: UUID | None = None,
    before: UUID | None = None,
    state: str = "",
    limit: int = PAGE,
) -> Turned:
    """People registered in a unit or below it, by pinyin; `after` and `before` are the edge of the other page."""
    found = _turn(_PEOPLE, _PEOPLE_COUNT, code, on, after, before, limit, state)
    lines = tuple(RollLine(a, b, c, d, masked(e), f, g, h, i) for a, b, c, d, e, f, g, h, i in found[0])
    return _turned(lines, *found[1:])


def households(
    code: str, on: date, *, after: UUID | None = None, before: UUID | None = None, limit: int = PAGE
) -> Turned:
    """Households of a unit or below it, by number."""
    found = _turn(_HOUSEHOLDS, _HOUSEHOLDS_COUNT, code, on, after, before, limit, "")
    return _turned(tuple(HouseholdLine(*row) for row in found[0]), *found[1:])


def _turn(
    sql: str,
    counting: str,
    code: str,
    on: date,
    after: UUID | None,
    before: UUID | None,
    limit: int,
    state: str,
) -> tuple[list[tuple[Any, ...]], int, int, bool]:
    """The rows, the total, how many stand before the first row, and whether some follow the last."""
    back = before is not None
    values: dict[str, Any] = {
        "code": code, "below": f"{code}%", "on": on, "at": before if back else after, "state": state, "limit": limit,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql.format(beyond="<" if back else ">", way="DESC" if back else "ASC"), values)
        rows = cursor.fetchall()
        cursor.execute(counting, values)
        total, standing = cursor.fetchone()
    if after is not None:
        first = standing + 1
    elif back:
        first = standing - len(rows)
    else:
        first = 0
    return rows, total, max(first, 0), first + len(rows) < total


def _turned(lines: tuple[Any, ...], total: int, before: int, more: bool) -> Turned:
    first = lines[0].id if lines and before > 0 else None
    return Turned(lines, total, before, first, lines[-1].id if lines and more else None)
