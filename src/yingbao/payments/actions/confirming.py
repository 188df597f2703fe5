"""Money has come in. Whatever the channel tells is booked, or held and sent back by itself; never refused, never lost.

The price is that of the day the channel took the money, whenever it tells of it: 23:59:58 told the next day counts for
the day before (N-03). An order quoted for that same day on the bill's own terms needs no second look unless the person
is registered as dead or away on it; any other is assessed anew, and if the answer differs a new bill is written and paid.

Locks: the order, then its bills by id. Two orders for one bill meet at the bill: the second finds it paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import IntegrityError, OperationalError

from yingbao.billing.actions import prices, settle, write_price
from yingbao.billing.policies import release_of
from yingbao.billing.queries.bills import bill_to_pay, shares_of
from yingbao.journal import direct
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.content import plain_text
from yingbao.journal.scope import begun, within
from yingbao.kernel.dates import CHINA
from yingbao.kernel.ids import uuid7
from yingbao.ledger.actions import Voucher, post
from yingbao.payments.actions.booking import Booking, divide, hold_postings, receipt_postings
from yingbao.payments.numbering import receipt_number, refund_number
from yingbao.payments.queries.channels import ChannelForCall
from yingbao.payments.queries.money import Confirmed, confirmed
from yingbao.payments.receipts import check_code
from yingbao.payments.states import order_edge, order_states
from yingbao.registry.actions import Paid, insure

#: The order with its lines, their bills and what other payers give, all locked; one row a line. Of whoever is registered
#: as dead or away on the day, the release says whether they may pay: theirs are not as billed.
_READ: Final = """
SELECT o.id, o.state, o.transaction, o.total_fen, o.unit_code, o.benefit_year, o.quoted_on,
    l.bill_id, l.resident_id, l.unit_code, l.fen, l.as_billed AND NOT EXISTS (
        SELECT FROM registry_survival s WHERE s.resident_id = l.resident_id AND s.period @> $3::date),
    b.number, b.state, b.outcome, b.due_fen, b.standard_fen, b.price_rule, b.release_digest, b.benefit_start, b.benefit_end,
    (SELECT array_agg(s.payer || '=' || s.fen ORDER BY s.payer) FROM billing_line s WHERE s.bill_id = b.id AND s.payer <> 'person'),
    EXISTS (SELECT FROM registry_cover c WHERE c.resident_id = l.resident_id AND upper_inf(c.period)
        AND c.period && daterange(least(b.benefit_start, b.benefit_end), b.benefit_end, '[]')),
    (SELECT array_agg(t.way || '=' || t.fen ORDER BY t.way) FROM payments_tender t WHERE t.order_id = o.id)
