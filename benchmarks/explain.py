"""Answers with their reasons, one person after the other on one core, people as the samples have them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from benchmarks.trial import SEED, Figure, Spent, in_turn, peak_mib, rows_or, say, timed
from yingbao.policy import Person, Policy, explain, load_release
from yingbao.rehearsal.rows import person_of
from yingbao.rehearsal.sample import make_population

PEOPLE = 20_000
BAR = 10_000
RUNS = {
    "620602 2024-11-08": ("620602", 2025, date(2024, 11, 8)),
    "520100 2023-11-08": ("520100", 2024, date(2023, 11, 8)),
    "520100 2024-06-15": ("520100", 2024, date(2024, 6, 15)),
}
#: In 补充缴费期 everybody waits, so almost every answer leans on how days are counted: the dearest day of the year.
DEAREST = ("620602 2025-02-10", ("620602", 2025, date(2025, 2, 10)))


def measure(name: str) -> Figure:
    """Explanations a second over all runs, each with as many people as the others."""
    people = rows_or(PEOPLE)
    works: dict[str, Callable[[], Spent]] = {}
    first: dict[str, float] = {}
    for title, (region, year, on) in [*RUNS.items(), DEAREST]:
        policy = load_release(region, year)
        drawn = [person_of(row) for row in make_population(policy, people, SEED).to_pylist()]
        works[title] = partial(timed, partial(_all, policy, drawn, on))
        first[title] = works[title]().wall
        say(f"  first pass, with all that is made once: {title} {first[title]:.2f} s")
    spent = in_turn(5, **works)
    wall = sum(spent[title].wall for title in RUNS)
    cpu = sum(spent[title].cpu for title in RUNS)
    value = len(RUNS) * people / wall
    return Figure(
        name=name,
        value=value,
        unit="explanations/s",
        ratio=value / BAR,
        against="10,000 a second",
        bar=BAR,
        better="higher",
        rows=len(RUNS) * people,
        peak_mib=peak_mib(),
        extra={
            "per_processor_second": len(RUNS) * people / cpu,
            "runs": {title: people / spent[title].wall for title in RUNS},
            "dearest": {DEAREST[0]: people / spent[DEAREST[0]].wall},
            "first_pass": len(RUNS) * people / sum(first[title] for title in RUNS),
        },
    )


def _all(policy: Policy, people: list[Person], on: date) -> None:
    for person in people:
        explain(policy, person, on)
