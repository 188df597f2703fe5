"""Assessing everyone of a region: a snapshot out, the rules over it, the bills back in, in sets.

Nobody's bill is altered: whoever would now get another answer gets another bill that names the one before. A bill that
was paid stays; what a later recognition brings is noted for transfer (当月参保次月资助).

Two transactions. The first only reads: registry and current bills as of one instant, into files. The second writes all or
nothing. A process killed anywhere leaves nothing half; the same run again writes nothing twice.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction

from yingbao.billing.actions import writing
from yingbao.billing.actions.answering import Answers, answer_all
from yingbao.billing.actions.writing import Progress, untold
from yingbao.billing.errors import AssessmentRunning
from yingbao.billing.models import Assessment
from yingbao.billing.policies import Part, keep, parts_of, pooling_region
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.keys import sealer
from yingbao.journal.scope import enter, within
from yingbao.journal.statistics import analyze
from yingbao.kernel import regions
from yingbao.kernel.ids import uuid7
from yingbao.registry.export import write_snapshot

#: One assessment of a pooling region and year at a time; the lock's first number is ours alone.
_LOCK = 390_002
#: How often, a quarter of a second apart, we look again for an instant at which nobody is in the midst of writing.
_PATIENCE = 40


@dataclass(frozen=True, slots=True)
class Assessed:
    """What an assessment came to."""

    assessment_id: UUID
    people: int
    new_bills: int
    superseded: int
    closed: int
    transfers: int
    outcomes: dict[str, int]


def assess_everyone(
    *,
    by: Acting,
    region: str,
    benefit_year: int,
    on: date,
    grounds: str = "",
    run_id: UUID | None = None,
    progress: Progress = untold,
) -> Assessed:
    """Assess all residents of a region for a benefit year as if each paid on `on`, and write the bills that changed.

    Long work: call it from a job, never within a transaction. A run that is done already is not done again.
    Raises AssessmentRunning, NotPermitted, OutOfRegion, and what `yingbao.bulk` and `load_release` refuse.
    """
    unit = regions.canonical(region)
    by.require("bill.assess", unit)
    if connection.in_atomic_block:
        raise RuntimeError("an assessment opens its own transactions")
    pool = pooling_region(unit, benefit_year)
    with tempfile.TemporaryDirectory(prefix="yingbao-assess-") as folder, _alone(f"{pool}/{benefit_year}"):
        done = _done(by, run_id)
        if done is not None:
            return done
        read = _read(by, unit, pool, benefit_year, on, Path(folder))
        progress(35)
        answers = answer_all(read.parts, Path(folder), on=on)
        progress(55)
        return _write(by, unit, benefit_year, on, grounds, run_id, read, answers, progress)


@contextmanager
def _alone(what: str) -> Iterator[None]:
    """Holds the lock on this connection; PostgreSQL lets go of it when the process is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [_LOCK, what])
        if not cursor.fetchone()[0]:
            raise AssessmentRunning
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [_LOCK, what])


def keep_assessments_away(unit: str, benefit_year: int) -> None:
    """No assessment of the pooling region and year begins before the running transaction ends. Raises AssessmentRunning."""
    with connection.cursor() as cursor:
        what = f"{pooling_region(unit, benefit_year)}/{benefit_year}"
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, what])
        if not cursor.fetchone()[0]:
            raise AssessmentRunning


def _done(by: Acting, run_id: UUID | None) -> Assessed | None:
    """What this run came to, if it was written before its worker was lost."""
    if run_id is None:
        return None
    with within(by):
        found = Assessment.objects.filter(run_id=run_id).first()
    if found is None:
        return None
    return Assessed(
        found.id, found.people, found.new_bills, found.superseded, found.closed, found.transfers, found.counts
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    parts: tuple[Part, ...]
    at: datetime
    snapshot_digest: str


def _read(by: Acting, unit: str, pool: str, benefit_year: int, on: date, folder: Path) -> _Reading:
    """Everything an assessment looks at, as of one instant at which no other write was under way.

    Rows are known from the instant their transaction began; one that began before ours and commits after we read
    would seem to have been known. So we wait for a moment without such a one.
    """
    for look in range(1, _PATIENCE + 1):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute(
                    "SELECT now(), pg_snapshot_xmin(s)::text = pg_snapshot_xmax(s)::text FROM pg_current_snapshot() s"
                )
                at, quiet = cursor.fetchone()
            if quiet or look == _PATIENCE:
                enter(by.unit_code)
                writing.roomy()
                parts = parts_of(unit, benefit_year)
                write_snapshot(
                    by=Acting.program(by.unit_code),
                    region=unit,
                    on=on,
                    out=folder / "snapshot.parquet",
                    pool=pool,
                )
                writing.current_bills(folder / "current.csv", unit, benefit_year)
                writing.terminated(folder / "terminated.csv", unit)
                digest = sealer().sm3((folder / "snapshot.parquet").read_bytes()).hex()
                return _Reading(parts, at, digest)
        time.sleep(0.25)
    raise AssertionError("the last look always reads")


def _write(
    by: Acting,
    unit: str,
    benefit_year: int,
    on: date,
    grounds: str,
    run_id: UUID | None,
    read: _Reading,
    answers: Answers,
    progress: Progress,
) -> Assessed:
    assessment_id = uuid7()
    with within(by):
        writing.roomy()
        entry_id = record(
            by=by, action="bills.assess", subject="assessment", subject_id=assessment_id, unit_code=unit,
            grounds=grounds, news="assessed",
            facts={
                "year": benefit_year, "on": on.isoformat(), "people": answers.people, "outcomes": answers.outcomes,
                "releases": {part.unit_code: part.policy.digest for part in read.parts},
            },
        )  # fmt: skip
        keep(read.parts)
        made = writing.write(
            assessment_id,
            benefit_year,
            read.parts[0].policy.release.region,
            answers,
            read.at,
            entry_id,
            progress,
        )
        # bills name it, and foreign keys are looked at when the transaction ends: so it is written once, with what came of it
        Assessment.objects.create(
            id=assessment_id, unit_code=unit, benefit_year=benefit_year, on=on,
            parts={part.unit_code: part.policy.digest for part in read.parts}, snapshot_digest=read.snapshot_digest,
            people=answers.people, new_bills=made.bills, superseded=made.superseded, closed=made.closed,
            transfers=made.transfers, at=read.at, entry_id=entry_id, run_id=run_id, counts=answers.outcomes,
        )  # fmt: skip
        analyze(("billing_bill", "billing_line"))
    return Assessed(
        assessment_id,
        answers.people,
        made.bills,
        made.superseded,
        made.closed,
        made.transfers,
        answers.outcomes,
    )
