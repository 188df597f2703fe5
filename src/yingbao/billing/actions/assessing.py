"""Assessing everyone of a region: a snapshot out, the rules over it, the bills back in, in sets.

Nobody's bill is altered: whoever would now get another answer gets another bill that names the one before. A bill that
was paid stays; what a later recognition brings is noted for transfer (当月参保次月资助).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import numpy as np
import pyarrow as pa
from django.db import connection
from psycopg.types.json import Jsonb

from yingbao.billing.errors import AssessmentRunning
from yingbao.billing.numbering import numbers
from yingbao.billing.policies import policy_of
from yingbao.bulk import assess_file
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.keys import sealer
from yingbao.journal.scope import within
from yingbao.kernel import regions
from yingbao.kernel.ids import uuid7, uuid7_block
from yingbao.policy import Policy
from yingbao.policy.schema.rules import PAYERS
from yingbao.registry.export import write_snapshot

#: One assessment of a region and year at a time; the lock's first number is ours alone.
_LOCK = 390_002
#: The columns of an answer that make a bill what it is; a bill with the same is kept.
ANSWER = (
    "outcome", "reason", "missing", "standard_fen", "due_fen", "delivery", "benefit_start", "benefit_end",
    "waiting_days", "transfer_fen", "transfer_month", "window_rule", "price_rule", "subsidy_rules", "cover_rule",
    "waiting_rule", "fiscal", "release_digest",
)  # fmt: skip
_TEXT = {
    "outcome", "reason", "missing", "delivery", "transfer_month", "window_rule", "price_rule", "subsidy_rules",
    "cover_rule", "waiting_rule", "release_digest",
}  # fmt: skip
_TYPES = {
    "standard_fen": "bigint", "due_fen": "bigint", "transfer_fen": "bigint", "benefit_start": "date",
    "benefit_end": "date", "waiting_days": "integer", "fiscal": "boolean",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Assessed:
    """What an assessment came to."""

    assessment_id: UUID
    people: int
    new_bills: int
    superseded: int
    outcomes: dict[str, int]


def assess_everyone(
    *,
    by: Acting,
    region: str,
    benefit_year: int,
    on: date,
    grounds: str = "",
    progress: Callable[[int], None] | None = None,
) -> Assessed:
    """Assess all residents of a region for a benefit year as if each paid on `on`, and write the bills that changed.

    One transaction: the bills and the assessment appear together or not at all.
    Raises AssessmentRunning, NotPermitted, OutOfRegion, and what `yingbao.bulk` and `load_release` refuse.
    """
    unit = regions.canonical(region)
    by.require("bill.assess", unit)
    with tempfile.TemporaryDirectory(prefix="yingbao-assess-") as folder, within(by):
        _alone(unit, benefit_year)
        policy = policy_of(unit, benefit_year)
        at, snapshot, answers = datetime.now(UTC), Path(folder) / "snapshot.parquet", Path(folder) / "answers.parquet"
        write_snapshot(snapshot, unit, on)
        assessed = assess_file(policy, snapshot, answers, on=on, progress=progress)
        assessment_id = uuid7()
        entry_id = record(
            by=by, action="bills.assess", subject="assessment", subject_id=assessment_id, unit_code=unit,
            grounds=grounds, news="assessed",
            facts={
                "year": benefit_year, "on": on.isoformat(), "release": policy.digest, "people": assessed.rows,
                "outcomes": assessed.outcomes,
            },
        )  # fmt: skip
        _write_assessment(
            assessment_id, entry_id, unit, policy, on, at, assessed.rows, assessed.outcomes, snapshot
        )
        _stage(policy, snapshot, answers, Path(folder) / "staged.csv", unit)
        superseded = _supersede(benefit_year)
        new_bills = _write_bills(assessment_id, benefit_year)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE billing_assessment SET new_bills = %s WHERE id = %s", [new_bills, assessment_id]
            )
    return Assessed(assessment_id, assessed.rows, new_bills, superseded, assessed.outcomes)


def _alone(unit: str, benefit_year: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, f"{unit}/{benefit_year}"])
        if not cursor.fetchone()[0]:
            raise AssessmentRunning


def _write_assessment(
    assessment_id: UUID,
    entry_id: UUID,
    unit: str,
    policy: Policy,
    on: date,
    at: datetime,
    people: int,
    outcomes: dict[str, int],
    snapshot: Path,
) -> None:
    with snapshot.open("rb") as file:
        digest = sealer().sm3(file.read()).hex()
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO billing_assessment (id, unit_code, benefit_year, "on", release_digest, snapshot_digest, '
            "people, new_bills, at, entry_id, counts) VALUES (%s, %s, %s, %s, %s, %s, %s, 0, %s, %s, %s)",
            [
                assessment_id, unit, policy.release.benefit_year, on, policy.digest, digest, people, at, entry_id,
                Jsonb(outcomes),
            ],
        )  # fmt: skip


def _stage(policy: Policy, snapshot: Path, answers: Path, csv: Path, unit: str) -> None:
    """The answers as a temporary table `assessed`, each with an id and a number in case it becomes a bill."""
    columns = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in ANSWER)
    payers = ", ".join(f"{payer}_fen bigint" for payer in PAYERS)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS assessed")
        cursor.execute(
            f"CREATE TEMP TABLE assessed (resident_id uuid, unit_code text, category text, {columns}, {payers}, "
            "id uuid, number text) ON COMMIT DROP"
        )
        first = _first_sequence(cursor, unit, policy.release.benefit_year)
        _write_csv(policy, snapshot, answers, csv, unit, first)
        with cursor.cursor.copy("COPY assessed FROM STDIN (FORMAT csv)") as copy, csv.open("rb") as file:
            while block := file.read(1 << 20):
                copy.write(block)
        cursor.execute("ANALYZE assessed")


def _first_sequence(cursor: Any, unit: str, benefit_year: int) -> int:
    """The sequence after the last bill number of the region and year; the lock keeps others out."""
    stem = f"{benefit_year % 100:02d}{unit:0<6.6}"
    cursor.execute(
        "SELECT coalesce(max(substr(number, 9, 8)), '0')::int FROM billing_bill "
        "WHERE number >= %s AND number < %s", [stem, stem + "~"],
    )  # fmt: skip
    return int(cursor.fetchone()[0]) + 1


def _write_csv(policy: Policy, snapshot: Path, answers: Path, csv: Path, unit: str, first: int) -> None:
    """Answers joined to unit and class, with ids and numbers, as DuckDB writes CSV."""
    db = duckdb.connect()
    try:
        [(count,)] = db.execute("SELECT count(*) FROM read_parquet(?)", [str(answers)]).fetchall()
        given = numbers(policy.release.benefit_year, unit, first, count)
        places = pa.array(np.arange(1, count + 1))
        db.register("fresh", pa.table({"place": places, "id": _hex_uuids(count), "number": given}))
        kept = ", ".join(
            f"coalesce(CAST({name} AS VARCHAR), '') AS {name}" if name in _TEXT else f"a.{name}" for name in ANSWER
        )
        payers = ", ".join(f"{payer}_fen" for payer in PAYERS)
        db.execute(
            f"COPY (SELECT a.person_id, s.unit_code, {_category(policy)}, {kept}, {payers}, f.id, f.number FROM "
            f"(SELECT *, row_number() OVER () AS place FROM read_parquet('{answers}')) a "
            f"JOIN read_parquet('{snapshot}') s USING (person_id) JOIN fresh f USING (place)) "
            f"TO '{csv}' (FORMAT csv, HEADER false)"
        )
    finally:
        db.close()


def _category(policy: Policy) -> str:
    """SQL for the class that brought the subsidy; without one, the first class held; empty for neither."""
    held = "list_transform(s.categories, lambda c : c.class)"
    arms = ""
    for name in policy.program.subsidies:
        codes = sorted(policy.program.class_codes((name,)))
        if codes:
            listed = ", ".join(f"'{code}'" for code in codes)
            of_rule = f"list_filter({held}, lambda c : list_contains([{listed}], c))[1]"
            arms += f" WHEN list_contains(string_split(a.subsidy_rules, ';'), 'subsidies.{name}') THEN {of_rule}"
    first = f"{held}[1]"
    chosen = f"CASE{arms} ELSE {first} END" if arms else first
    return f"CASE WHEN coalesce(len(s.categories), 0) = 0 THEN '' ELSE coalesce({chosen}, {first}, '') END"


def _hex_uuids(count: int) -> Any:
    """Ordered ids as an Arrow column of text."""
    block = uuid7_block(count, int(datetime.now(UTC).timestamp() * 1000))
    text = np.frombuffer(block.hex().encode(), dtype="S32").astype("U32")
    return pa.array(text)


_DIFFERS = " OR ".join(
    f"b.{name} IS DISTINCT FROM a.{name}" for name in (*ANSWER, "category", "unit_code")
)


def _supersede(benefit_year: int) -> int:
    """Bills whose person now gets another answer are superseded; whoever keeps the same leaves the stage."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM assessed a USING billing_bill b WHERE b.resident_id = a.resident_id AND b.benefit_year = %s "
            f"AND b.state <> 'superseded' AND (b.state IN ('paid', 'closed') OR NOT ({_DIFFERS}))",
            [benefit_year],
        )
        cursor.execute(
            "UPDATE billing_bill b SET state = 'superseded' FROM assessed a WHERE b.resident_id = a.resident_id "
            "AND b.benefit_year = %s AND b.state IN ('open', 'declared')",
            [benefit_year],
        )
        return int(cursor.rowcount)


