"""Ten times the people take ten times as long, not more."""

from __future__ import annotations

from benchmarks.assess import PEOPLE, RUNS
from benchmarks.trial import Figure, apart, in_turn, population, rows_or
from yingbao.policy import load_release


def measure(name: str) -> Figure:
    """The time of all rows over ten times that of a tenth of them, each with all that is fixed."""
    run, many = RUNS["assess-620602"], rows_or(PEOPLE)
    few = many // 10
    policy = load_release(run.region, run.year)
    paths = {rows: str(population(policy, rows)) for rows in (many, few)}
    words = ("assess", run.region, str(run.year), run.on.isoformat())
    spent = in_turn(few=lambda: apart(*words, paths[few]), many=lambda: apart(*words, paths[many]))
    return Figure(
        name=name,
        value=spent["many"].wall,
        unit="s",
        ratio=spent["many"].wall / (10 * spent["few"].wall),
        against=f"ten times the time of {few} rows",
        bar=1.1,
        better="lower",
        rows=many,
        peak_mib=spent["many"].peak_mib,
        extra={
            "cpu_ratio": spent["many"].cpu / (10 * spent["few"].cpu),
            "peak_mib_of_a_tenth": spent["few"].peak_mib,
        },
    )
