"""How a sheet of the register looks and prints: columns, inks, headings, sums. A4 landscape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Literal, TypeAlias

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from yingbao.kernel.refusal import Invalid

Kind: TypeAlias = Literal["text", "wrap", "money", "count", "day"]
HEADING_ROW = 2
"""Counted from 0: a title, a line of particulars, then the headings."""
_LAST_ROW = 1_048_570
_LINE, _WASH = "#B9C3CE", "#EDF1F5"
_A4 = 9


class RegisterTooLong(Invalid):
    """More rows than a sheet of Excel can hold."""

    code = "register-too-long"


@dataclass(frozen=True)
class Column:
    """One column: its heading, the key of its value, how it is written, how wide it is in characters."""

    title: str
    key: str
    kind: Kind = "text"
    width: float = 12


@dataclass(frozen=True)
class Inks:
    """The formats of the workbook, one for each kind of cell, plain and in a sum row."""

    title: Format
    particulars: Format
    head: Format
    plain: Mapping[Kind, Format]
    sums: Mapping[Kind, Format]
    label: Format
    note: Format

    @classmethod
    def of(cls, workbook: xlsxwriter.Workbook) -> Inks:
        """Make the formats once; a workbook has one set."""

        def ink(**look: object) -> Format:
            return workbook.add_format({"font_name": "宋体", "font_size": 10, "valign": "vcenter", **look})

        def kinds(**look: object) -> dict[Kind, Format]:
            edge = {"border": 1, "border_color": _LINE, **look}
            return {
                "text": ink(**edge),
                "wrap": ink(text_wrap=True, **{**edge, "font_size": 9}),
                "money": ink(num_format="#,##0.00", align="right", **edge),
                "count": ink(num_format="#,##0", align="right", **edge),
                "day": ink(num_format="yyyy-mm-dd", align="center", **edge),
            }

        return cls(
            title=ink(font_name="方正小标宋简体", font_size=18, align="center"),
            particulars=ink(font_color="#44505D", align="left"),
            head=ink(
                font_name="黑体", align="center", text_wrap=True, border=1, border_color=_LINE, bg_color=_WASH
            ),
            plain=kinds(),
            sums=kinds(bold=True, bg_color=_WASH),
            label=ink(bold=True, valign="top"),
            note=ink(text_wrap=True, valign="top"),
        )


@dataclass
class Table:
    """A sheet being written from the top down; a row once passed is on the disk and cannot be changed."""

    sheet: Worksheet
    columns: Sequence[Column]
    inks: Inks
    title: str
    particulars: str
    row: int = HEADING_ROW + 1
    sums: dict[str, int] = field(default_factory=dict)

    def start(self, *, freeze_columns: int = 0) -> None:
        """Widths, print settings, title and headings."""
        for index, column in enumerate(self.columns):
            self.sheet.set_column(index, index, column.width)
        _set_up_printing(self.sheet, self.title)
        last = len(self.columns) - 1
        self.sheet.set_row(0, 32)
        self.sheet.merge_range(0, 0, 0, last, self.title, self.inks.title)
        self.sheet.set_row(1, 18)
        self.sheet.merge_range(1, 0, 1, last, self.particulars, self.inks.particulars)
        self.sheet.set_row(HEADING_ROW, 30)
        for index, column in enumerate(self.columns):
            self.sheet.write_string(HEADING_ROW, index, column.title, self.inks.head)
        self.sheet.repeat_rows(HEADING_ROW)
        self.sheet.freeze_panes(HEADING_ROW + 1, freeze_columns)

    def add(self, values: Mapping[str, Any]) -> None:
        """One row. Amounts are fen; a missing amount leaves its cell empty, for unknown is not nought."""
        if self.row >= _LAST_ROW:
            raise RegisterTooLong(
                f"清册“{self.sheet.get_name()}”超过 100 万行，Excel 放不下，请按乡镇分别导出"
            )
        for index, column in enumerate(self.columns):
            value = values.get(column.key)
            self._write(index, column, value)
            if isinstance(value, int) and column.kind in ("money", "count"):
                self.sums[column.key] = self.sums.get(column.key, 0) + value
        self.row += 1

    def _write(self, index: int, column: Column, value: Any) -> None:
        ink = self.inks.plain[column.kind]
        if value is None or value == "":
            self.sheet.write_blank(self.row, index, None, ink)
        elif column.kind == "money":
            # Fen through 100 is the double nearest to the yuan amount, so the cell equals it.
            self.sheet.write_number(self.row, index, value / 100, ink)
        elif column.kind == "count":
            self.sheet.write_number(self.row, index, value, ink)
        elif column.kind == "day" and isinstance(value, date):
            self.sheet.write_datetime(self.row, index, datetime.combine(value, time()), ink)
        else:
            self.sheet.write_string(self.row, index, str(value), ink)

    def sum_row(self, label: str, first_row: int, sums: Mapping[str, int], *, lead: str = "") -> None:
        """Sums over the rows from `first_row`: formulas that skip other sum rows, with their values kept."""
        for index, column in enumerate(self.columns):
            ink = self.inks.sums[column.kind]
            if column.kind in ("money", "count") and self.row > first_row:
                top, bottom = xl_rowcol_to_cell(first_row, index), xl_rowcol_to_cell(self.row - 1, index)
                total = sums.get(column.key, 0)
                value = total / 100 if column.kind == "money" else total
                self.sheet.write_formula(self.row, index, f"=SUBTOTAL(9,{top}:{bottom})", ink, value)
            else:
                text = {0: lead or label, 1: label if lead else ""}.get(index, "")
                self.sheet.write_string(self.row, index, text, ink)
        self.row += 1

    def finish(self, *, empty: str, total: bool = True) -> None:
        """The sum row at the foot and the filter over the rows; `empty` is said where there are none."""
        first = HEADING_ROW + 1
        last = len(self.columns) - 1
        if self.row == first:
            self.sheet.merge_range(self.row, 0, self.row, last, empty, self.inks.plain["text"])
            self.row += 1
            return
        self.sheet.autofilter(HEADING_ROW, 0, self.row - 1, last)
        if total:
            self.sum_row("合计", first, self.sums)


def _set_up_printing(sheet: Worksheet, title: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.center_horizontally()
    # An ampersand starts a code in a footer.
    sheet.set_footer(f"&L&9{title.replace('&', '&&')}&C&9第 &P 页，共 &N 页&R&9{sheet.get_name()}")
    sheet.hide_gridlines(2)


def write_rows(table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """All rows of a table, in the order given."""
    for row in rows:
        table.add(row)
