"""What was known at an instant: where a person lived, who belonged to a household, the facts a policy asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from yingbao.policy import UNKNOWN, Person
from yingbao.registry.errors import HouseholdNotFound
from yingbao.registry.models import Cover, Household, Membership, Residence, Resident, Survival, Unit
from yingbao.registry.queries.asof import rows
from yingbao.registry.queries.facts import facts
from yingbao.registry.queries.households import HouseholdPage, Member
from yingbao.registry.queries.people import PersonPage
from yingbao.registry.queries.search import masked


@dataclass(frozen=True, slots=True)
class Home:
    """On what basis a person is registered where, on a day. Workplace: a farm, station or park."""

    unit_code: str
    unit_name: str
    basis: str
    hukou_place: str
    permit_until: date | None
    works_in: str
    works_in_name: str


def home_of(resident_id: UUID, on: date, known_at: datetime | None = None) -> Home | None:
    """The residence that holds on a day, by what is known now or was known then."""
    found = rows(Residence, "resident_id = %s AND period @> %s::date", [resident_id, on], known_at)
    if not found:
        return None
    row = found[0]
    names = _names([row["unit_id"], row["works_in_id"] or ""])
    return Home(
        row["unit_id"], names.get(row["unit_id"], row["unit_id"]), row["basis"], row["hukou_place"],
        row["permit_until"], row["works_in_id"] or "", names.get(row["works_in_id"] or "", ""),
    )  # fmt: skip


def homes_of(
    resident_id: UUID, known_at: datetime | None = None
) -> tuple[tuple[date, date | None, Home], ...]:
    """Every residence with its first and last day, oldest first."""
    found = rows(Residence, "resident_id = %s AND NOT isempty(period)", [resident_id], known_at, "period")
    names = _names([code for row in found for code in (row["unit_id"], row["works_in_id"] or "")])
    return tuple(
        (
            row["period"].lower,
            None if row["period"].upper is None else row["period"].upper - timedelta(days=1),
            Home(
                row["unit_id"],
                names.get(row["unit_id"], row["unit_id"]),
                row["basis"],
                row["hukou_place"],
                row["permit_until"],
                row["works_in_id"] or "",
                names.get(row["works_in_id"] or "", ""),
            ),
        )
        for row in found
    )


def facts_known(page: PersonPage, on: date, region: str, known_at: datetime | None = None) -> Person:
    """The policy's facts of a page, its residence as known at the same instant."""
    person = facts(page, on, region)
    if known_at is None:
        return person
    home = home_of(page.id, on, known_at)
    if home is None:
        return replace(
            person, residence=UNKNOWN, hukou_unit=None, unit=page.unit_name, works_in=None, permit_until=None
        )
    return replace(
        person, residence=home.basis, hukou_unit=home.hukou_place or None, unit=home.unit_name,
        works_in=home.works_in_name or None, permit_until=home.permit_until,
    )  # fmt: skip


def household_known(household_id: UUID, on: date, known_at: datetime) -> HouseholdPage:
    """A household on a day as it was known at an instant. Raises HouseholdNotFound."""
    found = rows(Household, "id = %s", [household_id], known_at)
    if not found:
        raise HouseholdNotFound
    row = found[0]
    holds = "period @> %s::date"
    memberships = rows(Membership, f"household_id = %s AND {holds}", [household_id, on], known_at)
    ids = [one["resident_id"] for one in memberships]
    people = {
        r["id"]: r for r in rows(Resident, "id = ANY(%s)", [ids], known_at) if r["merged_into_id"] is None
    }
    covers = {
        c["resident_id"]: c for c in rows(Cover, f"resident_id = ANY(%s) AND {holds}", [ids, on], known_at)
    }
    lives = {
        s["resident_id"]: s for s in rows(Survival, f"resident_id = ANY(%s) AND {holds}", [ids, on], known_at)
    }
    members = [
        _member(
            people[one["resident_id"]],
            one["relation"],
            covers.get(one["resident_id"]),
            lives.get(one["resident_id"]),
        )
        for one in memberships
        if one["resident_id"] in people
    ]
    members.sort(key=lambda member: (member.relation != "02", member.birth_date))
    unit = _names([row["unit_id"]]).get(row["unit_id"], row["unit_id"])
    return HouseholdPage(row["id"], row["number"], row["address"], row["unit_id"], unit, tuple(members))


def _member(
    person: dict[str, Any], relation: str, cover: dict[str, Any] | None, life: dict[str, Any] | None
) -> Member:
    return Member(
        person["id"], person["name"], relation, person["sex"], person["birth_date"], masked(person["document_sealed"]),
        person["state"], cover["insurance"] if cover else "", cover["place"] if cover else "",
        life["status"] if life else "",
    )  # fmt: skip


def _names(codes: list[str]) -> dict[str, str]:
    return dict(Unit.objects.filter(code__in={code for code in codes if code}).values_list("code", "name"))
