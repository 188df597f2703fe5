"""Write made-up rosters the way offices keep them, and beside each file the truth about every row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from yingbao.rehearsal.roster_traps import Line, Written

_RELATIONS = {
    "02": "户主",
    "10": "配偶",
    "20": "子",
    "30": "女",
    "41": "孙子",
    "42": "孙女",
    "51": "父亲",
    "52": "母亲",
}
# (group title, column title, what it holds); a group title spans the neighbours that share it.
Columns = Sequence[tuple[str, str, str]]
TWO_ROWS: Columns = (
    ("", "序号", "serial"),
    ("", "户编号", "household"),
    ("", "户主姓名", "head"),
    ("家庭成员信息", "姓名", "name"),
    ("家庭成员信息", "身份证号", "id"),
    ("家庭成员信息", "与户主\n关系", "relation"),
    ("认定情况", "特殊身份\n类别", "class"),
    ("认定情况", "认定时间", "since"),
    ("认定情况", "终止时间", "until"),
    ("", "一卡通账号", "account"),
    ("", "备 注", "remark"),
)
ONE_ROW: Columns = (
    ("", "序号", "serial"),
    ("", "乡镇（街道）", "unit"),
    ("", "户编号", "household"),
    ("", "户主姓名", "head"),
    ("", "与户主关系", "relation"),
    ("", "姓  名", "name"),
    ("", "公民身份号码", "id"),
    ("", "人员类别", "class"),
    ("", "识别时间", "since"),
    ("", "退出时间", "until"),
    ("", "备注", "remark"),
)
_WIDTHS = {
    "household": 14,
    "id": 21,
    "class": 22,
    "since": 14,
    "until": 14,
    "account": 22,
    "unit": 16,
    "remark": 20,
}
# A fixed stamp, so that the same seed gives the same bytes.
_CREATED = datetime.combine(date(2020, 1, 1), time())


@dataclass(frozen=True)
class Truth:
    """What is true of one row of a file."""

    sheet: str
    row: int
    person_id: str
    what: str
    outcome: str
    reason_code: str


@dataclass(frozen=True)
class _Inks:
    title: Format
    head: Format
    text: Format
    day: Format
    bold: Format


def write_workbook(
    path: Path, title: str, sheets: Mapping[str, Sequence[Line]], columns: Columns, old: Sequence[Line]
) -> list[Truth]:
    """One workbook: a sheet for each name, and a hidden one with last year's rows that must not be read."""
    truths: list[Truth] = []
    # Headings merged over two rows cannot be written once their first row has gone to the disk.
    with xlsxwriter.Workbook(str(path), {"constant_memory": not _grouped(columns)}) as workbook:
        workbook.set_properties({"title": title, "created": _CREATED})
        inks = _inks(workbook)
        for name, lines in sheets.items():
            printed = f"{title}（{name}）" if len(sheets) > 1 else title
            truths += _sheet(workbook.add_worksheet(name), printed, lines, columns, inks)
        if old:
            hidden = workbook.add_worksheet("去年旧表")
            _sheet(hidden, f"{title}（上年，作废）", old, columns, inks)
            hidden.hide()
    return truths


def _inks(workbook: xlsxwriter.Workbook) -> _Inks:
    def ink(**look: object) -> Format:
        return workbook.add_format({"font_name": "宋体", "font_size": 11, "valign": "vcenter", **look})

    return _Inks(
        title=ink(bold=True, font_size=16, align="center"),
        head=ink(bold=True, align="center", border=1, text_wrap=True),
        text=ink(border=1),
        day=ink(border=1, num_format="yyyy/m/d"),
        bold=ink(border=1, bold=True),
    )


