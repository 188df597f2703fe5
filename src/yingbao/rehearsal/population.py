"""Sample populations: as many made-up people as asked for, the same ones for the same seed.

People are made in blocks of `BLOCK`, each from its own random stream, so that ten million can be written to
Parquet with the memory of one chunk and a run does not depend on the chunk size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yingbao.rehearsal import covers, households, identity, memberships

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 50_000
_SPANS = pa.list_(covers.SPAN)

SCHEMA = pa.schema(
    [
        ("person_id", pa.string()),
        ("household_id", pa.string()),
        ("unit", pa.string()),
        ("name", pa.string()),
        ("id_number", pa.string()),
        ("birth_date", pa.date32()),
        ("sex", pa.string()),
        ("relation", pa.string()),
        ("phone", pa.string()),
        ("residence", pa.string()),
        ("hukou_unit", pa.string()),
        ("works_in", pa.string()),
        ("insured_years", pa.list_(pa.int32())),
        ("repaid_years", pa.list_(pa.int32())),
        ("employee_cover", _SPANS),
        ("elsewhere_cover", _SPANS),
        ("categories", pa.list_(memberships.MEMBERSHIP)),
        ("discharged_on", pa.date32()),
        ("military_dependant", pa.bool_()),
        ("died_on", pa.date32()),
        ("imprisoned_on", pa.date32()),
        ("released_on", pa.date32()),
        ("enlisted_on", pa.date32()),
        ("permit_until", pa.date32()),
        ("parent_insured", pa.bool_()),
        ("periods", pa.int32()),
        ("student", pa.string()),
        ("school", pa.string()),
        ("tier", pa.string()),
        ("unknown", pa.list_(pa.string())),
    ]
)


@dataclass(frozen=True)
class Plan:
    """What a run makes: shares of the whole, each drawn by chance except the unit sizes, which are exact."""

    units: Sequence[tuple[str, int]]
    region: str
    benefit_year: int
    people: int
    seed: int
    classes: Mapping[str, float]
    # A farm or station that is no division → the units whose hukou its people may hold.
    workplaces: Mapping[str, Sequence[str]] = field(default_factory=dict)


def unit_sizes(units: Sequence[tuple[str, int]], people: int) -> list[int]:
    """`people` shared among units in the proportion of their planned numbers, by largest remainder."""
    planned = [number for _, number in units]
    total = sum(planned)
    if total <= 0 or min(planned) < 0:
        raise ValueError("units need planned numbers, none negative and not all zero")
    sizes = [people * number // total for number in planned]
    by_remainder = sorted(range(len(units)), key=lambda i: (-(people * planned[i] % total), i))
    for index in by_remainder[: people - sum(sizes)]:
        sizes[index] += 1
    return sizes


def generate(
    units: Sequence[tuple[str, int]],
    region: str,
    benefit_year: int,
    people: int,
    seed: int,
    classes: Mapping[str, float],
    *,
    workplaces: Mapping[str, Sequence[str]] | None = None,
) -> pa.Table:
    """A whole population in memory, one row a person, columns as `SCHEMA`."""
    plan = Plan(units, region, benefit_year, people, seed, classes, workplaces or {})
    return pa.Table.from_batches(list(blocks(plan)), schema=SCHEMA)


def write_population(
    path: Path,
    units: Sequence[tuple[str, int]],
    region: str,
    benefit_year: int,
    people: int,
    seed: int,
    classes: Mapping[str, float],
    *,
    workplaces: Mapping[str, Sequence[str]] | None = None,
    chunk: int = 500_000,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write Parquet in row groups of about `chunk` people; `progress` hears how many are done."""
    plan = Plan(units, region, benefit_year, people, seed, classes, workplaces or {})
    waiting: list[pa.RecordBatch] = []
    held = done = 0
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for batch in blocks(plan):
            waiting.append(batch)
            held += batch.num_rows
            if held >= chunk or done + held == people:
                writer.write_table(pa.Table.from_batches(waiting, schema=SCHEMA), row_group_size=held)
                done, held, waiting = done + held, 0, []
                if progress is not None:
                    progress(done)
    return done


def blocks(plan: Plan) -> Iterator[pa.RecordBatch]:
    """The population block by block, in unit order."""
    edges = np.cumsum([0, *unit_sizes(plan.units, plan.people)])
    codes = identity.OrderCodes()
    households_before = 0
    for number, start in enumerate(range(0, plan.people, BLOCK)):
        end = min(start + BLOCK, plan.people)
        rng = np.random.default_rng([plan.seed, number])
        stretches = [
            (unit, min(int(b), end) - max(int(a), start))
            for unit, (a, b) in enumerate(pairwise(edges))
            if min(int(b), end) > max(int(a), start)
        ]
        block = _Block(plan, rng, start, households_before, stretches)
        households_before += block.households
        yield block.batch(codes)


