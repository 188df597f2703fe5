"""Rosters come back row by row as the truth beside them says, and classes come in no other way."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from yingbao.rehearsal.memberships import split_for_rosters
from yingbao.rehearsal.roster_traps import RosterClass
from yingbao.rehearsal.rosters import RosterFile, write_rosters
from yingbao.workbooks.matching import match_rows
from yingbao.workbooks.roster import RosterRow, read_roster
from yingbao.workbooks.spellings import spelling_index

from .conftest import UNITS

HANDED_IN = date(2024, 6, 30)


def _write(
    folder: Path, population: pa.Table, classes: list[RosterClass], *, seed: int = 7, traps: float = 0.2
) -> list[RosterFile]:
    remaining, memberships = split_for_rosters(population, {c.code: c.certified_by for c in classes})
    return write_rosters(
        folder,
        remaining,
        memberships,
        classes,
        region="620721",
        region_name="肃南裕固族自治县",
        benefit_year=2024,
        handed_in_on=HANDED_IN,
        seed=seed,
        trap_share=traps,
    )


@pytest.fixture(scope="module")
def files(
    tmp_path_factory: pytest.TempPathFactory, population: pa.Table, classes: list[RosterClass]
) -> list[RosterFile]:
    return _write(tmp_path_factory.mktemp("rosters"), population, classes)


def _read(file: RosterFile, population: pa.Table, classes: list[RosterClass]) -> tuple[RosterRow, ...]:
    spellings = spelling_index({c.code: [c.name, *c.spellings] for c in classes})
    numbers, keys = population["id_number"].to_pylist(), population["person_id"].to_pylist()
    people = {number: key for number, key in zip(numbers, keys, strict=True) if number}
    recorded = dict(zip(keys, population["name"].to_pylist(), strict=True))
    return match_rows(read_roster(file.path, spellings, sender=file.sender).rows, people, recorded)


def _truth(file: RosterFile) -> list[dict[str, str]]:
    with file.truth_path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_every_row_of_every_roster_ends_as_its_truth_says(
    files: list[RosterFile], population: pa.Table, classes: list[RosterClass]
) -> None:
    assert len(files) == 4
    for file in files:
        rows = _read(file, population, classes)
        told = [(t["sheet"], int(t["row"]), t["outcome"], t["reason_code"]) for t in _truth(file)]
        assert [(r.sheet, r.row_number, r.outcome, r.reason_code) for r in rows] == told
        assert len(rows) == file.rows


def test_a_usable_row_names_the_person_it_was_made_from(
    files: list[RosterFile], population: pa.Table, classes: list[RosterClass]
) -> None:
    for file in files:
        for row, truth in zip(_read(file, population, classes), _truth(file), strict=True):
            if row.usable:
                assert row.person_id == truth["person_id"]


def test_every_trap_is_laid(files: list[RosterFile]) -> None:
    laid = Counter(truth["what"] for file in files for truth in _truth(file))
    assert set(laid) >= {
        "plain",
        "newborn_without_number",
        "id_as_number",
        "id_apostrophe",
        "id_full_width",
        "id_wrong_check_digit",
        "name_line_break",
        "impossible_date",
        "class_unheard_of",
        "stranger",
        "twice",
        "second_class",
        "ended",
    }


def test_rosters_without_traps_bring_back_the_memberships_that_were_taken_out(
    tmp_path: Path, population: pa.Table, classes: list[RosterClass]
) -> None:
    born = dict(zip(population["person_id"].to_pylist(), population["birth_date"].to_pylist(), strict=True))
    numbered = {
        key
        for key, number in zip(
            population["person_id"].to_pylist(), population["id_number"].to_pylist(), strict=True
        )
        if number
    }
    _, memberships = split_for_rosters(population, {c.code: c.certified_by for c in classes})
    expected = {
        (
            m["person_id"],
            m["class"],
            m["recognised_on"],
            m["ended_on"] if (m["ended_on"] or date.max) <= HANDED_IN else None,
        )
        for m in memberships.to_pylist()
        if (m["recognised_on"] or date.min) <= HANDED_IN
        and born[m["person_id"]] <= HANDED_IN
        and m["person_id"] in numbered
    }
    brought = {
        (row.person_id, row.class_code, row.recognised_on, row.ended_on)
        for file in _write(tmp_path, population, classes, traps=0)
        if file.path.suffix == ".xlsx"
        for row in _read(file, population, classes)
        if row.usable
    }
    assert brought == expected


def test_the_same_seed_writes_the_same_bytes(
    tmp_path: Path, files: list[RosterFile], population: pa.Table, classes: list[RosterClass]
) -> None:
    for first, again in zip(files, _write(tmp_path, population, classes), strict=True):
        assert first.path.read_bytes() == again.path.read_bytes()
        assert first.truth_path.read_bytes() == again.truth_path.read_bytes()


def test_another_seed_spoils_other_rows(
    tmp_path: Path, files: list[RosterFile], population: pa.Table, classes: list[RosterClass]
) -> None:
    others = _write(tmp_path, population, classes, seed=8)
    assert files[0].truth_path.read_bytes() != others[0].truth_path.read_bytes()


def test_the_last_department_s_list_is_there_as_chinese_text_too(files: list[RosterFile]) -> None:
    text = files[-1].path.read_bytes()
    assert files[-1].path.suffix == ".csv"
    assert "公民身份号码" in text.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        text.decode("utf-8")


def test_no_class_that_comes_by_roster_is_left_in_the_population(
    population: pa.Table, classes: list[RosterClass]
) -> None:
    remaining, memberships = split_for_rosters(population, {c.code: c.certified_by for c in classes})
    assert all(not categories for categories in remaining["categories"].to_pylist())
    assert memberships.num_rows == sum(len(c) for c in population["categories"].to_pylist())
    assert remaining.schema.equals(population.schema)
    assert remaining.drop_columns(["categories"]).equals(population.drop_columns(["categories"]))


def test_a_class_of_a_department_that_hands_in_nothing_stays_with_the_person(population: pa.Table) -> None:
    remaining, memberships = split_for_rosters(population, {"lifted": "agriculture"})
    assert set(memberships["class"].to_pylist()) == {"lifted"}
    assert set(memberships["department"].to_pylist()) == {"agriculture"}
    left = [
        category["class"] for categories in remaining["categories"].to_pylist() for category in categories
    ]
    whole = [
        category["class"] for categories in population["categories"].to_pylist() for category in categories
    ]
    assert left == [code for code in whole if code != "lifted"]


def test_a_membership_recognised_after_the_hand_in_is_not_in_the_list(
    files: list[RosterFile], population: pa.Table, classes: list[RosterClass]
) -> None:
    for file in files:
        for row in _read(file, population, classes):
            assert row.recognised_on is None or row.recognised_on <= HANDED_IN


def test_civil_affairs_keeps_one_sheet_a_town_with_merged_headings_and_a_hidden_old_sheet(
    files: list[RosterFile],
) -> None:
    workbook = CalamineWorkbook.from_path(str(files[0].path), load_tables=False)
    assert workbook.sheet_names == [*(unit for unit, _ in UNITS), "去年旧表"]
    assert workbook.sheets_metadata[-1].visible is SheetVisibleEnum.Hidden
    merged = workbook.get_sheet_by_name("皇城镇").merged_cell_ranges
    assert ((2, 0), (3, 0)) in merged
    assert ((2, 3), (2, 5)) in merged
    assert ((0, 0), (0, 10)) in merged
