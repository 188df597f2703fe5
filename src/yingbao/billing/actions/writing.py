"""Bills in and out of PostgreSQL in sets: COPY into a temporary table, then INSERT … SELECT under the row policies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from yingbao.billing.actions.answering import ANSWER, NEW, PAID_FEN, Answers
from yingbao.billing.actions.declaring import standing_lines, undeclare
from yingbao.billing.states import CURRENT, from_states
from yingbao.policy.schema.rules import PAYERS

_TYPES: Final = {
    "id": "uuid", "resident_id": "uuid", "fingerprint": "uuid", "supersedes": "uuid", "standard_fen": "bigint",
    "due_fen": "bigint", "benefit_start": "date", "benefit_end": "date", "waiting_days": "integer", "fiscal": "boolean",
    **dict.fromkeys(PAID_FEN, "bigint"),
}  # fmt: skip
#: Columns of a bill that come from the file as they are.
_BILL: Final = ("id", "number", "resident_id", "unit_code", "category", *ANSWER, "fingerprint")
Progress = Callable[[int], None]


def untold(percent: int) -> None:
    """Nobody watches how far the work is."""


@dataclass(frozen=True, slots=True)
class Made:
    """What an assessment wrote."""

    bills: int
    superseded: int
    closed: int
    transfers: int


def roomy() -> None:
    """Memory for this transaction: joins of a whole county, and the policies' look-ups, in one piece rather than on disk."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")


def states(event: str) -> str:
    """The states an event may find a bill in, as a list for SQL."""
    return ", ".join(f"'{state}'" for state in from_states(event))


def current_bills(path: Path, unit: str, benefit_year: int) -> None:
    """The bills people of a unit have for a year, as a CSV that `answering` reads."""
    listed = ", ".join(f"'{state}'" for state in CURRENT)
    statement = (
        "COPY (SELECT b.id, b.resident_id, b.state, b.fingerprint, b.paid_on, b.benefit_start, "
        "EXISTS (SELECT FROM billing_transfer t WHERE t.bill_id = b.id) FROM billing_bill b "
        f"WHERE starts_with(b.unit_code, '{unit}') AND b.benefit_year = {benefit_year} AND b.state IN ({listed})) "
        "TO STDOUT (FORMAT csv)"
    )
    _copy_out(statement, path)


def terminated(path: Path, unit: str) -> None:
    """Ids of those whose enrolment is void or terminated: they are registered and owe nothing."""
    _copy_out(
        f"COPY (SELECT id FROM registry_resident WHERE starts_with(unit_id, '{unit}') AND state IN ('3', '4')) "
        "TO STDOUT (FORMAT csv)",
        path,
    )


def _copy_out(statement: str, path: Path) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy, path.open("wb") as out:
        for block in copy:
            out.write(block)


def write(
    assessment_id: UUID,
    benefit_year: int,
    region: str,
    answers: Answers,
    at: datetime,
    entry_id: UUID,
    progress: Progress,
) -> Made:
    """Supersede, close, write bills and lines, note transfers. Inside the caller's transaction and region."""
    with connection.cursor() as cursor:
        closed = _close(cursor, answers.gone_csv, at, entry_id)
        superseded = bills = 0
        if answers.new:
            first = take_numbers(cursor, region, benefit_year, answers.new)
            _stage(cursor, answers.new_csv(benefit_year, region, first))
            progress(65)
            superseded = _supersede(cursor)
            progress(70)
            bills = _write_bills(cursor, assessment_id, benefit_year)
            progress(85)
            _write_lines(cursor)
            progress(95)
        transfers = _note_transfers(cursor, answers.transfers_csv, assessment_id)
    return Made(bills, superseded, closed, transfers)


def take_numbers(cursor: Any, region: str, benefit_year: int, count: int) -> int:
    """The first of `count` sequences that are now ours. The row stays locked until the transaction ends."""
    cursor.execute(
        "INSERT INTO billing_counter (id, last) VALUES (%s, %s) "
        "ON CONFLICT (id) DO UPDATE SET last = billing_counter.last + excluded.last RETURNING last",
        [f"{region}/{benefit_year}", count],
    )
    return int(cursor.fetchone()[0]) - count + 1


