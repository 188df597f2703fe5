"""Work done in a process of its own: `python -m benchmarks.apart WORK …` prints what it took as one JSON line.

`assess REGION YEAR DAY POPULATION` or `copy POPULATION [COLUMN …]`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.trial import STORE, Spent, timed
from yingbao.bulk import assess_file
from yingbao.policy import load_release


def assess(region: str, year: str, day: str, population: str) -> Spent:
    """The whole release over the file, Parquet to Parquet, checks and summary included."""
    policy = load_release(region, int(year))
    on = date.fromisoformat(day)
    out = STORE / f"assessed-{os.getpid()}.parquet"
    try:
        return timed(lambda: assess_file(policy, Path(population), out, on=on))
    finally:
        out.unlink(missing_ok=True)


def copy(population: str, *columns: str) -> Spent:
    """DuckDB copying the file, or some of its columns, with the threads and settings that the release runs with."""
    out = STORE / f"copied-{os.getpid()}.parquet"
    kept = f"SELECT {', '.join(columns)} " if columns else ""

    def work() -> None:
        with duckdb.connect() as db:
            db.execute(f"SET threads = {os.cpu_count() or 2}")
            db.execute("SET preserve_insertion_order = false")
            db.execute(f"COPY ({kept}FROM '{population}') TO '{out}' (FORMAT parquet)")

    try:
        return timed(work)
    finally:
        out.unlink(missing_ok=True)


def main() -> None:
    """Do the work the command names."""
    work, *words = sys.argv[1:]
    works: dict[str, Callable[..., Spent]] = {"assess": assess, "copy": copy}
    found = works[work](*words)
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
