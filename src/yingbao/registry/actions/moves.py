"""Moving people between households and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within
from yingbao.registry.actions.people import enrol, replace_from
from yingbao.registry.errors import FormInvalid, HouseholdNotFound, UnitNotFound
from yingbao.registry.locks import residents_for_change
from yingbao.registry.models import Assignment, Change, Household, Membership, Residence, Resident, Unit
from yingbao.registry.models.lives import HEAD
from yingbao.registry.states import RELATIONS, edge


@dataclass(frozen=True, slots=True)
class Landing:
    """Where somebody lands: the household joined, and the relation to its head."""

    household_id: UUID
    relation: str


def move(
    *, by: Acting, resident_id: UUID, to: Landing, on: date, grounds: str, hukou_place: str | None = None
) -> None:
    """One person into another household, and so into its unit, from that day on.

    Raises FormInvalid, ResidentNotFound, HouseholdNotFound, AlreadyMerged, NotPermitted, OutOfRegion.
    """
    with within(by):
        [resident] = residents_for_change([resident_id], by, "person.change")
        household = Household.objects.select_for_update().filter(id=to.household_id).first()
        if household is None:
            raise HouseholdNotFound
        _check_move(grounds, to.relation, household.id, on)
        from_unit = resident.unit_id
        record(
            by=by, action="resident.move", subject="resident", subject_id=resident_id, unit_code=household.unit_id,
            grounds=grounds, facts={"from": from_unit, "to": household.unit_id, "on": on.isoformat()}, news="moved",
        )  # fmt: skip
        joined = Membership(
            resident=resident, household=household, relation=to.relation, period=(on, None)
        )
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
    where the hukou lies (肃医保〔2023〕48号 四(三)). Raises FormInvalid, HouseholdNotFound, UnitNotFound,
    NotPermitted, OutOfRegion.
    """
    with within(by):
        household = Household.objects.select_for_update().filter(id=household_id).first()
        if household is None:
            raise HouseholdNotFound
        by.require("person.change", household.unit_id)
        landing, workplace = land(unit_code, hukou_place, on)
        if not grounds.strip():
            raise FormInvalid({"grounds": "没有写迁移依据，请写明看了什么证件或材料"})
        memberships = Membership.objects.filter(household=household, period__contains=on)
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


def land(unit_code: str, hukou_place: str | None, on: date) -> tuple[str, str | None]:
    """The unit that manages the people of a unit, and the workplace if it is a farm, station or park.

    Raises UnitNotFound; FormInvalid where the notice prints no unit for that hukou.
    """
    unit = Unit.objects.filter(code=unit_code, period__contains=on).first()
    if unit is None:
        raise UnitNotFound(unit_code)
    assignments = list(
        Assignment.objects.filter(unit=unit, period__contains=on).select_related("hukou_unit", "to_unit")
    )
    if not assignments:
        return unit.code, None
    for one in assignments:
        if one.hukou_unit is None or one.hukou_unit.name == hukou_place:
            return one.to_unit_id, unit.code
    listed = "、".join(one.hukou_unit.name for one in assignments if one.hukou_unit is not None)
    raise FormInvalid(
        {"hukou_place": f"{unit.name}的人按户籍归口，只印了户籍在{listed}的；户籍在别处的文件没有印，请先请示"}
    )


def _check_move(grounds: str, relation: str, household_id: UUID, on: date) -> None:
    faults: dict[str, str] = {}
    if not grounds.strip():
        faults["grounds"] = "没有写迁移依据，请写明看了什么证件或材料"
    if relation not in RELATIONS:
        faults["relation"] = "没有选与户主关系，请选择"
    heads = Membership.objects.filter(household_id=household_id, relation=HEAD, period__contains=on)
    if relation == HEAD and heads.exists():
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
            permit_until=before.permit_until if before else None, works_in_id=works_in, period=(on, None),
        )  # fmt: skip
        replace_from(Residence, resident.id, on, made)
        if resident.unit_id != unit_code and edge("move", resident.state):
            changes.append(enrol(resident, "move", on, f"由 {resident.unit_id} 转入 {unit_code}"))
        resident.unit_id = unit_code
        resident.save(update_fields=["unit", "state"])
    Change.objects.bulk_create(changes)