def _sheet(sheet: Worksheet, title: str, lines: Sequence[Line], columns: Columns, inks: _Inks) -> list[Truth]:
    for index, (_, _, key) in enumerate(columns):
        sheet.set_column(index, index, _WIDTHS.get(key, 10))
    sheet.merge_range(0, 0, 0, len(columns) - 1, title, inks.title)
    sheet.write_string(1, 0, "填报单位（盖章）：", inks.text)
    row = _headings(sheet, columns, inks)
    truths: list[Truth] = []
    in_unit = 0
    subtotals = any(key == "unit" for _, _, key in columns)
    for number, line in enumerate(lines, start=1):
        for index, (_, _, key) in enumerate(columns):
            _write(sheet, row, index, _cell(line, key, number), inks)
        truths.append(
            Truth(sheet.get_name(), row + 1, line.entry.person_id, line.what, line.outcome, line.reason_code)
        )
        row += 1
        in_unit += 1
        following = lines[number].entry.unit if number < len(lines) else ""
        if subtotals and following != line.entry.unit:
            row, in_unit = _total(sheet, row, "小计", in_unit, len(columns), inks), 0
    row = _total(sheet, row, "合  计", len(lines), len(columns), inks)
    sheet.write_string(row, 0, "填表人：", inks.text)
    sheet.write_string(row, 3, "审核人：", inks.text)
    return truths


def _headings(sheet: Worksheet, columns: Columns, inks: _Inks) -> int:
    """Write the headings from the third row on; returns the first row for data."""
    if not _grouped(columns):
        for index, (_, title, _) in enumerate(columns):
            sheet.write_string(2, index, title, inks.head)
        return 3
    start = 0
    for index, (group, title, _) in enumerate(columns):
        if not group:
            sheet.merge_range(2, index, 3, index, title, inks.head)
            start = index + 1
            continue
        sheet.write_string(3, index, title, inks.head)
        if index + 1 == len(columns) or columns[index + 1][0] != group:
            sheet.merge_range(2, start, 2, index, group, inks.head)
            start = index + 1
    return 4


def _grouped(columns: Columns) -> bool:
    return any(group for group, _, _ in columns)


def _total(sheet: Worksheet, row: int, word: str, count: int, width: int, inks: _Inks) -> int:
    for index in range(width):
        sheet.write_blank(row, index, None, inks.bold)
    sheet.write_string(row, 0, word, inks.bold)
    sheet.write_string(row, 3, f"{count}人", inks.bold)
    return row + 1


def _cell(line: Line, key: str, number: int) -> Written:
    entry = line.entry
    values: dict[str, Written] = {
        "serial": float(number),
        "unit": entry.unit,
        "household": entry.household_id,
        "head": entry.head_name,
        "relation": _RELATIONS.get(entry.relation, "其他"),
        "name": line.name_cell,
        "id": line.id_cell,
        "class": line.class_cell,
        "since": line.since_cell,
        "until": line.until_cell,
        "account": f"990062{entry.person_id[-9:]:0>9}0000",
        "remark": line.remark,
    }
    return values[key]


def _write(sheet: Worksheet, row: int, column: int, value: Written, inks: _Inks) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, inks.text)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime.combine(value, time()), inks.day)
    elif isinstance(value, float):
        sheet.write_number(row, column, value, inks.text)
    else:
        sheet.write_string(row, column, value, inks.text)


def write_text(path: Path, title: str, lines: Sequence[Line], columns: Columns) -> list[Truth]:
    """The same kind of list as comma-separated text in GB18030, with ID numbers as Excel prints them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([title])
    writer.writerow([heading for _, heading, _ in columns])
    truths: list[Truth] = []
    for number, line in enumerate(lines, start=1):
        writer.writerow([_as_text(_cell(line, key, number)) for _, _, key in columns])
        truths.append(
            Truth(path.stem, number + 2, line.entry.person_id, line.what, line.outcome, line.reason_code)
        )
    writer.writerow(["合  计", "", "", f"{len(lines)}人"])
    path.write_bytes(out.getvalue().encode("gb18030"))
    return truths


def _as_text(value: Written) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value.year}/{value.month}/{value.day}"
    if isinstance(value, float):
        return f"{value:.5E}" if value > 1e12 else str(int(value))
    return value


def write_truth(path: Path, truths: Sequence[Truth]) -> None:
    """The side file: one line a row of the roster, what it is and what a reader must make of it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["sheet", "row", "person_id", "what", "outcome", "reason_code"])
        for truth in truths:
            writer.writerow(
                [truth.sheet, truth.row, truth.person_id, truth.what, truth.outcome, truth.reason_code]
            )
