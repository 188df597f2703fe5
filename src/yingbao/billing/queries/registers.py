"""Issues of the register: their sums, their people page by page, and how one differs from the one before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import connection

from yingbao.billing.actions.issuing import COUNTED_CLASS
from yingbao.billing.errors import RegisterNotFound
from yingbao.billing.models import PERSON, Assessment, Register, RegisterSum, Transfer
from yingbao.billing.queries.units import child_of, children
from yingbao.kernel import regions

#: Also the models that answers carry, for their types.
__all__ = [
    "PAGE",
    "PERSON",
    "Cell",
    "ChangeRow",
    "Difference",
    "PersonRow",
    "Register",
    "Sums",
    "assessments",
    "changed",
    "differences",
    "people",
    "register",
    "registers",
    "sums",
    "transfers",
]


PAGE: Final = 50


def registers(region: str, benefit_year: int) -> tuple[Register, ...]:
    """Every issue of a region and year, newest first."""
    unit = regions.canonical(region)
    found = Register.objects.filter(unit_code=unit, benefit_year=benefit_year).select_related("assessment")
    return tuple(found.order_by("-number"))


def register(register_id: UUID) -> Register:
    """One issue. Raises RegisterNotFound."""
    found = Register.objects.select_related("assessment", "before").filter(id=register_id).first()
    if found is None:
        raise RegisterNotFound
    return found


def assessments(region: str, benefit_year: int, limit: int = 5) -> tuple[Assessment, ...]:
    """The newest assessments of a region."""
    unit = regions.canonical(region)
    return tuple(Assessment.objects.filter(unit_code=unit, benefit_year=benefit_year).order_by("-at")[:limit])


@dataclass(frozen=True, slots=True)
class Cell:
    """People and what they owe."""

    people: int
    due_fen: int


@dataclass(frozen=True, slots=True)
class Sums:
    """An issue added up. `towns`: code → name; `cells` by town and class, of those who can pay; `payers` in fen, the
    person first; `outcomes` in people; `by_class` class → outcome → people."""

    towns: dict[str, str]
    classes: tuple[str, ...]
    cells: dict[tuple[str, str], Cell]
    payers: dict[str, int]
    paid_people: dict[str, int]
    outcomes: dict[str, int]
    by_class: dict[str, dict[str, int]]


def sums(issue: Register) -> Sums:
    """The sums of an issue by township (or county) and class, by payer, by outcome."""
    towns = children(issue.unit_code)
    cells: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    payers: dict[str, int] = defaultdict(int)
    people: dict[str, int] = defaultdict(int)
    outcomes: dict[str, int] = defaultdict(int)
    by_class: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in RegisterSum.objects.filter(register=issue):
        payers[row.payer] += row.fen
        people[row.payer] += row.people
        if row.payer != PERSON:
            continue
        outcomes[row.outcome] += row.people
        by_class[row.category][row.outcome] += row.people
        if row.outcome == "payable":
            cell = cells[(child_of(row.unit_code, towns, issue.unit_code), row.category)]
            cell[0] += row.people
            cell[1] += row.fen
    used = {town for town, _ in cells}
    named = {code: name for code, name in towns.items() if code in used}
    if issue.unit_code in used:
        named[issue.unit_code] = "本级"
    return Sums(
        named,
        tuple(by_class),
        {key: Cell(*value) for key, value in cells.items()},
        dict(payers),
        dict(people),
        dict(outcomes),
        {code: dict(found) for code, found in by_class.items()},
    )


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of an issue or of a difference; the number is masked elsewhere."""

    bill_id: UUID
    number: str
    resident_id: UUID
    name: str
    birth_date: date
    unit_code: str
    category: str
    outcome: str
    state: str
    standard_fen: int | None
    due_fen: int | None
    missing: str
    reason: str
    release_digest: str


_PEOPLE: Final = """
SELECT b.id, b.number, b.resident_id, p.name, p.birth_date, b.unit_code, b.category, b.outcome, b.state,
    b.standard_fen, b.due_fen, b.missing, b.reason, b.release_digest
FROM billing_register_bill r JOIN billing_bill b ON b.id = r.bill_id JOIN registry_resident p ON p.id = b.resident_id
WHERE r.register_id = %s AND {where} ORDER BY r.bill_id LIMIT %s
"""


def people(
    issue: Register,
    *,
    unit: str = "",
    category: str | None = None,
    outcome: str = "",
    after: UUID | None = None,
    limit: int = PAGE,
) -> tuple[PersonRow, ...]:
    """People of an issue in the order of their bills; `after` is the last bill of the page before.

    `category` as the sums count it: empty for those without a subsidy, None for all.
    """
    where, values = ["true"], []
    if unit:
        where.append("b.unit_code LIKE %s")
        values.append(f"{unit}%")
    if category is not None:
        where.append(f"{COUNTED_CLASS} = %s" + (" AND b.category = %s" if category else ""))
        values += [category, category] if category else [category]
    if outcome:
        where.append("b.outcome = %s")
        values.append(outcome)
    if after is not None:
        where.append("r.bill_id > %s")
        values.append(str(after))
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE.format(where=" AND ".join(where)), [issue.id, *values, limit])
        return tuple(PersonRow(*row) for row in cursor.fetchall())


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One person who stands otherwise than in the issue before."""

    id: UUID
    kind: str
    resident_id: UUID
    name: str
    unit_code: str
    old_number: str
    new_number: str
    old_category: str
    new_category: str
    old_fen: int | None
    new_fen: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How many of a kind, and what they owed and owe together."""

    kind: str
    people: int
    old_fen: int
    new_fen: int


_CHANGES: Final = """
SELECT c.id, c.kind, c.resident_id, p.name, c.unit_code, coalesce(o.number, ''), coalesce(n.number, ''),
    coalesce(o.category, ''), coalesce(n.category, ''), c.old_fen, c.new_fen
FROM billing_register_change c JOIN registry_resident p ON p.id = c.resident_id
LEFT JOIN billing_bill o ON o.id = c.old_id LEFT JOIN billing_bill n ON n.id = c.new_id
WHERE c.register_id = %s AND c.kind = %s AND c.id > %s ORDER BY c.id LIMIT %s
"""
_FIRST: Final = UUID(int=0)


def differences(issue: Register) -> tuple[Difference, ...]:
    """People and sums by kind of change against the issue before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, count(*), coalesce(sum(old_fen), 0)::bigint, coalesce(sum(new_fen), 0)::bigint "
            "FROM billing_register_change WHERE register_id = %s GROUP BY kind",
            [issue.id],
        )
        return tuple(Difference(*row) for row in cursor.fetchall())


def changed(
    issue: Register, kind: str, after: UUID | None = None, limit: int = PAGE
) -> tuple[ChangeRow, ...]:
    """People of one kind of change, page by page."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, [issue.id, kind, after or _FIRST, limit])
        return tuple(ChangeRow(*row) for row in cursor.fetchall())


def transfers(region: str, month: str = "", limit: int = 200) -> Sequence[Transfer]:
    """Subsidies to go to bank cards, by month."""
    found = Transfer.objects.filter(unit_code__startswith=regions.canonical(region)).select_related("bill")
    return list((found.filter(month=month) if month else found).order_by("month", "id")[:limit])
