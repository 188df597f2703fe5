"""Sheets for print: receipts with the square that a telephone reads, and a clerk's closed day to be signed."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from yingbao.documents.day_close import day_close_pdf
from yingbao.documents.receipt import receipts_pdf
from yingbao.payments.queries.clerks import DayClosed
from yingbao.payments.queries.receipts import ReceiptPage
from yingbao.web.workbench.presenters.receipt_papers import day_paper, receipt_paper


def verify_address(request: HttpRequest, number: str, code: str) -> str:
    """Where anybody may see whether a receipt is genuine; it says nothing of the person."""
    return request.build_absolute_uri(f"{reverse('verify')}?{urlencode({'number': number, 'code': code})}")


def receipts(request: HttpRequest, pages: Sequence[ReceiptPage], name: str) -> HttpResponse:
    """Receipts as one PDF, one a sheet. `name`: of the file, a number."""
    papers = [receipt_paper(page, verify_address(request, page.number, page.check_code)) for page in pages]
    return _pdf(receipts_pdf(papers), f"receipt-{name}")


def day_sheet(found: DayClosed, unit_name: str) -> HttpResponse:
    """A closed day with what was counted and the receipts given out, as PDF."""
    return _pdf(day_close_pdf(day_paper(found, unit_name)), f"day-{found.on.isoformat()}")


def _pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )
