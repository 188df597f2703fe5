"""Balances proved from postings, the trial balance, an account's sheet, a voucher with what it booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yingbao.ledger.accounts import KINDS, Account, Side
from yingbao.ledger.errors import AccountNotFound, VoucherNotFound

#: Postings that are seen: by day, by instant, by unit. Every question asks all three.
_SEEN: Final = """
    ((%(from_on)s::date IS NULL OR p."on" >= %(from_on)s) AND (%(through_on)s::date IS NULL OR p."on" <= %(through_on)s)
    AND (%(at)s::timestamptz IS NULL OR p.at <= %(at)s) AND starts_with(p.unit_code, %(below)s))
"""
_BALANCES: Final = f"""
WITH legs AS (
    SELECT debit_id AS account_id, sum(fen) AS debit, 0 AS credit FROM ledger_posting p WHERE {_SEEN} GROUP BY 1
    UNION ALL
    SELECT credit_id, 0, sum(fen) FROM ledger_posting p WHERE {_SEEN} GROUP BY 1
)
SELECT a.id, a.kind, a.party, a.unit_code, sum(l.debit)::bigint, sum(l.credit)::bigint
FROM legs l JOIN ledger_account a ON a.id = l.account_id GROUP BY a.id ORDER BY a.kind, a.party, a.unit_code
"""
_SHEET: Final = f"""
SELECT v.id, v.kind, p."on", p.at, p.unit_code, p.about, v.subject_id, p.fen, p.debit_id = %(account)s,
    a.kind, a.party, a.unit_code
FROM ledger_posting p JOIN ledger_voucher v ON v.id = p.voucher_id
JOIN ledger_account a ON a.id = CASE WHEN p.debit_id = %(account)s THEN p.credit_id ELSE p.debit_id END
WHERE (p.debit_id = %(account)s OR p.credit_id = %(account)s) AND {_SEEN}
ORDER BY p.at DESC, v.id DESC, p.line LIMIT %(limit)s OFFSET %(offset)s
"""
#: A fund's posting has the fund on one side: what came from a channel, a payer, or goes back where it is the debit.
_MONTHS: Final = f"""
SELECT date_trunc('month', p."on")::date,
    coalesce(sum(CASE WHEN c.kind = 'fund' THEN p.fen WHEN d.kind = 'fund' THEN -p.fen END), 0)::bigint,
    coalesce(sum(CASE WHEN c.kind = 'fund' AND d.kind = 'channel' THEN p.fen
        WHEN d.kind = 'fund' AND c.kind = 'holding' THEN -p.fen END), 0)::bigint,
    coalesce(sum(CASE WHEN c.kind = 'fund' AND d.kind = 'payer' THEN p.fen
        WHEN d.kind = 'fund' AND c.kind = 'payer' THEN -p.fen END), 0)::bigint,
    coalesce(sum(p.fen) FILTER (WHERE c.kind = 'holding'), 0)::bigint,
    coalesce(sum(p.fen) FILTER (WHERE d.kind = 'holding'), 0)::bigint
FROM ledger_posting p JOIN ledger_account d ON d.id = p.debit_id JOIN ledger_account c ON c.id = p.credit_id
WHERE {_SEEN} GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's turnover and balance in fen; `fen` on the side on which the account grows."""

    account: Account
    debit_fen: int
    credit_fen: int

    @property
    def side(self) -> Side:
        """The side on which the account grows."""
        return self.account.side

    @property
    def fen(self) -> int:
        """The balance; below zero where more went out than came in."""
        difference = self.debit_fen - self.credit_fen
        return difference if self.side == "debit" else -difference


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One posting as an account sees it: on which side, and the account at the other end."""

    voucher_id: UUID
    kind: str
    on: date
    at: datetime
    unit_code: str
    about: UUID | None
    subject_id: UUID
    fen: int
    side: Side
    other: Account


@dataclass(frozen=True, slots=True)
class VoucherPage:
    """A voucher with its postings: debit, credit, fen, the unit and the bill each is about."""

    id: UUID
    kind: str
    on: date
    at: datetime
    unit_code: str
    subject_id: UUID
    journal_id: UUID
    reverses: UUID | None
    reversed_by: tuple[UUID, ...]
    postings: tuple[tuple[Account, Account, int, str, UUID | None], ...]


def balances(
    *,
    below: str = "",
    from_on: date | None = None,
    through_on: date | None = None,
    at: datetime | None = None,
) -> tuple[Balance, ...]:
    """Turnover and balance of every account, from the postings of units `below`, of days, written by an instant.

    Without a first day `fen` is the balance; with one it is what the days brought.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, _seen(below, from_on, through_on, at))
        return tuple(Balance(Account(*row[1:4]), row[4], row[5]) for row in cursor.fetchall())


