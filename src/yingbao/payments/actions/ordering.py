"""Orders: made at the day's price, begun, cancelled, expired. An order moves no money."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Q

from yingbao.journal.acting import NATION, Acting
from yingbao.journal.actions import record
from yingbao.journal.content import plain_text
from yingbao.journal.keys import sealer
from yingbao.journal.scope import within
from yingbao.kernel import id_number, regions
from yingbao.kernel.dates import CHINA
from yingbao.kernel.ids import uuid7
from yingbao.payments.actions.quoting import Quote, QuoteLine, quote
from yingbao.payments.errors import (
    AlreadyPaid,
    AmountOther,
    ChannelClosed,
    ChannelNotFound,
    KeyReused,
    NothingDue,
    NothingToPay,
    NotPayable,
    NoWayFrom,
    OrderNotFound,
    TenderInvalid,
    WordsMissing,
    WrongPlace,
    WrongYear,
)
from yingbao.payments.models import Channel, Line, Order, Tender
from yingbao.payments.numbering import order_number
from yingbao.payments.queries.orders import OrderPage, order_page
from yingbao.payments.relatives import check_relation
from yingbao.payments.states import KINDS, ORDERS, TENDERS, order_edge
from yingbao.registry.fields import DOCUMENT
from yingbao.registry.queries.units import names_of as unit_names

VALID_FOR: Final = timedelta(minutes=30)
#: More bills than this are several orders.
MOST: Final = 2000


@dataclass(frozen=True, slots=True)
class TenderGiven:
    """By what a part is to be paid; for a family account the employee's ID number and relation to the insured."""

    way: str
    fen: int
    holder_id_number: str = ""
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an order is asked for with; the same key with another content is refused."""

    bill_numbers: tuple[str, ...]
    kind: str = "person"
    offered_fen: int | None = None
    benefit_year: int | None = None
    place: str | None = None
    tenders: tuple[TenderGiven, ...] = ()

    def digest(self) -> bytes:
        """A digest by which the same content is known again."""
        return sealer().sm3(json.dumps(asdict(self), sort_keys=True).encode())


def make_order(
    *,
    by: Acting,
    channel_id: UUID,
    key: str,
    bill_numbers: Sequence[str],
    now: datetime,
    kind: str = "person",
    offered_fen: int | None = None,
    benefit_year: int | None = None,
    place: str | None = None,
    tenders: Sequence[TenderGiven] = (),
    valid_for: timedelta = VALID_FOR,
) -> OrderPage:
    """An order for bills at the price of `now`'s day in China. The same key again is the same order.

    `place`, `benefit_year`: what the payer chose, held against the bills before money moves (JC-011).
    Raises AlreadyPaid, AmountOther, BadBillNumber, ChannelClosed, ChannelNotFound, KeyReused, NothingDue, NothingToPay,
    NotPayable, NotPermitted, OutOfRegion, TenderInvalid, WrongPlace, WrongYear.
    """
    wanted = Wanted(tuple(bill_numbers), kind, offered_fen, benefit_year, place, tuple(tenders))
    by.require("order.make")
    try:
        with within(by):
            channel = channel_taking(channel_id)
            found = Order.objects.filter(channel=channel, key=key).first() or place_order(
                by, channel, key, wanted, now, valid_for
            )
            return _same(found, wanted)
    except IntegrityError as error:
        if "payments_order_key" not in str(error):
            raise
    with within(by):  # the other call with this key was quicker
        return _same(Order.objects.get(channel_id=channel_id, key=key), wanted)


def _same(order: Order, wanted: Wanted) -> OrderPage:
    if bytes(order.content) != wanted.digest():
        raise KeyReused
    return order_page(order.number)


def channel_taking(channel_id: UUID) -> Channel:
    """The channel if it may take money. Raises ChannelNotFound, ChannelClosed."""
    found = Channel.objects.filter(id=channel_id).first()
    if found is None:
        raise ChannelNotFound
    if not found.open:
        raise ChannelClosed
    return found


def place_order(
    by: Acting, channel: Channel, key: str, wanted: Wanted, now: datetime, valid_for: timedelta = VALID_FOR
) -> Order:
    """Check and write an order, within the caller's transaction. Raises as `make_order`."""
    quoted = _checked(by, wanted, now.astimezone(CHINA).date())
    total = quoted.total_fen
    if wanted.offered_fen is not None and wanted.offered_fen != total:
        raise AmountOther(total, wanted.offered_fen)
    tenders = wanted.tenders or (TenderGiven("account", total),)
    checked = _tenders(tenders, total, quoted)
    order_id, unit = uuid7(), _unit(quoted, channel)
    number = order_number(quoted.on)
    journal_id = record(
        by=by, action="order.make", subject="order", subject_id=order_id, unit_code=unit,
        facts={
            "number": number, "channel": channel.code, "kind": wanted.kind, "fen": total, "on": quoted.on.isoformat(),
            "bills": [line.number for line in quoted.lines],
        },
    )  # fmt: skip
    order = Order.objects.create(
        id=order_id, number=number, channel=channel, key=plain_text(key), content=wanted.digest(), kind=wanted.kind,
        unit_code=unit, benefit_year=quoted.lines[0].benefit_year, total_fen=total, quoted_on=quoted.on, made_at=now,
        expires_at=now + valid_for, staff_id=by.staff_id, staff_name=by.name if by.staff_id else "",
        journal_id=journal_id,
    )  # fmt: skip
    Line.objects.bulk_create(
        Line(
            order=order, bill_id=line.bill_id, resident_id=line.resident_id, unit_code=line.unit_code,
            fen=line.fen or 0, as_billed=line.as_billed,
        )
        for line in quoted.lines
    )  # fmt: skip
    Tender.objects.bulk_create(
        Tender(
            order=order, way=one.way, fen=one.fen, unit_code=unit, relation=one.relation, relation_checked=proved,
            holder_sealed=sealer().seal(one.holder_id_number, DOCUMENT) if one.holder_id_number else None,
        )
        for one, proved in checked
    )  # fmt: skip
    return order


