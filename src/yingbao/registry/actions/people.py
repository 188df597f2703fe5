"""Registering people and putting right what is written of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.keys import sealer
from yingbao.journal.scope import within
from yingbao.kernel.ids import uuid7
from yingbao.registry.drafts import Checked, Draft, check
from yingbao.registry.errors import DocumentTaken, FormInvalid, HouseholdNotFound, UnitNotFound
from yingbao.registry.locks import resident_for_change
from yingbao.registry.models import Change, Household, Membership, Residence, Resident, Schooling
from yingbao.registry.models.lives import HEAD
from yingbao.registry.pinyin import of_name
from yingbao.registry.states import EDGES, edge

DOCUMENT, PHONE = "resident.document", "resident.phone"
_REGISTER = EDGES[0]
#: The unit, whether any of the numbers is held already (and where), and the next household number, in one round trip.
_GROUND = """
SELECT u.name, u.code,
    (SELECT array_agg(encode(r.document_key, 'hex') || ' ' || v.name) FROM registry_resident r
     JOIN registry_unit v ON v.code = r.unit_id WHERE r.document_key = ANY(%s) AND r.merged_into_id IS NULL),
    CASE WHEN %s THEN nextval('registry_household_sequence') END,
    (SELECT array_agg(code) FROM registry_unit WHERE code = ANY(%s))
