"""Orders with all that became of them, and lists of orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from yingbao.payments.errors import OrderNotFound
from yingbao.payments.models import Line, Order, Payment, Receipt, Refund, Tender
from yingbao.payments.queries.names import bill_numbers, names_of
from yingbao.payments.states import HELD

#: Who has been taking money for longer than this without a word is asked.
SILENT: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class LineRow:
    """One bill of an order, and the receipt it got."""

    bill_id: UUID
    bill_number: str
    resident_id: UUID
    name: str
    unit_code: str
    fen: int
    receipt_number: str
    receipt_state: str


@dataclass(frozen=True, slots=True)
class TenderRow:
    """By what a part is paid; for a family account the relation, and whether the registry proves it."""

    way: str
    fen: int
    relation: str
    relation_checked: bool


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """Money that came in for the order."""

    id: UUID
    transaction: str
    fen: int
    booked_fen: int
    paid_at: datetime
    told_at: datetime
    outcome: str
    reason: str

    @property
    def why(self) -> str:
        """Why some of it goes back, in words."""
        return HELD.get(self.reason, "")


@dataclass(frozen=True, slots=True)
class RefundRow:
    """Money that goes back."""

    number: str
    fen: int
    reason: str
    state: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """An order and all that became of it."""

    id: UUID
    number: str
    key: str
    state: str
    kind: str
    channel_id: UUID
    channel_code: str
    channel_name: str
    unit_code: str
    benefit_year: int
    total_fen: int
    quoted_on: date
    made_at: datetime
    expires_at: datetime
    staff_name: str
    transaction: str | None
    paid_at: datetime | None
    lines: tuple[LineRow, ...]
    tenders: tuple[TenderRow, ...]
    payments: tuple[PaymentRow, ...]
    refunds: tuple[RefundRow, ...]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in a list."""

    number: str
    state: str
    kind: str
    channel_name: str
    unit_code: str
    total_fen: int
    made_at: datetime
    paid_at: datetime | None
    staff_name: str


def order_page(number: str, channel_id: UUID | None = None) -> OrderPage:
    """An order by its number; through a channel, its own. Raises OrderNotFound."""
    found = Order.objects.select_related("channel").filter(number=number)
    order = (found.filter(channel_id=channel_id) if channel_id else found).first()
    if order is None:
        raise OrderNotFound
    payments = Payment.objects.filter(order=order).order_by("told_at")
    return OrderPage(
        order.id, order.number, order.key, order.state, order.kind, order.channel_id, order.channel.code,
        order.channel.name, order.unit_code, order.benefit_year, order.total_fen, order.quoted_on, order.made_at,
        order.expires_at, order.staff_name, order.transaction, order.paid_at, _lines(order),
        tuple(
            TenderRow(t.way, t.fen, t.relation, t.relation_checked)
            for t in Tender.objects.filter(order=order).order_by("way")
        ),
        tuple(
            PaymentRow(p.id, p.transaction, p.fen, p.booked_fen, p.paid_at, p.told_at, p.outcome, p.reason)
            for p in payments
        ),
        tuple(
            RefundRow(r.number, r.fen, r.reason, r.state)
            for r in Refund.objects.filter(payment__in=payments).order_by("asked_at", "id")
        ),
    )  # fmt: skip


def _lines(order: Order) -> tuple[LineRow, ...]:
    """A line whose bill was superseded when it was paid shows the bill that was paid."""
    lines = list(Line.objects.filter(order=order).order_by("bill_id"))
    receipts = {one.resident_id: one for one in Receipt.objects.filter(order=order)}
    paid = [
        receipts[one.resident_id].bill_id if one.resident_id in receipts else one.bill_id for one in lines
    ]
    numbers, names = bill_numbers(paid), names_of([one.resident_id for one in lines])
    return tuple(
        LineRow(
            bill_id, numbers.get(bill_id, ""), one.resident_id, names.get(one.resident_id, ""), one.unit_code, one.fen,
            receipts[one.resident_id].number if one.resident_id in receipts else "",
            receipts[one.resident_id].state if one.resident_id in receipts else "",
        )
        for one, bill_id in zip(lines, paid, strict=True)
    )  # fmt: skip


def orders(
    *,
    below: str,
    made_on: date | None = None,
    states: Sequence[str] = (),
    channel_code: str = "",
    number: str = "",
    limit: int = 50,
    offset: int = 0,
) -> tuple[OrderRow, ...]:
    """Orders of units below, newest first."""
    found = Order.objects.filter(unit_code__startswith=below)
    if made_on is not None:
        found = found.filter(made_at__date=made_on)
    if states:
        found = found.filter(state__in=list(states))
    if channel_code:
        found = found.filter(channel__code=channel_code)
    if number:
        found = found.filter(number=number)
    return _rows(found.order_by("-made_at")[offset : offset + limit])


def order_with_key(channel_code: str, key: str) -> str | None:
    """The number of the order a caller's own number stands for; None where it has not been used."""
    found = Order.objects.filter(channel__code=channel_code, key=key).values_list("number", flat=True)
    return found.first()


def silent_orders(*, below: str, now: datetime, limit: int = 50) -> tuple[OrderRow, ...]:
    """Orders a channel has been taking money for without a word since: to be asked about (N-03)."""
    found = Order.objects.filter(unit_code__startswith=below, state="paying", made_at__lt=now - SILENT)
    return _rows(found.order_by("made_at")[:limit])


def orders_of_bill(bill_id: UUID) -> tuple[OrderRow, ...]:
    """The orders a bill was part of."""
    ids = [*Line.objects.filter(bill_id=bill_id).values_list("order_id", flat=True)]
    ids += [*Receipt.objects.filter(bill_id=bill_id).values_list("order_id", flat=True)]
    return _rows(Order.objects.filter(id__in=ids).order_by("-made_at"))


def _rows(found: QuerySet[Order]) -> tuple[OrderRow, ...]:
    return tuple(
        OrderRow(
            o.number,
            o.state,
            o.kind,
            o.channel.name,
            o.unit_code,
            o.total_fen,
            o.made_at,
            o.paid_at,
            o.staff_name,
        )
        for o in found.select_related("channel")
    )