def _checked(by: Acting, wanted: Wanted, on: date) -> Quote:
    """The quote, if all of it can be paid as chosen."""
    numbers = wanted.bill_numbers
    if wanted.kind not in KINDS or not numbers:
        raise NothingToPay
    if len({*numbers}) < len(numbers):
        raise NothingToPay("同一份账单选了两次，请去掉重复的")
    if len(numbers) > MOST:
        raise NothingToPay(f"一笔订单最多 {MOST} 份账单，请分开下单")
    quoted = quote(by=by, bill_numbers=numbers, on=on)
    if quoted.missing:
        raise NothingToPay(f"没有账单 {quoted.missing[0]}，或不在您的管辖范围，请核对账单号")
    for line in quoted.lines:
        _as_chosen(line, wanted)
        _payable(line)
    if len({line.benefit_year for line in quoted.lines}) > 1:
        raise NothingToPay("一笔订单里的账单要是同一个缴费年度，请按年度分开下单")
    return quoted


def _as_chosen(line: QuoteLine, wanted: Wanted) -> None:
    if wanted.benefit_year is not None and wanted.benefit_year != line.benefit_year:
        raise WrongYear(line.number, line.benefit_year)
    if wanted.place is not None and not line.unit_code.startswith(regions.canonical(wanted.place)):
        county = line.unit_code.partition("-")[0][:6]
        raise WrongPlace(line.number, county, unit_names([county]).get(county, ""))


def _payable(line: QuoteLine) -> None:
    if line.state == "paid":
        raise AlreadyPaid(line.number)
    if line.state == "declared" or (line.state == "open" and line.fen == 0):
        raise NothingDue(line.number)
    if not line.payable:
        raise NotPayable(line.number, line.reason, line.next_on)


