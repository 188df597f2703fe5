"""A day's money in counts and sums: orders by state, payments one by one, refunds by state, clerks at the counter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yingbao.payments.states import HELD

_PAYMENTS: Final = """
SELECT p.id, p.order_number, o.id IS NOT NULL, c.code, c.name, p.transaction, p.unit_code, p.fen, p.booked_fen, p.paid_at,
    p.told_at, p.outcome, p.reason
FROM payments_payment p JOIN payments_channel c ON c.id = p.channel_id LEFT JOIN payments_order o ON o.id = p.order_id
WHERE starts_with(p.unit_code, %(below)s) AND p."on" BETWEEN %(from_on)s AND %(through_on)s
    AND (%(channel)s = '' OR c.code = %(channel)s) AND (%(outcomes)s::text[] = '{}' OR p.outcome = ANY(%(outcomes)s))
ORDER BY p.told_at DESC, p.id DESC LIMIT %(limit)s OFFSET %(offset)s
"""
_CLERKS: Final = """
SELECT o.staff_id, min(o.staff_name), count(*), sum(p.fen)::bigint,
    EXISTS (SELECT FROM payments_day_close d WHERE d.staff_id = o.staff_id AND d."on" = %(on)s)
FROM payments_payment p JOIN payments_order o ON o.id = p.order_id JOIN payments_channel c ON c.id = p.channel_id
WHERE c.kind = 'counter' AND p."on" = %(on)s AND starts_with(p.unit_code, %(below)s)
GROUP BY o.staff_id ORDER BY 4 DESC, 2
"""


@dataclass(frozen=True, slots=True)
class Count:
    """How many, and how much in fen."""

    number: int
    fen: int


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """Money a channel took. `known`: its order is ours; `order_number` is what the channel said."""

    id: UUID
    order_number: str
    known: bool
    channel_code: str
    channel_name: str
    transaction: str
    unit_code: str
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
class ClerkTook:
    """What a clerk took at the counter on a day, and whether the day is closed."""

    staff_id: UUID | None
    name: str
    payments: int
    fen: int
    closed: bool


def payments_on(
    *,
    below: str,
    from_on: date,
    through_on: date,
    channel_code: str = "",
    outcomes: Sequence[str] = (),
    limit: int = 50,
    offset: int = 0,
) -> tuple[PaymentLine, ...]:
    """Payments of units below by the days on which they were taken, the last told first."""
    given = {
        "below": below, "from_on": from_on, "through_on": through_on, "channel": channel_code, "outcomes": list(outcomes),
        "limit": limit, "offset": offset,
    }  # fmt: skip
    return tuple(PaymentLine(*row) for row in _rows(_PAYMENTS, given))


def order_counts(*, below: str, made_on: date) -> dict[str, Count]:
    """Orders made on a day in China for units below, by state."""
    return _counts(
        "SELECT state, count(*), sum(total_fen)::bigint FROM payments_order WHERE starts_with(unit_code, %(below)s) "
        "AND (made_at AT TIME ZONE 'Asia/Shanghai')::date = %(on)s "
        # the index of a unit's orders is by the instant
        "AND made_at >= %(on)s::date - interval '1 day' AND made_at < %(on)s::date + interval '2 days' GROUP BY 1",
        {"below": below, "on": made_on},
    )


def refund_counts(*, below: str) -> dict[str, Count]:
    """Refunds of units below that wait for somebody, by state."""
    return _counts(
        "SELECT state, count(*), sum(fen)::bigint FROM payments_refund WHERE starts_with(unit_code, %(below)s) "
        "AND state IN ('asked', 'approved', 'failed') GROUP BY 1",
        {"below": below},
    )


def paid_back(*, below: str, on: date) -> Count:
    """What went back on a day, for units below."""
    [row] = _rows(
        "SELECT count(*), coalesce(sum(fen), 0)::bigint FROM payments_refund WHERE starts_with(unit_code, %(below)s) "
        "AND state = 'done' AND (ended_at AT TIME ZONE 'Asia/Shanghai')::date = %(on)s",
        {"below": below, "on": on},
    )
    return Count(*row)


def clerks_on(*, below: str, on: date) -> tuple[ClerkTook, ...]:
    """Who took how much at the counters of units below, and whether they have closed their day."""
    return tuple(ClerkTook(*row) for row in _rows(_CLERKS, {"below": below, "on": on}))


def _counts(statement: str, given: Mapping[str, Any]) -> dict[str, Count]:
    return {state: Count(number, fen) for state, number, fen in _rows(statement, given)}


def _rows(statement: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
