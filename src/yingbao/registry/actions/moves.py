"""Moving people between households and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within
from yingbao.registry.actions.landing import land
from yingbao.registry.actions.people import has_head
from yingbao.registry.actions.spans import enrol, replace_from
from yingbao.registry.errors import FormInvalid, HouseholdNotFound, UnitNotFound
from yingbao.registry.locks import resident_for_change, residents_for_change
from yingbao.registry.models import Change, Household, Membership, Residence, Resident, Unit
from yingbao.registry.states import HEAD, RELATIONS, edge


@dataclass(frozen=True, slots=True)
class Landing:
    """Where somebody lands: the household joined, and the relation to its head."""

    household_id: UUID
    relation: str


def move(
    *, by: Acting, resident_id: UUID, to: Landing, on: date, grounds: str, hukou_place: str | None = None
) -> None:
    """One person into another household, and so into its unit, from that day on.

    Locks the household before the person, as everything that touches both does. Raises FormInvalid, Overlap,
    ResidentNotFound, HouseholdNotFound, AlreadyMerged, NotPermitted, OutOfRegion.
    """
    with within(by):
        household = Household.objects.select_for_update().filter(id=to.household_id).first()
        resident = resident_for_change(resident_id, by, "person.change")
        if household is None:
            raise HouseholdNotFound
        _check_move(grounds, to.relation, household.id, on, resident_id)
        from_unit = resident.unit_id
        record(
            by=by, action="resident.move", subject="resident", subject_id=resident_id, unit_code=household.unit_id,
            grounds=grounds, facts={"from": from_unit, "to": household.unit_id, "on": on.isoformat()}, news="moved",
        )  # fmt: skip
        joined = Membership(resident=resident, household=household, relation=to.relation, period=(on, None))
        replace_from(Membership, resident.id, on, joined)
        _relocate([resident], household.unit_id, on, hukou_place)


def move_household(
    *,
    by: Acting,
    household_id: UUID,
    unit_code: str,
    on: date,
    grounds: str,
    works_in: str | None = None,
    hukou_place: str | None = None,
) -> str:
    """A whole household to another unit. Returns the unit it lands in.

    `unit_code` may be a farm or a station: its people are managed by the unit of the assignment, for a farm by
    where the hukou lies, the head's if none is given (肃医保〔2023〕48号 四(三)). Raises FormInvalid, Overlap,
    HouseholdNotFound, UnitNotFound, NotPermitted, OutOfRegion.
    """
    with within(by):
        household = Household.objects.select_for_update().filter(id=household_id).first()
        if household is None:
            by.require("person.change")
            raise HouseholdNotFound
        by.require("person.change", household.unit_id)
        if not grounds.strip():
            raise FormInvalid({"grounds": "没有写迁移依据，请写明看了什么证件或材料"})
        if works_in is not None and not Unit.objects.filter(code=works_in).exists():
            raise UnitNotFound(works_in)
        landing, workplace = land(unit_code, hukou_place or _hukou_of_head(household, on), on)
        by.require("person.change", landing)
        memberships = Membership.objects.filter(
            household=household, period__contains=on, resident__merged_into=None
        )
        people = residents_for_change(
            list(memberships.values_list("resident_id", flat=True)), by, "person.change"
        )
        record(
            by=by, action="household.move", subject="household", subject_id=household.id, unit_code=landing,
            grounds=grounds, news="moved",
            facts={"from": household.unit_id, "to": landing, "people": len(people), "on": on.isoformat()},
        )  # fmt: skip
        household.unit_id = landing
        household.save(update_fields=["unit"])
        _relocate(people, landing, on, hukou_place, works_in or workplace)
        return landing


def _hukou_of_head(household: Household, on: date) -> str | None:
    head = Membership.objects.filter(household=household, relation=HEAD, period__contains=on).first()
    now = head and Residence.objects.filter(resident_id=head.resident_id, period__contains=on).first()
    return now.hukou_place if now else None


def _check_move(grounds: str, relation: str, household_id: UUID, on: date, resident_id: UUID) -> None:
    faults: dict[str, str] = {}
    if not grounds.strip():
        faults["grounds"] = "没有写迁移依据，请写明看了什么证件或材料"
    if relation not in RELATIONS:
        faults["relation"] = "没有选与户主关系，请选择"
    elif relation == HEAD and has_head(household_id, on, but=resident_id):
        faults["relation"] = "这一户已有户主，请选与户主的关系"
    if faults:
        raise FormInvalid(faults)


def _relocate(
    people: Sequence[Resident], unit_code: str, on: date, hukou_place: str | None, works_in: str | None = None
) -> None:
    """Residence and enrolment of people who land in a unit."""
    now: Mapping[UUID, Residence] = {
        one.resident_id: one for one in Residence.objects.filter(resident__in=people, period__contains=on)
    }
    changes: list[Change] = []
    for resident in people:
        before = now.get(resident.id)
        made = Residence(
            resident=resident, unit_id=unit_code, basis=before.basis if before else "hukou",
            hukou_place=hukou_place if hukou_place is not None else (before.hukou_place if before else ""),
            permit_until=before.permit_until if before else None, period=(on, None),
            works_in_id=works_in or (before.works_in_id if before and before.unit_id == unit_code else None),
        )  # fmt: skip
        replace_from(Residence, resident.id, on, made)
        if resident.unit_id != unit_code and edge("move", resident.state):
            changes.append(enrol(resident, "move", on, f"由 {resident.unit_id} 转入 {unit_code}"))
        resident.unit_id = unit_code
        resident.save(update_fields=["unit", "state"])
    Change.objects.bulk_create(changes)
