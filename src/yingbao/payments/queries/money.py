"""What became of money: a payment's outcome, receipts, refunds, a person's money, a day's sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from yingbao.payments.models import Payment, Receipt, Refund
from yingbao.payments.queries.names import bill_numbers


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What became of money that came in. `receipts`: number, check code, bill number, fen; `refunds`: their numbers.

    `reason` is a code of `states.HELD` where some of it goes back; `again`: it had been told before.
    """

    payment_id: UUID
    order_number: str
    transaction: str
    outcome: str
    reason: str
    fen: int
    booked_fen: int
    on: date
    receipts: tuple[tuple[str, str, str, int], ...]
    refunds: tuple[str, ...]
    again: bool


def confirmed(channel_id: UUID, transaction: str) -> Confirmed | None:
    """What became of a channel's transaction; None where it has not been told."""
    found = Payment.objects.filter(channel_id=channel_id, transaction=transaction).first()
    return None if found is None else _confirmed(found)


def _confirmed(payment: Payment) -> Confirmed:
    receipts = Receipt.objects.filter(payment=payment).order_by("id")
    numbers = bill_numbers([one.bill_id for one in receipts])
    return Confirmed(
        payment.id, payment.order_number, payment.transaction, payment.outcome, payment.reason, payment.fen,
        payment.booked_fen, payment.on,
        tuple((one.number, one.check_code, numbers[one.bill_id], one.fen) for one in receipts),
        tuple(Refund.objects.filter(payment=payment, receipt=None).order_by("id").values_list("number", flat=True)),
        True,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChannelDay:
    """What a channel brought on a day: payments, and in fen what was booked, held, and paid back."""

    code: str
    name: str
    payments: int
    fen: int
    booked_fen: int
    held_fen: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A payment as a statement tells the channel of it."""

    order_number: str
    transaction: str
    fen: int
    booked_fen: int
    paid_at: datetime
    outcome: str
    reason: str
    refunded_fen: int


def by_channel(*, below: str, from_on: date, through_on: date) -> tuple[ChannelDay, ...]:
    """What channels brought for units below, by the days on which they took it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.code, c.name, count(*), sum(p.fen)::bigint, sum(p.booked_fen)::bigint, "
            "sum(p.fen - p.booked_fen)::bigint FROM payments_payment p JOIN payments_channel c ON c.id = p.channel_id "
            'WHERE starts_with(p.unit_code, %s) AND p."on" BETWEEN %s AND %s GROUP BY c.code, c.name ORDER BY 4 DESC',
            [below, from_on, through_on],
        )
        return tuple(ChannelDay(*row) for row in cursor.fetchall())


def daily(*, below: str, from_on: date, through_on: date) -> tuple[tuple[date, int, int], ...]:
    """Day, payments and fen booked, for units below."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT p."on", count(*), sum(p.booked_fen)::bigint FROM payments_payment p '
            'WHERE starts_with(p.unit_code, %s) AND p."on" BETWEEN %s AND %s GROUP BY 1 ORDER BY 1',
            [below, from_on, through_on],
        )
        return tuple(cursor.fetchall())


def statement(channel_id: UUID, on: date) -> tuple[StatementLine, ...]:
    """Every payment of a channel on a day in China, in the order it was told."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.order_number, p.transaction, p.fen, p.booked_fen, p.paid_at, p.outcome, p.reason, "
            "coalesce((SELECT sum(r.fen) FROM payments_refund r WHERE r.payment_id = p.id AND r.state = 'done'), 0)::bigint "
            'FROM payments_payment p WHERE p.channel_id = %s AND p."on" = %s ORDER BY p.told_at, p.id',
            [channel_id, on],
        )
        return tuple(StatementLine(*row) for row in cursor.fetchall())
