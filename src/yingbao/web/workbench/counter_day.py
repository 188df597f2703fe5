"""日结: a clerk's day at the counter, counted and closed; its sheet for print."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from yingbao.journal.errors import NotPermitted
from yingbao.kernel.dates import BadDate, loose_date
from yingbao.payments import actions
from yingbao.payments.queries.clerks import ClerkDay, clerk_day, closed_day, day_is_closed
from yingbao.payments.states import TENDERS
from yingbao.web.permission import permission
from yingbao.web.workbench import papers
from yingbao.web.workbench.asking import (
    Plain,
    YuanField,
    attempt,
    by_of,
    keeps_what_was_typed,
    kept,
    now_of,
    today_of,
    words,
)
from yingbao.web.workbench.presenters import counter as present


class CloseForm(Plain):
    """What the clerk counted, and why it differs."""

    counted = YuanField(label="清点现金（元）", help_text="把钱箱里今天收的现金数一遍，没有就填 0")
    words = words("差额原因", "与账上不一样时写明，如“找零错一元”", required=False)


@keeps_what_was_typed
@permission("order.take")
@require_http_methods(["GET", "HEAD", "POST"])
def day(request: HttpRequest) -> HttpResponse:
    """What was taken by which way; counted, and closed."""
    by, on = by_of(request), _day(request)
    staff = _staff(request)
    done = day_is_closed(staff, on)
    found = clerk_day(staff, on)
    data: QueryDict | None = request.POST if request.method == "POST" else kept(request)
    form = CloseForm(data)
    if request.method == "POST" and form.is_valid():

        def deed() -> str:
            actions.close_day(
                by=by, on=on, counted_fen=form.cleaned_data["counted"], words=form.cleaned_data["words"],
                now=now_of(request),
            )  # fmt: skip
            return f"{reverse('payments-day')}?on={on.isoformat()}"

        closed, where = attempt(form, deed)
        if closed:
            return HttpResponseRedirect(where)
    context: dict[str, Any] = {
        "day": found,
        "on": on,
        "today": today_of(request),
        "ways": present.way_lines(found),
        "total_fen": _taken(found),
        "closed": closed_day(staff, on) if done else None,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "workbench/money/day.html", context, status=status)


@never_cache
@permission("order.take")
@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The sheet of a closed day, to be signed. Raises ReceiptNotFound where the day is not closed."""
    found = closed_day(_staff(request), _day(request))
    return papers.day_sheet(found, by_of(request).unit_name)


def _taken(found: ClerkDay) -> int:
    return sum(fen for way, _, fen in found.ways if way in TENDERS)


def _staff(request: HttpRequest) -> UUID:
    staff = by_of(request).staff_id
    if staff is None:
        raise NotPermitted("order.take")
    return staff


def _day(request: HttpRequest) -> date:
    """The day looked at: today, or one before."""
    today = today_of(request)
    try:
        asked = loose_date(request.GET.get("on", "") or today.isoformat())
    except BadDate:
        return today
    return min(asked, today)
