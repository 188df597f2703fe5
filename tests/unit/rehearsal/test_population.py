"""Made-up people are plausible, never real, and the same for the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from yingbao.kernel import id_number, names
from yingbao.kernel.dates import age_on
from yingbao.kernel.regions import UnknownRegion, name_of
from yingbao.rehearsal import identity
from yingbao.rehearsal.population import BLOCK, SCHEMA, unit_sizes, write_population

from .conftest import SHARES, UNITS, WORKPLACES, county


def _share(table: pa.Table, condition: pa.ChunkedArray) -> float:
    return pc.sum(pc.fill_null(condition, False)).as_py() / table.num_rows


def test_the_columns_are_those_of_the_snapshot(population: pa.Table) -> None:
    assert population.schema.equals(SCHEMA)
    population.validate(full=True)


def test_the_same_seed_makes_the_same_people_and_another_seed_others() -> None:
    assert county(3_000).equals(county(3_000))
    assert not county(3_000).equals(county(3_000, seed=8))


def test_the_chunk_size_changes_no_one(tmp_path: Path) -> None:
    people = 2 * BLOCK + 123
    heard: list[int] = []
    for chunk in (BLOCK, 10 * BLOCK):
        write_population(
            tmp_path / f"{chunk}.parquet",
            UNITS,
            "620721",
            2024,
            people,
            7,
            SHARES,
            chunk=chunk,
            progress=heard.append,
        )
    assert heard == [BLOCK, 2 * BLOCK, people, people]
    tables = [pq.read_table(tmp_path / f"{chunk}.parquet") for chunk in (BLOCK, 10 * BLOCK)]
    assert tables[0].equals(tables[1])


def test_the_same_file_is_written_byte_for_byte(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_population(tmp_path / name, UNITS, "620721", 2024, 2_000, 7, SHARES)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_units_share_people_in_the_proportion_of_their_plans(population: pa.Table) -> None:
    counts = Counter(population["unit"].to_pylist())
    assert sum(counts.values()) == 20_000
    for unit, planned in UNITS:
        assert abs(counts[unit] - 20_000 * planned / 29_500) < 1


def test_the_largest_remainders_get_the_odd_people() -> None:
    assert unit_sizes([("a", 1), ("b", 1), ("c", 1)], 10) == [4, 3, 3]
    assert unit_sizes(UNITS, 29_500) == [planned for _, planned in UNITS]


def test_units_without_planned_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="planned"):
        unit_sizes([("a", 0)], 10)


def test_every_id_number_is_valid_unlike_any_other_and_tells_birth_and_sex(population: pa.Table) -> None:
    numbers = population["id_number"].to_pylist()
    known = [number for number in numbers if number is not None]
    assert len(set(known)) == len(known)
    for number, born, sex in zip(
        numbers, population["birth_date"].to_pylist(), population["sex"].to_pylist(), strict=True
    ):
        if number is not None:
            assert id_number.check(number) == number
            assert id_number.birth_date(number) == born
            assert id_number.sex(number) == sex


def test_area_codes_are_assigned_to_no_division(population: pa.Table) -> None:
    areas = {number[:6] for number in population["id_number"].to_pylist() if number}
    assert "990721" in areas
    for area in areas:
        assert area.startswith("99")
        with pytest.raises(UnknownRegion):
            name_of(area, date(2024, 1, 1))


def test_a_crowded_birthday_still_gives_everyone_a_number() -> None:
    born = np.full(3_000, np.datetime64("1990-05-05", "D"))
    male = np.ones(3_000, dtype=np.bool_)
    codes = identity.OrderCodes()
    numbers: list[str] = []
    for _ in range(2):
        numbers += identity.id_numbers("620721", born, male, ~male, codes).to_pylist()
    assert len(set(numbers)) == 6_000


def test_the_fast_check_digit_is_the_kernel_s(population: pa.Table) -> None:
    numbers = [n for n in population["id_number"].to_pylist()[:500] if n]
    letters = np.array([list(n[:17].encode()) for n in numbers], dtype=np.uint8)
    assert bytes(identity.check_digits(letters)).decode() == "".join(
        id_number.check_digit(n[:17]) for n in numbers
    )


def test_names_are_clean_and_some_are_rare(population: pa.Table) -> None:
    written = population["name"].to_pylist()
    assert all(names.clean_name(name) == (name, False) for name in written)
    assert any(rare in name for name in written for rare in ("䶮", "𠮷"))
    assert any("·" in name for name in written)


def test_ages_are_plausible(population: pa.Table) -> None:
    ages = [age_on(born, date(2024, 12, 31)) for born in population["birth_date"].to_pylist()]
    assert min(ages) == 0
    assert 85 < max(ages) <= 95
    assert 0.15 < sum(age < 18 for age in ages) / len(ages) < 0.3
    assert 0.15 < sum(age >= 60 for age in ages) / len(ages) < 0.32


def test_babies_of_the_season_and_the_benefit_year_are_there_and_some_have_no_number(
    population: pa.Table,
) -> None:
    season = pc.greater_equal(population["birth_date"], pa.scalar(date(2023, 9, 1)))
    babies = population.filter(season)
    assert 0.004 < babies.num_rows / population.num_rows < 0.03
    assert 0 < babies["id_number"].null_count < babies.num_rows
    assert population["id_number"].null_count == babies["id_number"].null_count


def test_every_household_has_one_head_and_lies_in_one_unit(population: pa.Table) -> None:
    heads = Counter(
        house
        for house, relation in zip(
            population["household_id"].to_pylist(), population["relation"].to_pylist(), strict=True
        )
        if relation == "02"
    )
    assert set(heads.values()) == {1}
    assert set(heads) == set(population["household_id"].to_pylist())
    units = population.group_by("household_id").aggregate([("unit", "count_distinct")])
    assert set(units["unit_count_distinct"].to_pylist()) == {1}


def test_a_child_is_younger_than_the_head_of_its_household(population: pa.Table) -> None:
    head_born = {
        row["household_id"]: row["birth_date"]
        for row in population.select(["household_id", "relation", "birth_date"]).to_pylist()
        if row["relation"] == "02"
    }
    for row in population.select(["household_id", "relation", "birth_date"]).to_pylist():
        if row["relation"] in ("20", "30", "41", "42"):
            assert row["birth_date"].year - head_born[row["household_id"]].year >= 18


def test_other_cover_is_as_common_as_it_should_be(population: pa.Table) -> None:
    spans = [s[0] if s else None for s in population["employee_cover"].to_pylist()]
    assert 0.045 < sum(s is not None and s["until_on"] is None for s in spans) / len(spans) < 0.075
    assert 0.005 < sum(s is not None and s["until_on"] is not None for s in spans) / len(spans) < 0.02
    assert (
        0.01 < _share(population, pc.greater(pc.list_value_length(population["elsewhere_cover"]), 0)) < 0.03
    )
    assert all(s["from_on"] <= s["until_on"] for s in spans if s is not None and s["until_on"] is not None)


def test_nobody_was_insured_before_being_born(population: pa.Table) -> None:
    for born, insured in zip(
        population["birth_date"].to_pylist(), population["insured_years"].to_pylist(), strict=True
    ):
        assert insured is None or all(year >= born.year for year in insured)


def test_years_nobody_knows_are_named_unknown(population: pa.Table) -> None:
    for insured, unknown in zip(
        population["insured_years"].to_pylist(), population["unknown"].to_pylist(), strict=True
    ):
        assert (insured is None) == ("insured_years" in (unknown or []))


@pytest.mark.parametrize(
    "column", ["discharged_on", "died_on", "imprisoned_on", "enlisted_on", "student", "works_in", "phone"]
)
def test_rare_things_happen_to_some_and_not_to_most(population: pa.Table, column: str) -> None:
    assert 0 < population.num_rows - population[column].null_count < population.num_rows


def test_people_of_a_workplace_belong_to_the_units_that_manage_it(population: pa.Table) -> None:
    for unit, hukou, works_in in zip(
        population["unit"].to_pylist(),
        population["hukou_unit"].to_pylist(),
        population["works_in"].to_pylist(),
        strict=True,
    ):
        if works_in is not None:
            assert unit in WORKPLACES[works_in]
            assert works_in == "甘肃省绵羊繁育技术推广站" or hukou == unit


def test_classes_have_their_shares_ages_and_dates(population: pa.Table) -> None:
    held = Counter[str]()
    several = ended = new = 0
    for born, categories in zip(
        population["birth_date"].to_pylist(), population["categories"].to_pylist(), strict=True
    ):
        several += len(categories) > 1
        assert len({c["class"] for c in categories}) == len(categories)
        for category in categories:
            held[category["class"]] += 1
            since, until = category["recognised_on"], category["ended_on"]
            ended += until is not None
            new += since is not None and since >= date(2024, 1, 1)
            assert since is None or since >= born
            assert since is None or until is None or until > since
            assert category["class"] != "orphan" or born.year >= 2006
    for code, share in SHARES.items():
        assert share * 0.6 < held[code] / 20_000 < share * 1.5
    assert several
    assert ended
    assert new
