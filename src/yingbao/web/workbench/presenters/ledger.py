"""The ledger as pages show it: accounts by name, months, an account's sheet, a voucher with the clauses behind its bills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from yingbao.billing.levy import RESIDENT_FUND
from yingbao.billing.queries.bills import BillPage
from yingbao.ledger.accounts import KINDS, Account
from yingbao.ledger.queries import Balance, Month, SheetLine, VoucherPage
from yingbao.ledger.states import VOUCHERS
from yingbao.payments.states import TENDERS
from yingbao.policy.explain import PAYER_NAMES
from yingbao.web.workbench.presenters.bills import line_rows
from yingbao.web.workbench.presenters.citing import Citing, say_places

#: What funds are called that carry a code of the national platform; a release names its own in words.
FUNDS: Final = {RESIDENT_FUND: "城乡居民医保统筹基金", "330100": "大病保险资金", "310101": "职工医保统筹基金"}


@dataclass(frozen=True, slots=True)
class VoucherLink:
    """A voucher to go to."""

    name: str
    href: str
    on: date
    fen: int


def link(voucher: VoucherPage) -> VoucherLink:
    """A voucher by its kind, with what it moves."""
    href = reverse("payments-ledger-voucher", args=[voucher.id])
    return VoucherLink(VOUCHERS[voucher.kind], href, voucher.on, sum(one[2] for one in voucher.postings))


@dataclass(frozen=True, slots=True)
class Named:
    """An account by its name, and where its sheet is."""

    name: str
    kind: str
    unit: str
    code: str
    href: str


def named(account: Account, channels: Mapping[str, str], units: Mapping[str, str], month: str = "") -> Named:
    """An account in words. `channels`: names by code; `month`: the month its sheet opens at, as 2023-10."""
    tail = f"?{urlencode({'month': month})}" if month else ""
    return Named(
        _party(account, channels), KINDS[account.kind].name, units.get(account.unit_code, account.unit_code),
        account.code, reverse("payments-ledger-account", args=[account.id]) + tail,
    )  # fmt: skip


def _party(account: Account, channels: Mapping[str, str]) -> str:
    if account.kind == "payer":
        return PAYER_NAMES.get(account.party, account.party)
    if account.kind == "fund":
        return FUNDS.get(account.party, account.party)
    code, _, way = account.party.partition(".")
    name = channels.get(code, code)
    return f"{name}·{TENDERS.get(way, way)}" if way else name


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """An account in a month: what was debited, credited, and the difference on the side on which it grows."""

    account: Named
    debit_fen: int
    credit_fen: int
    fen: int


@dataclass(frozen=True, slots=True)
class Group:
    """The accounts of a kind, added up."""

    code: str
    name: str
    says: str
    rows: tuple[BalanceRow, ...]
    debit_fen: int
    credit_fen: int
    fen: int


def groups(
    found: Sequence[Balance], channels: Mapping[str, str], units: Mapping[str, str], month: str
) -> tuple[Group, ...]:
    """Balances by kind, in the order of the chart of accounts; kinds without a posting are left out."""
    made = []
    for kind in KINDS.values():
        mine = [one for one in found if one.account.kind == kind.code]
        if mine:
            rows = tuple(
                BalanceRow(named(one.account, channels, units, month), one.debit_fen, one.credit_fen, one.fen)
                for one in mine
            )
            debit, credit = sum(one.debit_fen for one in mine), sum(one.credit_fen for one in mine)
            made.append(
                Group(kind.code, kind.name, kind.says, rows, debit, credit, sum(one.fen for one in mine))
            )
    return tuple(made)


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month and what it brought; `key` as 2023-10."""

    key: str
    name: str
    href: str
    month: Month


def months(found: Iterable[Month]) -> tuple[MonthRow, ...]:
    """Months, newest first."""
    rows = [
        MonthRow(
            f"{one.first_on:%Y-%m}", f"{one.first_on.year} 年 {one.first_on.month} 月",
            f"{reverse('payments-ledger-month')}?month={one.first_on:%Y-%m}", one,
        )
        for one in found
    ]  # fmt: skip
    return tuple(reversed(rows))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an account's sheet: the voucher, the account at the other end, whose bill, on which side."""

    on: date
    kind: str
    href: str
    other: Named
    debit_fen: int
    credit_fen: int
    bill: str
    name: str


def entries(
    found: Sequence[SheetLine],
    bills: Mapping[UUID, tuple[str, str]],
    channels: Mapping[str, str],
    units: Mapping[str, str],
) -> tuple[Entry, ...]:
    """The lines of a sheet. `bills`: number and person by bill."""
    return tuple(
        Entry(
            one.on, VOUCHERS[one.kind], reverse("payments-ledger-voucher", args=[one.voucher_id]),
            named(one.other, channels, units), one.fen if one.side == "debit" else 0,
            one.fen if one.side == "credit" else 0, *bills.get(one.about or one.subject_id, ("", "")),
        )
        for one in found
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Posted:
    """One posting of a voucher."""

    debit: Named
    credit: Named
    fen: int
    bill: str
    name: str


def posted(
    voucher: VoucherPage,
    bills: Mapping[UUID, tuple[str, str]],
    channels: Mapping[str, str],
    units: Mapping[str, str],
) -> tuple[Posted, ...]:
    """The postings of a voucher, in its order."""
    month = f"{voucher.on:%Y-%m}"
    return tuple(
        Posted(
            named(debit, channels, units, month), named(credit, channels, units, month), fen,
            *(bills.get(about, ("", "")) if about else ("", "")),
        )
        for debit, credit, fen, _, about in voucher.postings
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in its own words, the clauses it stands on, and where it stands in the release's file."""

    says: str
    clauses: str
    href: str


@dataclass(frozen=True, slots=True)
class Reason:
    """What one payer gives of a bill, and the rules that say so."""

    payer: str
    fen: int
    rules: tuple[RuleLine, ...]


def reasons(page: BillPage) -> tuple[Reason, ...]:
    """Every share of a bill down to the clause."""
    return tuple(
        Reason(line.name, line.fen, tuple(_rule(page, name) for name in line.rules))
        for line in line_rows(page)
        if line.fen
    )


def _rule(page: BillPage, name: str) -> RuleLine:
    policy = page.policy
    rule = policy.rule(name)
    release, anchor = policy.release, _anchor(page, name)
    href = reverse("policy-source", args=[release.region, release.benefit_year]) + (
        f"#{anchor}" if anchor else ""
    )
    says = str(getattr(rule, "name", None) or (rule.says if rule else name))
    return RuleLine(says, say_places(policy.here(tuple(rule.source))) if rule else "", href)


def _anchor(page: BillPage, name: str) -> str:
    """Where the rule stands: itself, or the nearest thing around it that has a line."""
    citing, parts = Citing(page.policy), tuple(name.split("."))
    return next((found for end in range(len(parts), 0, -1) if (found := citing.anchor(parts[:end]))), "")
