"""A whole population under one release, Parquet to Parquet, against a plain copy of the same file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from benchmarks.trial import Figure, apart, in_turn, narrowed, population, rows_or
from yingbao.policy import load_release
from yingbao.policy.sql import columns_read

PEOPLE = 10_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """A release and a payment day in its main window, or after it."""

    region: str
    year: int
    on: date


RUNS = {
    "assess-620724": Run("620724", 2024, date(2023, 11, 8)),
    "assess-620721": Run("620721", 2024, date(2023, 11, 8)),
    "assess-620602": Run("620602", 2025, date(2024, 11, 8)),
    "assess-140500": Run("140500", 2024, date(2023, 11, 8)),
    "assess-520100": Run("520100", 2024, date(2023, 11, 8)),
    "assess-520100-late": Run("520100", 2024, date(2024, 6, 15)),
}


def measure(name: str) -> Figure:
    """Rows a second of the release, and how near it comes to the copy."""
    run, rows = RUNS[name], rows_or(PEOPLE)
    policy = load_release(run.region, run.year)
    path = str(population(policy, rows))
    # the ID number is read too: its check digit is proved on the way
    read = sorted({*columns_read(policy.program, run.on), "id_number", "unknown"})
    narrow = str(narrowed(path, sorted({*columns_read(policy.program, run.on), "unknown"})))
    words = (run.region, str(run.year), run.on.isoformat())
    spent = in_turn(
        copy=lambda: apart("copy", path),
        assess=lambda: apart("assess", *words, path),
        columns=lambda: apart("copy", path, *read),
        narrow_copy=lambda: apart("copy", narrow),
        narrow_assess=lambda: apart("assess", *words, narrow),
    )
    copy, assess, columns = spent["copy"], spent["assess"], spent["columns"]
    return Figure(
        name=name,
        value=rows / assess.wall,
        unit="rows/s",
        ratio=copy.wall / assess.wall,
        against="DuckDB COPY of the same file, same threads",
        bar=0.7,
        better="higher",
        rows=rows,
        peak_mib=assess.peak_mib,
        extra={
            "on": run.on.isoformat(),
            "cpu_ratio": copy.cpu / assess.cpu,
            "copy_rows_per_s": rows / copy.wall,
            "ratio_to_copy_of_columns_read": columns.wall / assess.wall,
            "ratio_narrow": spent["narrow_copy"].wall / spent["narrow_assess"].wall,
            "cpu_ratio_narrow": spent["narrow_copy"].cpu / spent["narrow_assess"].cpu,
            "peak_mib_bar": 2048,
        },
    )
