"""Who belonged to a household on a day, as it was known at an instant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from yingbao.registry.errors import HouseholdNotFound
from yingbao.registry.models import Cover, Household, Membership, Resident, Survival, Unit
from yingbao.registry.queries.asof import rows
from yingbao.registry.queries.households import HouseholdPage, Member
from yingbao.registry.queries.search import masked


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