def trial_balance(found: tuple[Balance, ...]) -> int:
    """Debits less credits over all accounts: zero, or the ledger is broken."""
    return sum(one.debit_fen - one.credit_fen for one in found)


def sheet(
    account: Account,
    *,
    below: str = "",
    from_on: date | None = None,
    through_on: date | None = None,
    limit: int = 100,
    offset: int = 0,
) -> tuple[SheetLine, ...]:
    """The postings of an account, newest first."""
    given = _seen(below, from_on, through_on, None) | {
        "account": account.id,
        "limit": limit,
        "offset": offset,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SHEET, given)
        return tuple(_sheet_line(*row) for row in cursor.fetchall())


def _sheet_line(*row: Any) -> SheetLine:
    *head, debits, kind, party, unit_code = row
    return SheetLine(*[*head, "debit" if debits else "credit", Account(kind, party, unit_code)])


def account_by_code(code: str) -> Account:
    """An account by the code people read. Raises AccountNotFound."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, party, unit_code FROM ledger_account WHERE code = %s", [code])
        row = cursor.fetchone()
    if row is None or row[0] not in KINDS:
        raise AccountNotFound
    return Account(*row)


def account_by_id(account_id: UUID) -> Account:
    """An account by its id. Raises AccountNotFound."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM ledger_account WHERE id = %s", [account_id])
        row = cursor.fetchone()
    if row is None:
        raise AccountNotFound
    return account_by_code(row[0])


@dataclass(frozen=True, slots=True)
class Month:
    """What a month brought, in fen, less what was taken back: booked on funds, from channels and from payers; held; paid back."""

    first_on: date
    fund_fen: int
    channel_fen: int
    payer_fen: int
    held_fen: int
    paid_back_fen: int


def by_month(*, below: str, from_on: date, through_on: date) -> tuple[Month, ...]:
    """What each month of some days brought to units below, oldest first; months without a posting are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, _seen(below, from_on, through_on, None))
        return tuple(Month(*row) for row in cursor.fetchall())


def voucher(voucher_id: UUID) -> VoucherPage:
    """A voucher by its id. Raises VoucherNotFound."""
    return _voucher("v.id = %s", [voucher_id])


def voucher_of(subject_id: UUID, kind: str) -> VoucherPage:
    """The voucher a thing caused. Raises VoucherNotFound."""
    return _voucher("v.subject_id = %s AND v.kind = %s", [subject_id, kind])


def about(bill_id: UUID) -> tuple[VoucherPage, ...]:
    """The vouchers that concern a bill, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT v.at, v.id FROM ledger_posting p JOIN ledger_voucher v ON v.id = p.voucher_id "
            "WHERE p.about = %s ORDER BY v.at, v.id",
            [bill_id],
        )
        ids = [row[1] for row in cursor.fetchall()]
    return tuple(voucher(one) for one in ids)


def _voucher(where: str, given: list[Any]) -> VoucherPage:
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT v.id, v.kind, v."on", v.at, v.unit_code, v.subject_id, v.journal_id, v.reverses_id, '
            f"ARRAY(SELECT r.id FROM ledger_voucher r WHERE r.reverses_id = v.id ORDER BY r.id) FROM ledger_voucher v WHERE {where}",
            given,
        )
        row = cursor.fetchone()
        if row is None:
            raise VoucherNotFound
        cursor.execute(
            "SELECT d.kind, d.party, d.unit_code, c.kind, c.party, c.unit_code, p.fen, p.unit_code, p.about "
            "FROM ledger_posting p JOIN ledger_account d ON d.id = p.debit_id JOIN ledger_account c ON c.id = p.credit_id "
            "WHERE p.voucher_id = %s ORDER BY p.line",
            [row[0]],
        )
        postings = tuple((Account(*p[:3]), Account(*p[3:6]), *p[6:]) for p in cursor.fetchall())
    *head, reversed_by = row
    return VoucherPage(*[*head, tuple(reversed_by), postings])


def _seen(below: str, from_on: date | None, through_on: date | None, at: datetime | None) -> dict[str, Any]:
    return {"below": below, "from_on": from_on, "through_on": through_on, "at": at}
