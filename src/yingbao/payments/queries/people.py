"""What money is about: a person's payments and refunds, and what caused a voucher of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from yingbao.payments.models import Line, Payment, Receipt, Refund
from yingbao.payments.queries.refunds import RefundPage, refund_page
from yingbao.payments.states import HELD


@dataclass(frozen=True, slots=True)
class PersonPayment:
    """Money that came in for an order with a bill of the person. `fen` is the person's part of it."""

    payment_id: UUID
    order_number: str
    channel_name: str
    transaction: str
    fen: int
    paid_at: datetime
    outcome: str
    reason: str
    benefit_year: int
    people: int

    @property
    def why(self) -> str:
        """Why some of it goes back, in words."""
        return HELD.get(self.reason, "")


@dataclass(frozen=True, slots=True)
class Cause:
    """What a voucher was written for: a payment of an order, or a refund. `receipts` are the numbers of what was booked."""

    payment_id: UUID
    order_number: str
    known: bool
    channel_name: str
    transaction: str
    refund_number: str
    receipts: tuple[str, ...]


def payments_of(resident_id: UUID) -> tuple[PersonPayment, ...]:
    """Payments for orders that a person is part of, newest first."""
    lines = {
        line.order_id: line.fen
        for line in Line.objects.filter(resident_id=resident_id)
    }  # fmt: skip
    found = Payment.objects.filter(order_id__in=list(lines)).select_related("channel", "order")
    sizes = _sizes(list(lines))
    return tuple(
        PersonPayment(
            one.id, one.order_number, one.channel.name, one.transaction, lines[one.order_id], one.paid_at, one.outcome,
            one.reason, one.order.benefit_year if one.order else 0, sizes.get(one.order_id, 0),
        )
        for one in found.order_by("-paid_at", "-id")
        if one.order_id is not None
    )  # fmt: skip


def refunds_of(resident_id: UUID) -> tuple[RefundPage, ...]:
    """Refunds of a person's receipts, and of what could not be booked on a bill of theirs, newest first."""
    bills = Line.objects.filter(resident_id=resident_id).values_list("bill_id", flat=True)
    found = Refund.objects.filter(Q(receipt__resident_id=resident_id) | Q(bill_id__in=list(bills)))
    return tuple(
        refund_page(number) for number in found.order_by("-asked_at").values_list("number", flat=True)
    )


def cause_of(subject_id: UUID) -> Cause | None:
    """What caused a voucher, by the voucher's `subject_id`; None where it is out of sight."""
    refund = Refund.objects.filter(id=subject_id).select_related("receipt").first()
    payment = (
        Payment.objects.filter(id=refund.payment_id if refund else subject_id)
        .select_related("channel")
        .first()
    )
    if payment is None:
        return None
    if refund is not None:
        receipts: tuple[str, ...] = (refund.receipt.number,) if refund.receipt else ()
    else:
        receipts = tuple(
            Receipt.objects.filter(payment=payment).order_by("id").values_list("number", flat=True)
        )
    return Cause(
        payment.id, payment.order_number, payment.order_id is not None, payment.channel.name, payment.transaction,
        refund.number if refund else "", receipts,
    )  # fmt: skip


def _sizes(orders: Sequence[UUID]) -> dict[UUID, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT order_id, count(*) FROM payments_line WHERE order_id = ANY(%s) GROUP BY 1", [list(orders)]
        )
        return dict(cursor.fetchall())
