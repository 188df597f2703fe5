"""Registering people: a household with all of them, or one more of a household."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from yingbao.journal import direct
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.content import plain_text
from yingbao.journal.keys import sealer
from yingbao.journal.scope import within
from yingbao.kernel.ids import uuid7
from yingbao.registry.actions.landing import land
from yingbao.registry.drafts import Checked, Draft, check
from yingbao.registry.errors import DocumentTaken, FormInvalid, HouseholdNotFound, UnitNotFound
from yingbao.registry.fields import DOCUMENT, PHONE
from yingbao.registry.models import Household, Membership, Residence
from yingbao.registry.pinyin import of_name
from yingbao.registry.states import EDGES, HEAD

_REGISTER = EDGES[0]
#: Where any of the numbers is held already, and the next household number, in one round trip.
_GROUND = """
SELECT
    (SELECT v.name FROM registry_resident r JOIN registry_unit v ON v.code = r.unit_id
     WHERE r.document_key = ANY($1::bytea[]) AND r.merged_into_id IS NULL LIMIT 1),
    CASE WHEN $2 THEN nextval('registry_household_sequence') END,
    (SELECT array_agg(w.code) FROM registry_unit w WHERE w.code = ANY($3::text[]))
FROM registry_unit u WHERE u.code = $4 AND u.period @> $5::date
"""
_HOUSEHOLD_COLUMNS = ("id", "number", "unit_id", "address")
_RESIDENT_COLUMNS = (
    "id", "unit_id", "name", "initials", "pinyin", "sex", "birth_date", "nation", "document_kind", "document_sealed",
    "document_key", "phone_sealed", "phone_key", "state", "insured_years", "repaid_years",
)  # fmt: skip
_DOCUMENT_KEY = _RESIDENT_COLUMNS.index("document_key")
_MEMBERSHIP_COLUMNS = ("id", "resident_id", "household_id", "relation")
_RESIDENCE_COLUMNS = ("id", "resident_id", "unit_id", "basis", "hukou_place", "permit_until", "works_in_id")
_SCHOOLING_COLUMNS = ("id", "resident_id", "stage", "school")
_CHANGE_COLUMNS = ("id", "resident_id", "kind", "from_state", "to_state", "on", "reason")


def register_household(
    *,
    by: Acting,
    unit_code: str,
    members: Sequence[Draft],
    on: date,
    grounds: str = "",
    number: str = "",
    address: str = "",
    household_id: UUID | None = None,
) -> UUID:
    """A household with all its people, enrolled from that day. A household has one head (GB/T 4761: 02).

    `unit_code` may be a farm or a station: the household lands in the unit that manages its people, a farm's by the
    hukou of the head (肃医保〔2023〕48号 四(三)).
    `household_id`: the caller's own, so that a second attempt can be recognised (see `once`).
    Raises FormInvalid (every field at fault), UnitNotFound, DocumentTaken, NotPermitted, OutOfRegion.
    """
    by.require("person.register")
    people = _checked(members, on)
    keys = _keys(people)
    with within(by):
        head = next(place for place, person in enumerate(people) if person.relation == HEAD)
        landing, workplace = land(unit_code, people[head].hukou_place, on, f"members.{head}.hukou_place")
        by.require("person.register", landing)
        if workplace:
            people = [replace(person, works_in=person.works_in or workplace) for person in people]
        drawn = _ground(landing, keys, people, on, numbered=not number)
        household_id = household_id or uuid7()
        number = plain_text(number).strip() or next_number(landing, drawn)
        try:
            with direct.at_once() as into:
                record(
                    by=by, action="household.register", subject="household", subject_id=household_id,
                    unit_code=landing, grounds=grounds, news="registered", into=into,
                    facts={"number": number, "people": len(people), "on": on.isoformat()},
                )  # fmt: skip
                home = (household_id, number, landing, plain_text(address).strip())
                direct.write(into, "registry_household", _HOUSEHOLD_COLUMNS, [home])
                _write_people(into, landing, household_id, people, keys, on)
        except psycopg.IntegrityError as error:
            raise _taken(error, "number") from error
    return household_id


def add_member(
    *,
    by: Acting,
    household_id: UUID,
    member: Draft,
    on: date,
    grounds: str = "",
    resident_id: UUID | None = None,
) -> UUID:
    """One more person of a household: a newborn, a spouse, someone overlooked. `resident_id`: the caller's own.

    Raises FormInvalid, HouseholdNotFound, DocumentTaken, NotPermitted, OutOfRegion.
    """
    with within(by):
        household = Household.objects.select_for_update().filter(id=household_id).first()
        if household is None:
            by.require("person.register")
            raise HouseholdNotFound
        by.require("person.register", household.unit_id)
        person, faults = check(member, on)
        if not member.relation:
            faults.setdefault("relation", "没有选与户主关系，请选择")
        elif member.relation == HEAD and has_head(household_id, on):
            faults["relation"] = "这一户已有户主，一户只能有一个户主，请选与户主的关系"
        if person is None or faults:
            raise FormInvalid(faults)
        keys = _keys([person])
        _ground(household.unit_id, keys, [person], on, numbered=False)
        resident_id = resident_id or uuid7()
        try:
            with direct.at_once() as into:
                record(
                    by=by, action="resident.register", subject="resident", subject_id=resident_id,
                    unit_code=household.unit_id, grounds=grounds, news="registered", into=into,
                    facts={"household": household.number, "relation": person.relation, "on": on.isoformat()},
                )  # fmt: skip
                _write_people(into, household.unit_id, household_id, [person], keys, on, ids=[resident_id])
        except psycopg.IntegrityError as error:
            raise _taken(error, "document") from error
    return resident_id


def _checked(members: Sequence[Draft], on: date) -> list[Checked]:
    """All members read, or every fault of every one."""
    faults: dict[str, str] = {}
    people: list[Checked] = []
    for place, member in enumerate(members):
        person, found = check(member, on)
        faults |= {f"members.{place}.{name}": sentence for name, sentence in found.items()}
        if person is not None:
            people.append(person)
    if not members:
        faults["members.0.name"] = "这一户还没有人，请至少登记一人"
    faults |= _one_head(members)
    faults |= _no_twins(people, members)
    if faults:
        raise FormInvalid(faults)
    return people


def _one_head(members: Sequence[Draft]) -> dict[str, str]:
    heads = [place for place, member in enumerate(members) if member.relation == HEAD]
    if len(heads) > 1:
        return {
            f"members.{place}.relation": "一户只能有一个户主，请只留一人为户主，其余选与户主的关系"
            for place in heads[1:]
        }
    if members and not heads:
        return {"members.0.relation": "没有选户主，请选一人为户主"}
    missing = [place for place, member in enumerate(members) if not member.relation]
    return {f"members.{place}.relation": "没有选与户主关系，请选择" for place in missing}


def _no_twins(people: Sequence[Checked], members: Sequence[Draft]) -> dict[str, str]:
    """The same number typed twice on one form."""
    if len(people) < len(members):
        return {}
    first: dict[str, int] = {}
    faults = {}
    for place, person in enumerate(people):
        if person.document and first.setdefault(person.document, place) != place:
            faults[f"members.{place}.document"] = (
                f"与第 {first[person.document] + 1} 人的证件号码相同，请核对"
            )
    return faults


def _keys(people: Sequence[Checked]) -> dict[bytes, str]:
    """The keyed index of each number, with the field it was typed in."""
    return {
        sealer().index(person.document, DOCUMENT): f"members.{place}.document"
        for place, person in enumerate(people)
        if person.document
    }


def _ground(
    unit_code: str, keys: dict[bytes, str], people: Sequence[Checked], on: date, *, numbered: bool
) -> int:
    """What must hold before anything is written: the unit stands, nobody has the numbers, the workplaces exist.

    Returns the next household number where one is wanted.
    """
    works = sorted({person.works_in for person in people if person.works_in})
    row = direct.cursor().execute(_GROUND, [list(keys), numbered, works, unit_code, on]).fetchone()
    if row is None:
        raise UnitNotFound(unit_code)
    held, next_number, found = row
    if held is not None:
        raise DocumentTaken(held)
    for missing in set(works) - set(found or ()):
        raise UnitNotFound(missing)
    return next_number or 0


def next_number(unit_code: str, wanted: int = 0) -> str:
    """The household number from the sequence (`wanted` if it was drawn), past those that are taken already."""
    while True:
        if not wanted:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nextval('registry_household_sequence')")
                wanted = cursor.fetchone()[0]
        number = f"{unit_code[:6]}-{wanted:06d}"
        if not Household.objects.filter(number=number).exists():
            return number
        wanted = 0


def _write_people(
    into: psycopg.RawCursor[Any],
    unit_code: str,
    household_id: UUID,
    people: Sequence[Checked],
    keys: dict[bytes, str],
    on: date,
    ids: Sequence[UUID] | None = None,
) -> None:
    """All that belongs to new people, a statement a table."""
    by_field = {field: key for key, field in keys.items()}
    ids = ids or [uuid7() for _ in people]
    pairs = list(zip(ids, people, strict=True))
    residents = [
        _resident(one, unit_code, person, by_field.get(f"members.{place}.document"))
        for place, (one, person) in enumerate(pairs)
    ]
    # in the order of their numbers: two forms with the same two numbers never wait for each other
    residents.sort(key=lambda values: values[_DOCUMENT_KEY] or b"")
    direct.write(into, "registry_resident", _RESIDENT_COLUMNS, residents)
    direct.write(
        into, "registry_membership", _MEMBERSHIP_COLUMNS,
        [(uuid7(), one, household_id, person.relation or "99", on) for one, person in pairs], period=True,
    )  # fmt: skip
    homes = [
        (uuid7(), one, unit_code, p.basis, p.hukou_place, p.permit_until, p.works_in or None, on)
        for one, p in pairs
    ]
    direct.write(into, "registry_residence", _RESIDENCE_COLUMNS, homes, period=True)
    schools = [(uuid7(), one, person.stage, person.school, on) for one, person in pairs if person.stage]
    direct.write(into, "registry_schooling", _SCHOOLING_COLUMNS, schools, period=True)
    way = _REGISTER
    changes = [(uuid7(), one, way.kind, way.from_state, way.to_state, on, way.label) for one in ids]
    direct.write(into, "registry_change", _CHANGE_COLUMNS, changes)


def _resident(resident_id: UUID, unit_code: str, person: Checked, key: bytes | None) -> tuple[Any, ...]:
    """The values of `_RESIDENT_COLUMNS`."""
    pinyin, initials = of_name(person.name)
    keeper = sealer()
    return (
        resident_id, unit_code, person.name, initials, pinyin, person.sex, person.birth_date, person.nation,
        person.document_kind if person.document else "",
        keeper.seal(person.document, DOCUMENT) if person.document else None, key,
        keeper.seal(person.phone, PHONE) if person.phone else None,
        keeper.index(person.phone, PHONE) if person.phone else None,
        _REGISTER.to_state, list(person.insured_years) if person.insured_years is not None else None, "{}",
    )  # fmt: skip


def residence_of(resident_id: UUID, unit_code: str, person: Checked, on: date) -> Residence:
    return Residence(
        resident_id=resident_id,
        unit_id=unit_code,
        basis=person.basis,
        hukou_place=person.hukou_place,
        permit_until=person.permit_until,
        works_in_id=person.works_in or None,
        period=(on, None),
    )


def has_head(household_id: UUID, on: date, but: UUID | None = None) -> bool:
    """Whether somebody (but `but`) is head of a household on a day or later."""
    heads = Membership.objects.filter(household_id=household_id, relation=HEAD, period__overlap=(on, None))
    return (heads if but is None else heads.exclude(resident_id=but)).exists()


def _taken(error: psycopg.IntegrityError, field: str) -> Exception:
    """The refusal of a broken unique rule; anything else is a bug and stays what it is."""
    text = str(error)
    if "registry_resident_document" in text:
        return DocumentTaken()
    if "registry_household_number" in text:
        return FormInvalid({field: "这个户号已有一户在用，请核对户号，或留空由程序编号"})
    if "registry_membership_one_head" in text:
        return FormInvalid({"relation": "这一户刚刚有了户主，请选与户主的关系"})
    return error
