"""Where a region stands: people by unit and state in one count, and what waits for somebody, by kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yingbao.journal.acting import NATION
from yingbao.kernel import regions
from yingbao.kernel.dates import add_months
from yingbao.policy import Policy
from yingbao.registry.models import Merge, Unit

_ENROLLED: Final = "1"
#: A newborn has so many months to get a number and be registered with it; the last of them is pressing.
NEWBORN_MONTHS: Final = 3
_PRESSING: Final = 30  # days
#: Kinds of what waits, in the order of what is lost if nobody acts.
TODO: Final = ("newborns", "permits", "headless")


@dataclass(frozen=True, slots=True)
class Standing:
    """People of one unit and all below it."""

    code: str
    name: str
    people: int
    enrolled: int
    suspended: int
    should: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and the first day something is lost; None where it is never too late."""

    kind: str
    number: int
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Waiter:
    """One of those who wait: a resident, or a household by its number."""

    id: UUID
    name: str
    unit_name: str
    due_on: date | None
    household: bool = False


_COUNTED = """
SELECT unit_id, state, count(*) FROM registry_resident WHERE merged_into_id IS NULL GROUP BY unit_id, state
"""


def standings(policy: Policy, below: str, on: date) -> tuple[list[Standing], bool]:
    """People by reporting unit of a release, within `below`; and whether the release says how many should be.

    One count of the whole region, shared out in memory. Units that the release does not name are the ones directly
    below the region.
    """
    counted = _counted()
    named = _named_units(policy)
    wanted = {code: number for code, number in named.items() if below == NATION or code.startswith(below)}
    known = dict(Unit.objects.filter(code__in=wanted).values_list("code", "name"))
    if not known:
        region = regions.canonical(policy.release.region)
        units = Unit.objects.filter(parent_id=max(region, below, key=len), period__contains=on)
        known = dict(units.values_list("code", "name"))
        wanted = dict.fromkeys(known)
    rows = [_standing(code, name, counted, wanted[code]) for code, name in sorted(known.items())]
    return rows, bool(rows) and all(row.should is not None for row in rows)


def _counted() -> list[tuple[str, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED)
        found: list[tuple[str, str, int]] = cursor.fetchall()
    return found


def _named_units(policy: Policy) -> dict[str, int | None]:
    """Codes of the release's units with their numbers, as `actions.units_of_release` gives them."""
    release = policy.release
    if release.units is None:
        return {}
    region = regions.canonical(release.region)
    places = enumerate(release.units.of.values(), 1)
    return {unit.code or f"{region}-T{place:02d}": unit.number for place, unit in places}


def _standing(code: str, name: str, counted: list[tuple[str, str, int]], should: int | None) -> Standing:
    by_state: dict[str, int] = {}
    for unit, state, number in counted:
        if unit.startswith(code):
            by_state[state] = by_state.get(state, 0) + number
    return Standing(
        code, name, sum(by_state.values()), by_state.get(_ENROLLED, 0), by_state.get("2", 0), should
    )


_NEWBORNS = """
FROM registry_resident r WHERE r.merged_into_id IS NULL AND r.document_key IS NULL AND r.state = '1'
    AND r.birth_date > %(born_after)s AND r.birth_date <= %(born_until)s
"""
# What bounds the region is asked row by row, so each of these first finds its few rows and only then joins them.
_PERMITS = """
FROM (
    SELECT resident_id, permit_until FROM registry_residence
    WHERE permit_until BETWEEN %(on)s AND %(until)s AND period @> %(on)s::date OFFSET 0
) h JOIN registry_resident r ON r.id = h.resident_id AND r.merged_into_id IS NULL AND r.state = '1'
"""
_HEADLESS = """
FROM (
    SELECT id, number, unit_id FROM registry_household WHERE id NOT IN (
        SELECT household_id FROM registry_membership WHERE relation = '02' AND period @> %(on)s::date
    ) OFFSET 0
) h, LATERAL (SELECT FROM registry_membership WHERE household_id = h.id AND period @> %(on)s::date LIMIT 1) somebody
"""
_COUNT: Final = {
    "newborns": f"SELECT count(*), min(r.birth_date) {_NEWBORNS}",
    "permits": f"SELECT count(*), min(h.permit_until) {_PERMITS}",
    "headless": f"SELECT count(*), NULL::date {_HEADLESS}",
}
_LIST: Final = {
    "newborns": f"SELECT r.id, r.name, r.unit_id, r.birth_date {_NEWBORNS} ORDER BY r.birth_date, r.id LIMIT %(limit)s",
    "permits": f"SELECT r.id, r.name, r.unit_id, h.permit_until {_PERMITS} ORDER BY h.permit_until, r.id LIMIT %(limit)s",
    "headless": f"SELECT h.id, h.number, h.unit_id, NULL::date {_HEADLESS} ORDER BY h.number LIMIT %(limit)s",
}


def waiting(kind: str, on: date) -> Waiting:
    """How many of a kind wait within the region."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT[kind], _bounds(on))
        number, first = cursor.fetchone()
    return Waiting(kind, number, _due(kind, first))


def waiters(kind: str, on: date, limit: int = 200) -> list[Waiter]:
    """Who they are, the most pressing first."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST[kind], _bounds(on) | {"limit": limit})
        rows = cursor.fetchall()
    names = dict(Unit.objects.filter(code__in={row[2] for row in rows}).values_list("code", "name"))
    return [
        Waiter(row[0], row[1], names.get(row[2], row[2]), _due(kind, row[3]), kind == "headless")
        for row in rows
    ]


def merges_waiting(not_asked_by: UUID | None) -> int:
    """Requests of others that a reviewer can decide."""
    return Merge.objects.filter(outcome="waiting").exclude(asked_by=not_asked_by).count()


def _bounds(on: date) -> dict[str, Any]:
    return {
        "on": on,
        "until": on + timedelta(days=_PRESSING),
        "born_after": add_months(on, -NEWBORN_MONTHS),
        "born_until": add_months(on, -NEWBORN_MONTHS) + timedelta(days=_PRESSING),
    }


def _due(kind: str, first: date | None) -> date | None:
    return add_months(first, NEWBORN_MONTHS) if kind == "newborns" and first is not None else first
