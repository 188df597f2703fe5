"""The pre-collection register (预征清册): a workbook that a county office can check, sign and send.

Source: 筑医保发〔2023〕17号 五(二).

Money comes in as fen and is written as numbers of yuan; names and ID numbers are masked here, so that no
register leaves the program with a full number in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

import xlsxwriter

from yingbao.kernel import id_number, names
from yingbao.workbooks.reasons import REASONS
from yingbao.workbooks.register_layout import Column, Inks, Table, write_rows
from yingbao.workbooks.roster import RosterRow

Row: TypeAlias = Mapping[str, Any]

OUTCOMES: Mapping[str, str] = {
    "payable": "可以缴费",
    "not_payable": "现在不能缴费",
    "undetermined": "缺少资料，待核",
}
NO_CLASS = "无资助类别"
REHEARSED: Mapping[str, str] = {"数据性质": "演练数据：人员、证号、账号均为程序生成，不对应任何真实个人。"}
"""For `meta` of a register of made-up people."""
# A fixed stamp, so that the same register gives the same bytes.
_CREATED = datetime.combine(date(2020, 1, 1), time())
_HOW_TO_READ = (
    ("汇总", "按乡镇（街道）和人员类别汇总人数和金额；小计、合计为公式，筛选后随之变化。"),
    ("人员明细", "一人一行：缴费标准＝各方资助＋个人应缴。金额为空表示缺少资料，尚未确定，不等于零。"),
    ("零费申报", "全额资助、个人不缴费的人员，由医保部门集中办理零费申报。"),
    ("名册未采用", "各部门名册中未能采用的行和原因；请原报送单位按“怎么办”一栏更正后重新报送。"),
    ("金额", "单位为元，保留两位小数，由以分计的整数换算，未经四舍五入。"),
    ("保密", "本清册含人员类别信息，姓名和证号已遮盖，仅供经办工作使用，不得公示或外传。"),
)


def write_register(
    path: Path,
    *,
    title: str,
    meta: Mapping[str, str],
    totals: Sequence[Row],
    persons: Iterable[Row],
    full_subsidy: Iterable[Row],
    unusable: Iterable[RosterRow],
    class_names: Mapping[str, str],
    payer_names: Mapping[str, str],
) -> None:
    """Write the register. Amounts are fen: `standard_fen`, `due_fen`, `<payer>_fen` for each payer.

    `totals`: one row a unit and class, sorted by unit: `unit`, `class_code`, `people` and the amounts.
    `persons` and `full_subsidy`: `unit`, `household_id`, `name`, `id_number`, `class_code` and the amounts;
    `persons` also `delivery`, `window_last_on`, `clause`, `rule`, `outcome`, `reason`. `meta` is printed on
    the sheet 说明, its first four entries under every title. The file appears under its name only when it
    is complete. Raises: RegisterTooLong.
    """
    draft = path.with_name(f".{path.name}.part")
    workbook = xlsxwriter.Workbook(str(draft), {"constant_memory": True})
    workbook.set_properties({"title": title, "created": _CREATED})
    book = _Book(workbook, title, meta, class_names, payer_names)
    try:
        book.summary(totals)
        book.people("人员明细", persons, _person_columns(payer_names), empty="没有应缴费的人员。")
        book.people("零费申报", full_subsidy, _zero_fee_columns(payer_names), empty="没有全额资助的人员。")
        book.unusable(unusable)
        book.explanation()
    except BaseException:
        # Closing is the only way to let go of the library's temporary files.
        workbook.close()
        draft.unlink(missing_ok=True)
        raise
    workbook.close()
    os.replace(draft, path)


def _payer_columns(payer_names: Mapping[str, str], width: float) -> list[Column]:
    return [Column(name, f"{payer}_fen", "money", width) for payer, name in payer_names.items()]


def _person_columns(payer_names: Mapping[str, str]) -> list[Column]:
    return [
        Column("乡镇（街道）", "unit", "text", 13),
        Column("户编号", "household_id", "text", 13),
        Column("姓名", "name", "text", 9),
        Column("身份证号", "id_number", "text", 20),
        Column("人员类别", "class", "text", 20),
        Column("缴费标准（元）", "standard_fen", "money", 10),
        *_payer_columns(payer_names, 10),
        Column("个人应缴（元）", "due_fen", "money", 10),
        Column("资助方式", "delivery", "wrap", 14),
        Column("缴费截止日", "window_last_on", "day", 11),
        Column("结果", "outcome", "text", 13),
        Column("原因", "reason", "text", 26),
        Column("依据", "clause", "text", 32),
        Column("规则", "rule", "text", 32),
    ]


def _zero_fee_columns(payer_names: Mapping[str, str]) -> list[Column]:
    return [
        Column("乡镇（街道）", "unit", "text", 15),
        Column("户编号", "household_id", "text", 14),
        Column("姓名", "name", "text", 10),
        Column("身份证号", "id_number", "text", 21),
        Column("人员类别", "class", "wrap", 22),
        Column("缴费标准（元）", "standard_fen", "money", 12),
        *_payer_columns(payer_names, 12),
        Column("个人应缴（元）", "due_fen", "money", 12),
        Column("资助方式", "delivery", "wrap", 16),
        Column("依据", "clause", "text", 42),
    ]


class _Book:
    """The workbook in the making: what all of its sheets share."""

    def __init__(
        self,
        workbook: xlsxwriter.Workbook,
        title: str,
        meta: Mapping[str, str],
        class_names: Mapping[str, str],
        payer_names: Mapping[str, str],
    ) -> None:
        self.workbook, self.title, self.meta = workbook, title, meta
        self.class_names, self.payer_names = class_names, payer_names
        self.inks = Inks.of(workbook)
        self.particulars = "    ".join([f"{key}：{value}" for key, value in list(meta.items())[:4]])

    def _table(self, name: str, columns: Sequence[Column], *, unit: str = "单位：元") -> Table:
        line = "    ".join(part for part in (self.particulars, unit) if part)
        return Table(self.workbook.add_worksheet(name), columns, self.inks, f"{self.title}·{name}", line)

    def _class_name(self, code: str | None) -> str:
        return self.class_names.get(code, code) if code else NO_CLASS

    def summary(self, totals: Sequence[Row]) -> None:
        """The sheet 汇总: a row a unit and class, a subtotal a unit, one total."""
        columns = [
            Column("乡镇（街道）", "unit", "text", 20),
            Column("人员类别", "class", "text", 26),
            Column("人数（人）", "people", "count", 11),
            Column("缴费标准合计（元）", "standard_fen", "money", 17),
            *_payer_columns(self.payer_names, 16),
            Column("个人应缴合计（元）", "due_fen", "money", 17),
        ]
        table = self._table("汇总", columns, unit="单位：人、元")
        table.start(freeze_columns=2)
        for unit, rows in groupby(totals, key=lambda row: row["unit"]):
            first, before = table.row, dict(table.sums)
            write_rows(table, ({**row, "class": self._class_name(row.get("class_code"))} for row in rows))
            if table.row - first > 1:
                own = {key: value - before.get(key, 0) for key, value in table.sums.items()}
                table.sum_row("小计", first, own, lead=str(unit))
        table.finish(empty="没有可汇总的人员。")
        places = ("制表：", "审核：", "单位负责人：", "（盖章）", "年   月   日")
        for index, text in enumerate(places):
            table.sheet.write_string(table.row + 1, index, text, self.inks.particulars)

    def people(self, name: str, rows: Iterable[Row], columns: Sequence[Column], *, empty: str) -> None:
        """A sheet with one row a person, masked."""
        table = self._table(name, columns)
        table.start(freeze_columns=3)
        write_rows(table, (self._masked(row) for row in rows))
        table.finish(empty=empty)

    def _masked(self, row: Row) -> dict[str, Any]:
        code = row.get("class_code")
        outcome = str(row.get("outcome") or "")
        return {
            **row,
            "name": names.mask_name(str(row.get("name") or "")),
            "id_number": id_number.mask(str(row.get("id_number") or "")),
            "class": self._class_name(code),
            "outcome": OUTCOMES.get(outcome, outcome),
        }

    def unusable(self, rows: Iterable[RosterRow]) -> None:
        """The sheet 名册未采用: which row of which file, and what to do."""
        columns = [
            Column("名册文件", "file", "wrap", 34),
            Column("工作表", "sheet", "text", 20),
            Column("行号", "row_number", "text", 8),
            Column("姓名", "name", "text", 10),
            Column("原因", "why", "wrap", 26),
            Column("怎么办", "reason", "wrap", 66),
        ]
        table = self._table("名册未采用", columns, unit="")
        table.start()
        write_rows(table, _reasons(rows))
        table.finish(empty="各部门名册的每一行都已采用。", total=False)

    def explanation(self) -> None:
        """The sheet 说明: what the register is of, how to read it, what it is not."""
        sheet = self.workbook.add_worksheet("说明")
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 96)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_row(0, 32)
        sheet.merge_range(0, 0, 0, 1, self.title, self.inks.title)
        row = 2
        for label, text in (*self.meta.items(), *_HOW_TO_READ):
            sheet.write_string(row, 0, label, self.inks.label)
            sheet.write_string(row, 1, text, self.inks.note)
            row += 1


def _reasons(rows: Iterable[RosterRow]) -> Iterator[Row]:
    for row in rows:
        yield {
            "file": row.file,
            "sheet": row.sheet,
            "row_number": row.row_number,
            "name": names.mask_name(row.name),
            "why": REASONS.get(row.reason_code, row.reason_code),
            "reason": row.reason,
        }
