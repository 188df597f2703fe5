"""Posting. The rooms above post within their own transaction, after they have journalled; nothing here waits for a stranger.

No row of an account is changed by a posting, so that two payments to one account never wait for each other: balances
are sums of postings (`queries`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import connection, transaction

from yingbao.journal import direct
from yingbao.kernel.ids import uuid7
from yingbao.ledger.accounts import Account

_ACCOUNTS: Final = (
    "INSERT INTO ledger_account (id, code, kind, party, unit_code) SELECT * FROM unnest($1::uuid[], $2::text[], "
    "$3::text[], $4::text[], $5::text[]) ON CONFLICT DO NOTHING"
)
_VOUCHER: Final = ("id", "kind", "unit_code", "on", "at", "subject_id", "reverses_id", "journal_id")
_POSTING: Final = ("voucher_id", "line", "debit_id", "credit_id", "fen", "unit_code", "about", "on", "at")
#: Accounts this process has seen committed; an account is never deleted. One set a database.
_open: dict[str, set[UUID]] = {}


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount from `credit` to `debit`, in fen and more than nothing; `about` the bill it concerns."""

    debit: Account
    credit: Account
    fen: int
    unit_code: str
    about: UUID | None = None


@dataclass(frozen=True, slots=True)
class Voucher:
    """A happening to be booked; `subject_id` caused it, and causes one of a kind only once."""

    kind: str
    unit_code: str
    on: date
    subject_id: UUID
    postings: Sequence[Posting]
    reverses: UUID | None = None


def post(
    vouchers: Iterable[Voucher], *, at: datetime, journal_id: UUID, into: psycopg.RawCursor[Any] | None = None
) -> list[UUID]:
    """Book vouchers within the running transaction under a journal entry; returns their ids.

    Postings of nothing are left out; a voucher without any is none. Raises psycopg's UniqueViolation
    (`ledger_voucher_once`) for what is booked already. `into`: a cursor of `direct.at_once`.
    """
    cursor = into or direct.cursor()
    booked = [(uuid7(), one, [p for p in one.postings if p.fen]) for one in vouchers]
    booked = [(voucher_id, one, postings) for voucher_id, one, postings in booked if postings]
    open_accounts((a for _, _, postings in booked for p in postings for a in (p.debit, p.credit)), cursor)
    direct.write(
        cursor,
        "ledger_voucher",
        _VOUCHER,
        [
            (voucher_id, one.kind, one.unit_code, one.on, at, one.subject_id, one.reverses, journal_id)
            for voucher_id, one, _ in booked
        ],
    )
    direct.write(
        cursor,
        "ledger_posting",
        _POSTING,
        [
            (voucher_id, line, p.debit.id, p.credit.id, p.fen, p.unit_code, p.about, one.on, at)
            for voucher_id, one, postings in booked
            for line, p in enumerate(postings, 1)
        ],
    )
    return [voucher_id for voucher_id, _, _ in booked]


def open_accounts(accounts: Iterable[Account], into: psycopg.RawCursor[Any]) -> None:
    """Accounts that are not open yet, opened; those this process knows to be open cost nothing."""
    known = _open.setdefault(str(connection.settings_dict["NAME"]), set())
    fresh = {one.id: one for one in accounts if one.id not in known}
    if not fresh:
        return
    rows = [(one.id, one.code, one.kind, one.party, one.unit_code) for one in fresh.values()]
    into.execute(_ACCOUNTS, [list(column) for column in zip(*rows, strict=True)])
    transaction.on_commit(lambda: known.update(fresh))