def _write_bills(assessment_id: UUID, benefit_year: int) -> int:
    """Bills for all that is left on the stage, each naming the one it supersedes, and their lines."""
    listed = ", ".join(ANSWER)
    payers = ", ".join(f"('{payer}', a.{payer}_fen, a.subsidy_rules)" for payer in PAYERS)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO billing_bill (id, number, resident_id, unit_code, benefit_year, assessment_id, supersedes_id, "
            f"state, category, {listed}) "
            "SELECT a.id, a.number, a.resident_id, a.unit_code, %s, %s, before.id, 'open', a.category, "
            f"{', '.join(f'a.{name}' for name in ANSWER)} FROM assessed a LEFT JOIN LATERAL ("
            "SELECT b.id FROM billing_bill b WHERE b.resident_id = a.resident_id AND b.benefit_year = %s "
            "ORDER BY b.id DESC LIMIT 1) before ON true",
            [benefit_year, assessment_id, benefit_year],
        )
        made = int(cursor.rowcount)
        cursor.execute(
            "INSERT INTO billing_line (id, bill_id, payer, fen, rule) "
            "SELECT gen_random_uuid(), a.id, l.payer, l.fen, l.rule FROM assessed a CROSS JOIN LATERAL (VALUES "
            f"('person', a.due_fen, a.price_rule), {payers}) AS l(payer, fen, rule) "
            "WHERE a.outcome = 'payable' AND a.due_fen IS NOT NULL AND (l.fen > 0 OR l.payer = 'person')"
        )
        return made
