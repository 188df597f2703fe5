"""One household: who belongs to it on a day, and who is covered by what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from yingbao.registry.errors import HouseholdNotFound
from yingbao.registry.models import Household
from yingbao.registry.queries.search import masked


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a household; `insurance` is the cover of the day, `survival` what keeps them away."""

    id: UUID
    name: str
    relation: str
    sex: str
    birth_date: date
    document: str
    state: str
    insurance: str
    place: str
    survival: str


@dataclass(frozen=True, slots=True)
class HouseholdPage:
    """A household and its people, the head first."""

    id: UUID
    number: str
    address: str
    unit_code: str
    unit_name: str
    members: tuple[Member, ...]


_MEMBERS = """
SELECT r.id, r.name, m.relation, r.sex, r.birth_date, r.document_sealed, r.state,
    coalesce(c.insurance, ''), coalesce(c.place, ''), coalesce(s.status, '')
FROM registry_membership m JOIN registry_resident r ON r.id = m.resident_id
LEFT JOIN registry_cover c ON c.resident_id = r.id AND c.period @> %s::date
LEFT JOIN registry_survival s ON s.resident_id = r.id AND s.period @> %s::date
WHERE m.household_id = %s AND m.period @> %s::date AND r.merged_into_id IS NULL
ORDER BY (m.relation = '02') DESC, r.birth_date
"""


def household_page(household_id: UUID, on: date) -> HouseholdPage:
    """The household on a day. Raises HouseholdNotFound."""
    found = Household.objects.select_related("unit").filter(id=household_id).first()
    if found is None:
        raise HouseholdNotFound
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS, [on, on, household_id, on])
        members = tuple(_member(row) for row in cursor.fetchall())
    return HouseholdPage(found.id, found.number, found.address, found.unit_id, found.unit.name, members)


def households_by_number(text: str, limit: int = 20) -> list[tuple[UUID, str, str]]:
    """Households whose number begins so: id, number, unit's name."""
    found = (
        Household.objects.filter(number__startswith=text.strip()).select_related("unit").order_by("number")
    )
    return [(h.id, h.number, h.unit.name) for h in found[:limit]]


def _member(row: tuple[Any, ...]) -> Member:
    id_, name, relation, sex, born, sealed, state, insurance, place, survival = row
    return Member(id_, name, relation, sex, born, masked(sealed), state, insurance, place, survival)
