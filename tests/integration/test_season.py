"""The demo's main job on a small county: what the departments wrote is what the register says."""

from __future__ import annotations

import csv

import pytest
from python_calamine import CalamineWorkbook

from yingbao.policy import load_release
from yingbao.rehearsal.season import Season, run_season

PEOPLE = 1_500


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Season:
    folder = tmp_path_factory.mktemp("season")
    return run_season(load_release("620721", 2024), PEOPLE, 7, folder, say=[].append)


def sheet(season: Season, name: str) -> list[list[object]]:
    return CalamineWorkbook.from_path(str(season.register)).get_sheet_by_name(name).to_python()


def test_everybody_is_in_the_register_once(season: Season) -> None:
    assert season.assessed.rows == PEOPLE
    people = [row for row in sheet(season, "人员明细") if isinstance(row[0], str) and "*" in str(row[3])]
    without_id = [row for row in sheet(season, "人员明细") if row[0] and not row[3] and row[2]]
    assert len(people) + len([r for r in without_id if "*" in str(r[2])]) == PEOPLE


def test_the_totals_are_the_sums_of_the_assessment(season: Season) -> None:
    rows = sheet(season, "汇总")
    total = next(row for row in rows if str(row[0]).replace(" ", "") in ("合计", "总计"))
    assert round(float(str(total[-1])) * 100) == season.assessed.due_fen
    assert total[2] == season.assessed.outcomes["payable"]


def test_every_roster_row_is_used_or_listed_with_its_reason(season: Season) -> None:
    unusable = [row for row in sheet(season, "名册未采用") if str(row[0]).endswith(".xlsx")]
    assert len(unusable) == season.rows_unusable > 0
    assert all(row[4] and row[5] for row in unusable)


def test_the_rows_found_unusable_are_those_the_truth_says_were_spoilt(season: Season) -> None:
    spoilt = 0
    for path in (season.folder / "rosters").glob("*.truth.csv"):
        with path.open(encoding="utf-8-sig") as file:
            spoilt += sum(row["outcome"] == "unusable" for row in csv.DictReader(file))
    assert season.rows_unusable == spoilt


def test_full_subsidy_people_pay_nothing(season: Season) -> None:
    heading = next(row for row in sheet(season, "零费申报") if "个人应缴（元）" in row)
    due = heading.index("个人应缴（元）")
    people = [row for row in sheet(season, "零费申报") if "**" in str(row[3])]
    assert people
    assert all(row[due] == 0 for row in people)


def test_no_name_or_id_number_leaves_unmasked(season: Season) -> None:
    for row in sheet(season, "人员明细")[4:]:
        if row[3]:
            assert "**********" in str(row[3]) or not str(row[3])[:1].isdigit()
