"""A population file goes in, an assessment file comes out; a bad row costs only itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from yingbao.bulk import assess_file
from yingbao.bulk.errors import OutputUnwritable, SnapshotColumns, SnapshotMissing, SnapshotUnreadable
from yingbao.policy import explain, load_release
from yingbao.policy.schema.rules import PAYERS
from yingbao.rehearsal.rows import person_of
from yingbao.rehearsal.sample import make_population

HEAD = (
    "person_id,id_number,birth_date,residence,insured_years,employee_cover,elsewhere_cover,categories,"
    "discharged_on,military_dependant,died_on,imprisoned_on,released_on,enlisted_on"
)
ON = date(2024, 10, 10)


def liangzhou(tmp_path: Path, *lines: str) -> tuple[Any, dict[str, dict[str, Any]]]:
    """Some CSV lines assessed under 凉州's 2025 release: the run, and the rows by person."""
    path = tmp_path / "people.csv"
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    out = tmp_path / "out.parquet"
    run = assess_file(load_release("620602", 2025), path, out, on=ON)
    return run, {row["person_id"]: row for row in pq.read_table(out).to_pylist()}


def test_a_herder_of_the_third_allowance_class_pays_150_and_the_file_names_the_rules(tmp_path: Path) -> None:
    _, rows = liangzhou(tmp_path, "1,,1985-06-15,hukou,2023;2024,,,农低三类@2022-02-02..,,,,,,")
    assert (rows["1"]["due_fen"], rows["1"]["medical_assistance_fen"]) == (15_000, 25_000)
    assert rows["1"]["subsidy_rules"] == "subsidies.allowance-low"
    assert rows["1"]["window_rule"] == "windows.central"
    assert rows["1"]["release_digest"] == load_release("620602", 2025).digest


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2,,2024-02-30,hukou,2024,,,,,,,,,", "第 2 行：birth_date 的值“2024-02-30”不能用"),
        ("2,990602198506150011,1985-06-15,hukou,2024,,,,,,,,,", "第 2 行：身份证号校验不通过"),
        ("2,99060219850615,1985-06-15,hukou,2024,,,,,,,,,", "第 2 行：身份证号校验不通过"),
        ("2,,1985-06-15,户籍,2024,,,,,,,,,", "第 2 行：residence 的值“户籍”不认识"),
        (",,1985-06-15,hukou,2024,,,,,,,,,", "第 2 行：缺 person_id"),
        ("2,,1985-06-15,hukou,二〇二四,,,,,,,,,", "第 2 行：insured_years 的值“二〇二四”不能用"),
        ("2,,1985-06-15,hukou,2024,2015-13-01..,,,,,,,,", "第 2 行：employee_cover 的值"),
        ("2,,1985-06-15,hukou,2024,,,农村低保一类@2022-02-32..,,,,,,", "第 2 行：categories 的值"),
        (
            "2,,1985-06-15,hukou,2024,,,特困@2023-01-01..2022-01-01,,,,,,",
            "第 2 行：categories 里有止期早于起期",
        ),
    ],
)
def test_a_row_that_cannot_be_read_says_where_and_what_and_costs_nobody_else(
    tmp_path: Path, line: str, words: str
) -> None:
    run, rows = liangzhou(tmp_path, line, "9,,1985-06-15,hukou,2024,,,,,,,,,")
    assert run.outcomes == {"payable": 1, "refused": 1}
    assert [sentence for sentence in run.refused if sentence.startswith(words)]
    assert rows["9"]["due_fen"] == 40_000


def test_a_class_nobody_has_recorded_leaves_its_person_undetermined_and_names_the_row(tmp_path: Path) -> None:
    run, rows = liangzhou(
        tmp_path, "1,,1985-06-15,hukou,2024,,,,,,,,,", "2,,1985-06-15,hukou,2024,,,特别困难,,,,,,"
    )
    assert rows["2"]["outcome"] == "undetermined"
    assert rows["2"]["missing"] == "categories"
    assert run.unplaced == ("第 3 行：人员类别“特别困难”没有登记（共 1 处）",)


