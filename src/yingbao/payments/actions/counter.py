"""The counter: a clerk takes a household's money, prints receipts, and closes the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, connection

from yingbao.billing.levy import county_of
from yingbao.journal.acting import NATION, Acting
from yingbao.journal.actions import record
from yingbao.journal.content import plain_text
from yingbao.journal.scope import within
from yingbao.kernel.dates import CHINA
from yingbao.kernel.ids import uuid7
from yingbao.payments.actions.confirming import Told, take_within
from yingbao.payments.actions.ordering import TenderGiven, Wanted, place_order
from yingbao.payments.actions.refunding import pay_out
from yingbao.payments.errors import (
    DayCloseInvalid,
    DayIsClosed,
    KeyReused,
    ReceiptNotFound,
    RefundNotFound,
    TenderInvalid,
    WordsMissing,
)
from yingbao.payments.models import Channel, DayClose, Order, Receipt
from yingbao.payments.queries.channels import for_call
from yingbao.payments.queries.clerks import DayClosed, clerk_day, closed_day
from yingbao.payments.queries.money import Confirmed, confirmed
from yingbao.payments.queries.receipts import ReceiptPage, receipt_page
from yingbao.payments.queries.refunds import RefundPage, refund_page
from yingbao.registry.queries.units import names_of as unit_names

#: By what a clerk may be paid.
WAYS: Final = ("cash", "card", "family_account")


def take_at_counter(
    *,
    by: Acting,
    key: str,
    bill_numbers: Sequence[str],
    tenders: Sequence[TenderGiven],
    now: datetime,
    kind: str = "household",
) -> Confirmed:
    """Order and payment at once: the money is on the desk, so it is booked or the clerk is told why not.

    `key` is the form's own: pressed twice, taken once. Raises what `make_order` raises, DayIsClosed, TenderInvalid.
    """
    by.require("order.take")
    wanted = Wanted(tuple(bill_numbers), kind, tenders=tuple(tenders))
    if not tenders or any(one.way not in WAYS for one in tenders):
        raise TenderInvalid("请填现金、刷卡或职工个人账户各收多少")
    try:
        with within(by):
            channel = _counter(by)
            found = _before(channel, key, wanted)
            return found or _take(by, channel, key, wanted, now)
    except IntegrityError as error:
        if "payments_order_key" not in str(error):
            raise
    with within(by):
        found = _before(_counter(by), key, wanted)
        assert found is not None
        return found


def _before(channel: Channel, key: str, wanted: Wanted) -> Confirmed | None:
    order = Order.objects.filter(channel=channel, key=key).first()
    if order is None:
        return None
    if bytes(order.content) != wanted.digest():
        raise KeyReused
    return confirmed(channel.id, order.number)


def _take(by: Acting, channel: Channel, key: str, wanted: Wanted, now: datetime) -> Confirmed:
    on = now.astimezone(CHINA).date()
    _open_day(by, on)
    order = place_order(by, channel, key, wanted, now)
    told = Told(for_call(channel), order.number, order.number, order.total_fen, now, now)
    return take_within(by, told)


def _open_day(by: Acting, on: date) -> None:
    """The clerk's day, held open until this transaction ends: closing waits for it, other clerks do not."""
    if by.staff_id is None:
        raise WordsMissing("窗口收费要由收费的人自己办")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [f"day {by.staff_id} {on}"]
        )
    if DayClose.objects.filter(staff_id=by.staff_id, on=on).exists():
        raise DayIsClosed(on)


def _counter(by: Acting) -> Channel:
    """The counter channel of the clerk's county, opened with the first payment taken there."""
    county = county_of(by.unit_code)
    code = f"counter-{county}"
    found = Channel.objects.filter(code=code).first()
    if found is not None:
        return found
    with within(replace(by, unit_code=NATION)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [code])
        found = Channel.objects.filter(code=code).first()
        if found is None:
            name = f"{unit_names([county]).get(county, county)}经办窗口"
            record(
                by=by,
                action="channel.open",
                subject="channel",
                unit_code=county,
                facts={"code": code, "kind": "counter"},
            )
            found = Channel.objects.create(code=code, name=name, kind="counter", unit_code=county)
    return found


def close_day(*, by: Acting, on: date, counted_fen: int, words: str, now: datetime) -> DayClosed:
    """The clerk's cash is counted against the books; a difference needs a reason. Closed once, nothing more is taken.

    Raises DayIsClosed, DayCloseInvalid, NotPermitted.
    """
    by.require("order.take")
    if by.staff_id is None:
        raise WordsMissing("日结要由收费的人自己办")
    with within(by):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"day {by.staff_id} {on}"]
            )
        if DayClose.objects.filter(staff_id=by.staff_id, on=on).exists():
            raise DayIsClosed(on)
        day = clerk_day(by.staff_id, on)
        if counted_fen != day.cash_fen and not words.strip():
            raise DayCloseInvalid(day.cash_fen, counted_fen)
        close_id = uuid7()
        journal_id = record(
            by=by, action="day.close", subject="day-close", subject_id=close_id, grounds=words,
            facts={"on": on.isoformat(), "orders": day.orders, "cash": day.cash_fen, "counted": counted_fen},
        )  # fmt: skip
        DayClose.objects.create(
            id=close_id, unit_code=by.unit_code, staff_id=by.staff_id, staff_name=by.name, on=on, orders=day.orders,
            ways={way: fen for way, _, fen in day.ways}, cash_fen=day.cash_fen, counted_fen=counted_fen,
            words=plain_text(words), at=now, journal_id=journal_id,
        )  # fmt: skip
        return closed_day(by.staff_id, on)


def print_receipt(*, by: Acting, receipt_number: str) -> ReceiptPage:
    """A receipt for print; from the second time on it is marked 补打. Raises ReceiptNotFound, NotPermitted, OutOfRegion."""
    with within(by):
        receipt = Receipt.objects.select_for_update(of=("self",)).filter(number=receipt_number).first()
        if receipt is None:
            raise ReceiptNotFound
        by.require("receipt.print", receipt.unit_code)
        record(
            by=by, action="receipt.print", subject="receipt", subject_id=receipt.id, unit_code=receipt.unit_code,
            facts={"receipt": receipt.number, "time": receipt.prints + 1},
        )  # fmt: skip
        receipt.prints += 1
        receipt.save(update_fields=["prints"])
        return receipt_page(receipt_number)


def pay_back_at_counter(*, by: Acting, refund_number: str, now: datetime) -> RefundPage:
    """The clerk hands back what was paid at the counter. Raises RefundNotFound, NoWayFrom, NotPermitted."""
    by.require("order.take")
    with within(by):
        page = refund_page(refund_number)
        channel = Channel.objects.get(id=page.channel_id)
        if channel.kind != "counter":
            raise RefundNotFound
        return pay_out(by, refund_number, f"{by.name} {now.astimezone(CHINA):%Y-%m-%d}", now)
