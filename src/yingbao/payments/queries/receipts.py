"""Receipts: as they are printed, as anybody may verify them, and a person's."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from yingbao.journal.acting import NATION
from yingbao.journal.scope import within
from yingbao.payments.errors import ReceiptNotFound
from yingbao.payments.models import Receipt
from yingbao.payments.queries.names import bill_numbers, names_of
from yingbao.payments.receipts import read_code


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """A receipt and what it is of."""

    id: UUID
    number: str
    check_code: str
    state: str
    voided_on: date | None
    fen: int
    on: date
    at: datetime
    paid_at: datetime
    benefit_year: int
    unit_code: str
    bill_id: UUID
    bill_number: str
    resident_id: UUID
    name: str
    order_number: str
    channel_name: str
    transaction: str
    staff_name: str
    prints: int


@dataclass(frozen=True, slots=True)
class Verified:
    """What anybody holding a receipt may see of it: no class, no number of a person, the name masked."""

    number: str
    state: str
    voided_on: date | None
    fen: int
    on: date
    benefit_year: int
    masked_name: str
    channel_name: str


def receipt_page(number: str) -> ReceiptPage:
    """A receipt by its number. Raises ReceiptNotFound."""
    return _pages([number])[0]


def receipts_of(resident_id: UUID) -> tuple[ReceiptPage, ...]:
    """A person's receipts, newest first."""
    numbers = Receipt.objects.filter(resident_id=resident_id).order_by("-at").values_list("number", flat=True)
    return _pages(list(numbers)) if numbers else ()


def receipt_of_bill(bill_id: UUID) -> ReceiptPage | None:
    """The newest receipt of a bill."""
    found = Receipt.objects.filter(bill_id=bill_id).order_by("-at").first()
    return None if found is None else receipt_page(found.number)


def receipts_of_bills(bill_ids: Sequence[UUID]) -> dict[UUID, ReceiptPage]:
    """The valid receipts of bills, by bill; a bill without one is left out."""
    numbers = Receipt.objects.filter(bill_id__in=list(bill_ids), state="valid").values_list(
        "number", flat=True
    )
    return {one.bill_id: one for one in _pages(list(numbers))} if numbers else {}


def verify_receipt(number: str, code: str) -> Verified | None:
    """What a receipt says, for whoever holds its number and check code; None for anything else."""
    with within(NATION):
        found = (
            Receipt.objects.select_related("payment__channel").filter(number="".join(number.split())).first()
        )
        if found is None or not hmac.compare_digest(found.check_code.encode(), read_code(code).encode()):
            return None
        name = names_of([found.resident_id]).get(found.resident_id, "")
    masked = name[:1] + "*" * (len(name) - 1)
    return Verified(
        found.number, found.state, found.voided_on, found.fen, found.on, found.benefit_year, masked,
        found.payment.channel.name,
    )  # fmt: skip


def _pages(numbers: list[str]) -> tuple[ReceiptPage, ...]:
    rows = {
        one.number: one
        for one in Receipt.objects.select_related("payment__channel", "order").filter(number__in=numbers)
    }
    if len(rows) < len({*numbers}) or not rows:
        raise ReceiptNotFound
    names = names_of([one.resident_id for one in rows.values()])
    bills = bill_numbers([one.bill_id for one in rows.values()])
    return tuple(
        ReceiptPage(
            r.id, r.number, r.check_code, r.state, r.voided_on, r.fen, r.on, r.at, r.payment.paid_at, r.benefit_year,
            r.unit_code, r.bill_id, bills.get(r.bill_id, ""), r.resident_id, names.get(r.resident_id, ""), r.order.number,
            r.payment.channel.name, r.payment.transaction, r.order.staff_name, r.prints,
        )
        for r in (rows[number] for number in numbers)
    )  # fmt: skip