FROM payments_order o JOIN payments_line l ON l.order_id = o.id JOIN billing_bill b ON b.id = l.bill_id
WHERE o.number = $1 AND o.channel_id = $2 ORDER BY b.id FOR UPDATE OF o, b
"""
_PAYMENT: Final = (
    "id", "channel_id", "transaction", "order_id", "order_number", "unit_code", "fen", "booked_fen", "paid_at", "on", "told_at",
    "outcome", "reason", "journal_id",
)  # fmt: skip
_RECEIPT: Final = (
    "id", "number", "check_code", "payment_id", "order_id", "bill_id", "resident_id", "unit_code", "benefit_year", "fen", "on",
    "at", "state", "prints",
)  # fmt: skip
_REFUND: Final = (
    "id", "number", "payment_id", "bill_id", "unit_code", "fen", "family_fen", "reason", "words", "key", "state", "asked_name",
    "asked_at", "decided_name", "decided_at", "channel_number", "failure",
)  # fmt: skip
_ORDER: Final = (
    "UPDATE payments_order SET state = $2, transaction = $3, paid_at = $4, ended_at = $5 WHERE id = $1"
)
_ATTEMPTS: Final = 4


@dataclass(frozen=True, slots=True)
class Told:
    """What a channel tells: money of an order, under its own transaction number, when it was taken (an aware instant)."""

    channel: ChannelForCall
    order_number: str
    transaction: str
    fen: int
    paid_at: datetime
    told_at: datetime

    @property
    def on(self) -> date:
        """The day in China on which the money was taken."""
        return self.paid_at.astimezone(CHINA).date()


@dataclass(frozen=True, slots=True)
class _Line:
    bill_id: UUID
    resident_id: UUID
    unit_code: str
    fen: int
    as_billed: bool
    number: str
    state: str
    outcome: str
    due_fen: int | None
    standard_fen: int | None
    price_rule: str
    release_digest: str
    benefit_start: date | None
    benefit_end: date | None
    shares: tuple[tuple[str, int], ...]
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class _Order:
    id: UUID
    state: str
    transaction: str | None
    total_fen: int
    unit_code: str
    benefit_year: int
    quoted_on: date
    lines: tuple[_Line, ...]
    tenders: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Decided:
    """What of an order is booked, and what goes back and why: bill, unit, fen, reason."""

    booked: tuple[Booking, ...]
    back: tuple[tuple[UUID | None, str, int, str], ...]
    place: str


def confirm(
    *,
    by: Acting,
    channel: ChannelForCall,
    order_number: str,
    transaction: str,
    fen: int,
    paid_at: datetime,
    told_at: datetime,
) -> Confirmed:
    """Book money a channel has taken. The same transaction again gives the same answer.

    Money is never refused: what cannot be booked (another amount, another payer was quicker, a changed price, an unknown
    order) is held and sent back. Raises NotPermitted.
    """
    by.require("order.confirm")
    told = Told(channel, order_number, plain_text(transaction), fen, paid_at, told_at)
    return take(by, told)


def take(by: Acting, told: Told) -> Confirmed:
    """The same for whoever may take money; `by` has been asked for the permission."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with begun(by, _READ, _asked(told)) as rows:
                return _take(by, told, _order(rows))
        except (psycopg.errors.UniqueViolation, psycopg.errors.ExclusionViolation, IntegrityError) as error:
            reason = _why(error)
            if reason is None:
                raise
            with within(by):
                return _seen(told) or _hold_all(by, told, _read(told), reason)
        except (psycopg.errors.DeadlockDetected, OperationalError) as error:
            cause = error if isinstance(error, psycopg.Error) else error.__cause__
            if attempt == _ATTEMPTS or not isinstance(cause, psycopg.errors.DeadlockDetected):
                raise
    raise AssertionError("the last attempt returns or raises")


def _why(error: Exception) -> str | None:
    """What a constraint that stopped a payment means for the money; an empty word: it was told before."""
    known = {
        "payments_payment_once": "",
        "payments_receipt_one_valid": "already-paid",
        "registry_cover_once": "insured-elsewhere",
    }
    return next((why for name, why in known.items() if name in str(error)), None)


def take_within(by: Acting, told: Told) -> Confirmed:
    """Book or hold within the caller's transaction."""
    return _take(by, told, _read(told))


def _take(by: Acting, told: Told, order: _Order | None) -> Confirmed:
    if order is None:
        return _seen(told) or _hold_all(by, told, None, "order-unknown")
    if order.state not in order_states("confirm"):
        return _seen(told) or _hold_all(
            by, told, order, "order-cancelled" if order.state == "cancelled" else "order-paid"
        )
    if told.fen != order.total_fen:
        return _seen(told) or _hold_all(by, told, order, "amount-other")
    return _write(by, told, order, _decide(by, told, order))


def _read(told: Told) -> _Order | None:
    return _order(direct.cursor().execute(_READ, _asked(told)).fetchall())


def _asked(told: Told) -> list[Any]:
    return [told.order_number, told.channel.id, told.on]


def _order(rows: Sequence[tuple[Any, ...]]) -> _Order | None:
    if not rows:
        return None
    return _Order(*[*rows[0][:7], tuple(_line(row[7:-1]) for row in rows), _pairs(rows[0][-1])])


