"""A department's workbook sent back: its own sheets as they came, each row marked with what became of it and what to do,
and a summary page to be printed, signed and sealed.

Source: 肃医保〔2023〕48号 三(一) (electronic and signed paper form side by side).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from yingbao.workbooks.sheets import Cell, Sheet

#: Outcomes to which the sender must do something: marked in the colour of what needs attention.
TONES: Mapping[str, str] = {"attention": "#FFF6E3", "done": "#EBF3FB", "plain": "#FFFFFF"}
_CREATED = datetime.combine(date(2020, 1, 1), time())
_WIDEST = 28


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of one row: the outcome's name, what to do, and its tone."""

    outcome: str
    sentence: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Summary:
    """The page that goes to paper: a title, what it is about, counts in order, lines to sign."""

    title: str
    facts: Sequence[tuple[str, str]]
    counts: Sequence[tuple[str, int]]
    signatures: Sequence[str] = ("填报人", "审核人", "单位负责人", "单位（盖章）", "日期")


def write_marked(
    path: Path, sheets: Sequence[Sheet], marks: Mapping[tuple[str, int], Mark], summary: Summary
) -> None:
    """Write the marked workbook; it appears under its name only when it is whole.

    `marks` is keyed by sheet name and the row number a person sees. Rows without a mark stand as they came.
    """
    draft = path.with_name(f".{path.name}.part")
    workbook = xlsxwriter.Workbook(str(draft), {"strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": summary.title, "created": _CREATED})
    formats = _Formats(workbook)
    try:
        _summary(workbook, formats, summary)
        for sheet in sheets:
            if not sheet.hidden:
                _sheet(workbook, formats, sheet, marks)
    except BaseException:
        workbook.close()
        draft.unlink(missing_ok=True)
        raise
    workbook.close()
    os.replace(draft, path)


class _Formats:
    def __init__(self, workbook: Any) -> None:
        base = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
        self.title = workbook.add_format({**base, "bold": True, "font_size": 16, "align": "center"})
        self.head = workbook.add_format({**base, "bold": True, "bg_color": "#EDF1F5", "border": 1})
        self.label = workbook.add_format({**base, "border": 1})
        self.number = workbook.add_format({**base, "border": 1, "num_format": "#,##0"})
        self.sign = workbook.add_format({**base, "bottom": 1})
        self.day = {
            t: workbook.add_format({**base, "bg_color": c, "num_format": "yyyy-mm-dd"})
            for t, c in TONES.items()
        }
        self.cell = {t: workbook.add_format({**base, "bg_color": c}) for t, c in TONES.items()}
        self.what = {
            t: workbook.add_format({**base, "bg_color": c, "text_wrap": True, "border": 1})
            for t, c in TONES.items()
        }


def _summary(workbook: Any, formats: _Formats, summary: Summary) -> None:
    page = workbook.add_worksheet("汇总（签字盖章）")
    page.set_paper(9)
    page.set_margins(left=0.8, right=0.8)
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 44)
    page.merge_range(0, 0, 0, 1, summary.title, formats.title)
    row = 2
    for label, value in summary.facts:
        page.write_string(row, 0, label, formats.label)
        page.write_string(row, 1, value, formats.label)
        row += 1
    row += 1
    page.write_row(row, 0, ["结果", "行数"], formats.head)
    for label, count in summary.counts:
        row += 1
        page.write_string(row, 0, label, formats.label)
        page.write_number(row, 1, count, formats.number)
    row += 1
    page.write_string(row, 0, "合计", formats.head)
    page.write_number(row, 1, sum(count for _, count in summary.counts), formats.number)
    for label in summary.signatures:
        row += 2
        page.write_string(row, 0, f"{label}：")
        page.write_blank(row, 1, None, formats.sign)


def _sheet(workbook: Any, formats: _Formats, sheet: Sheet, marks: Mapping[tuple[str, int], Mark]) -> None:
    page = workbook.add_worksheet(sheet.name[:31])
    width = max((len(row) for row in sheet.rows), default=0)
    first = min((number for name, number in marks if name == sheet.name), default=1)
    for place, row in enumerate(sheet.rows):
        mark = marks.get((sheet.name, place + 1))
        tone = mark.tone if mark else "plain"
        for column, cell in enumerate(row):
            _write(page, formats, place, column, cell, tone)
        if mark is not None:
            page.write_string(place, width, mark.outcome, formats.what[tone])
            page.write_string(place, width + 1, mark.sentence, formats.what[tone])
        elif place + 1 == first - 1:
            page.write_row(place, width, ["核对结果", "怎么办"], formats.head)
    page.set_column(0, max(width - 1, 0), 16)
    page.set_column(width, width, 12)
    page.set_column(width + 1, width + 1, _WIDEST * 2)
    page.freeze_panes(max(first - 1, 0), 0)


def _write(page: Any, formats: _Formats, row: int, column: int, cell: Cell, tone: str) -> None:
    """A cell as it came: text stays text, so that an ID number keeps its eighteen places."""
    if isinstance(cell, bool):
        page.write_boolean(row, column, cell, formats.cell[tone])
    elif isinstance(cell, datetime):
        page.write_datetime(row, column, cell, formats.day[tone])
    elif isinstance(cell, date):
        page.write_datetime(row, column, datetime.combine(cell, time()), formats.day[tone])
    elif isinstance(cell, int | float):
        page.write_number(row, column, cell, formats.cell[tone])
    elif isinstance(cell, time | timedelta) or cell != "":
        page.write_string(row, column, str(cell), formats.cell[tone])
