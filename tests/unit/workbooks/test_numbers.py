"""ID numbers seen ahead among a workbook's strings: a help for whoever looks them up, never a reading."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from people import number
from yingbao.workbooks.numbers import likely_numbers, surely_right

AN, LAN = number("19800101", "111"), number("19820301", "222")
WRONG = AN[:17] + ("0" if AN[17] != "0" else "1")


def book(path: Path, rows: list[list[object]], **options: object) -> Path:
    made = xlsxwriter.Workbook(str(path), options)
    page = made.add_worksheet()
    for place, row in enumerate(rows):
        page.write_row(place, 0, row)
    made.close()
    return path


def test_right_numbers_are_seen_in_the_order_of_the_list_each_once(tmp_path: Path) -> None:
    rows = [
        ["兰秀英", LAN],
        ["安国强", AN],
        ["安国强", AN],
        ["某人", WRONG],
        ["某人", f" {AN} "],
        ["某人", 6.2e17],
    ]
    assert likely_numbers(book(tmp_path / "册.xlsx", rows)) == [LAN, AN]


def test_a_file_without_strings_or_that_nobody_can_open_holds_none(tmp_path: Path) -> None:
    # written row by row, strings stand in the cells
    assert likely_numbers(book(tmp_path / "格.xlsx", [["安国强", AN]], constant_memory=True)) == []
    text = tmp_path / "册.csv"
    text.write_text(f"安国强,{AN}\n", encoding="utf-8")
    good = book(tmp_path / "好.xlsx", [["安国强", AN]])
    cut, bent = tmp_path / "断.xlsx", tmp_path / "坏.xlsx"
    cut.write_bytes(good.read_bytes()[:400])
    with zipfile.ZipFile(good) as archive:
        start = archive.getinfo("xl/sharedStrings.xml").header_offset + 80
    content = bytearray(good.read_bytes())
    content[start : start + 20] = bytes(20)
    bent.write_bytes(content)
    assert [likely_numbers(path) for path in (text, cut, bent, tmp_path / "没有.xlsx")] == [[], [], [], []]
    assert likely_numbers(good) == [AN]


@pytest.mark.parametrize(
    "cells", [[AN, WRONG, LAN], [AN, "", LAN], [AN, 17, WRONG], [AN[:17], AN], ["１" * 18, AN], [], [WRONG]]
)
def test_what_is_seen_side_by_side_is_what_is_seen_one_by_one(cells: list[object]) -> None:
    assert surely_right(cells) == [cell in (AN, LAN) for cell in cells]
