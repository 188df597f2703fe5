"""账簿: months, a month by account, an account's sheet, a voucher with its bills, rules and clauses. Every figure is a link."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from yingbao.billing.errors import BillNotFound
from yingbao.billing.queries.batches import Sent, sent_in
from yingbao.billing.queries.bills import bill_by_id
from yingbao.journal import queries as journal
from yingbao.ledger import queries
from yingbao.ledger.accounts import KINDS, Account
from yingbao.ledger.errors import AccountNotFound
from yingbao.ledger.queries import VoucherPage
from yingbao.ledger.states import VOUCHERS
from yingbao.payments.queries.channels import channel_names
from yingbao.payments.queries.names import named_bills
from yingbao.payments.queries.people import cause_of
from yingbao.registry.queries.units import names_of as unit_names
from yingbao.web.permission import permission
from yingbao.web.workbench.asking import below_of, by_of, today_of
from yingbao.web.workbench.payments import next_of, page_of, tabs_of
from yingbao.web.workbench.presenters import journal as deeds
from yingbao.web.workbench.presenters import ledger as present

PAGE = 100
#: Months shown at once.
_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Span:
    """A calendar month: its key as 2023-10, first and last day."""

    key: str
    first: date
    last: date

    @property
    def name(self) -> str:
        """As people say it."""
        return f"{self.first.year} 年 {self.first.month} 月"


@permission("ledger.view")
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """What each of the last months brought to the funds, from whom, what was held and paid back."""
    today = today_of(request)
    first = date(today.year - _MONTHS // 12, today.month, 1)
    found = queries.by_month(below=below_of(request), from_on=first, through_on=today)
    context = {
        "tabs": tabs_of(request, "payments-ledger"),
        "months": present.months(found),
        "unit": by_of(request).unit_name,
        "total_fen": sum(one.fund_fen for one in found),
        "since": first,
    }
    return render(request, "workbench/money/ledger.html", context)


@permission("ledger.view")
@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """A month by account: debits, credits, the difference; both sides come to the same."""
    span = _span(request)
    found = queries.balances(below=below_of(request), from_on=span.first, through_on=span.last)
    accounts = [one.account for one in found]
    groups = present.groups(found, _channels(accounts), _units(accounts), span.key)
    context = {
        "span": span,
        "groups": groups,
        "unit": by_of(request).unit_name,
        "debit_fen": sum(one.debit_fen for one in found),
        "credit_fen": sum(one.credit_fen for one in found),
        "broken_fen": queries.trial_balance(found),
        "fund_fen": sum(one.fen for one in found if one.account.kind == "fund"),
    }
    return render(request, "workbench/money/ledger_month.html", context)


@permission("ledger.view")
@require_safe
def account(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """An account's sheet: every posting of the month, newest first, with its voucher, bill and person."""
    found, span, at, below = (
        _account(request, account_id),
        _span(request),
        page_of(request),
        below_of(request),
    )
    lines = queries.sheet(
        found, below=below, from_on=span.first, through_on=span.last, limit=PAGE + 1, offset=at * PAGE
    )
    shown = lines[:PAGE]
    sums = queries.balances(below=below, from_on=span.first, through_on=span.last)
    mine = next((one for one in sums if one.account == found), None)
    accounts = [found, *(one.other for one in shown)]
    channels, units = _channels(accounts), _units(accounts)
    context = {
        "account": present.named(found, channels, units, span.key),
        "says": KINDS[found.kind].says,
        "span": span,
        "month_href": f"{reverse('payments-ledger-month')}?{urlencode({'month': span.key})}",
        "before": _key(span.first - timedelta(days=1)),
        "after": _key(span.last + timedelta(days=1)) if span.last < today_of(request) else "",
        "entries": present.entries(shown, _bills({one.about for one in shown}), channels, units),
        "sums": mine,
        "grows": "借方" if found.side == "debit" else "贷方",
        "next": next_of(request, at, len(lines) > PAGE),
    }
    return render(request, "workbench/money/ledger_account.html", context)


def _account(request: HttpRequest, account_id: UUID) -> Account:
    """An account of the units looked at, or of the county they belong to. Raises AccountNotFound."""
    found, below = queries.account_by_id(account_id), below_of(request)
    if not (found.unit_code.startswith(below) or below.startswith(found.unit_code)):
        raise AccountNotFound
    return found


@permission("ledger.view")
@require_safe
def voucher(request: HttpRequest, voucher_id: UUID) -> HttpResponse:
    """A voucher: its postings, what caused it, and for each bill the rules and clauses that make the figures."""
    found = queries.voucher(voucher_id)
    accounts = [one for posting in found.postings for one in posting[:2]]
    about = {posting[4] for posting in found.postings}
    bills = _bills(about)
    entry = journal.by_ids([found.journal_id]).get(found.journal_id)
    context = {
        "voucher": found,
        "kind": VOUCHERS[found.kind],
        "unit": unit_names([found.unit_code]).get(found.unit_code, found.unit_code),
        "postings": present.posted(found, bills, _channels(accounts), _units(accounts)),
        "total_fen": sum(posting[2] for posting in found.postings),
        "cause": cause_of(found.subject_id),
        "sent": _sent(entry, about),
        "reasons": _reasons(about),
        "reverses": _links([found.reverses] if found.reverses else []),
        "reversed_by": _links(found.reversed_by),
        "events": deeds.events_of([entry]) if entry else (),
        "month_href": f"{reverse('payments-ledger-month')}?{urlencode({'month': _key(found.on)})}",
        "month": f"{found.on.year} 年 {found.on.month} 月",
    }
    return render(request, "workbench/money/ledger_voucher.html", context)


def _sent(entry: journal.Deed | None, about: Collection[UUID | None]) -> Sent | None:
    """The line of a declaration whose answer made a voucher; it is about one bill."""
    bill_id = next(iter(about), None)
    if entry is None or entry.subject != "batch" or entry.subject_id is None or bill_id is None:
        return None
    return sent_in(entry.subject_id, bill_id)


def _reasons(about: Collection[UUID | None]) -> list[dict[str, Any]]:
    """Bills of a voucher with their shares; one whose person has moved out of sight is left out."""
    made = []
    for bill_id in sorted(one for one in about if one):
        try:
            page = bill_by_id(bill_id)
        except BillNotFound:
            continue
        name = named_bills([bill_id])[bill_id].name
        made.append(
            {"number": page.bill.number, "name": name, "bill": page.bill, "shares": present.reasons(page)}
        )
    return made


def _links(vouchers: Collection[UUID]) -> list[present.VoucherLink]:
    found: list[VoucherPage] = [queries.voucher(one) for one in vouchers]
    return [present.link(one) for one in found]


def _bills(about: Collection[UUID | None]) -> dict[UUID, tuple[str, str]]:
    found = named_bills([one for one in about if one])
    return {bill_id: (one.number, one.name) for bill_id, one in found.items()}


def _channels(accounts: Collection[Account]) -> dict[str, str]:
    """Names by code of the channels that accounts are of."""
    return channel_names(
        {one.party.partition(".")[0] for one in accounts if one.kind in ("channel", "holding")}
    )


def _units(accounts: Collection[Account]) -> dict[str, str]:
    return unit_names({one.unit_code for one in accounts})


def _key(on: date) -> str:
    return f"{on:%Y-%m}"


def _span(request: HttpRequest) -> Span:
    """The month asked for, as 2023-10; this month where it cannot be read."""
    today, typed = today_of(request), request.GET.get("month", "")
    try:
        first = date.fromisoformat(f"{typed}-01")
    except ValueError:
        first = today.replace(day=1)
    if not 2000 <= first.year <= today.year + 1:
        first = today.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return Span(_key(first), first, following - timedelta(days=1))