def test_somebody_whose_history_is_unknown_owes_400_and_waits_nobody_knows_how_long(tmp_path: Path) -> None:
    _, rows = liangzhou(tmp_path, "1,,1985-06-15,hukou,,,,,,,,,,", "2,,1985-06-15,hukou,-,,,,,,,,,")
    assert (rows["1"]["due_fen"], rows["1"]["waiting_days"], rows["1"]["missing"]) == (
        40_000,
        None,
        "insured_years",
    )
    assert (rows["2"]["waiting_days"], rows["2"]["missing"]) == (0, None)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("person_id,birth_date\n1,1985-06-15\n", encoding="utf-8")
    with pytest.raises(SnapshotColumns, match="缺列 categories、died_on"):
        assess_file(load_release("620602", 2025), path, tmp_path / "out.parquet", on=ON)


def test_a_file_that_is_not_there_or_not_readable_is_refused_by_name(tmp_path: Path) -> None:
    policy = load_release("620602", 2025)
    with pytest.raises(SnapshotMissing, match=r"nobody\.parquet"):
        assess_file(policy, tmp_path / "nobody.parquet", tmp_path / "out.parquet", on=ON)
    junk = tmp_path / "junk.parquet"
    junk.write_bytes(b"not parquet at all, but long enough to be looked at")
    with pytest.raises(SnapshotUnreadable, match=r"junk\.parquet"):
        assess_file(policy, junk, tmp_path / "out.parquet", on=ON)


def test_an_output_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"{HEAD}\n1,,1985-06-15,hukou,2024,,,,,,,,,\n", encoding="utf-8")
    with pytest.raises(OutputUnwritable):
        assess_file(load_release("620602", 2025), path, tmp_path / "nowhere" / "out.parquet", on=ON)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["people.csv"]


def test_in_a_parquet_file_too_a_bad_row_keeps_its_place(tmp_path: Path) -> None:
    policy = load_release("620721", 2024)
    table = make_population(policy, 500, seed=3)
    ids = table.column("id_number").to_pylist()
    first = next(i for i, number in enumerate(ids) if number)
    ids[first] = ids[first][:17] + ("0" if ids[first][17] != "0" else "1")
    place = table.schema.get_field_index("id_number")
    path = tmp_path / "people.parquet"
    pq.write_table(table.set_column(place, "id_number", pa.array(ids)), path)
    run = assess_file(policy, path, tmp_path / "out.parquet", on=date(2023, 9, 10))
    assert run.outcomes["refused"] == 1
    assert run.refused == (f"第 {first + 1} 行：身份证号校验不通过，请与证件核对后改正",)
    assert run.rows == 500


@pytest.mark.parametrize(
    ("region", "year", "on"),
    [
        ("620721", 2024, date(2023, 9, 10)),
        ("620724", 2024, date(2024, 5, 20)),
        ("620602", 2025, date(2025, 1, 20)),
        ("140500", 2024, date(2023, 10, 12)),
        ("520100", 2024, date(2024, 6, 15)),
    ],
)
def test_every_row_of_a_sample_is_what_the_plain_reading_says(
    tmp_path: Path, region: str, year: int, on: date
) -> None:
    """400 people as `yingbao sample` makes them: the file agrees with the explanation of each."""
    policy = load_release(region, year)
    table = make_population(policy, 400, seed=11)
    pq.write_table(table, tmp_path / "in.parquet")
    assess_file(policy, tmp_path / "in.parquet", tmp_path / "out.parquet", on=on)
    rows = {row["person_id"]: row for row in pq.read_table(tmp_path / "out.parquet").to_pylist()}
    for facts in table.to_pylist():
        row = rows[facts["person_id"]]
        answer = explain(policy, person_of(facts), on).answer
        assert row["outcome"] == answer.outcome
        assert row["due_fen"] == answer.due_fen
        assert row["benefit_start"] == answer.benefit_start
        if answer.due_fen is not None:
            assert answer.due_fen + sum(row[f"{p}_fen"] for p in PAYERS) == answer.standard_fen