def _line(row: Sequence[Any]) -> _Line:
    *head, shares, elsewhere = row
    return _Line(*[*head, _pairs(shares), elsewhere])


def _pairs(listed: list[str] | None) -> tuple[tuple[str, int], ...]:
    return tuple((name, int(fen)) for name, _, fen in (one.partition("=") for one in listed or ()))


def _seen(told: Told) -> Confirmed | None:
    """What became of this transaction if it was told before."""
    return confirmed(told.channel.id, told.transaction)


def _decide(by: Acting, told: Told, order: _Order) -> _Decided:
    booked: list[Booking] = []
    back: list[tuple[UUID | None, str, int, str]] = []
    for line in order.lines:
        fast = line.state == "open" and line.as_billed and told.on == order.quoted_on
        booking, reason = _as_billed(line) if fast else _anew(by, told, line)
        if booking is not None:
            booked.append(booking)
        else:
            back.append((line.bill_id, line.unit_code, line.fen, reason))
    place = release_of(order.lines[0].release_digest).release.region
    return _Decided(tuple(booked), tuple(back), place)


def _as_billed(line: _Line) -> tuple[Booking | None, str]:
    if line.outcome != "payable" or line.due_fen != line.fen or line.standard_fen is None:
        return None, "amount-changed"
    if line.elsewhere:
        return None, "insured-elsewhere"
    return Booking(
        line.bill_id, line.number, line.resident_id, line.unit_code, line.fen, line.standard_fen, line.price_rule,
        line.release_digest, line.benefit_start, line.benefit_end, line.shares,
    ), ""  # fmt: skip


def _anew(by: Acting, told: Told, line: _Line) -> tuple[Booking | None, str]:
    """The line's person assessed for the day the money was taken; a new bill if the answer differs."""
    bill = bill_to_pay(line.bill_id)
    if bill is None:
        return None, "bill-gone"
    if bill.state != "open":
        return None, "already-paid" if bill.state == "paid" else "bill-gone"
    price = prices([bill], told.on).get(bill.id)
    if price is None or not price.payable:
        return None, "not-payable"
    if price.due_fen != line.fen:
        return None, "amount-changed"
    if price.fingerprint != bill.fingerprint:
        journal_id = record(
            by=by, action="bill.reprice", subject="bill", subject_id=bill.id, unit_code=bill.unit_code, news="assessed-one",
            facts={"on": told.on.isoformat(), "order": told.order_number, "fen": line.fen},
        )  # fmt: skip
        bill = write_price(bill, price, on=told.on, journal_id=journal_id)
    return Booking(
        bill.id, bill.number, bill.resident_id, bill.unit_code, line.fen, bill.standard_fen or 0, bill.price_rule,
        bill.release_digest, bill.benefit_start, bill.benefit_end, shares_of(bill.id),
    ), ""  # fmt: skip


def _hold_all(by: Acting, told: Told, order: _Order | None, reason: str) -> Confirmed:
    unit = order.unit_code if order else told.channel.unit_code
    return _write(by, told, order, _Decided((), ((None, unit, told.fen, reason),), ""))


