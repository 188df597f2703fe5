"""One bill: its lines, why it is so, what came before it and what changed; a household's bills together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from yingbao.billing.errors import BillNotFound
from yingbao.billing.models import PERSON, Bill, Line, Transfer
from yingbao.billing.policies import release_of
from yingbao.billing.states import CURRENT
from yingbao.billing.words import clauses, reason
from yingbao.kernel import bill_numbers
from yingbao.policy import Policy, explain
from yingbao.policy.explain import Explanation
from yingbao.registry.queries.facts import facts
from yingbao.registry.queries.people import person_page

#: Also the models that answers carry, for their types.
__all__ = [
    "PERSON",
    "WHAT",
    "Bill",
    "BillPage",
    "Change",
    "Declared",
    "LineRow",
    "Total",
    "bill_by_id",
    "bill_by_number",
    "bill_to_pay",
    "bills_by_number",
    "bills_of",
    "changes",
    "current_bill",
    "current_bills",
    "declared_of",
    "explain_bill",
    "household_bills",
    "household_total",
    "predecessors",
    "shares_of",
]


@dataclass(frozen=True, slots=True)
class LineRow:
    """What one payer gives, with the rules and where they stand."""

    payer: str
    fen: int
    rules: tuple[str, ...]
    clauses: str


@dataclass(frozen=True, slots=True)
class BillPage:
    """A bill and what it stands on. `reason`: why somebody cannot pay, or what is missing."""

    bill: Bill
    lines: tuple[LineRow, ...]
    policy: Policy
    reason: str
    on: date
    known_at: datetime
    transfer: Transfer | None
    newer: Bill | None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing in which a bill differs from the one it supersedes."""

    what: str
    before: str | int | None
    after: str | int | None


def bill_by_number(number: str) -> BillPage:
    """A bill by the number people read out. Raises BadBillNumber, BillNotFound."""
    found = _bills().filter(number=bill_numbers.check(number)).first()
    return _page(found)


def bill_by_id(bill_id: UUID) -> BillPage:
    """A bill by its id. Raises BillNotFound."""
    return _page(_bills().filter(id=bill_id).first())


def bills_by_number(numbers: Sequence[str]) -> dict[str, Bill]:
    """Several bills by the numbers people read out; one that is not in sight is left out. Raises BadBillNumber."""
    checked = [bill_numbers.check(number) for number in numbers]
    return {bill.number: bill for bill in _bills().filter(number__in=checked)}


def bill_to_pay(bill_id: UUID) -> Bill | None:
    """The bill that stands for this one now, locked: itself, or what superseded it; None where none is current."""
    named = _bills().filter(id=bill_id).first()
    if named is None:
        return None
    return (
        Bill.objects.select_for_update(of=("self",))
        .filter(resident_id=named.resident_id, benefit_year=named.benefit_year, state__in=list(CURRENT))
        .first()
    )


def shares_of(bill_id: UUID) -> tuple[tuple[str, int], ...]:
    """What each payer besides the person gives of a bill, in fen."""
    return tuple(
        Line.objects.filter(bill_id=bill_id)
        .exclude(payer=PERSON)
        .order_by("payer")
        .values_list("payer", "fen")
    )


def current_bill(resident_id: UUID, benefit_year: int) -> BillPage | None:
    """The bill a person has for a year; None before the first assessment."""
    found = (
        _bills().filter(resident_id=resident_id, benefit_year=benefit_year, state__in=list(CURRENT)).first()
    )
    return None if found is None else _page(found)


def current_bills(residents: Sequence[UUID], benefit_year: int) -> dict[UUID, Bill]:
    """The bills several people have for a year, by resident."""
    found = _bills().filter(
        resident_id__in=list(residents), benefit_year=benefit_year, state__in=list(CURRENT)
    )
    return {bill.resident_id: bill for bill in found}