def _unit(quoted: Quote, channel: Channel) -> str:
    """The narrowest unit that holds everybody of the order; the channel's where their counties differ."""
    units = {line.unit_code for line in quoted.lines}
    if len(units) == 1:
        return units.pop()
    counties = {unit.partition("-")[0][:6] for unit in units}
    return counties.pop() if len(counties) == 1 else channel.unit_code


def _tenders(given: Sequence[TenderGiven], total: int, quoted: Quote) -> list[tuple[TenderGiven, bool]]:
    """Ways of payment that come to the amount, each with whether its relation is proved by the registry."""
    if len({one.way for one in given}) < len(given):
        raise TenderInvalid("同一种付款方式写了两次，请合成一笔")
    for one in given:
        if one.way not in TENDERS or one.fen <= 0:
            raise TenderInvalid(f"付款方式应为{'、'.join(TENDERS.values())}之一，金额应大于零，请核对")
    paid = sum(one.fen for one in given)
    if paid != total:
        raise AmountOther(total, paid)
    return [(one, _relation(one, quoted)) for one in given]


def _relation(one: TenderGiven, quoted: Quote) -> bool:
    if one.way != "family_account":
        return False
    try:
        id_number.check(one.holder_id_number)
    except id_number.BadIdNumber as error:
        raise TenderInvalid(f"职工的身份证号码不对：{error.sentence}") from error
    return check_relation(one.holder_id_number, one.relation, quoted.lines, quoted.on)


def start(*, by: Acting, channel_id: UUID, order_number: str, now: datetime) -> OrderPage:
    """The channel has begun to take the money. Raises OrderNotFound, NoWayFrom, NotPermitted."""
    by.require("order.make")
    return _move(by, Q(channel_id=channel_id, number=order_number), "start", "开始扣款", "", now)


def cancel(
    *, by: Acting, order_number: str, reason: str, now: datetime, channel_id: UUID | None = None
) -> OrderPage:
    """Nobody wants to pay it any more; money that comes all the same is sent back.

    Through a channel only its own orders. Raises OrderNotFound, NoWayFrom, WordsMissing, NotPermitted.
    """
    by.require("order.make" if channel_id else "order.cancel")
    if not reason.strip():
        raise WordsMissing("没有写取消的原因，请写明")
    mine = Q(number=order_number) & (Q(channel_id=channel_id) if channel_id else Q())
    return _move(by, mine, "cancel", "取消", reason, now)


def _move(by: Acting, which: Q, event: str, what: str, reason: str, now: datetime) -> OrderPage:
    with within(by):
        order = Order.objects.select_for_update(of=("self",)).filter(which).first()
        if order is None:
            raise OrderNotFound
        way = order_edge(event, order.state)
        if order.state == {"start": "paying", "cancel": "cancelled"}[event]:
            return order_page(order.number)
        if way is None:
            raise NoWayFrom(ORDERS[order.state], what)
        record(
            by=by, action=f"order.{event}", subject="order", subject_id=order.id, unit_code=order.unit_code,
            grounds=reason, facts={"from": way.from_state, "to": way.to_state, "number": order.number},
        )  # fmt: skip
        order.state = way.to_state
        if event == "cancel":
            order.ended_at = now
        order.save(update_fields=["state", "ended_at"])
        return order_page(order.number)


def expire_orders(*, now: datetime) -> int:
    """Orders whose time is over, of the whole nation; returns how many. Money taken in time is booked all the same."""
    by = Acting.program(NATION)
    with within(by):
        late = Order.objects.filter(state__in=["open", "paying"], expires_at__lt=now)
        ids = list(
            late.select_for_update(of=("self",), skip_locked=True)
            .order_by("id")
            .values_list("id", flat=True)[:5000]
        )
        if ids:
            record(
                by=by,
                action="order.expire",
                subject="order",
                facts={"orders": len(ids), "at": now.astimezone(UTC).isoformat()},
            )
            Order.objects.filter(id__in=ids).update(state="expired", ended_at=now)
    return len(ids)
