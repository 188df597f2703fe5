"""今日收款: a day's money by channel, what waits, payments and orders one by one, an order with all that became of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from yingbao.journal import queries as journal
from yingbao.kernel.dates import BadDate, loose_date
from yingbao.ledger import queries as ledger
from yingbao.ledger.errors import VoucherNotFound
from yingbao.payments import actions
from yingbao.payments.queries.days import clerks_on, order_counts, paid_back, payments_on, refund_counts
from yingbao.payments.queries.money import by_channel
from yingbao.payments.queries.orders import OrderPage, order_page, orders, silent_orders
from yingbao.payments.states import KINDS, ORDERS, OUTCOMES, order_edge
from yingbao.registry.queries.units import names_of as unit_names
from yingbao.web.parts import Tab
from yingbao.web.permission import acting_of, may, permission
from yingbao.web.spoken import yuan
from yingbao.web.workbench.asking import (
    Plain,
    Sheet,
    ask,
    below_of,
    by_of,
    keeps_what_was_typed,
    now_of,
    said,
    say,
    today_of,
    words,
)
from yingbao.web.workbench.presenters import journal as deeds
from yingbao.web.workbench.presenters import ledger as books
from yingbao.web.workbench.presenters import money

PAGE = 50
#: The pages of the room, and who may see them.
_TABS = (
    ("今日收款", "payments", "order.view"),
    ("订单", "payments-orders", "order.view"),
    ("退费", "payments-refunds", "order.view"),
    ("账簿", "payments-ledger", "ledger.view"),
    ("渠道", "channels", "channel.view"),
)


def tabs_of(request: HttpRequest, here: str) -> list[Tab]:
    """The pages of the room that this person may open."""
    acting = acting_of(request)
    return [Tab(label, reverse(name), name == here) for label, name, need in _TABS if may(acting, need)]


@permission("order.view")
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """A day's money by channel; what waits for somebody; who took it at the counters."""
    below, on = below_of(request), day_of(request)
    channels = by_channel(below=below, from_on=on, through_on=on)
    silent = silent_orders(below=below, now=now_of(request))
    acting = acting_of(request)
    context = {
        "tabs": tabs_of(request, "payments"),
        "on": on,
        "is_today": on == today_of(request),
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1) if on < today_of(request) else None,
        "channels": channels,
        "total": money.day_total(channels),
        "orders": [(ORDERS[state], state, found) for state, found in order_counts(below=below, made_on=on).items()],
        "back": paid_back(below=below, on=on),
        "waiting": money.waiting(
            refund_counts(below=below), len(silent), reverse("payments-refunds"), reverse("payments-orders") + "?state=silent"
        ),
        "clerks": clerks_on(below=below, on=on),
        "may_take": may(acting, "order.take"),
        "unit": by_of(request).unit_name,
    }  # fmt: skip
    return render(request, "workbench/money/today.html", context)


