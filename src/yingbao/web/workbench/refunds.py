"""退费: what is asked back, reviewed by a second person, paid out, failed and tried again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yingbao.billing.queries.bills import bill_by_id
from yingbao.journal import queries as journal
from yingbao.ledger import queries as ledger
from yingbao.ledger.errors import VoucherNotFound
from yingbao.payments import actions
from yingbao.payments.queries.days import refund_counts
from yingbao.payments.queries.names import names_of
from yingbao.payments.queries.receipts import receipt_page
from yingbao.payments.queries.refunds import RefundPage, refund_page, refunds
from yingbao.payments.states import REFUNDS
from yingbao.web.parts import Tab
from yingbao.web.permission import may, permission
from yingbao.web.workbench.asking import (
    Plain,
    attempt,
    below_of,
    by_of,
    keeps_what_was_typed,
    now_of,
    said,
    say,
    words,
)
from yingbao.web.workbench.payments import tabs_of
from yingbao.web.workbench.presenters import journal as deeds
from yingbao.web.workbench.presenters import ledger as books
from yingbao.web.workbench.presenters import money


@permission("order.view")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Refunds that wait, by state; those that are over, on request."""
    below, asked = below_of(request), request.GET.get("state", "")
    state = asked if asked in REFUNDS else ""
    states = (state,) if state else ("asked", "approved", "failed")
    found = refunds(below=below, states=states)
    waiting = refund_counts(below=below)
    names = names_of([one.resident_id for one in found if one.resident_id])
    here = reverse("payments-refunds")
    context = {
        "tabs": tabs_of(request, "payments-refunds"),
        "states": [
            Tab("待办", here, not state, sum(one.number for one in waiting.values())),
            *(
                Tab(name, f"{here}?state={code}", state == code, waiting[code].number if code in waiting else None)
                for code, name in REFUNDS.items()
            ),
        ],
        "lines": money.refund_lines(found, names),
        "total_fen": sum(one.fen for one in found),
    }  # fmt: skip
    return render(request, "workbench/money/refunds.html", context)


class DecideForm(Plain):
    """Yes or no, and why."""

    words = words(
        "复核意见", "看了什么，如“职工参保证明属实”", rows=3, empty="没有写复核意见，请写明同意或不同意的理由"
    )


class RetryForm(Plain):
    """What was put right before the money is sent again."""

    words = words("改正了什么", "如“收款账户换成本人的农商行卡”", empty="没有写改正了什么，请写明")


@keeps_what_was_typed
@permission("order.view")
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, refund_number: str) -> HttpResponse:
    """What is asked back and what agreeing changes; the second person says yes or no here."""
    page = refund_page(refund_number)
    acting = by_of(request)
    form = DecideForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():

        def deed() -> str:
            agree = request.POST.get("do") == "approve"
            actions.decide_refund(
                by=acting,
                refund_number=refund_number,
                agree=agree,
                words=form.cleaned_data["words"],
                now=now_of(request),
            )
            say(request, "已同意退费，凭据作废，等退款。" if agree else "已退回，凭据仍然有效。")
            return reverse("payments-refund", args=[refund_number])

        done, where = attempt(form, deed)
        if done:
            return HttpResponseRedirect(where)
    context = {
        "page": page,
        "state": money.refund_state(page.state),
        "receipt": receipt_page(page.receipt_number) if page.receipt_number else None,
        "receipt_state": money.receipt_state(receipt_page(page.receipt_number).state) if page.receipt_number else None,
        "changes": _changes(page),
        "may_review": may(acting, "refund.review"),
        "blocked": _blocked(page, acting),
        "may_retry": may(acting, "refund.retry") and page.state == "failed",
        "may_pay": may(acting, "order.take") and page.state == "approved" and page.channel_kind == "counter",
        "form": form,
        "retry": RetryForm(None),
        "events": deeds.events_of(_deeds(page)),
        "vouchers": _vouchers(page) if may(acting, "ledger.view") else (),
        "said": said(request),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "workbench/money/refund.html", context, status=status)


def _changes(page: RefundPage) -> tuple[tuple[str, str, str], ...]:
    """What agreeing changes: thing, before, after."""
    if page.bill_id is None or not page.receipt_number:
        return ()
    return money.refund_changes(page, bill_by_id(page.bill_id).bill)


def _blocked(page: RefundPage, acting: Any) -> str:
    if acting.staff_id is not None and acting.staff_id == page.asked_by:
        return "这笔退费是您申请的，请另一位复核岗的同事办。"
    return ""


def _deeds(page: RefundPage) -> list[Any]:
    """The journal of the receipt and of the payment, as far as this refund goes."""
    subjects = [page.payment_id, *([receipt_page(page.receipt_number).id] if page.receipt_number else [])]
    found = [one for subject in subjects for one in journal.of_subject(subject)]
    mine = [one for one in found if one.facts.get("refund") == page.number]
    return sorted(mine, key=lambda one: one.at, reverse=True)


def _vouchers(page: RefundPage) -> tuple[books.VoucherLink, ...]:
    found = []
    for kind in ("reversal", "payout"):
        try:
            found.append(books.link(ledger.voucher_of(page.id, kind)))
        except VoucherNotFound:
            continue
    return tuple(found)


@permission("refund.retry")
@require_POST
def retry(request: HttpRequest, refund_number: str) -> HttpResponse:
    """Send it again after what was wrong is put right."""
    refund_page(refund_number)
    actions.retry_refund(by=by_of(request), refund_number=refund_number, words=request.POST.get("words", ""))
    say(request, "已重新交渠道退款。")
    return HttpResponseRedirect(reverse("payments-refund", args=[refund_number]))


@permission("order.take")
@require_POST
def pay_back(request: HttpRequest, refund_number: str) -> HttpResponse:
    """The clerk has handed the money back at the counter."""
    page = actions.pay_back_at_counter(by=by_of(request), refund_number=refund_number, now=now_of(request))
    say(request, "已登记退款。")
    return HttpResponseRedirect(reverse("payments-refund", args=[page.number]))
