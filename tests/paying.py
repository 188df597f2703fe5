"""Money in tests: a channel, orders and payments, by the real actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

import given
from people import CLERK, COUNTY, PROGRAM
from yingbao.journal.scope import within
from yingbao.ledger import queries as ledger
from yingbao.payments import actions
from yingbao.payments.actions import TenderGiven
from yingbao.payments.queries.channels import ChannelForCall, channel_for_call
from yingbao.payments.queries.money import Confirmed
from yingbao.payments.queries.orders import OrderPage, order_page

CHINA = ZoneInfo("Asia/Shanghai")
_transactions = count(1)
_SUM = "SELECT coalesce(sum(fen), 0)::bigint FROM {} WHERE {}"
_TWICE = (
    "SELECT count(*) FROM (SELECT resident_id FROM payments_receipt WHERE state = 'valid' "
    "GROUP BY resident_id, benefit_year HAVING count(*) > 1) twice"
)
_RECEIVED = (
    "SELECT coalesce(array_agg(bill_id ORDER BY bill_id), '{}') FROM payments_receipt WHERE state = 'valid'"
)

_IN_STATE = "SELECT coalesce(array_agg(id ORDER BY id), '{{}}') FROM billing_bill WHERE state = '{}'"
#: Bills of vouchers of full subsidy that are not reversed; one with two of them would stand here twice.
_STANDING = (
    "SELECT coalesce(array_agg(bill ORDER BY bill), '{}') FROM (SELECT (SELECT min(p.about::text)::uuid "
    "FROM ledger_posting p WHERE p.voucher_id = v.id) FROM ledger_voucher v WHERE v.kind = 'full-subsidy' "
    "AND NOT EXISTS (SELECT FROM ledger_voucher r WHERE r.reverses_id = v.id)) standing(bill)"
)
_GIVEN = (
    "SELECT coalesce(sum(l.fen), 0)::bigint FROM billing_line l JOIN billing_bill b ON b.id = l.bill_id "
    "WHERE b.state IN ('paid', 'declared') AND {}"
)


def at(day: date, hour: int = 10, minute: int = 0, second: int = 0) -> datetime:
    """An instant by the clock in China."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=CHINA).astimezone(UTC)


def bank(code: str = "rcb", unit_code: str = COUNTY) -> ChannelForCall:
    """A bank that may take money for a county."""
    actions.open_channel(by=PROGRAM, code=code, name="农商银行", kind="bank", unit_code=unit_code)
    with within(PROGRAM):
        return channel_for_call(code)


def number_of(resident_id: UUID, year: int = 2024) -> str:
    """The number of a person's bill."""
    return given.bill_of(resident_id, year).bill.number


def order(
    channel: ChannelForCall, *residents: UUID, now: datetime, year: int = 2024, **more: Any
) -> OrderPage:
    """An order of a channel for people's bills."""
    numbers = [number_of(one, year) for one in residents]
    given_ = {"key": f"k{next(_transactions)}", **more}
    return actions.make_order(
        by=channel.acting(), channel_id=channel.id, bill_numbers=numbers, now=now, **given_
    )


def told(
    channel: ChannelForCall,
    made: OrderPage | str,
    *,
    paid_at: datetime,
    fen: int | None = None,
    transaction: str = "",
    told_at: datetime | None = None,
) -> Confirmed:
    """The channel tells that it has taken an order's money."""
    number = made if isinstance(made, str) else made.number
    total = fen if fen is not None else made.total_fen  # type: ignore[union-attr]
    return actions.confirm(
        by=channel.acting(), channel=channel, order_number=number, transaction=transaction or f"t{next(_transactions)}",
        fen=total, paid_at=paid_at, told_at=told_at or paid_at + timedelta(seconds=2),
    )  # fmt: skip


def at_counter(
    *residents: UUID, now: datetime, by: Any = CLERK, year: int = 2024, key: str = "", **ways: int
) -> Confirmed:
    """A clerk takes money for people's bills."""
    tenders = [TenderGiven(way, fen) for way, fen in ways.items()]
    return actions.take_at_counter(
        by=by, key=key or f"k{next(_transactions)}", bill_numbers=[number_of(one, year) for one in residents],
        tenders=tenders, now=now,
    )  # fmt: skip


def tax_answer(*lines: str) -> str:
    """The tax side's answer to a declaration as a file, a line a bill: number, 1 or 0, reason."""
    return "\n".join(["init_rsdt_clct_detl_id,clct_flag,err_msg", *lines, ""])


def page(number: str, by: Any = CLERK) -> OrderPage:
    """An order as a clerk reads it."""
    with within(by):
        return order_page(number)


def books(by: Any = PROGRAM, **more: Any) -> dict[str, int]:
    """Balances by account code; the ledger balances, always."""
    with within(by):
        found = ledger.balances(**more)
    assert ledger.trial_balance(found) == 0
    return {one.account.code: one.fen for one in found if one.fen}


def ask(statement: str) -> Any:
    """One value out of the database, as the program sees it."""
    with within(PROGRAM), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def conserved(taken: Mapping[tuple[str, str], int]) -> None:
    """Of the transactions taken (channel, transaction: fen) not a fen appeared or is lost, and nobody paid twice.

    The books balance; channels hold what they took less what they gave back, as receipts or as money to be given back;
    every transaction has one outcome; a paid bill, a valid receipt and cover are there together or not at all, and so are
    a declared bill, its standing voucher and cover; funds hold the standards of both, payers owe what they give of them.
    """
    found = books()
    held = _of(found, "channel:")
    back = ask(_SUM.format("payments_refund", "state = 'done'"))
    waiting = ask(_SUM.format("payments_refund", "state IN ('approved', 'failed')"))
    assert held == sum(taken.values()) - back
    assert _of(found, "holding:") == waiting
    assert held == ask(_SUM.format("payments_receipt", "state = 'valid'")) + waiting
    assert ask("SELECT count(*) FROM payments_payment") == len(taken)
    assert ask(_SUM.format("payments_payment", "true")) == sum(taken.values())
    assert ask(_TWICE) == 0
    paid, declared = ask(_IN_STATE.format("paid")), ask(_IN_STATE.format("declared"))
    covered = ask("SELECT count(*) FROM registry_cover WHERE insurance = '390' AND NOT isempty(period)")
    assert (paid, declared, len(paid) + len(declared)) == (ask(_RECEIVED), ask(_STANDING), covered)
    assert _of(found, "fund:") == ask(_GIVEN.format("true"))
    assert _of(found, "payer:") == ask(_GIVEN.format("l.payer <> 'person'"))


def _of(found: Mapping[str, int], kind: str) -> int:
    return sum(fen for code, fen in found.items() if code.startswith(kind))
