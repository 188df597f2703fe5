"""Every way in which offices spoil a roster ends in a named outcome, and no row is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlwt

from yingbao.workbooks.roster import RosterReading, RosterRow, read_roster

from .conftest import HEADING, LI, SPELLINGS, WANG, ZHANG, Rows, Value, save

Read = Callable[[Rows], RosterReading]


def _only(reading: RosterReading) -> RosterRow:
    assert len(reading.rows) == 1
    return reading.rows[0]


def _row(
    id_cell: Value = ZHANG, name: str = "张三", category: str = "C类", since: Value = "20240101"
) -> list[Value]:
    return [1.0, name, id_cell, category, since, ""]


def test_a_plain_row_is_usable_and_keeps_what_was_written(read: Read) -> None:
    row = _only(read([HEADING, _row()]))
    assert row.usable
    assert (row.file, row.sheet, row.row_number) == ("名册.xlsx", "名册", 2)
    assert (row.name, row.id_number, row.class_code) == ("张三", ZHANG, "rural_allowance_3")
    assert row.recognised_on == date(2024, 1, 1)
    assert row.raw["人员类别"] == "C类"


def test_no_id_number_or_name_shows_when_a_row_is_printed(read: Read) -> None:
    assert ZHANG not in repr(read([HEADING, _row()]))
    assert "张三" not in repr(read([HEADING, _row()]))


def test_the_heading_is_found_under_a_merged_title_and_the_row_numbers_are_excel_s(read: Read) -> None:
    reading = read([["肃南县农村低保花名册"], ["填报单位：皇城镇"], [], HEADING, _row()])
    assert _only(reading).row_number == 5


def test_a_heading_in_two_rows_is_read_together(read: Read) -> None:
    row = _only(
        read(
            [
                ["花名册"],
                ["序号", "户主信息", None, "家庭成员", None, "认定情况", None, "备注"],
                [None, "姓名", "身份证号", "姓名", "身份证号", "类别", "时间", None],
                [1.0, "李四", LI, "张三", ZHANG, "农低三类", "2024.1.1", ""],
            ]
        )
    )
    assert (row.name, row.id_number, row.class_code) == ("张三", ZHANG, "rural_allowance_3")
    assert row.recognised_on == date(2024, 1, 1)


@pytest.mark.parametrize(
    "heading", ["公民身份号码", "身份证号码", "证件号码", "身份证\n号  码", "身份证号（18位）", "*身份证号"]
)
def test_a_column_of_id_numbers_is_known_by_many_headings(read: Read, heading: str) -> None:
    assert _only(read([["姓  名", heading, "特殊身份类别"], ["张三", ZHANG, "C类"]])).usable


@pytest.mark.parametrize(
    "written", [f"'{ZHANG}", f" {ZHANG} ", f"{ZHANG[:6]} {ZHANG[6:]}", f"{ZHANG}\n", f"{ZHANG}\t"]
)
def test_an_apostrophe_or_spaces_around_a_number_do_no_harm(read: Read, written: str) -> None:
    assert _only(read([HEADING, _row(written)])).id_number == ZHANG


@pytest.mark.parametrize("letter", ["x", "X", "ｘ", "Ｘ"])
def test_a_last_x_may_be_small_or_wide(read: Read, letter: str) -> None:
    ending_in_x = next(
        n for n in (f"9907211980010100{order}" for order in range(10, 100)) if _check_place(n[:17]) == "X"
    )
    row = _only(read([HEADING, _row(f"{ending_in_x[:17]}{letter}")]))
    assert row.id_number == f"{ending_in_x[:17]}X"


def _check_place(first17: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(w * int(d) for w, d in zip(weights, first17, strict=True)) % 11]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (float(ZHANG.replace("X", "0")), "id_float_lost_digits"),
        ("9.90721E+17", "id_float_lost_digits"),
        ("", "id_empty"),
        (ZHANG[:-1], "id_length"),
        (f"{ZHANG[:5]}A{ZHANG[6:]}", "id_characters"),
        ("990721198002300010", "id_birth_date"),
        (f"{ZHANG[:-1]}{(int(ZHANG[-1].replace('X', '0')) + 1) % 10}", "id_check_digit"),
    ],
)
def test_a_number_that_cannot_be_right_is_named_and_not_repeated(
    read: Read, written: Value, code: str
) -> None:
    row = _only(read([HEADING, _row(written)]))
    assert (row.outcome, row.reason_code) == ("unusable", code)
    assert "请" in row.reason
    assert ZHANG[:14] not in row.reason


@pytest.mark.parametrize("written", ["张\n三", " 张三 ", "张　三", "张 三"])
def test_a_line_break_or_space_in_a_name_is_taken_out(read: Read, written: str) -> None:
    assert _only(read([HEADING, _row(name=written)])).name == "张三"


@pytest.mark.parametrize("name", ["王䶮", "𠮷三", "阿依·古丽"])
def test_rare_characters_and_dots_stay(read: Read, name: str) -> None:
    assert _only(read([HEADING, _row(name=name)])).name == name


@pytest.mark.parametrize(
    ("name", "code"), [("", "name_missing"), ("王?", "name_unreadable"), ("12", "name_unreadable")]
)
def test_a_name_that_is_none_is_sent_back(read: Read, name: str, code: str) -> None:
    assert _only(read([HEADING, _row(name=name)])).reason_code == code


@pytest.mark.parametrize(
    "since",
    [
        "20240101",
        20240101.0,
        "2024.1.1",
        "2024/1/1",
        "2024-01-01",
        "2024年1月1日",
        "２０２４.１.１",
        date(2024, 1, 1),
        45292.0,
        "45292",
    ],
)
def test_a_day_is_read_in_every_form(read: Read, since: Value) -> None:
    assert _only(read([HEADING, _row(since=since)])).recognised_on == date(2024, 1, 1)


@pytest.mark.parametrize("since", ["2023.2.30", "20231301", "2024", "2024.5", "去年", 7.0])
def test_a_day_that_is_none_is_sent_back(read: Read, since: Value) -> None:
    row = _only(read([HEADING, _row(since=since)]))
    assert row.reason_code == "date_unreadable"
    assert row.reason.startswith("认定时间")


@pytest.mark.parametrize("since", ["", "—", "长期"])
def test_no_day_of_recognition_means_long_ago(read: Read, since: str) -> None:
    row = _only(read([HEADING, _row(since=since)]))
    assert row.usable
    assert row.recognised_on is None


def test_a_class_that_ended_is_usable_with_its_last_day(read: Read) -> None:
    row = _only(read([[*HEADING, "停止时间"], [*_row(), "2024.6.30"]]))
    assert row.usable
    assert row.ended_on == date(2024, 6, 30)


def test_an_end_before_the_beginning_is_sent_back(read: Read) -> None:
    assert _only(read([[*HEADING, "停止时间"], [*_row(), "2023.6.30"]])).reason_code == "dates_reversed"


@pytest.mark.parametrize(
    ("category", "code"),
    [
        ("", "class_missing"),
        ("农村低保五类", "class_unknown"),
        ("C类、一级残疾", "class_several"),
        ("C类、甲", "class_unknown"),
    ],
)
def test_a_class_that_is_none_or_several_is_sent_back(read: Read, category: str, code: str) -> None:
    assert _only(read([HEADING, _row(category=category)])).reason_code == code


def test_the_special_class_is_taken_before_the_wide_one(read: Read) -> None:
    heading = ["姓名", "身份证号", "人员类别", "特殊身份类别"]
    assert _only(read([heading, ["张三", ZHANG, "普通居民", "孤儿"]])).class_code == "orphan"


def test_without_a_class_column_the_title_gives_the_class_if_it_names_one_only(read: Read) -> None:
    table: Rows = [["姓名", "身份证号"], ["张三", ZHANG]]
    assert _only(read([["2024年孤儿花名册"], *table])).class_code == "orphan"
    assert _only(read([["孤儿和事实无人抚养儿童花名册"], *table])).reason_code == "class_missing"
    assert _only(read(table)).reason_code == "class_missing"


def test_with_a_class_column_the_title_gives_nothing(read: Read) -> None:
    assert _only(read([["2024年孤儿花名册"], HEADING, _row(category="")])).reason_code == "class_missing"


def test_totals_signatures_and_repeated_headings_are_told_and_everything_adds_up(read: Read) -> None:
    reading = read(
        [
            HEADING,
            _row(),
            ["小计", "", "1人"],
            [],
            HEADING,
            _row(LI, "李四"),
            _row("坏", "王五"),
            ["", "合  计", 3.0],
            ["填表人：", "", "", "审核人：赵六"],
            [4.0],
        ]
    )
    sheet = reading.sheets[0]
    assert [row.row_number for row in reading.rows] == [2, 6, 7]
    assert (sheet.rows, sheet.usable, sheet.unusable) == (8, 2, 1)
    assert sheet.rows == sheet.usable + sheet.unusable + sum(len(n) for n in sheet.skipped.values())
    told = "\n".join(reading.notes)
    for expected in (
        "第 3、8 行是合计行",
        "第 5 行是重复表头行",
        "第 9 行是填表说明行",
        "第 10 行是没有姓名",
    ):
        assert expected in told


def test_someone_whose_name_only_starts_like_a_total_is_a_person(read: Read) -> None:
    assert _only(read([HEADING, _row(name="总计划")])).usable


def test_a_row_with_a_name_and_no_number_is_not_lost(read: Read) -> None:
    assert _only(read([HEADING, _row("", "张三")])).reason_code == "id_empty"


def test_a_hidden_sheet_is_not_read_and_that_is_said(tmp_path: Path) -> None:
    path = save(
        tmp_path / "a.xlsx", {"今年": [HEADING, _row()], "去年": [HEADING, _row(LI)]}, hidden=["去年"]
    )
    reading = read_roster(path, SPELLINGS, sender="民政局")
    assert [row.sheet for row in reading.rows] == ["今年"]
    assert any("去年" in note and "隐藏" in note for note in reading.notes)


def test_people_without_any_heading_are_sent_back_row_by_row(read: Read) -> None:
    reading = read([["花名册"], ["张三", ZHANG, "C类"], ["李四", LI, "C类"]])
    assert [row.reason_code for row in reading.rows] == ["no_heading", "no_heading"]
    assert reading.sheets[0].rows == 3


def test_a_sheet_without_people_is_left_out_and_that_is_said(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", {"名册": [HEADING, _row()], "填表须知": [["请认真填写"]], "Sheet3": []})
    reading = read_roster(path, SPELLINGS, sender="民政局")
    assert len(reading.rows) == 1
    assert any("填表须知" in note for note in reading.notes)
    assert any("Sheet3" in note and "空" in note for note in reading.notes)


def test_an_old_xls_is_read_too(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("名册")
    for r, row in enumerate(
        [HEADING, ["1", "张三", ZHANG, "C类", "2024.1.1"], ["2", "李四", 9.90721e17, "C类", ""]]
    ):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    book.save(str(tmp_path / "名册.xls"))
    rows = read_roster(tmp_path / "名册.xls", SPELLINGS, sender="民政局").rows
    assert [row.reason_code for row in rows] == ["", "id_float_lost_digits"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_is_read_in_the_encodings_that_offices_use(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "名册.csv"
    lines = [",".join(HEADING), f'1,王䶮,="{WANG}",C类,2024/1/1,', f'2,"张\n三",{ZHANG},C类,,', "合计,,2人"]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    reading = read_roster(path, SPELLINGS, sender="残联")
    assert [(row.name, row.id_number, row.outcome) for row in reading.rows] == [
        ("王䶮", WANG, "usable"),
        ("张三", ZHANG, "usable"),
    ]
    assert [row.row_number for row in reading.rows] == [2, 3]