FROM registry_unit u WHERE u.code = %s AND u.period @> %s::date
"""


def register_household(
    *,
    by: Acting,
    unit_code: str,
    members: Sequence[Draft],
    on: date,
    grounds: str = "",
    number: str = "",
    address: str = "",
) -> UUID:
    """A household with all its people, enrolled from that day. A household has one head (GB/T 4761: 02).

    Raises FormInvalid (every field at fault), UnitNotFound, DocumentTaken, NotPermitted, OutOfRegion.
    """
    by.require("person.register", unit_code)
    people = _checked(members, on)
    keys = _keys(people)
    with within(by):
        next_number, _ = _ground(unit_code, keys, people, on, numbered=not number)
        household = Household(
            unit_id=unit_code, address=address.strip(), number=number or f"{unit_code[:6]}-{next_number:06d}"
        )
        record(
            by=by, action="household.register", subject="household", subject_id=household.id, unit_code=unit_code,
            grounds=grounds, facts={"number": household.number, "people": len(people), "on": on.isoformat()},
            news="registered",
        )  # fmt: skip
        try:
            with transaction.atomic():
                household.save(force_insert=True)
                _write_people(unit_code, household.id, people, keys, on)
        except IntegrityError as error:
            raise _taken(error, "number") from error
    return household.id


def add_member(*, by: Acting, household_id: UUID, member: Draft, on: date, grounds: str = "") -> UUID:
    """One more person of a household: a newborn, a spouse, someone overlooked.

    Raises FormInvalid, HouseholdNotFound, DocumentTaken, NotPermitted, OutOfRegion.
    """
    with within(by):
        household = Household.objects.select_for_update().filter(id=household_id).first()
        if household is None:
            raise HouseholdNotFound
        by.require("person.register", household.unit_id)
        person, faults = check(member, on)
        if person is not None and person.relation == HEAD and _has_head(household_id, on):
            faults["relation"] = "这一户已有户主，一户只能有一个户主，请选与户主的关系"
        if person is None or faults:
            raise FormInvalid(faults)
        keys = _keys([person])
        _ground(household.unit_id, keys, [person], on, numbered=False)
        resident_id = uuid7()
        record(
            by=by, action="resident.register", subject="resident", subject_id=resident_id,
            unit_code=household.unit_id, grounds=grounds,
            facts={"household": household.number, "relation": person.relation, "on": on.isoformat()},
            news="registered",
        )  # fmt: skip
        try:
            with transaction.atomic():
                _write_people(household.unit_id, household_id, [person], keys, on, ids=[resident_id])
        except IntegrityError as error:
            raise _taken(error, "document") from error
    return resident_id


def change_details(
    *, by: Acting, resident_id: UUID, draft: Draft, on: date, grounds: str, military_dependant: bool | None = None
) -> None:
    """Name, phone, nation, residence basis, school as they are from that day on.

    The number is put right by `give_document`, the household by `move`.
    Raises FormInvalid, ResidentNotFound, AlreadyMerged, NotPermitted, OutOfRegion.
    """
    with within(by):
        resident = resident_for_change(resident_id, by, "person.change")
        person = _read_change(resident, draft, on, grounds)
        pinyin, initials = of_name(person.name)
        changed = _differences(resident, person)
        record(
            by=by, action="resident.change", subject="resident", subject_id=resident_id,
            unit_code=resident.unit_id, grounds=grounds, facts={"changed": changed, "on": on.isoformat()},
            news="changed",
        )  # fmt: skip
        resident.name, resident.pinyin, resident.initials = person.name, pinyin, initials
        resident.nation = person.nation
        if person.phone:
            resident.phone_sealed = sealer().seal(person.phone, PHONE)
            resident.phone_key = sealer().index(person.phone, PHONE)
        if military_dependant is not None:
            resident.military_dependant = military_dependant
        resident.save(
            update_fields=["name", "pinyin", "initials", "nation", "phone_sealed", "phone_key", "military_dependant"]
        )
        _change_residence(resident, person, on)
        _change_schooling(resident, person, on)


def give_document(
    *, by: Acting, resident_id: UUID, document: str, on: date, grounds: str, document_kind: str = "01"
) -> None:
    """The number of a child that had none, or the right one in place of a wrong one (N-10).

    Birth date and sex follow the number. Raises FormInvalid, DocumentTaken, ResidentNotFound, AlreadyMerged,
    NotPermitted, OutOfRegion.
    """
    with within(by):
        resident = resident_for_change(resident_id, by, "person.change")
        draft = Draft(
            name=resident.name, document_kind=document_kind, document=document,
            sex="" if document_kind == "01" else resident.sex,
            birth_date="" if document_kind == "01" else resident.birth_date,
        )  # fmt: skip
        person, faults = check(draft, on)
        if not document.strip():
            faults = {"document": "没有填写证件号码，请按原件录入"}
        if not grounds.strip():
            faults["grounds"] = "没有写依据，请写明看了什么原件"
        if person is None or faults:
            raise FormInvalid(faults)
        key = sealer().index(person.document, DOCUMENT)
        _ground(resident.unit_id, {key: "document"}, [], on, numbered=False, but=resident_id)
        first = resident.document_key is None
        record(
            by=by, action="resident.document.give" if first else "resident.document.correct", subject="resident",
            subject_id=resident_id, unit_code=resident.unit_id, grounds=grounds,
            facts={"on": on.isoformat(), "kind": document_kind}, news="changed",
        )  # fmt: skip
        resident.document_kind = document_kind
        resident.document_sealed = sealer().seal(person.document, DOCUMENT)
        resident.document_key = key
        resident.birth_date, resident.sex = person.birth_date, person.sex
        try:
            with transaction.atomic():
                resident.save(
                    update_fields=["document_kind", "document_sealed", "document_key", "birth_date", "sex"]
                )
        except IntegrityError as error:
            raise DocumentTaken from error


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
            f"members.{place}.relation": "一户只能有一个户主，请只留一人为户主，其余选与户主的关系" for place in heads[1:]
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
            faults[f"members.{place}.document"] = f"与第 {first[person.document] + 1} 人的证件号码相同，请核对"
    return faults


def _keys(people: Sequence[Checked]) -> dict[bytes, str]:
    """The keyed index of each number, with the field it was typed in."""
    return {
        sealer().index(person.document, DOCUMENT): f"members.{place}.document"
        for place, person in enumerate(people)
        if person.document
    }


def _ground(
    unit_code: str,
    keys: dict[bytes, str],
    people: Sequence[Checked],
    on: date,
    *,
    numbered: bool,
    but: UUID | None = None,
) -> tuple[int, str]:
    """What must hold before anything is written: the unit stands, nobody has the numbers, the workplaces exist."""
    works = sorted({person.works_in for person in people if person.works_in})
    with connection.cursor() as cursor:
        cursor.execute(_GROUND, [list(keys), numbered, works, unit_code, on])
        row = cursor.fetchone()
    if row is None:
        raise UnitNotFound(unit_code)
    name, _, held, next_number, found = row
    for one in held or ():
        key, _, where = one.partition(" ")
        if but is None or not Resident.objects.filter(id=but, document_key=bytes.fromhex(key)).exists():
            raise DocumentTaken(where)
    for missing in set(works) - set(found or ()):
        raise UnitNotFound(missing)
    return next_number or 0, name


def _write_people(
    unit_code: str,
    household_id: UUID,
    people: Sequence[Checked],
    keys: dict[bytes, str],
    on: date,
    ids: Sequence[UUID] | None = None,
) -> None:
    by_field = {field: key for key, field in keys.items()}
    residents: list[Resident] = []
    rows: dict[type[Any], list[Any]] = {Membership: [], Residence: [], Schooling: [], Change: []}
    for place, person in enumerate(people):
        resident = _resident(unit_code, person, by_field.get(f"members.{place}.document"))
        if ids is not None:
            resident.id = ids[place]
        residents.append(resident)
        since = (on, None)
        rows[Membership].append(
            Membership(
                resident=resident, household_id=household_id, relation=person.relation or "99", period=since
            )
        )
        rows[Residence].append(_residence(resident.id, unit_code, person, on))
        if person.stage:
            rows[Schooling].append(
                Schooling(resident=resident, stage=person.stage, school=person.school, period=since)
            )
        rows[Change].append(
            Change(
                resident=resident, kind=_REGISTER.kind, from_state=_REGISTER.from_state, to_state=_REGISTER.to_state,
                on=on, reason=_REGISTER.label,
            )  # fmt: skip
        )
    Resident.objects.bulk_create(residents)
    for model, made in rows.items():
        if made:
            model.objects.bulk_create(made)


def _resident(unit_code: str, person: Checked, key: bytes | None) -> Resident:
    pinyin, initials = of_name(person.name)
    keeper = sealer()
    return Resident(
        unit_id=unit_code,
        name=person.name,
        initials=initials,
        pinyin=pinyin,
        sex=person.sex,
        birth_date=person.birth_date,
        nation=person.nation,
        document_kind=person.document_kind if person.document else "",
        document_sealed=keeper.seal(person.document, DOCUMENT) if person.document else None,
        document_key=key,
        phone_sealed=keeper.seal(person.phone, PHONE) if person.phone else None,
        phone_key=keeper.index(person.phone, PHONE) if person.phone else None,
        state=_REGISTER.to_state,
        insured_years=list(person.insured_years) if person.insured_years is not None else None,
        repaid_years=[],
    )


def _residence(resident_id: UUID, unit_code: str, person: Checked, on: date) -> Residence:
    return Residence(
        resident_id=resident_id,
        unit_id=unit_code,
        basis=person.basis,
        hukou_place=person.hukou_place,
        permit_until=person.permit_until,
        works_in_id=person.works_in or None,
        period=(on, None),
    )


def _has_head(household_id: UUID, on: date) -> bool:
    return Membership.objects.filter(household_id=household_id, relation=HEAD, period__contains=on).exists()


def _read_change(resident: Resident, draft: Draft, on: date, grounds: str) -> Checked:
    """The changed fields read beside those that stay. The number stays as it is and is not asked for."""
    person, faults = check(
        Draft(
            name=draft.name, document_kind="99", document="KEPT00", sex=resident.sex,
            birth_date=resident.birth_date, nation=draft.nation, phone=draft.phone, basis=draft.basis,
            hukou_place=draft.hukou_place, permit_until=draft.permit_until, works_in=draft.works_in,
            stage=draft.stage, school=draft.school,
        ),  # fmt: skip
        on,
    )
    if not grounds.strip():
        faults["grounds"] = "没有写变更依据，请写明看了什么证件或材料"
    if person is None or faults:
        raise FormInvalid(faults)
    return person


def _differences(resident: Resident, person: Checked) -> list[str]:
    """The names of the fields that change; their values stay out of the journal."""
    changed = [name for name in ("name", "nation") if getattr(resident, name) != getattr(person, name)]
    if person.phone and sealer().index(person.phone, PHONE) != bytes(resident.phone_key or b""):
        changed.append("phone")
    return changed


def _change_residence(resident: Resident, person: Checked, on: date) -> None:
    now = Residence.objects.filter(resident=resident, period__contains=on).first()
    same = now is not None and (now.basis, now.hukou_place, now.permit_until, now.works_in_id or "") == (
        person.basis, person.hukou_place or now.hukou_place, person.permit_until, person.works_in,
    )  # fmt: skip
    if same:
        return
    made = _residence(resident.id, resident.unit_id, person, on)
    if now is not None:
        made.hukou_place = person.hukou_place or now.hukou_place
    replace_from(Residence, resident.id, on, made)


def _change_schooling(resident: Resident, person: Checked, on: date) -> None:
    now = Schooling.objects.filter(resident=resident, period__contains=on).first()
    if (now.stage if now else "", now.school if now else "") == (person.stage, person.school):
        return
    made = None
    if person.stage:
        made = Schooling(resident=resident, stage=person.stage, school=person.school, period=(on, None))
    replace_from(Schooling, resident.id, on, made)


def replace_from(model: type[Any], resident_id: UUID, on: date, made: Any) -> None:
    """End the span that holds `on` the day before, or rewrite it if it began that day; then add `made`."""
    now = model.objects.filter(resident_id=resident_id, period__contains=on).first()
    if now is not None and now.period.lower == on:
        if made is None:
            now.period = (on, on)  # an empty span: nothing held; the version table keeps what was written
            now.save(update_fields=["period"])
            return
        made.id = now.id
        made.save(force_update=True)
        return
    if now is not None:
        now.period = (now.period.lower, on)
        now.save(update_fields=["period"])
    if made is not None:
        made.save(force_insert=True)


def _taken(error: IntegrityError, field: str) -> Exception:
    """The refusal of a broken unique rule; anything else is a bug and stays what it is."""
    text = str(error)
    if "registry_resident_document" in text:
        return DocumentTaken()
    if "registry_household_number" in text:
        return FormInvalid({field: "这个户号已有一户在用，请核对户号，或留空由程序编号"})
    return error


def enrol(resident: Resident, deed: str, on: date, reason: str) -> Change:
    """Take an enrolment along an edge of the state graph; the caller has recorded the entry and saves."""
    way = edge(deed, resident.state)
    if way is None:
        raise LookupError(deed)
    change = Change(
        resident=resident, kind=way.kind, from_state=way.from_state, to_state=way.to_state, on=on, reason=reason
    )
    resident.state = way.to_state
    return change
