"""What bills cost on a day: asked before an order is made, and again for the day the money was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from yingbao.billing.actions import DayPrice, prices
from yingbao.billing.queries.bills import Bill, bills_by_number
from yingbao.billing.states import STATES
from yingbao.billing.words import reason
from yingbao.journal.acting import Acting
from yingbao.journal.scope import within
from yingbao.payments.errors import NothingToPay
from yingbao.payments.queries.names import names_of
from yingbao.policy.explain import next_payable
from yingbao.policy.policy import Policy


class BillSeen(NamedTuple):
    """What a line tells of a bill, read without its model where many ask."""

    id: UUID
    number: str
    resident_id: UUID
    unit_code: str
    benefit_year: int
    state: str
    standard_fen: int | None
    due_fen: int | None
    benefit_start: date | None
    benefit_end: date | None
    waiting_days: int | None
    fingerprint: UUID


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """What a bill costs on a day; `fen` None: not determined. `reason`: why it cannot be paid, in words.

    `state`, `fingerprint` are the bill's; `price` is the day's. `last_on`: the last day of the window.
    """

    bill_id: UUID
    number: str
    resident_id: UUID
    name: str
    unit_code: str
    benefit_year: int
    state: str
    standard_fen: int | None
    fen: int | None
    payable: bool
    reason: str
    next_on: date | None
    last_on: date | None
    benefit_start: date | None
    benefit_end: date | None
    waiting_days: int | None
    fingerprint: UUID
    price: DayPrice | None = field(repr=False)

    @property
    def as_billed(self) -> bool:
        """Whether the day's answer is the bill's own."""
        return self.price is not None and self.price.fingerprint == self.fingerprint


@dataclass(frozen=True, slots=True)
class Quote:
    """Several bills on a day, in the order asked for; `missing` are numbers that are not in sight."""

    on: date
    lines: tuple[QuoteLine, ...]
    missing: tuple[str, ...]

    @property
    def total_fen(self) -> int:
        """What can be paid comes to."""
        return sum(line.fen or 0 for line in self.lines if line.payable)


def quote(*, by: Acting, bill_numbers: Sequence[str], on: date) -> Quote:
    """What bills cost on a day. Writes nothing. Raises BadBillNumber, NothingToPay."""
    with within(by):
        found = bills_by_number(bill_numbers)
        if len(found) < len({*bill_numbers}) and not found:
            raise NothingToPay("没有这些账单，或不在您的管辖范围，请核对账单号")
        bills = [found[number] for number in bill_numbers if number in found]
        priced = prices([bill for bill in bills if bill.state == "open"], on)
        names = names_of([bill.resident_id for bill in bills])
        lines = tuple(
            line_of(bill, priced.get(bill.id), names.get(bill.resident_id, ""), on) for bill in bills
        )
    return Quote(on, lines, tuple(number for number in bill_numbers if number not in found))


def line_of(bill: Bill | BillSeen, price: DayPrice | None, name: str, on: date) -> QuoteLine:
    """A bill and the day's price as a line of the quote."""
    row = price.row if price else {}
    why = "" if price else ("找不到这个人的登记，可能已迁出" if bill.state == "open" else STATES[bill.state])
    next_on = None
    if price and not price.payable:
        why = reason(price.policy, row) or "现在不能缴费"
        following = next_payable(price.policy, price.person, on)
        next_on = following.on if following else None
    elif price and price.due_fen == 0:
        why = "个人不用缴费，由资助资金全额代缴"
    return QuoteLine(
        bill.id, bill.number, bill.resident_id, name, bill.unit_code, bill.benefit_year, bill.state,
        row.get("standard_fen", bill.standard_fen), row.get("due_fen", bill.due_fen),
        bool(price and price.payable and price.due_fen), why, next_on,
        _last_on(price.policy, str(row["window_rule"])) if price else None, row.get("benefit_start", bill.benefit_start),
        row.get("benefit_end", bill.benefit_end), row.get("waiting_days", bill.waiting_days),
        bill.fingerprint, price,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _last_on(policy: Policy, window_rule: str) -> date | None:
    found = policy.release.windows.get(window_rule.partition(".")[2])
    return found.through if found else None
