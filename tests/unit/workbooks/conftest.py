"""Small workbooks as offices keep them. No ID number here stands on an assigned area code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TypeAlias

import pytest
import xlsxwriter

from yingbao.kernel.id_number import check_digit
from yingbao.workbooks.roster import RosterReading, read_roster
from yingbao.workbooks.spellings import spelling_index

Value: TypeAlias = str | float | date | None
Rows: TypeAlias = Sequence[Sequence[Value]]

SPELLINGS = spelling_index(
    {
        "allowance": ["低保对象"],
        "rural_allowance_1": ["农村低保一类", "A类"],
        "rural_allowance_3": ["农村低保三类", "农低三类", "C类"],
        "orphan": ["孤儿"],
        "unsupported_child": ["事实无人抚养儿童"],
        "severe_disability_1": ["一级残疾"],
    }
)
HEADING = ["序号", "姓名", "身份证号", "人员类别", "认定时间", "备注"]


def number(first17: str = "99072119800101001") -> str:
    """A valid ID number for these seventeen places."""
    return first17 + check_digit(first17)


ZHANG, LI, WANG = number(), number("99072119750315002"), number("99072119901231003")


def save(path: Path, sheets: dict[str, Rows], *, hidden: Sequence[str] = ()) -> Path:
    """A workbook with these sheets; dates become formatted dates."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        day = workbook.add_format({"num_format": "yyyy/m/d"})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(r, c, datetime.combine(value, time()), day)
                    elif isinstance(value, float):
                        sheet.write_number(r, c, value)
                    elif value is not None:
                        sheet.write_string(r, c, value)
            if name in hidden:
                sheet.hide()
    return path


@pytest.fixture
def read(tmp_path: Path) -> Callable[[Rows], RosterReading]:
    """Write one sheet called 名册 and read it as civil affairs' roster."""

    def reading(rows: Rows) -> RosterReading:
        return read_roster(save(tmp_path / "名册.xlsx", {"名册": rows}), SPELLINGS, sender="民政局")

    return reading
