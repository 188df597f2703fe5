"""Putting right what is written of a person: name, telephone, residence, school, number."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.keys import sealer
from yingbao.journal.scope import within
from yingbao.registry.actions.people import residence_of
from yingbao.registry.actions.spans import replace_from
from yingbao.registry.drafts import Checked, Draft, check
from yingbao.registry.errors import DocumentTaken, FormInvalid, UnitNotFound
from yingbao.registry.fields import DOCUMENT, PHONE
from yingbao.registry.locks import resident_for_change
from yingbao.registry.models import Residence, Resident, Schooling, Unit
from yingbao.registry.pinyin import of_name


def change_details(
    *,
    by: Acting,
    resident_id: UUID,
    draft: Draft,
    on: date,
    grounds: str,
    military_dependant: bool | None = None,
) -> None:
    """Name, phone, nation, residence basis, school as they are from that day on.

    The number is put right by `give_document`, the household by `move`.
    Raises FormInvalid, Overlap, UnitNotFound, ResidentNotFound, AlreadyMerged, NotPermitted, OutOfRegion.
    """
    with within(by):
        resident = resident_for_change(resident_id, by, "person.change")
        person = _read_change(resident, draft, on, grounds)
        if person.works_in and not Unit.objects.filter(code=person.works_in).exists():
            raise UnitNotFound(person.works_in)
        pinyin, initials = of_name(person.name)
        home = Residence.objects.filter(resident=resident, period__contains=on).first()
        school = Schooling.objects.filter(resident=resident, period__contains=on).first()
        changed = _differences(resident, person, home, school)
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
            update_fields=[
                "name",
                "pinyin",
                "initials",
                "nation",
                "phone_sealed",
                "phone_key",
                "military_dependant",
            ]
        )
        if "residence" in changed:
            made = residence_of(resident.id, resident.unit_id, person, on)
            made.hukou_place = person.hukou_place or (home.hukou_place if home else "")
            replace_from(Residence, resident.id, on, made)
        if "schooling" in changed:
            replace_from(Schooling, resident.id, on, _schooling(resident, person, on))


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
        held = Resident.objects.filter(document_key=key, merged_into=None).exclude(id=resident_id)
        if (other := held.select_related("unit").first()) is not None:
            raise DocumentTaken(other.unit.name)
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


def _read_change(resident: Resident, draft: Draft, on: date, grounds: str) -> Checked:
    """The changed fields read beside those that stay. The number stays as it is and is not asked for."""
    person, faults = check(
        Draft(
            name=draft.name,
            document_kind="99",
            document="KEPT00",
            sex=resident.sex,
            birth_date=resident.birth_date,
            nation=draft.nation,
            phone=draft.phone,
            basis=draft.basis,
            hukou_place=draft.hukou_place,
            permit_until=draft.permit_until,
            works_in=draft.works_in,
            stage=draft.stage,
            school=draft.school,
        ),
        on,
    )
    if not grounds.strip():
        faults["grounds"] = "没有写变更依据，请写明看了什么证件或材料"
    if person is None or faults:
        raise FormInvalid(faults)
    return person


def _differences(
    resident: Resident, person: Checked, home: Residence | None, school: Schooling | None
) -> list[str]:
    """The names of what changes; the values stay out of the journal. An empty hukou place leaves it as it is."""
    changed = [name for name in ("name", "nation") if getattr(resident, name) != getattr(person, name)]
    if person.phone and sealer().index(person.phone, PHONE) != bytes(resident.phone_key or b""):
        changed.append("phone")
    if home is None or (home.basis, home.hukou_place, home.permit_until, home.works_in_id or "") != (
        person.basis, person.hukou_place or home.hukou_place, person.permit_until, person.works_in,
    ):  # fmt: skip
        changed.append("residence")
    if (school.stage if school else "", school.school if school else "") != (person.stage, person.school):
        changed.append("schooling")
    return changed


def _schooling(resident: Resident, person: Checked, on: date) -> Schooling | None:
    if not person.stage:
        return None
    return Schooling(resident=resident, stage=person.stage, school=person.school, period=(on, None))
