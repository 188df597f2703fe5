"""Sheets for print: receipts with the code that a telephone reads, and a clerk's closed day to be signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yingbao.documents.qr import path_of
from yingbao.kernel import bill_numbers
from yingbao.payments.queries.clerks import DayClosed
from yingbao.payments.queries.receipts import ReceiptPage
from yingbao.web.workbench.presenters import counter as present
from yingbao.web.workbench.presenters.counter import spaced_receipt


@dataclass(frozen=True, slots=True)
class Paper:
    """A receipt on paper. `path`, `size`: the code to be read by a telephone, which leads to `verify`."""

    page: ReceiptPage
    spaced: str
    bill: str
    verify: str
    path: str
    size: int
    again: bool


def verify_address(request: HttpRequest, number: str, code: str) -> str:
    """Where anybody may see whether a receipt is genuine; it says nothing of the person."""
    return request.build_absolute_uri(f"{reverse('verify')}?{urlencode({'number': number, 'code': code})}")


def receipts(request: HttpRequest, pages: Sequence[ReceiptPage], back: str) -> HttpResponse:
    """Receipts, one a sheet; from the second print on each says that it is one."""
    papers = [_paper(request, page) for page in pages]
    return render(request, "workbench/money/paper_receipts.html", {"papers": papers, "back": back})


def _paper(request: HttpRequest, page: ReceiptPage) -> Paper:
    verify = verify_address(request, page.number, page.check_code)
    path, size = path_of(verify)
    return Paper(
        page,
        spaced_receipt(page.number),
        bill_numbers.spaced(page.bill_number),
        verify,
        path,
        size,
        page.prints > 1,
    )


def day_sheet(request: HttpRequest, found: DayClosed, unit_name: str) -> HttpResponse:
    """A closed day with what was counted and the receipts given out."""
    context = {
        "closed": found,
        "unit": unit_name,
        "ways": present.closed_ways(found),
        "total_fen": sum(found.ways.values()),
        "back": f"{reverse('payments-day')}?on={found.on.isoformat()}",
    }
    return render(request, "workbench/money/paper_day.html", context)