def copy_in(cursor: Any, table: str, columns: str, path: Path) -> None:
    """A temporary table of the columns, filled from a CSV."""
    cursor.execute(f"DROP TABLE IF EXISTS {table}")
    cursor.execute(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")
    with cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy, path.open("rb") as file:
        while block := file.read(1 << 20):
            copy.write(block)
    cursor.execute(f"ANALYZE {table}")


def _stage(cursor: Any, path: Path) -> None:
    columns = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in NEW)
    copy_in(cursor, "staged_bill", columns, path)


def _supersede(cursor: Any) -> int:
    """Bills whose person now gets another answer. One that was paid in the meantime keeps its place and its person."""
    cursor.execute(
        "UPDATE billing_bill b SET state = 'superseded' FROM staged_bill a "
        f"WHERE b.id = a.supersedes AND b.state IN ({states('supersede')})"
    )
    superseded = int(cursor.rowcount)
    cursor.execute(
        "DELETE FROM staged_bill a USING billing_bill b WHERE b.id = a.supersedes AND b.state <> 'superseded'"
    )
    return superseded


def _close(cursor: Any, path: Path, at: datetime, entry_id: UUID) -> int:
    """Bills of people who are no longer registered here; those that were declared leave the books and the cover goes."""
    if not path.stat().st_size:
        return 0
    copy_in(cursor, "staged_gone", "id uuid", path)
    cursor.execute(
        "SELECT b.id FROM billing_bill b JOIN staged_gone g ON g.id = b.id WHERE b.state = 'declared'"
    )
    declared = standing_lines([row[0] for row in cursor.fetchall()])
    taken_back = undeclare(declared, "close", now=at, entry_id=entry_id)
    cursor.execute(
        "UPDATE billing_bill b SET state = 'closed' FROM staged_gone g WHERE b.id = g.id AND b.state = 'open'"
    )
    return len(taken_back) + int(cursor.rowcount)


def _write_bills(cursor: Any, assessment_id: UUID, benefit_year: int) -> int:
    """All that is left on the stage. Who has a bill beyond our region (moved, and paid there) keeps that one."""
    listed = ", ".join(_BILL)
    values = ", ".join(f"coalesce({name}, '')" if name not in _TYPES else name for name in _BILL)
    insert = (
        f"INSERT INTO billing_bill ({listed}, benefit_year, assessment_id, supersedes_id, state) "
        f"SELECT {values}, %s, %s, supersedes, 'open' FROM staged_bill"
    )
    given = [benefit_year, assessment_id]
    try:
        with transaction.atomic():
            cursor.execute(insert, given)
            return int(cursor.rowcount)
    except IntegrityError as error:
        if "billing_bill_one_current" not in str(error):
            raise
    current = ", ".join(f"'{state}'" for state in CURRENT)
    cursor.execute(
        f"{insert} ON CONFLICT (resident_id, benefit_year) WHERE state IN ({current}) DO NOTHING", given
    )
    made = int(cursor.rowcount)
    cursor.execute(
        "DELETE FROM staged_bill a WHERE NOT EXISTS (SELECT FROM billing_bill b WHERE b.id = a.id)"
    )
    return made


def _write_lines(cursor: Any) -> None:
    """The person's line on every bill that can be paid, and one of each payer that gives something."""
    payers = ", ".join(f"('{payer}', a.{payer}_fen, a.subsidy_rules)" for payer in PAYERS)
    cursor.execute(
        "INSERT INTO billing_line (bill_id, payer, unit_code, fen, rule) "
        "SELECT a.id, l.payer, a.unit_code, l.fen, coalesce(l.rule, '') FROM staged_bill a CROSS JOIN LATERAL (VALUES "
        f"('person', a.due_fen, a.price_rule), {payers}) AS l(payer, fen, rule) "
        "WHERE a.outcome = 'payable' AND a.due_fen IS NOT NULL AND (l.fen > 0 OR l.payer = 'person')"
    )


def _note_transfers(cursor: Any, path: Path, assessment_id: UUID) -> int:
    if not path.stat().st_size:
        return 0
    columns = (
        "bill_id uuid, resident_id uuid, unit_code text, fen bigint, month text, category text, digest text"
    )
    copy_in(cursor, "staged_transfer", columns, path)
    cursor.execute(
        "INSERT INTO billing_transfer (id, bill_id, resident_id, unit_code, fen, month, category, release_digest, "
        "assessment_id) SELECT gen_random_uuid(), bill_id, resident_id, unit_code, fen, month, coalesce(category, ''), "
        "digest, %s FROM staged_transfer ON CONFLICT (bill_id) DO NOTHING",
        [assessment_id],
    )
    return int(cursor.rowcount)