def _write(by: Acting, told: Told, order: _Order | None, decided: _Decided) -> Confirmed:
    """Everything in one go: journal, order, payment, bills, postings, receipts, cover, refunds."""
    payment_id, now, unit = uuid7(), datetime.now(UTC), order.unit_code if order else told.channel.unit_code
    outcome = "held" if not decided.booked else "partly" if decided.back else "booked"
    reason = decided.back[0][3] if decided.back else ""
    booked_fen = sum(one.fen for one in decided.booked)
    tenders = order.tenders if order and told.fen == order.total_fen else (("account", told.fen),)
    ours, theirs = divide(tenders, booked_fen)
    receipts = [_receipt(payment_id, order, one, told.on, now) for one in decided.booked if order]
    refunds = _refunds(payment_id, decided, theirs, told, now)
    with direct.at_once() as into:
        journal_id = record(
            by=by, action="payment.take", subject="payment", subject_id=payment_id, unit_code=unit, into=into,
            news="payment", facts={
                "order": told.order_number, "channel": told.channel.code, "fen": told.fen, "booked": booked_fen,
                "on": told.on.isoformat(), "outcome": outcome, "reason": reason,
                "bills": [one.bill_number for one in decided.booked],
            },
        )  # fmt: skip
        way = order_edge("confirm" if decided.booked else "hold", order.state) if order else None
        if order and way:
            into.execute(_ORDER, [order.id, way.to_state, told.transaction, told.paid_at, now])
        direct.write(into, "payments_payment", _PAYMENT, [(
            payment_id, told.channel.id, told.transaction, order.id if order else None, told.order_number, unit, told.fen,
            booked_fen, told.paid_at, told.on, told.told_at, outcome, reason, journal_id,
        )])  # fmt: skip
        if decided.booked:
            settle(
                by=by.also("bill.settle"),
                bill_ids=[one.bill_id for one in decided.booked],
                paid_on=told.on,
                into=into,
            )
        post(
            _vouchers(payment_id, told, unit, decided, ours, theirs), at=now, journal_id=journal_id, into=into
        )
        direct.write(into, "payments_receipt", _RECEIPT, receipts)
        direct.write(into, "payments_refund", _REFUND, refunds)
        insure(_paid(decided, receipts), place=decided.place, on=told.on, into=into)
    return Confirmed(
        payment_id, told.order_number, told.transaction, outcome, reason, told.fen, booked_fen, told.on,
        tuple((row[1], row[2], one.bill_number, one.fen) for row, one in zip(receipts, decided.booked, strict=True)),
        tuple(row[1] for row in refunds), False,
    )  # fmt: skip


def _receipt(payment_id: UUID, order: _Order, one: Booking, on: date, now: datetime) -> tuple[Any, ...]:
    number = receipt_number(order.benefit_year, one.unit_code)
    return (
        uuid7(), number, check_code(number, one.bill_id, one.fen, on), payment_id, order.id, one.bill_id, one.resident_id,
        one.unit_code, order.benefit_year, one.fen, on, now, "valid", 0,
    )  # fmt: skip


def _refunds(
    payment_id: UUID, decided: _Decided, theirs: Sequence[tuple[str, int]], told: Told, now: datetime
) -> list[tuple[Any, ...]]:
    """One refund for each part that goes back. Nothing was booked, so nobody has to agree; the program decides."""
    family = sum(fen for way, fen in theirs if way == "family_account")
    rows: list[tuple[Any, ...]] = []
    for bill_id, unit, fen, reason in decided.back:
        own = min(family, fen)
        family -= own
        rows.append((
            uuid7(), refund_number(told.on), payment_id, bill_id, unit, fen, own, reason, "", "", "approved", "系统", now, "系统", now,
            "", "",
        ))  # fmt: skip
    return rows


def _vouchers(
    payment_id: UUID,
    told: Told,
    unit: str,
    decided: _Decided,
    ours: list[tuple[str, int]],
    theirs: list[tuple[str, int]],
) -> list[Voucher]:
    found = []
    if decided.booked:
        postings = receipt_postings(decided.booked, told.channel.code, ours)
        found.append(Voucher("receipt", unit, told.on, payment_id, postings))
    if theirs:
        postings = hold_postings(told.channel.code, theirs, unit)
        found.append(Voucher("hold", unit, told.on, payment_id, postings))
    return found


def _paid(decided: _Decided, receipts: Sequence[tuple[Any, ...]]) -> list[Paid]:
    return [
        Paid(one.resident_id, one.benefit_start, one.benefit_end, f"缴款凭据 {row[1]}")
        for one, row in zip(decided.booked, receipts, strict=True)
    ]
