"""Whether a receipt is genuine: open to whoever holds it, by the address its code carries. No number, no class, the name masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yingbao.accounts.middleware import address_of
from yingbao.payments.queries.receipts import Verified, verify_receipt
from yingbao.payments.states import RECEIPTS
from yingbao.web.gateway.limits import Limits
from yingbao.web.permission import open_to_all

#: Questions one address may ask a minute; a sixth of them at once.
PER_MINUTE: Final = 60
#: Longer than any number of a receipt, blanks included.
_MOST: Final = 60
asked: Final = Limits()


@never_cache
@open_to_all("拿着凭据的人都能查真假，只显示遮盖的姓名、年度、金额和是否有效")
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """A number and a check code, typed or brought by the code on the receipt."""
    number, code = request.GET.get("number", "").strip(), request.GET.get("code", "").strip()
    if not number and not code:
        return _page(request, {})
    if asked.take(address_of(request), PER_MINUTE):
        return _page(request, {"number": number, "code": code, "busy": True}, 429)
    found = _found("".join(number[:_MOST].split()), code[:_MOST])
    context = {
        "number": number[:_MOST],
        "code": code[:_MOST],
        "found": found,
        "state": RECEIPTS[found.state] if found else "",
        "missing": found is None,
    }
    return _page(request, context, 404 if found is None else 200)


def _found(number: str, code: str) -> Verified | None:
    readable = number.isascii() and number.isdigit()
    return verify_receipt(number, code) if readable else None


def _page(request: HttpRequest, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "verify.html", context, status=status)
