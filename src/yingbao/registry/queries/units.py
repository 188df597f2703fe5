"""Units within the region, with how many people each has, and who answers for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from yingbao.journal.keys import sealer
from yingbao.journal.scope import within
from yingbao.kernel import phones
from yingbao.registry.actions.units import DUTY_PHONE
from yingbao.registry.errors import UnitNotFound
from yingbao.registry.models import Assignment, Duty, Resident, Unit


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit and the people registered in it or below it."""

    code: str
    name: str
    kind: str
    parent_code: str | None
    people: int
    enrolled: int


@dataclass(frozen=True, slots=True)
class DutyLine:
    """Who answers for a unit; the telephone is masked."""

    id: UUID
    unit_code: str
    unit_name: str
    kind: str
    person_name: str
    position: str
    phone: str
    from_on: date


_BELOW = """
WITH counted AS (
    SELECT unit_id, count(*) AS people, count(*) FILTER (WHERE state = '1') AS enrolled
    FROM registry_resident WHERE merged_into_id IS NULL GROUP BY unit_id
)
SELECT u.code, u.name, u.kind, u.parent_id,
    coalesce((SELECT sum(people) FROM counted WHERE starts_with(unit_id, u.code)), 0)::bigint,
    coalesce((SELECT sum(enrolled) FROM counted WHERE starts_with(unit_id, u.code)), 0)::bigint
FROM registry_unit u WHERE u.parent_id = %s AND u.period @> %s::date ORDER BY u.code
"""


def units_below(code: str, on: date) -> tuple[UnitLine, ...]:
    """The units directly below one, in the order of their codes."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [code, on])
        return tuple(UnitLine(*row) for row in cursor.fetchall())


def unit(code: str) -> Unit:
    """One unit. Raises UnitNotFound."""
    found = Unit.objects.select_related("parent").filter(code=code).first()
    if found is None:
        raise UnitNotFound(code)
    return found


def people_in(region: str) -> int:
    """How many people are registered in a region."""
    with within(region):
        return Resident.objects.filter(merged_into__isnull=True).count()


def choices(region: str, on: date) -> list[tuple[str, str]]:
    """Code and name of every unit of a region in which people may be registered, for a select."""
    found = Unit.objects.filter(code__startswith=region, period__contains=on).order_by("code")
    return [(u.code, u.name) for u in found]


def names_of(codes: Collection[str]) -> dict[str, str]:
    """Printed names by code; everybody may read what units there are."""
    return dict(Unit.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}


def assignments(code: str, on: date) -> list[Assignment]:
    """Where the people of a farm or station are managed."""
    return list(
        Assignment.objects.filter(unit_id=code, period__contains=on).select_related("hukou_unit", "to_unit")
    )


def duties(region: str, on: date) -> tuple[DutyLine, ...]:
    """Who answers for the units of a region on a day."""
    found = Duty.objects.filter(unit__code__startswith=region, period__contains=on).select_related("unit")
    return tuple(
        DutyLine(
            d.id,
            d.unit_id,
            d.unit.name,
            d.kind,
            d.person_name,
            d.position,
            phones.mask(sealer().unseal(bytes(d.phone_sealed), DUTY_PHONE)) if d.phone_sealed else "",
            d.period.lower,
        )
        for d in found.order_by("unit_id", "kind")
    )
