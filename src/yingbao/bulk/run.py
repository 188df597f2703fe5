"""One release over one population file."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from yingbao.bulk.errors import OutputUnwritable
from yingbao.bulk.snapshot import TEXT_SUFFIXES, open_snapshot
from yingbao.policy import Policy
from yingbao.policy.schema.rules import PAYERS
from yingbao.policy.sql import columns_read, to_sql
from yingbao.policy.sql.predicates import text

#: How far DuckDB may go in memory before it spills; the plan streams, so more is never needed.
MEMORY_LIMIT = "1GB"


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a run came to: rows by outcome, sums in fen, and what could not be placed.

    `refused` are the first refused rows' sentences, each naming its row; `unplaced` the class spellings nobody
    has recorded, with the first row that has them.
    """

    snapshot: Path
    out: Path
    rows: int
    outcomes: dict[str, int]
    due_fen: int
    paid_fen: dict[str, int]
    refused: tuple[str, ...]
    missing: dict[str, int]
    unplaced: tuple[str, ...]
    ignored: tuple[str, ...]


def assess_file(
    policy: Policy,
    snapshot: Path,
    out: Path,
    *,
    on: date | None,
    threads: int | None = None,
    memory_limit: str = MEMORY_LIMIT,
    progress: Callable[[int], None] | None = None,
) -> Assessment:
    """Write the assessment file of a snapshot: one row a person, columns as in docs/reference/assessment.md.

    `on` is everyone's payment day; None takes the snapshot's column `paid_on`. `out` ends in .parquet or .csv
    and appears only when whole. `progress` is told percent done.

    Raises SnapshotMissing, SnapshotUnreadable, SnapshotColumns or OutputUnwritable.
    """
    db = _connect(threads, memory_limit, out)
    try:
        needed = columns_read(policy.program, on)
        opened = open_snapshot(db, snapshot, policy, needed)
        reading = to_sql(
            policy.program, on=on, has_unknown=opened.has_unknown, has_refusal=opened.has_refusal, enums=True
        )
        for name, values in reading.types.items():
            db.execute(f"CREATE TYPE {name} AS ENUM ({', '.join(text(value) for value in values)})")
        _write(db, reading.sql(), out, progress)
        found = _summary(db, snapshot, out, opened.unplaced, opened.ignored)
        _prove_whole(db, found)
        return found
    finally:
        db.close()


def _connect(threads: int | None, memory_limit: str, out: Path) -> duckdb.DuckDBPyConnection:
    db = duckdb.connect()
    db.execute(f"SET threads = {threads or os.cpu_count() or 2}")
    db.execute(f"SET memory_limit = {text(memory_limit)}")
    db.execute(f"SET temp_directory = {text(str(out.resolve().parent / f'.{out.name}.spill'))}")
    # long IN lists would be rewritten as joins, one for each list of codes
    db.execute("SET disabled_optimizers = 'in_clause'")
    db.execute("SET preserve_insertion_order = " + ("true" if out.suffix.lower() == ".csv" else "false"))
    return db


def _write(
    db: duckdb.DuckDBPyConnection, sql: str, out: Path, progress: Callable[[int], None] | None
) -> None:
    """Run the statement into a part file beside the output, then put it in place in one step."""
    part = out.with_name(f".{out.name}.part")
    options = "FORMAT csv, HEADER" if out.suffix.lower() == ".csv" else "FORMAT parquet"
    statement = f"COPY ({sql}) TO {text(str(part))} ({options})"
    try:
        _run(db, statement, progress)
        part.replace(out)
    except (duckdb.IOException, OSError) as error:
        raise OutputUnwritable(str(out), str(error).splitlines()[0]) from error
    finally:
        part.unlink(missing_ok=True)


def _prove_whole(db: duckdb.DuckDBPyConnection, found: Assessment) -> None:
    """A Parquet file says how many rows it has: as many have an answer. Raises AssertionError."""
    if found.snapshot.suffix.lower() in TEXT_SUFFIXES:
        return
    [(rows,)] = db.execute(f"SELECT count(*) FROM read_parquet({text(str(found.snapshot))})").fetchall()
    if rows != found.rows:
        raise AssertionError(f"{rows} rows in, {found.rows} answers out")


def _run(db: duckdb.DuckDBPyConnection, statement: str, progress: Callable[[int], None] | None) -> None:
    if progress is None:
        db.execute(statement)
        return
    done = threading.Event()
    failure: list[BaseException] = []

    def work() -> None:
        try:
            db.execute(statement)
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread, whatever it is
            failure.append(error)
        finally:
            done.set()

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    while not done.wait(0.2):
        progress(max(0, int(db.query_progress())))
    worker.join()
    if failure:
        raise failure[0]
    progress(100)


def _summary(
    db: duckdb.DuckDBPyConnection,
    snapshot: Path,
    out: Path,
    unplaced: tuple[str, ...],
    ignored: tuple[str, ...],
) -> Assessment:
    reader = "read_csv" if out.suffix.lower() == ".csv" else "read_parquet"
    written = f"{reader}({text(str(out))})"
    outcomes = dict(db.execute(f"SELECT outcome, count(*) FROM {written} GROUP BY 1 ORDER BY 1").fetchall())
    sums = ", ".join(f"CAST(COALESCE(sum({payer}_fen), 0) AS BIGINT)" for payer in PAYERS)
    row = db.execute(f"SELECT CAST(COALESCE(sum(due_fen), 0) AS BIGINT), {sums} FROM {written}").fetchone()
    totals = row or (0,) * (1 + len(PAYERS))
    refused = db.execute(
        f"SELECT refusal FROM {written} WHERE refusal IS NOT NULL "
        "ORDER BY CAST(regexp_extract(refusal, '[0-9]+') AS BIGINT) LIMIT 20"
    ).fetchall()
    missing = db.execute(
        f"SELECT missing, count(*) FROM {written} WHERE missing IS NOT NULL GROUP BY 1 ORDER BY 2 DESC"
    ).fetchall()
    return Assessment(
        snapshot,
        out,
        sum(outcomes.values()),
        outcomes,
        totals[0],
        dict(zip(PAYERS, totals[1:], strict=True)),
        tuple(sentence for (sentence,) in refused),
        dict(missing),
        unplaced,
        ignored,
    )
