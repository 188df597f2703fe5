"""What the pages of a person, a household and a bill show of money: receipts, payments that were not booked, refunds, vouchers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from yingbao.billing.queries.bills import declared_of
from yingbao.ledger import queries as ledger
from yingbao.payments.queries.orders import orders_of_bill
from yingbao.payments.queries.people import payments_of, refunds_of
from yingbao.payments.queries.receipts import receipts_of
from yingbao.web.permission import acting_of, may
from yingbao.web.workbench.presenters import bills as present
from yingbao.web.workbench.presenters import ledger as books
from yingbao.web.workbench.presenters import money


def people_money(request: HttpRequest, residents: Sequence[UUID]) -> dict[str, Any]:
    """Receipts, newest first, whom others pay for in full, what came and was not booked, refunds; `take`: who may be charged at the counter."""
    acting = acting_of(request)
    if not residents:
        return {"take": None}
    shown: dict[str, Any] = {"take": residents[0] if may(acting, "order.take") else None}
    if may(acting, "bill.view"):
        shown["declared"] = [present.declared(one) for one in declared_of(residents)]
    if not may(acting, "order.view"):
        return shown
    receipts = sorted(
        (one for who in residents for one in receipts_of(who)), key=lambda one: one.at, reverse=True
    )
    held = {one.payment_id: one for who in residents for one in payments_of(who) if one.outcome == "held"}
    refunds = {one.number: one for who in residents for one in refunds_of(who)}
    return shown | {
        "paid": [(one, money.receipt_state(one.state)) for one in receipts],
        "held": [(one, money.outcome(one.outcome)) for one in held.values()],
        "back": [(one, money.refund_state(one.state)) for one in refunds.values()],
    }


def bill_money(request: HttpRequest, bill_id: UUID) -> dict[str, Any]:
    """The orders a bill was part of, and the vouchers that booked it."""
    acting = acting_of(request)
    found: dict[str, Any] = {}
    if may(acting, "order.view"):
        found["orders"] = [(one, money.order_state(one.state)) for one in orders_of_bill(bill_id)]
    if may(acting, "ledger.view"):
        found["vouchers"] = [books.link(one) for one in ledger.about(bill_id)]
    return found
