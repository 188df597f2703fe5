"""A sample county: a population, and the departments' workbooks about it, from a policy release and a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yingbao.policy import Policy
from yingbao.rehearsal.memberships import split_for_rosters
from yingbao.rehearsal.population import generate, write_population
from yingbao.rehearsal.roster_traps import RosterClass
from yingbao.rehearsal.rosters import RosterFile, write_rosters
from yingbao.rehearsal.shares import class_shares

#: More people than this are streamed to the file and come without workbooks: no department sends a million rows.
MOST_WITH_ROSTERS = 1_200_000


@dataclass(frozen=True, slots=True)
class Sample:
    """What was written: the population file, the workbooks, and how many people."""

    population: Path
    rosters: tuple[RosterFile, ...]
    people: int


def units_of(policy: Policy) -> list[tuple[str, int]]:
    """The release's units with their numbers; units without a number count alike; no units, the region itself."""
    units = policy.release.units
    if units is None or not units.of:
        return [(policy.release.name, 1)]
    numbers = {name: unit.number for name, unit in units.of.items()}
    if any(number is None for number in numbers.values()):
        return [(name, 1) for name in numbers]
    return [(name, number or 0) for name, number in numbers.items()]


def workplaces_of(policy: Policy) -> dict[str, Sequence[str]]:
    """Farms and stations that are no division, and the units their people belong to."""
    units = policy.release.units
    if units is None:
        return {}
    return {
        spec.name: list(dict.fromkeys(spec.by_hukou.values())) if spec.by_hukou else [spec.to or ""]
        for spec in units.assignments.values()
    }


def make_population(policy: Policy, people: int, seed: int) -> pa.Table:
    """The population in memory; the same seed gives the same people."""
    release = policy.release
    return generate(
        units_of(policy),
        release.region,
        release.benefit_year,
        people,
        seed,
        class_shares(policy),
        workplaces=workplaces_of(policy),
    )


def roster_classes(policy: Policy) -> list[RosterClass]:
    """The classes as departments write them."""
    return [
        RosterClass(code, category.name, tuple(category.spellings), category.certified_by)
        for code, category in policy.vocabulary.categories.items()
    ]


def departments_of(policy: Policy, classes: Mapping[str, float]) -> dict[str, str]:
    """Which department certifies each class."""
    return {code: policy.vocabulary.categories[code].certified_by for code in classes}


def season_opens(policy: Policy) -> date:
    """The first day on which anybody may pay: the day rosters are handed in for."""
    return min(window.from_ for window in policy.release.windows.values())


def write_sample(
    policy: Policy,
    people: int,
    seed: int,
    out: Path,
    *,
    progress: Callable[[int], None] | None = None,
) -> Sample:
    """Write `population.parquet` and the folder `rosters` with a truth file beside each workbook."""
    out.mkdir(parents=True, exist_ok=True)
    population = out / "population.parquet"
    if people > MOST_WITH_ROSTERS:
        release = policy.release
        write_population(
            population,
            units_of(policy),
            release.region,
            release.benefit_year,
            people,
            seed,
            class_shares(policy),
            workplaces=workplaces_of(policy),
            progress=progress,
        )
        return Sample(population, (), people)
    table = make_population(policy, people, seed)
    pq.write_table(table, population)
    if progress is not None:
        progress(people)
    return Sample(population, write_department_rosters(policy, table, seed, out / "rosters"), people)


def write_department_rosters(
    policy: Policy, table: pa.Table, seed: int, folder: Path
) -> tuple[RosterFile, ...]:
    """The departments' workbooks about a population."""
    departments = departments_of(policy, class_shares(policy))
    _, memberships = split_for_rosters(table, departments)
    files = write_rosters(
        folder,
        table,
        memberships,
        roster_classes(policy),
        region=policy.release.region,
        region_name=policy.release.name,
        benefit_year=policy.release.benefit_year,
        handed_in_on=season_opens(policy),
        seed=seed,
    )
    return tuple(files)
