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
from yingbao.ledger.errors import VoucherNotFound

_ACCOUNTS: Final = (
    "INSERT INTO ledger_account (id, code, kind, party, unit_code) SELECT * FROM unnest($1::uuid[], $2::text[], "
    "$3::text[], $4::text[], $5::text[]) ON CONFLICT DO NOTHING"
)
_VOUCHER: Final = ("id", "kind", "unit_code", "on", "at", "subject_id", "reverses_id", "journal_id")
_POSTING: Final = ("voucher_id", "line", "debit_id", "credit_id", "fen", "unit_code", "about", "on", "at")
#: Many vouchers that repeat a few patterns of postings, each about one thing.
_ALIKE: Final = """
WITH made AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::int[]) AS m(id, subject_id, unit_code, about, pattern)
), vouchers AS (
    INSERT INTO ledger_voucher (id, kind, unit_code, "on", at, subject_id, journal_id)
    SELECT id, $6, unit_code, $7, $8, subject_id, $9 FROM made
)
INSERT INTO ledger_posting (voucher_id, line, debit_id, credit_id, fen, unit_code, about, "on", at)
SELECT m.id, p.line, p.debit_id, p.credit_id, p.fen, m.unit_code, m.about, $7, $8
FROM made m JOIN unnest($10::int[], $11::smallint[], $12::uuid[], $13::uuid[], $14::bigint[])
    AS p(pattern, line, debit_id, credit_id, fen) USING (pattern)
"""
_REVERSED: Final = """
WITH old AS (
    SELECT v.id, v.unit_code, v.subject_id, n.id AS fresh FROM unnest($1::uuid[], $2::uuid[]) AS n(subject_id, id)
    JOIN ledger_voucher v ON v.subject_id = n.subject_id AND v.kind = $3
), vouchers AS (
    INSERT INTO ledger_voucher (id, kind, unit_code, "on", at, subject_id, reverses_id, journal_id)
    SELECT fresh, 'reversal', unit_code, $4, $5, subject_id, id, $6 FROM old
), postings AS (
    INSERT INTO ledger_posting (voucher_id, line, debit_id, credit_id, fen, unit_code, about, "on", at)
    SELECT o.fresh, p.line, p.credit_id, p.debit_id, p.fen, p.unit_code, p.about, $4, $5
    FROM old o JOIN ledger_posting p ON p.voucher_id = o.id
)
SELECT count(*) FROM old
"""
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


@dataclass(frozen=True, slots=True)
class Alike:
    """Happenings that move the same amounts: `moves` are debit, credit and fen (more than nothing), `each` a happening's
    `subject_id`, unit and the bill it concerns."""

    moves: Sequence[tuple[Account, Account, int]]
    each: Sequence[tuple[UUID, str, UUID]]


def post_alike(kind: str, alike: Sequence[Alike], *, on: date, at: datetime, journal_id: UUID) -> None:
    """A voucher for every happening, all in one statement however many; otherwise as `post`."""
    cursor = direct.cursor()
    made = [(*one, pattern) for pattern, group in enumerate(alike) for one in group.each]
    moves = [
        (pattern, line, debit, credit, fen)
        for pattern, group in enumerate(alike)
        for line, (debit, credit, fen) in enumerate(group.moves, 1)
    ]
    if not made:
        return
    open_accounts((account for move in moves for account in move[2:4]), cursor)
    cursor.execute(
        _ALIKE,
        [
            [uuid7() for _ in made], *(list(column) for column in zip(*made, strict=True)), kind, on, at, journal_id,
            [move[0] for move in moves], [move[1] for move in moves], [move[2].id for move in moves],
            [move[3].id for move in moves], [move[4] for move in moves],
        ],
    )  # fmt: skip


def reverse(subject_ids: Sequence[UUID], kind: str, *, on: date, at: datetime, journal_id: UUID) -> None:
    """The vouchers of a kind that these things caused, whole and the other way, each by a voucher that names it.

    Raises VoucherNotFound where one is missing, and psycopg's UniqueViolation for what is reversed already.
    """
    cursor = direct.cursor()
    cursor.execute(_REVERSED, [list(subject_ids), [uuid7() for _ in subject_ids], kind, on, at, journal_id])
    if cursor.fetchall() != [(len(subject_ids),)]:
        raise VoucherNotFound


def open_accounts(accounts: Iterable[Account], into: psycopg.RawCursor[Any]) -> None:
    """Accounts that are not open yet, opened; those this process knows to be open cost nothing."""
    known = _open.setdefault(str(connection.settings_dict["NAME"]), set())
    fresh = {one.id: one for one in accounts if one.id not in known}
    if not fresh:
        return
    rows = [(one.id, one.code, one.kind, one.party, one.unit_code) for one in fresh.values()]
    into.execute(_ACCOUNTS, [list(column) for column in zip(*rows, strict=True)])
    transaction.on_commit(lambda: known.update(fresh))
