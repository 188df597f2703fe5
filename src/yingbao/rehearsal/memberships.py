"""Which made-up people hold which classes, and taking classes out so that only rosters bring them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yingbao.rehearsal.covers import dates, day, lists

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEMBERSHIP = pa.struct([("class", pa.string()), ("recognised_on", pa.date32()), ("ended_on", pa.date32())])
_DOUBLE_SHARE = 0.04
_ENDED_SHARE = 0.04


@dataclass(frozen=True)
class Habit:
    """Who is likely to hold a class that goes by person, not household (a rehearsal's guess, not law)."""

    youngest: float
    oldest: float


# Classes not listed are recognised for whole households.
PERSONAL: Mapping[str, Habit] = {
    "extreme_poverty": Habit(60, 96),
    "rural_five_guarantees": Habit(60, 96),
    "urban_three_noes": Habit(60, 96),
    "orphan": Habit(0, 18),
    "unsupported_child": Habit(0, 18),
    "severe_disability": Habit(3, 96),
    "severe_disability_1": Habit(3, 96),
    "severe_disability_2": Habit(3, 96),
    "entitled_group": Habit(60, 96),
    "family_planning": Habit(45, 96),
    "family_planning_special": Habit(49, 96),
    "retired_1960s": Habit(78, 96),
    "psychiatric_risk": Habit(16, 80),
}


def draw(
    rng: np.random.Generator,
    shares: Mapping[str, float],
    household: NDArray[np.int64],
    ages: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(row, class number) pairs in row order, a class number being the place of the class in `shares`.

    Household classes go to all of a household; a few households hold two.
    """
    codes = list(shares)
    rows: list[NDArray[np.int64]] = []
    held: list[NDArray[np.int64]] = []
    for number, code in enumerate(codes):
        if code in PERSONAL:
            fits = np.flatnonzero((ages >= PERSONAL[code].youngest) & (ages < PERSONAL[code].oldest))
            chance = min(1.0, shares[code] * len(ages) / max(1, len(fits)))
            chosen = fits[rng.random(len(fits)) < chance]
            rows.append(chosen)
            held.append(np.full(len(chosen), number, dtype=np.int64))
    shared = np.array([number for number, code in enumerate(codes) if code not in PERSONAL], dtype=np.int64)
    if len(shared):
        for first in (True, False):
            chosen, numbers = _by_household(rng, [shares[codes[n]] for n in shared], household, first=first)
            rows.append(chosen)
            held.append(shared[numbers])
    if not rows:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    pairs = np.unique(np.stack([np.concatenate(rows), np.concatenate(held)], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _by_household(
    rng: np.random.Generator, shares: list[float], household: NDArray[np.int64], *, first: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    edges = np.cumsum(shares) * (1.0 if first else _DOUBLE_SHARE)
    lot = rng.random(int(household[-1]) + 1)[household]
    number = np.searchsorted(edges, lot, side="right")
    rows = np.flatnonzero(number < len(shares))
    return rows, number[rows]


def category_column(
    rng: np.random.Generator,
    shares: Mapping[str, float],
    household: NDArray[np.int64],
    ages: NDArray[np.float64],
    births: NDArray[np.int64],
    benefit_year: int,
) -> pa.Array:
    """The `categories` column: per person the classes held, since when, until when."""
    rows, number = draw(rng, shares, household, ages)
    recognised, known = _recognised(rng, len(rows), births[rows], benefit_year)
    last = day(f"{benefit_year}-12-31")
    ended = rng.random(len(rows)) < _ENDED_SHARE
    until = np.maximum(last - rng.integers(60, 700, len(rows)), recognised + 30)
    ended &= until <= last
    codes = pa.array(list(shares) or [""], pa.string()).take(pa.array(number))
    values = pa.StructArray.from_arrays(
        [codes, dates(recognised, known), dates(until, ended)], fields=list(MEMBERSHIP)
    )
    return lists(np.bincount(rows, minlength=len(births)).astype(np.int64), values)


def _recognised(
    rng: np.random.Generator, size: int, births: NDArray[np.int64], benefit_year: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Days of recognition and whether they are known: mostly years ago, some in the season, some after it."""
    season, year, last = (
        day(f"{benefit_year - 1}-09-01"),
        day(f"{benefit_year}-01-01"),
        day(f"{benefit_year}-12-31"),
    )
    lot = rng.random(size)
    days = np.select(
        [lot < 0.82, lot < 0.93],
        [season - rng.integers(30, 3650, size), rng.integers(season, year, size)],
        rng.integers(year, last - 30, size),
    )
    # Nobody is recognised before birth; a newborn of a poor family some weeks after it.
    days = np.where(days < births, np.minimum(births + rng.integers(5, 60, size), last), days)
    known = (lot >= 0.08) | (births >= season)
    return days.astype(np.int64), known


def split_for_rosters(table: pa.Table, departments: Mapping[str, str]) -> tuple[pa.Table, pa.Table]:
    """Take the classes that come by roster out of a population.

    `departments` maps each class code that a roster brings to the department that certifies it. Returns the
    table with those classes gone from every person, and the memberships taken out: one row each with
    `person_id`, `class`, `recognised_on`, `ended_on`, `department`.
    """
    column = table.column("categories").combine_chunks()
    counts = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    person = np.repeat(np.arange(len(column)), counts)
    values = column.flatten()
    codes = values.field("class")
    by_roster = pc.is_in(codes, value_set=pa.array(list(departments), pa.string()))
    stays = ~by_roster.to_numpy(zero_copy_only=False).astype(np.bool_)
    left = lists(
        np.bincount(person[stays], minlength=len(column)).astype(np.int64), values.filter(pa.array(stays))
    )
    position = table.column_names.index("categories")
    remaining = table.set_column(position, table.schema.field("categories"), left)
    taken = values.filter(pa.array(~stays))
    named = taken.field("class")
    certifier = pa.array(list(departments.values()), pa.string()).take(
        pc.index_in(named, value_set=pa.array(list(departments), pa.string()))
    )
    memberships = pa.table(
        {
            "person_id": table.column("person_id").combine_chunks().take(pa.array(person[~stays])),
            "class": named,
            "recognised_on": taken.field("recognised_on"),
            "ended_on": taken.field("ended_on"),
            "department": certifier,
        }
    )
    return remaining, memberships
