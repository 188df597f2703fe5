"""Receipts: one with all it is of, printed and printed again, asked back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yingbao.billing.queries.bills import bill_by_id
from yingbao.journal import queries as journal
from yingbao.kernel import bill_numbers
from yingbao.kernel.dates import CHINA
from yingbao.payments import actions
from yingbao.payments.actions.refunding import not_begun
from yingbao.payments.errors import NotRefundable
from yingbao.payments.queries.orders import order_page
from yingbao.payments.queries.receipts import receipt_page
from yingbao.payments.queries.refunds import refund_of_receipt
from yingbao.payments.states import REASONS
from yingbao.web.permission import acting_of, may, permission
from yingbao.web.workbench import papers
from yingbao.web.workbench.asking import (
    Plain,
    Sheet,
    ask,
    by_of,
    keeps_what_was_typed,
    now_of,
    pick,
    said,
    say,
    words,
)
from yingbao.web.workbench.presenters import journal as deeds
from yingbao.web.workbench.presenters import money
from yingbao.web.workbench.presenters.counter import spaced_receipt


@permission("order.view")
@require_safe
def receipt(request: HttpRequest, receipt_number: str) -> HttpResponse:
    """What was paid for whom, by which order, whether it is valid, who printed it."""
    page = receipt_page(receipt_number)
    back = refund_of_receipt(page.id)
    acting = acting_of(request)
    live = back is not None and back.state != "declined"
    context = {
        "page": page,
        "spaced": spaced_receipt(page.number),
        "bill_spaced": bill_numbers.spaced(page.bill_number),
        "state": money.receipt_state(page.state),
        "refund": back,
        "refund_state": money.refund_state(back.state) if back else None,
        "verify": papers.verify_address(request, page.number, page.check_code),
        "may_print": may(acting, "receipt.print"),
        "may_ask": may(acting, "refund.ask") and page.state == "valid" and not live,
        "events": deeds.events_of(journal.of_subject(page.id)),
        "said": said(request),
    }
    return render(request, "workbench/money/receipt.html", context)


@never_cache
@permission("receipt.print")
@require_POST
def print_one(request: HttpRequest, receipt_number: str) -> HttpResponse:
    """One receipt for print; from the second time on it is marked."""
    page = actions.print_receipt(by=by_of(request), receipt_number=receipt_number)
    return papers.receipts(request, [page], page.number)


@never_cache
@permission("receipt.print")
@require_POST
def print_order(request: HttpRequest, order_number: str) -> HttpResponse:
    """The valid receipts of an order in one file."""
    numbers = [
        line.receipt_number for line in order_page(order_number).lines if line.receipt_state == "valid"
    ]
    pages = [actions.print_receipt(by=by_of(request), receipt_number=number) for number in numbers]
    return papers.receipts(request, pages, order_number)


class AskForm(Plain):
    """Why the money is asked back."""

    reason = pick("退费原因", [("", "请选"), *REASONS.items()])
    words = words("情况", "看了什么材料、钱退给谁，如“职工参保证明，退回原缴费人”", rows=3)


@keeps_what_was_typed
@permission("refund.ask")
@require_http_methods(["GET", "HEAD", "POST"])
def ask_back(request: HttpRequest, receipt_number: str) -> HttpResponse:
    """Ask for a booked payment back; another person reviews it."""
    page = receipt_page(receipt_number)
    back = reverse("payments-receipt", args=[receipt_number])

    def deed(given: dict[str, Any]) -> str:
        made = actions.ask_refund(
            by=by_of(request), receipt_number=receipt_number, reason=given["reason"], words=given["words"],
            now=now_of(request),
        )  # fmt: skip
        say(request, "退费已申请，等另一人复核。复核同意前，凭据仍然有效。")
        return reverse("payments-refund", args=[made.number])

    blocked = _blocked(request, page.bill_id)
    sheet = Sheet(
        "申请退费", (("缴费", reverse("payments")), (f"凭据 {page.number}", back)),
        f"{page.name}·{page.benefit_year}年度·{page.channel_name} {page.on} 收", "申请退费", back,
        (("", "由另一人复核。同意后凭据作废、参保待遇取消，钱按原来的付款方式退回。"),), blocked=blocked,
    )  # fmt: skip
    return ask(request, sheet, AskForm, deed)


def _blocked(request: HttpRequest, bill_id: Any) -> str:
    """Why no refund can be asked for any more; the action refuses it in the same words."""
    start, today = bill_by_id(bill_id).bill.benefit_start, now_of(request).astimezone(CHINA).date()
    try:
        not_begun(start, today)
    except NotRefundable as refusal:
        return refusal.sentence
    return ""