def bills_of(resident_id: UUID) -> tuple[Bill, ...]:
    """Every bill of a person, newest first: the current ones and all that they superseded."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE chain(id, supersedes_id) AS (SELECT id, supersedes_id FROM billing_bill "
            f"WHERE resident_id = %s AND state IN ({', '.join(repr(state) for state in CURRENT)}) "
            "UNION ALL SELECT b.id, b.supersedes_id FROM billing_bill b JOIN chain c ON b.id = c.supersedes_id) "
            "SELECT id FROM chain",
            [resident_id],
        )
        ids = [row[0] for row in cursor.fetchall()]
    return tuple(_bills().filter(id__in=ids).order_by("-id"))


def predecessors(bill: Bill) -> tuple[Bill, ...]:
    """The bills this one follows, newest first."""
    found, at = [], bill
    while at.supersedes_id is not None:
        before = _bills().filter(id=at.supersedes_id).first()
        if before is None:
            break
        found.append(before)
        at = before
    return tuple(found)


#: What is compared, and what it is called.
_COMPARED: Final = (
    ("outcome", "结果"), ("standard_fen", "缴费标准"), ("due_fen", "个人应缴"), ("category", "人员类别"),
    ("delivery", "资助方式"), ("window_rule", "缴费窗口"), ("subsidy_rules", "资助"), ("benefit_start", "待遇起"),
    ("benefit_end", "待遇止"), ("waiting_days", "等待天数"), ("missing", "缺什么"), ("reason", "原因"),
    ("unit_code", "参保登记单位"), ("release_digest", "政策版本"),
)  # fmt: skip


def changes(old: Bill, new: Bill) -> tuple[Change, ...]:
    """In what a bill differs from an earlier one."""
    return tuple(
        Change(name, getattr(old, name), getattr(new, name))
        for name, _ in _COMPARED
        if getattr(old, name) != getattr(new, name)
    )


WHAT: Final = dict(_COMPARED)


def explain_bill(page: BillPage) -> Explanation:
    """The answer again with all its steps: the release the bill cites over the facts known at its assessment.

    Raises ResidentNotFound for a person who has moved out of the region.
    """
    person = person_page(page.bill.resident_id, page.on, page.known_at)
    return explain(page.policy, facts(person, page.on, page.policy.release.region), page.on)


@dataclass(frozen=True, slots=True)
class Declared:
    """A bill that others pay in full and whose declaration was accepted on a day; `shares` are payer and fen."""

    number: str
    name: str
    benefit_year: int
    on: date
    shares: tuple[tuple[str, int], ...]


_DECLARED: Final = """
SELECT b.number, p.name, b.benefit_year, b.paid_on, array_agg(l.payer ORDER BY l.payer), array_agg(l.fen ORDER BY l.payer)
FROM billing_bill b JOIN registry_resident p ON p.id = b.resident_id
JOIN billing_line l ON l.bill_id = b.id AND l.fen > 0
WHERE b.resident_id = ANY(%s) AND b.state = 'declared' GROUP BY b.id, p.name ORDER BY b.paid_on DESC, b.id
"""


def declared_of(residents: Sequence[UUID]) -> tuple[Declared, ...]:
    """The bills of people who are paid for in full and declared, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_DECLARED, [list(residents)])
        return tuple(
            Declared(number, name, year, on, tuple(zip(payers, fen, strict=True)))
            for number, name, year, on, payers, fen in cursor.fetchall()
        )


def household_bills(household_id: UUID, benefit_year: int, on: date) -> dict[UUID, Bill]:
    """The current bills of a household's members on a day, by resident."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT resident_id FROM registry_membership WHERE household_id = %s AND period @> %s::date",
            [household_id, on],
        )
        people = [row[0] for row in cursor.fetchall()]
    return current_bills(people, benefit_year)


@dataclass(frozen=True, slots=True)
class Total:
    """A household's bills of a year together; `open_people` have an amount still to pay, `unknown` none determined."""

    people: int
    due_fen: int
    paid_fen: int
    open_people: int
    unknown: int


def household_total(bills: dict[UUID, Bill]) -> Total:
    """What a household owes and has paid. Zero-fee bills owe nothing and are not waited for."""
    able = [bill for bill in bills.values() if bill.due_fen is not None and bill.outcome == "payable"]
    paid = [bill for bill in able if bill.state == "paid"]
    owing = [bill for bill in able if bill.state == "open" and bill.due_fen]
    return Total(
        len(bills),
        sum(bill.due_fen or 0 for bill in owing),
        sum(bill.due_fen or 0 for bill in paid),
        len(owing),
        sum(
            bill.outcome == "undetermined" or bill.due_fen is None
            for bill in bills.values()
            if bill.outcome in ("payable", "undetermined")
        ),
    )


def _bills() -> QuerySet[Bill]:
    return Bill.objects.select_related("assessment")


def _page(bill: Bill | None) -> BillPage:
    if bill is None:
        raise BillNotFound
    policy = release_of(bill.release_digest)
    lines = sorted(Line.objects.filter(bill=bill), key=lambda line: (line.payer != PERSON, line.payer))
    row = {"missing": bill.missing, "outcome": bill.outcome, "reason": bill.reason}
    return BillPage(
        bill,
        tuple(_line(policy, line) for line in lines),
        policy,
        reason(policy, row),
        bill.assessment.on,
        bill.assessment.at,
        Transfer.objects.filter(bill=bill).first(),
        _bills().filter(supersedes_id=bill.id, resident_id=bill.resident_id).first()
        if bill.state == "superseded"
        else None,
    )


def _line(policy: Policy, line: Line) -> LineRow:
    rules = tuple(rule for rule in line.rule.split(";") if rule)
    return LineRow(line.payer, line.fen, rules, clauses(policy, rules))