@permission("order.view")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Payments of a day, of a channel or an outcome: what a sum of the day is made of."""
    below, on = below_of(request), day_of(request)
    channel, outcome = request.GET.get("channel", ""), request.GET.get("outcome", "")
    wanted = {"held": ("held", "partly"), "booked": ("booked", "partly")}.get(outcome, ())
    at = page_of(request)
    found = payments_on(
        below=below,
        from_on=on,
        through_on=on,
        channel_code=channel,
        outcomes=wanted,
        limit=PAGE + 1,
        offset=at * PAGE,
    )
    context = {
        "on": on,
        "lines": [(one, money.outcome(one.outcome)) for one in found[:PAGE]],
        "channel": channel,
        "channels": [(one.code, one.name) for one in by_channel(below=below, from_on=on, through_on=on)],
        "outcome": outcome,
        "outcomes": [("", "全部"), ("booked", OUTCOMES["booked"]), ("held", "没有入账、退回的")],
        "total_fen": sum(one.fen for one in found[:PAGE]),
        "next": next_of(request, at, len(found) > PAGE),
        "whole": at == 0 and len(found) <= PAGE,
    }  # fmt: skip
    return render(request, "workbench/money/payments.html", context)


@permission("order.view")
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """Orders, newest first, by state and day; those a channel has been silent about."""
    below, at = below_of(request), page_of(request)
    state, number = request.GET.get("state", ""), "".join(request.GET.get("number", "").split())
    typed = request.GET.get("on", "")
    on = day_of(request) if typed else None
    if state == "silent":
        found = silent_orders(below=below, now=now_of(request), limit=PAGE + 1)
    else:
        states = (state,) if state in ORDERS else ()
        found = orders(
            below=below, made_on=on, states=states, number=number, limit=PAGE + 1, offset=at * PAGE
        )
    units = unit_names({one.unit_code for one in found})
    here, tail = reverse("payments-orders"), f"&on={on.isoformat()}" if on else ""
    context = {
        "tabs": tabs_of(request, "payments-orders"),
        "states": [
            Tab("全部", here + (f"?on={on.isoformat()}" if on else ""), not state),
            *(Tab(name, f"{here}?state={code}{tail}", state == code) for code, name in ORDERS.items()),
            Tab("支付中超过 30 分钟", f"{here}?state=silent", state == "silent"),
        ],
        "lines": [
            (one, money.order_state(one.state), KINDS[one.kind], units.get(one.unit_code, one.unit_code))
            for one in found[:PAGE]
        ],
        "on": on,
        "state": state,
        "number": number,
        "next": next_of(request, at, len(found) > PAGE),
    }  # fmt: skip
    return render(request, "workbench/money/orders.html", context)


@permission("order.view")
@require_safe
def order(request: HttpRequest, order_number: str) -> HttpResponse:
    """Who is asked for how much, by which ways, what came in, what was booked, what goes back."""
    page = order_page(order_number)
    acting = acting_of(request)
    subjects = [page.id, *(one.id for one in page.payments)]
    done = sorted(
        (one for subject in subjects for one in journal.of_subject(subject)), key=lambda one: one.at, reverse=True
    )  # fmt: skip
    context = {
        "page": page,
        "state": money.order_state(page.state),
        "kind": KINDS[page.kind],
        "unit": unit_names([page.unit_code]).get(page.unit_code, page.unit_code),
        "tenders": money.tenders(page),
        "lines": [(one, money.receipt_state(one.receipt_state) if one.receipt_state else None) for one in page.lines],
        "payments": [(one, money.outcome(one.outcome)) for one in page.payments],
        "refunds": [(one, money.refund_state(one.state), money.why(one.reason)) for one in page.refunds],
        "events": deeds.events_of(done),
        "vouchers": _vouchers(page) if may(acting, "ledger.view") else (),
        "may_cancel": may(acting, "order.cancel") and order_edge("cancel", page.state) is not None,
        "may_print": may(acting, "receipt.print") and any(one.receipt_state == "valid" for one in page.lines),
        "said": said(request),
    }  # fmt: skip
    return render(request, "workbench/money/order.html", context)


def _vouchers(page: OrderPage) -> tuple[books.VoucherLink, ...]:
    found = []
    for payment in page.payments:
        for kind in ("receipt", "hold"):
            try:
                found.append(books.link(ledger.voucher_of(payment.id, kind)))
            except VoucherNotFound:
                continue
    return tuple(found)


class CancelForm(Plain):
    """Why nobody wants to pay it any more."""

    reason = words("取消原因", "如“缴费人改用窗口缴”", empty="没有写取消的原因，请写明")


@keeps_what_was_typed
@permission("order.cancel")
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, order_number: str) -> HttpResponse:
    """Cancel an order; money that comes for it all the same goes back."""
    page = order_page(order_number)
    back = reverse("payments-order", args=[order_number])

    def deed(given: dict[str, Any]) -> str:
        actions.cancel(
            by=by_of(request), order_number=order_number, reason=given["reason"], now=now_of(request)
        )
        say(request, "订单已取消。")
        return back

    blocked = "" if order_edge("cancel", page.state) else f"订单现在是“{ORDERS[page.state]}”，不能取消。"
    sheet = Sheet(
        "取消订单", (("缴费", reverse("payments")), (f"订单 {order_number}", back)), f"{page.channel_name}·{yuan(page.total_fen)} 元",
        "取消订单", back, (("", "取消后渠道再收到的款不入账，自动退回缴费人。"),), blocked=blocked,
    )  # fmt: skip
    return ask(request, sheet, CancelForm, deed)


def day_of(request: HttpRequest) -> date:
    """The day looked at, today if none can be read; never one to come."""
    present = today_of(request)
    try:
        return min(loose_date(request.GET.get("on", "") or present.isoformat()), present)
    except BadDate:
        return present


def page_of(request: HttpRequest) -> int:
    """The page of a long list, from 0."""
    text = request.GET.get("page", "")
    return int(text) if text.isdigit() and len(text) < 6 else 0


def next_of(request: HttpRequest, at: int, more: bool) -> str:
    """The address of the next page; empty where this is the last."""
    if not more:
        return ""
    kept = {name: str(value) for name, value in request.GET.items() if name != "page"}
    return f"?{urlencode({**kept, 'page': str(at + 1)})}"