class _Block:
    """One block in the making: the facts that several columns share."""

    def __init__(
        self,
        plan: Plan,
        rng: np.random.Generator,
        start: int,
        households_before: int,
        stretches: Sequence[tuple[int, int]],
    ) -> None:
        self.plan, self.rng = plan, rng
        groups = [households.people_of(rng, size) for _, size in stretches]
        sizes = [size for _, size in stretches]
        self.size = sum(sizes)
        first_row = np.repeat(np.cumsum([0, *sizes[:-1]]), sizes)
        house_counts = [int(group.household[-1]) + 1 for group in groups]
        self.households = sum(house_counts)
        first_house = np.repeat(np.cumsum([0, *house_counts[:-1]]), sizes)
        self.household = np.concatenate([g.household for g in groups]) + first_house
        self.household_number = self.household + households_before + 1
        self.head = np.concatenate([g.head for g in groups]) + first_row
        self.age = np.concatenate([g.age for g in groups])
        self.male = np.concatenate([g.male for g in groups])
        self.role = np.concatenate([g.role for g in groups])
        self.relation = np.concatenate([households.relations(g) for g in groups])
        self.unit = np.repeat(np.array([unit for unit, _ in stretches], dtype=np.int64), sizes)
        self.person_number = np.arange(start + 1, start + self.size + 1, dtype=np.int64)
        self.last = covers.day(f"{plan.benefit_year}-12-31")
        self.season = covers.day(f"{plan.benefit_year - 1}-09-01")
        self.births = self.last - np.floor(self.age * 365.2425).astype(np.int64)
        self.birth_year = self.births.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
        self.unit_names = pa.array([name for name, _ in plan.units], pa.string())

    def lot(self, share: float) -> NDArray[np.bool_]:
        """Each person alone, by chance."""
        return self.rng.random(self.size) < share

    def between(self, first: int, last: int) -> NDArray[np.int64]:
        """A day for each person, never before birth."""
        return np.maximum(self.rng.integers(first, last + 1, self.size), self.births + 1)

    def batch(self, codes: identity.OrderCodes) -> pa.RecordBatch:
        """All columns of `SCHEMA`. The order of drawing is part of what a seed means: append only."""
        columns: dict[str, Any] = {
            "person_id": identity.keys("P", self.person_number),
            "household_id": identity.keys("H", self.household_number),
            "birth_date": covers.dates(self.births),
            "sex": pa.array(["female", "male"]).take(pa.array(self.male.astype(np.int8))),
            "relation": identity.fixed_strings(identity.ascii_digits(self.relation, 2)),
        }
        columns |= self._residence()
        columns |= self._identity(codes)
        columns |= self._insurance()
        columns["categories"] = memberships.category_column(
            self.rng, self.plan.classes, self.household, self.age, self.births, self.plan.benefit_year
        )
        columns |= self._events()
        columns |= self._schooling()
        columns |= self._permits()
        return pa.RecordBatch.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA)

    def _residence(self) -> dict[str, Any]:
        by_house = self.rng.random(self.households)[self.household]
        away_student = (self.age >= 18.3) & (self.age < 23) & self.lot(0.12)
        kind = np.select([away_student, by_house < 0.03, by_house < 0.04], [2, 1, 3], 0)
        self.student_here = away_student
        self.permit = kind == 1
        self.migrant = kind > 0
        own = self.unit_names.take(pa.array(self.unit))
        hukou = pc.if_else(pa.array(self.migrant), "外地", own)
        columns = {
            "unit": own,
            "residence": pa.array(
                ["hukou", "residence_permit", "enrolled_student", "resident_without_permit"]
            ).take(pa.array(kind)),
        }
        return columns | self._workplaces(hukou)

    def _workplaces(self, hukou: pa.Array) -> dict[str, Any]:
        works_in: Any = pa.nulls(self.size, pa.string())
        house_lot = self.rng.random(self.households)[self.household]
        names = [name for name, _ in self.plan.units]
        elsewhere = self.unit_names.take(
            pa.array(self.rng.integers(0, len(names), self.households)[self.household])
        )
        lower = 0.0
        for workplace, places in self.plan.workplaces.items():
            inside = np.isin(self.unit, [names.index(place) for place in places if place in names])
            there = inside & (house_lot >= lower) & (house_lot < lower + 0.03) & ~self.migrant
            works_in = pc.if_else(pa.array(there), workplace, works_in)
            # Where one unit manages a workplace, its people may hold any hukou of the county.
            if len(places) == 1:
                hukou = pc.if_else(pa.array(there & (house_lot < lower + 0.015)), elsewhere, hukou)
            lower += 0.03
        return {"hukou_unit": hukou, "works_in": works_in}

    def _identity(self, codes: identity.OrderCodes) -> dict[str, Any]:
        surname = identity.surnames(self.rng, self.size)
        child = self.role == households.CHILD
        surname[child] = surname[self.head[child]]
        births = self.births.astype("datetime64[D]")
        numbers = identity.id_numbers(self.plan.region, births, self.male, self.migrant, codes)
        without = (self.births >= self.season) & self.lot(0.25)
        return {
            "name": identity.names(self.rng, surname, self.male),
            "id_number": pc.if_else(pa.array(without), pa.scalar(None, pa.string()), numbers),
            "phone": identity.phones(self.rng, (self.age >= 16) & self.lot(0.85)),
        }

    def _insurance(self) -> dict[str, Any]:
        insured, repaid, unknown_years = covers.insured_years(
            self.rng, self.plan.benefit_year, self.birth_year
        )
        working = (self.age >= 19) & (self.age < 61)
        scale = 1 / max(0.2, float(working.mean()))
        lot = self.rng.random(self.size)
        active = working & (lot < 0.06 * scale)
        ended = working & ~active & (lot < 0.07 * scale)
        since = self.between(self.season - 5000, self.season - 400)
        until = self.between(self.season - 240, self.last - 60)
        elsewhere = ~active & self.lot(0.02)
        elsewhere_since = self.between(self.season - 1500, self.season - 250)
        unknown_employee = working & ~active & ~ended & self.lot(0.001)
        facts = pa.array(["insured_years", "employee_cover"], pa.string())
        both = np.stack([unknown_years, unknown_employee], axis=1)
        return {
            "insured_years": insured,
            "repaid_years": repaid,
            "employee_cover": covers.spans(active | ended, since, until, ended),
            "elsewhere_cover": covers.spans(elsewhere, elsewhere_since, until, elsewhere & self.lot(0.1)),
            "unknown": covers.lists(
                both.sum(axis=1).astype(np.int64),
                facts.take(pa.array(np.nonzero(both)[1])),
                np.asarray(~both.any(axis=1)),
            ),
        }

    def _events(self) -> dict[str, Any]:
        year_ago = self.season - 300
        soldier_age = self.male & (self.age >= 19) & (self.age < 36)
        discharged = soldier_age & self.lot(0.006)
        enlisted = self.male & (self.age >= 18.5) & (self.age < 24) & ~discharged & self.lot(0.015)
        dependant = (self.role == households.SPOUSE) & (self.age < 50) & self.lot(0.004)
        # Roughly the mortality of the old; a death lies in the season or the benefit year.
        died = self.rng.random(self.size) < np.clip((self.age - 45) / 1000, 0.0005, 0.05)
        imprisoned = (self.age >= 20) & (self.age < 70) & ~died & self.lot(0.0006)
        return {
            "discharged_on": covers.dates(self.between(self.season - 60, self.last - 90), discharged),
            "military_dependant": pa.array(dependant),
            "died_on": covers.dates(np.minimum(self.between(year_ago + 200, self.last), self.last), died),
            "imprisoned_on": covers.dates(self.between(self.season - 900, self.season + 200), imprisoned),
            "released_on": pa.nulls(self.size, pa.date32()),
            "enlisted_on": covers.dates(self.between(self.season - 700, self.season + 60), enlisted),
            "parent_insured": pa.nulls(self.size, pa.bool_()),
            "periods": pa.nulls(self.size, pa.int32()),
        }

    def _permits(self) -> dict[str, Any]:
        # Valid through the benefit year: an office registers nobody on an expired permit.
        return {"permit_until": covers.dates(self.last + self.rng.integers(1, 730, self.size), self.permit)}

    def _schooling(self) -> dict[str, Any]:
        stages = ["kindergarten", "primary", "junior", "senior", "vocational", "university"]
        signs = ["幼儿园", "小学", "初级中学", "高级中学", "职业中等专业学校", "职业学院"]
        vocational = self.lot(0.35)
        age = self.age
        stage = np.select(
            [self.student_here, age < 3.3, age < 6.3, age < 12.3, age < 15.3, age < 18.3],
            [5, -1, 0, 1, 2, np.where(vocational, 4, 3)],
            np.where((age < 22.3) & self.lot(0.35), 5, -1),
        )
        skipped = self.lot(0.04) & ~self.student_here
        in_school = pa.array((stage >= 0) & ~skipped)
        place = pa.array(np.maximum(stage, 0))
        nothing = pa.scalar(None, pa.string())
        own = self.unit_names.take(pa.array(self.unit))
        school = pc.binary_join_element_wise(own, pa.array(signs).take(place), "")
        return {
            "student": pc.if_else(in_school, pa.array(stages).take(place), nothing),
            "school": pc.if_else(in_school, school, nothing),
            "tier": pa.nulls(self.size, pa.string()),
        }
