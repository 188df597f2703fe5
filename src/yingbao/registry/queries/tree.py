"""Units as a tree with their numbers, the places people may be registered in, and what is assigned to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from yingbao.registry.models import Assignment, Unit
from yingbao.registry.models.units import DUTY_KINDS, UNIT_KINDS

__all__ = [
    "ABOVE",
    "DUTY_KINDS",
    "UNIT_KINDS",
    "WORKPLACES",
    "AssignmentLine",
    "Branch",
    "Site",
    "assignments_about",
    "sites",
    "tree",
    "workplaces",
]

#: Kinds that are no place to live in: their people are registered where the assignment says.
WORKPLACES: Final = frozenset({"farm", "station", "park"})
#: Kinds too wide to register anybody in.
ABOVE: Final = frozenset({"province", "city", "county"})
MOST = 3_000


@dataclass(frozen=True, slots=True)
class Branch:
    """One unit of the tree; people and enrolled count it and all below it. `depth` 0 is the root."""

    code: str
    name: str
    kind: str
    parent_code: str | None
    depth: int
    people: int
    enrolled: int
    households: int
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Site:
    """A unit as a choice of a form."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """The people of `unit` (those with hukou in `hukou_name`, where there is one) are managed by `to`."""

    id: UUID
    unit_code: str
    unit_name: str
    hukou_name: str
    to_code: str
    to_name: str
    source: str
    from_on: date


def tree(code: str, on: date, depth: int = 9) -> tuple[Branch, ...]:
    """A unit and what lies below it on a day, each after its parent; `0` is the whole nation."""
    below = Unit.objects.all() if code == "0" else Unit.objects.filter(code__startswith=code)
    units = sorted(below.filter(period__contains=on)[:MOST], key=lambda one: one.code)
    counts = _counted("registry_resident", "merged_into_id IS NULL", "count(*) FILTER (WHERE state = '1')")
    houses = _counted("registry_household", "true", "0")
    depths: dict[str | None, int] = {}
    found = []
    for unit in units:
        depths[unit.code] = depths.get(unit.parent_id, -1) + 1
        if depths[unit.code] > depth:
            continue
        own = [numbers for place, numbers in counts.items() if place.startswith(unit.code)]
        homes = sum(numbers[0] for place, numbers in houses.items() if place.startswith(unit.code))
        found.append(
            Branch(
                unit.code,
                unit.name,
                unit.kind,
                unit.parent_id,
                depths[unit.code],
                sum(n[0] for n in own),
                sum(n[1] for n in own),
                homes,
                unit.period.upper and unit.period.upper - timedelta(days=1),
            )
        )
    return tuple(found)


def sites(region: str, on: date) -> tuple[Site, ...]:
    """Every unit of a region in which, or for whose workers, a household may be registered."""
    found = Unit.objects.filter(period__contains=on).exclude(kind__in=ABOVE)
    if region != "0":
        found = found.filter(code__startswith=region)
    return tuple(Site(u.code, u.name, u.kind) for u in found.order_by("code"))


def workplaces(region: str, on: date) -> tuple[Site, ...]:
    """Farms, stations and parks of the county a region lies in."""
    found = Unit.objects.filter(period__contains=on, kind__in=WORKPLACES, code__startswith=region[:6])
    return tuple(Site(u.code, u.name, u.kind) for u in found.order_by("code"))


def assignments_about(code: str, on: date) -> tuple[AssignmentLine, ...]:
    """Assignments of a unit's people, and of others' people to it (both by code's beginning)."""
    found = Assignment.objects.filter(period__contains=on).select_related("unit", "hukou_unit", "to_unit")
    found = found.filter(unit__code__startswith=code) | found.filter(to_unit__code__startswith=code)
    return tuple(
        AssignmentLine(
            a.id,
            a.unit_id,
            a.unit.name,
            a.hukou_unit.name if a.hukou_unit else "",
            a.to_unit_id,
            a.to_unit.name,
            a.source,
            a.period.lower,
        )
        for a in found.order_by("unit_id", "to_unit_id")
    )


def _counted(table: str, where: str, second: str) -> dict[str, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT unit_id, count(*), {second} FROM {table} WHERE {where} GROUP BY unit_id")
        return {code: (first, other) for code, first, other in cursor.fetchall()}
