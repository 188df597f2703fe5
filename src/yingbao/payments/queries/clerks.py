"""A clerk's day at the counter: what was taken by which way, and how it was closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import connection

from yingbao.payments.errors import ReceiptNotFound
from yingbao.payments.models import DayClose, Receipt

_WAYS: Final = """
SELECT t.way, count(*), sum(t.fen)::bigint FROM payments_payment p JOIN payments_order o ON o.id = p.order_id
JOIN payments_tender t ON t.order_id = o.id JOIN payments_channel c ON c.id = p.channel_id
WHERE c.kind = 'counter' AND o.staff_id = %s AND p."on" = %s GROUP BY t.way ORDER BY t.way
"""
_BACK: Final = """
SELECT coalesce(sum(x.fen), 0)::bigint FROM ledger_voucher v JOIN ledger_posting x ON x.voucher_id = v.id
JOIN ledger_account a ON a.id = x.credit_id JOIN journal_entry j ON j.id = v.journal_id
WHERE v.kind = 'payout' AND v."on" = %s AND a.party LIKE 'counter-%%.cash' AND j.staff_id = %s
"""


@dataclass(frozen=True, slots=True)
class ClerkDay:
    """What a clerk took on a day. `ways`: way, payments, fen. `back_fen`: cash handed back."""

    on: date
    orders: int
    ways: tuple[tuple[str, int, int], ...]
    back_fen: int

    @property
    def cash_fen(self) -> int:
        """The cash there ought to be."""
        return sum(fen for way, _, fen in self.ways if way == "cash") - self.back_fen


@dataclass(frozen=True, slots=True)
class DayClosed:
    """How a clerk's day was closed."""

    on: date
    staff_name: str
    orders: int
    ways: dict[str, int]
    cash_fen: int
    counted_fen: int
    words: str
    at: datetime
    receipts: tuple[tuple[str, int], ...]

    @property
    def difference_fen(self) -> int:
        """More than there ought to be; below zero, less."""
        return self.counted_fen - self.cash_fen


def clerk_day(staff_id: UUID, on: date) -> ClerkDay:
    """What a clerk has taken on a day."""
    with connection.cursor() as cursor:
        cursor.execute(_WAYS, [staff_id, on])
        ways = tuple(cursor.fetchall())
        cursor.execute(_BACK, [on, staff_id])
        [back] = cursor.fetchone()
        cursor.execute(
            'SELECT count(*) FROM payments_payment p JOIN payments_order o ON o.id = p.order_id WHERE o.staff_id = %s AND p."on" = %s',
            [staff_id, on],
        )
        [orders] = cursor.fetchone()
    return ClerkDay(on, orders, ways, back)


def day_is_closed(staff_id: UUID, on: date) -> bool:
    """Whether the clerk has closed the day."""
    return DayClose.objects.filter(staff_id=staff_id, on=on).exists()


def closed_day(staff_id: UUID, on: date) -> DayClosed:
    """The close of a clerk's day. Raises ReceiptNotFound where it is not closed."""
    found = DayClose.objects.filter(staff_id=staff_id, on=on).first()
    if found is None:
        raise ReceiptNotFound
    receipts = (
        Receipt.objects.filter(order__staff_id=staff_id, on=on).order_by("id").values_list("number", "fen")
    )
    return DayClosed(
        found.on, found.staff_name, found.orders, found.ways, found.cash_fen, found.counted_fen, found.words, found.at,
        tuple(receipts),
    )  # fmt: skip
