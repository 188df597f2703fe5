"""Leaving a household to stand as one of one's own (分户), and the relations within a household from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within
from yingbao.registry.actions.landing import land
from yingbao.registry.actions.moves import Landing, move
from yingbao.registry.actions.people import next_number
from yingbao.registry.actions.spans import replace_from
from yingbao.registry.errors import FormInvalid, HouseholdNotFound
from yingbao.registry.locks import residents_for_change
from yingbao.registry.models import Household, Membership, Residence
from yingbao.registry.states import HEAD, RELATIONS


def move_out(
    *, by: Acting, resident_id: UUID, unit_code: str, on: date, grounds: str, hukou_place: str | None = None,
    address: str = "",
) -> UUID:  # fmt: skip
    """One person becomes the head of a new household in a unit. Returns the household.

    `unit_code` may be a farm or a station, whose people are managed elsewhere. Raises FormInvalid, UnitNotFound,
    ResidentNotFound, AlreadyMerged, NotPermitted, OutOfRegion.
    """
    with within(by):
        landing, workplace = land(unit_code, hukou_place, on)
        by.require("person.change", landing)
        household = Household(unit_id=landing, number=next_number(landing), address=address.strip())
        record(
            by=by, action="household.open", subject="household", subject_id=household.id, unit_code=landing,
            grounds=grounds, facts={"number": household.number, "on": on.isoformat()},
        )  # fmt: skip
        household.save(force_insert=True)
        move(
            by=by, resident_id=resident_id, to=Landing(household.id, HEAD), on=on, grounds=grounds,
            hukou_place=hukou_place,
        )  # fmt: skip
        if workplace:
            Residence.objects.filter(resident_id=resident_id, period__contains=on).update(
                works_in_id=workplace
            )
    return UUID(str(household.id))


def relate(*, by: Acting, household_id: UUID, relations: Mapping[UUID, str], on: date, grounds: str) -> None:
    """The relations to the head from that day on: a new head, a relation written wrongly.

    Raises FormInvalid, HouseholdNotFound, ResidentNotFound, AlreadyMerged, NotPermitted, OutOfRegion.
    """
    with within(by):
        household = Household.objects.select_for_update().filter(id=household_id).first()
        if household is None:
            raise HouseholdNotFound
        by.require("person.change", household.unit_id)
        now = {m.resident_id: m for m in Membership.objects.filter(household=household, period__contains=on)}
        after = {person: relations.get(person, m.relation) for person, m in now.items()}
        faults = _relation_faults(after, grounds)
        if faults:
            raise FormInvalid(faults)
        changed = {person: relation for person, relation in after.items() if relation != now[person].relation}
        if not changed:
            return
        residents_for_change(sorted(changed), by, "person.change")
        record(
            by=by, action="household.relate", subject="household", subject_id=household_id,
            unit_code=household.unit_id, grounds=grounds, facts={"people": len(changed), "on": on.isoformat()},
        )  # fmt: skip
        # the old head steps back before the new one is written: a household never has two
        for person, relation in sorted(changed.items(), key=lambda one: one[1] == HEAD):
            joined = Membership(resident_id=person, household=household, relation=relation, period=(on, None))
            replace_from(Membership, person, on, joined)


def _relation_faults(after: Mapping[UUID, str], grounds: str) -> dict[str, str]:
    faults = {} if grounds.strip() else {"grounds": "没有写依据，请写明看了什么证件或材料"}
    faults |= {
        f"relation-{person}": "没有选与户主关系，请选择"
        for person, one in after.items()
        if one not in RELATIONS
    }
    heads = [person for person, relation in after.items() if relation == HEAD]
    if not heads and after:
        faults[f"relation-{next(iter(after))}"] = "这一户没有户主，请选一人为户主"
    for person in heads[1:]:
        faults[f"relation-{person}"] = "一户只能有一个户主，请只留一人为户主"
    return faults
