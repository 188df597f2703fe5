"""One person: what holds on a day, as known now or earlier, and everything that ever held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.keys import sealer
from yingbao.journal.scope import within
from yingbao.kernel import phones
from yingbao.registry.errors import FormInvalid, ResidentNotFound
from yingbao.registry.fields import DOCUMENT, PHONE
from yingbao.registry.models import (
    Change,
    Cover,
    Holding,
    Household,
    Membership,
    Residence,
    Resident,
    Schooling,
    Survival,
    Unit,
)
from yingbao.registry.queries.asof import rows
from yingbao.registry.queries.search import masked

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Something that held from a day through a day (both included; None is open)."""

    id: UUID
    from_on: date | None
    through_on: date | None
    what: str
    detail: str = ""
    known_from: datetime | None = None
    entry_id: UUID | None = None

    def holds(self, on: date) -> bool:
        """Whether it holds on a day."""
        return (self.from_on is None or self.from_on <= on) and (
            self.through_on is None or on <= self.through_on
        )


@dataclass(frozen=True, slots=True)
class ResidenceLine(Span):
    """Where a person is registered; `what` is the basis, `detail` the hukou place. Units by their printed names."""

    unit_code: str = ""
    unit_name: str = ""
    permit_until: date | None = None
    works_in: str = ""
    works_in_name: str = ""


@dataclass(frozen=True, slots=True)
class CoverLine(Span):
    """Insurance; `what` is insutype, `detail` the place."""

    evidence: str = ""


@dataclass(frozen=True, slots=True)
class HoldingLine(Span):
    """A class; `what` is its code, `detail` who certified it."""

    evidence: str = ""
    recognised_unknown: bool = False


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything a page shows of one person; the number and the telephone are masked."""

    id: UUID
    name: str
    sex: str
    birth_date: date
    nation: str
    document_kind: str
    document: str
    phone: str
    unit_code: str
    unit_name: str
    state: str
    insured_years: tuple[int, ...] | None
    repaid_years: tuple[int, ...]
    unknown: tuple[str, ...]
    military_dependant: bool | None
    discharged_on: date | None
    merged_into: UUID | None
    household_id: UUID | None
    household_number: str
    memberships: tuple[Span, ...]
    residences: tuple[ResidenceLine, ...]
    schoolings: tuple[Span, ...]
    covers: tuple[CoverLine, ...]
    holdings: tuple[HoldingLine, ...]
    survivals: tuple[Span, ...]
    changes: tuple[Span, ...]
    known_from: datetime


def person_page(resident_id: UUID, on: date, known_at: datetime | None = None) -> PersonPage:
    """A person as they are on a day, by what is known now or was known at an instant. Raises ResidentNotFound."""
    found = rows(Resident, "id = %s", [resident_id], known_at)
    if not found:
        raise ResidentNotFound
    [row] = found
    lives: dict[Any, tuple[Any, ...]] = {model: _spans(model, resident_id, known_at) for model in _LIVES}
    memberships = lives[Membership]
    household_id = next((UUID(s.detail) for s in memberships if s.holds(on)), None)
    if household_id is None and memberships:
        household_id = UUID(memberships[-1].detail)
    household = rows(Household, "id = %s", [household_id], known_at) if household_id else []
    changes = rows(Change, "resident_id = %s", [resident_id], known_at, '"on"')
    return PersonPage(
        id=row["id"], name=row["name"], sex=row["sex"], birth_date=row["birth_date"], nation=row["nation"],
        document_kind=row["document_kind"], document=masked(row["document_sealed"]), phone=_phone(row),
        unit_code=row["unit_id"], unit_name=_unit_name(row["unit_id"]), state=row["state"],
        insured_years=None if row["insured_years"] is None else tuple(row["insured_years"]),
        repaid_years=tuple(row["repaid_years"]), unknown=tuple(row["unknown"] or ()),
        military_dependant=row["military_dependant"], discharged_on=row["discharged_on"],
        merged_into=row["merged_into_id"], household_id=household_id,
        household_number=household[0]["number"] if household else "",
        memberships=memberships, residences=lives[Residence], schoolings=lives[Schooling],
        covers=lives[Cover], holdings=lives[Holding], survivals=lives[Survival],
        changes=tuple(
            Span(c["id"], c["on"], c["on"], c["kind"], c["reason"], c["known_from"], c["entry_id"]) for c in changes
        ),
        known_from=row["known_from"],
    )  # fmt: skip


def unmasked_document(*, by: Acting, resident_id: UUID, reason: str) -> str:
    """The whole number, for a reason that the journal keeps. Raises FormInvalid, ResidentNotFound, NotPermitted."""
    if not reason.strip():
        raise FormInvalid({"reason": "没有写查看理由，请写明为什么要看完整号码"})
    with within(by):
        found = Resident.objects.filter(id=resident_id).first()
        if found is None:
            raise ResidentNotFound
        by.require("person.unmask", found.unit_id)
        record(
            by=by, action="resident.unmask", subject="resident", subject_id=resident_id, unit_code=found.unit_id,
            grounds=reason,
        )  # fmt: skip
    return "" if found.document_sealed is None else sealer().unseal(bytes(found.document_sealed), DOCUMENT)


_LIVES: dict[Any, tuple[str, str]] = {
    Membership: ("relation", "household_id"),
    Residence: ("basis", "hukou_place"),
    Schooling: ("stage", "school"),
    Cover: ("insurance", "place"),
    Holding: ("category", "certified_by"),
    Survival: ("status", "evidence"),
}


def _spans(model: Any, resident_id: UUID, known_at: datetime | None) -> tuple[Span, ...]:
    what, detail = _LIVES[model]
    found = rows(model, "resident_id = %s AND NOT isempty(period)", [resident_id], known_at, "period")
    return tuple(_span(model, row, what, detail) for row in found)


def _span(model: Any, row: dict[str, Any], what: str, detail: str) -> Span:
    period = row["period"]
    plain = {
        "id": row["id"], "from_on": period.lower, "through_on": None if period.upper is None else period.upper - _ONE_DAY,
        "what": row[what], "detail": str(row[detail]), "known_from": row["known_from"], "entry_id": row["entry_id"],
    }  # fmt: skip
    if model is Cover:
        return CoverLine(**plain, evidence=row["evidence"])
    if model is Holding:
        return HoldingLine(**plain, evidence=row["evidence"], recognised_unknown=row["recognised_unknown"])
    if model is Residence:
        unit, works_in = row["unit_id"], row["works_in_id"] or ""
        return ResidenceLine(
            **plain, unit_code=unit, unit_name=_unit_name(unit), permit_until=row["permit_until"], works_in=works_in,
            works_in_name=_unit_name(works_in) if works_in else "",
        )  # fmt: skip
    return Span(**plain)


def _phone(row: dict[str, Any]) -> str:
    sealed = row["phone_sealed"]
    return "" if sealed is None else phones.mask(sealer().unseal(bytes(sealed), PHONE))


def _unit_name(code: str) -> str:
    return Unit.objects.filter(code=code).values_list("name", flat=True).first() or code
