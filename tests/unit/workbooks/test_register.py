"""The pre-collection register is exact to the fen, masked, and complete or not there at all."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from yingbao.workbooks import register_layout
from yingbao.workbooks.register import REHEARSED, write_register
from yingbao.workbooks.register_layout import RegisterTooLong
from yingbao.workbooks.roster import RosterRow

from .conftest import LI, ZHANG

PAYERS = {"medical_assistance": "医疗救助资金", "agriculture": "农业农村部门"}
CLASSES = {"orphan": "孤儿", "rural_allowance_3": "农村低保三类"}
META = {
    "地区": "肃南裕固族自治县（620721）",
    "待遇年度": "2024",
    "评估日": "2023-10-01",
    "政策版本": "sha256:0a1b",
    "制表": "演练",
}
# 肃医保〔2023〕48号 二(三): 380 元, 孤儿 380 元, 农村三类 250 元
ORPHAN = {
    "unit": "皇城镇",
    "household_id": "H1",
    "name": "张三丰",
    "id_number": ZHANG,
    "class_code": "orphan",
    "standard_fen": 38_000,
    "medical_assistance_fen": 38_000,
    "agriculture_fen": 0,
    "due_fen": 0,
    "delivery": "免征代缴",
    "clause": "肃医保〔2023〕48号 二(三)1",
    "rule": "subsidy.orphan",
    "window_last_on": date(2023, 12, 31),
    "outcome": "payable",
}
POOR = {
    **ORPHAN,
    "name": "李四",
    "id_number": LI,
    "class_code": "rural_allowance_3",
    "medical_assistance_fen": 25_001,
    "due_fen": 12_999,
    "delivery": "差额征缴",
}
UNKNOWN = {
    **ORPHAN,
    "name": "=HYPERLINK(1)",
    "class_code": None,
    "medical_assistance_fen": None,
    "due_fen": None,
    "outcome": "undetermined",
    "reason": "缺少残疾等级",
}


def _total(unit: str, code: str | None, people: int, standard: int, aid: int, due: int) -> dict[str, Any]:
    return {
        "unit": unit,
        "class_code": code,
        "people": people,
        "standard_fen": standard,
        "medical_assistance_fen": aid,
        "agriculture_fen": 0,
        "due_fen": due,
    }


TOTALS = [
    _total("皇城镇", "orphan", 1, 38_000, 38_000, 0),
    _total("皇城镇", "rural_allowance_3", 1, 38_000, 25_001, 12_999),
    _total("马蹄乡", None, 2, 76_000, 0, 76_000),
]
BAD = RosterRow("民政局.xlsx", "皇城镇", 12, "unusable", "duplicate", "与第 3 行重复", "王五六", ZHANG)


def _write(path: Path, persons: Iterable[Mapping[str, Any]] = (ORPHAN, POOR, UNKNOWN), **others: Any) -> Path:
    given: dict[str, Any] = {
        "totals": TOTALS,
        "full_subsidy": [ORPHAN],
        "unusable": [BAD],
        "meta": META,
        **others,
    }
    write_register(
        path,
        title="2024年度居民医保预征清册",
        persons=persons,
        class_names=CLASSES,
        payer_names=PAYERS,
        **given,
    )
    return path


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _write(tmp_path_factory.mktemp("register") / "预征清册.xlsx")


def _cells(path: Path, sheet: str) -> list[list[Any]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def test_the_sheets_are_those_of_the_register_in_order(register: Path) -> None:
    names = CalamineWorkbook.from_path(str(register)).sheet_names
    assert names == ["汇总", "人员明细", "零费申报", "名册未采用", "说明"]


def test_totals_are_in_yuan_with_a_subtotal_a_unit_and_one_total(register: Path) -> None:
    rows = _cells(register, "汇总")[2:]
    assert rows[0] == [
        "乡镇（街道）",
        "人员类别",
        "人数（人）",
        "缴费标准合计（元）",
        *PAYERS.values(),
        "个人应缴合计（元）",
    ]
    assert rows[1:6] == [
        ["皇城镇", "孤儿", 1, 380.0, 380.0, 0, 0],
        ["皇城镇", "农村低保三类", 1, 380.0, 250.01, 0, 129.99],
        ["皇城镇", "小计", 2, 760.0, 630.01, 0, 129.99],
        ["马蹄乡", "无资助类别", 2, 760.0, 0, 0, 760.0],
        ["合计", "", 4, 1520.0, 630.01, 0, 889.99],
    ]


def test_sums_are_formulas_that_skip_subtotals(register: Path) -> None:
    with zipfile.ZipFile(register) as archive:
        summary = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "SUBTOTAL(9,C4:C5)" in summary
    assert "SUBTOTAL(9,G4:G7)" in summary


def test_each_person_is_masked_and_to_the_fen(register: Path) -> None:
    rows = _cells(register, "人员明细")[3:]
    assert rows[0][2:9] == ["张**", f"9907{'*' * 10}{ZHANG[-4:]}", "孤儿", 380.0, 380.0, 0, 0]
    assert (rows[0][10], rows[0][13]) == (date(2023, 12, 31), "肃医保〔2023〕48号 二(三)1")
    assert rows[1][6:9] == [250.01, 0, 129.99]
    assert rows[0][11] == "可以缴费"


def test_an_amount_that_is_not_known_is_empty_and_not_nought(register: Path) -> None:
    row = _cells(register, "人员明细")[5]
    assert row[6] == ""
    assert row[8] == ""
    assert row[11:13] == ["缺少资料，待核", "缺少残疾等级"]


def test_the_sums_of_people_leave_out_what_is_not_known(register: Path) -> None:
    assert _cells(register, "人员明细")[6][:9] == ["合计", "", "", "", "", 1140.0, 630.01, 0, 129.99]


def test_no_full_number_and_no_formula_from_a_name_is_in_the_file(register: Path) -> None:
    with zipfile.ZipFile(register) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert ZHANG not in everything
    assert LI not in everything
    assert "张三丰" not in everything
    assert "<f>HYPERLINK" not in everything


def test_rows_not_taken_over_say_why_and_what_to_do(register: Path) -> None:
    assert _cells(register, "名册未采用")[3] == [
        "民政局.xlsx",
        "皇城镇",
        "12",
        "王**",
        "重复",
        "与第 3 行重复",
    ]


def test_the_explanation_names_region_year_release_and_day_and_calls_a_rehearsal_only_what_is_one(
    register: Path, tmp_path: Path
) -> None:
    told = dict(row[:2] for row in _cells(register, "说明") if row[0])
    assert META.items() <= told.items()
    assert "数据性质" not in told
    made_up = _write(tmp_path / "演练.xlsx", meta={**META, **REHEARSED})
    told = dict(row[:2] for row in _cells(made_up, "说明") if row[0])
    assert "不对应任何真实个人" in told["数据性质"]


def test_it_prints_on_a4_across_with_headings_on_every_page(register: Path) -> None:
    with zipfile.ZipFile(register) as archive:
        people = archive.read("xl/worksheets/sheet2.xml").decode()
        book = archive.read("xl/workbook.xml").decode()
    assert 'paperSize="9"' in people
    assert 'orientation="landscape"' in people
    assert "autoFilter" in people
    assert 'state="frozen"' in people
    assert "人员明细!$3:$3" in book


def test_an_empty_register_says_so(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.xlsx", [], totals=[], full_subsidy=[], unusable=[])
    assert _cells(path, "零费申报")[3][0] == "没有全额资助的人员。"
    assert _cells(path, "名册未采用")[3][0] == "各部门名册的每一行都已采用。"


def test_the_same_register_is_the_same_bytes(tmp_path: Path, register: Path) -> None:
    assert _write(tmp_path / "again.xlsx").read_bytes() == register.read_bytes()


def test_too_many_people_for_a_sheet_are_refused_and_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_layout, "_LAST_ROW", 5)
    with pytest.raises(RegisterTooLong, match="按乡镇"):
        _write(tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []
