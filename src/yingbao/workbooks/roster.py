"""Read a department's roster: every row under the headings ends usable or unusable, with what to do about it.

Rows that hold no person (totals, signatures, repeated headings) are counted in the notes, so that usable +
unusable + skipped is the number of rows in the sheet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal

from yingbao.kernel import dates, id_number, names
from yingbao.kernel.id_number import BadIdNumber
from yingbao.kernel.names import BadName
from yingbao.kernel.refusal import Invalid
from yingbao.kernel.spelling import spelling_key
from yingbao.workbooks.headings import Field, Heading, find_heading
from yingbao.workbooks.sheets import Cell, Sheet, open_sheets, text_of
from yingbao.workbooks.spellings import classes_in_text, parts_of

_TOTAL = re.compile(r"(合计|小计|总计|共计|累计|本页计|总数)(:.*|\d.*|人数.*)?")
_FOOT = re.compile(r"(填表|制表|审核|复核|经办|负责人|单位负责|分管|填报|联系人|注[:：]|说明[:：]|备注[:：])")
_ID_LIKE = re.compile(r"\d{17}[\dXx]")


class Skipped(StrEnum):
    """Why a row under the headings holds no person; the value is how the notes call it."""

    TOTAL = "合计行"
    FOOT = "填表说明行"
    HEADING = "重复表头行"
    NO_PERSON = "没有姓名、证号和类别的行"


@dataclass(frozen=True)
class RosterRow:
    """One row about one person. `reason` is a sentence for the sender; it never holds the ID number."""

    file: str
    sheet: str
    row_number: int  # as the person sees it in Excel
    outcome: Literal["usable", "unusable"]
    reason_code: str = ""
    reason: str = ""
    name: str = field(default="", repr=False)
    id_number: str | None = field(default=None, repr=False)
    class_code: str | None = None
    recognised_on: date | None = None
    ended_on: date | None = None
    raw: Mapping[str, str] = field(default_factory=dict, repr=False)
    person_id: str | None = None  # set by match_rows

    @property
    def usable(self) -> bool:
        """Whether the row may be applied."""
        return self.outcome == "usable"


@dataclass(frozen=True)
class SheetReading:
    """What became of one sheet. rows = usable + unusable + skipped; blank rows are not counted."""

    sheet: str
    rows: int = 0
    usable: int = 0
    unusable: int = 0
    skipped: Mapping[Skipped, tuple[int, ...]] = field(default_factory=dict)
    left_out: str = ""  # why the sheet was not read at all


@dataclass(frozen=True)
class RosterReading:
    """A whole file: its rows, its sheets, and sentences about what was not read."""

    file: str
    sender: str
    rows: tuple[RosterRow, ...]
    sheets: tuple[SheetReading, ...]
    notes: tuple[str, ...]

    @property
    def usable(self) -> tuple[RosterRow, ...]:
        """Rows that may be matched and applied."""
        return tuple(row for row in self.rows if row.usable)

    @property
    def unusable(self) -> tuple[RosterRow, ...]:
        """Rows to send back, each with its reason."""
        return tuple(row for row in self.rows if not row.usable)


class _RowProblem(Exception):
    """Internal: why the row at hand cannot be used."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code)
        self.code, self.sentence = code, sentence


def read_roster(path: Path, spellings: Mapping[str, str], *, sender: str) -> RosterReading:
    """Read a roster file. `spellings` maps spellings to class codes, `sender` is who handed it in.

    Raises: FileMissing, FileUnreadable.
    """
    known = {spelling_key(spelling): code for spelling, code in spellings.items()}
    rows: list[RosterRow] = []
    sheets: list[SheetReading] = []
    notes: list[str] = []
    for sheet in open_sheets(path):
        found, reading = _read_sheet(path.name, sheet, known)
        rows.extend(found)
        sheets.append(reading)
        notes.extend(_notes(reading))
    return RosterReading(path.name, sender, tuple(rows), tuple(sheets), tuple(notes))


def _notes(reading: SheetReading) -> Iterable[str]:
    if reading.left_out:
        yield f"工作表“{reading.sheet}”{reading.left_out}"
    for kind, numbers in reading.skipped.items():
        shown = "、".join(str(number) for number in numbers[:10]) + ("等" if len(numbers) > 10 else "")
        yield f"工作表“{reading.sheet}”第 {shown} 行是{kind.value}，共 {len(numbers)} 行，未作为人员读取"


def _read_sheet(
    file: str, sheet: Sheet, spellings: Mapping[str, str]
) -> tuple[list[RosterRow], SheetReading]:
    texts = [[text_of(cell) for cell in row] for row in sheet.rows]
    filled = [index for index, row in enumerate(texts) if any(row)]
    if not filled:
        return [], SheetReading(sheet.name, left_out="是空的，未读取")
    if sheet.hidden:
        why = f"是隐藏的，未读取（有 {len(filled)} 行）；如应采用，请取消隐藏后重新报送"
        return [], SheetReading(sheet.name, left_out=why)
    heading = find_heading(texts)
    if heading is None:
        return _without_heading(file, sheet.name, texts, filled)
    titles = [sheet.name, *(cell for row in texts[: heading.first_row] for cell in row if cell)]
    reader = _RowReader(file, sheet.name, heading, spellings, _class_of_title(heading, titles, spellings))
    rows: list[RosterRow] = []
    skipped: dict[Skipped, list[int]] = {}
    for index in filled:
        if index < heading.data_from:
            continue
        why_not = _no_person(heading, texts[index], texts[heading.first_row])
        if why_not is None:
            rows.append(reader.read(index + 1, sheet.rows[index], texts[index]))
        else:
            skipped.setdefault(why_not, []).append(index + 1)
    counts = Counter(row.outcome for row in rows)
    return rows, SheetReading(
        sheet.name,
        len(rows) + sum(map(len, skipped.values())),
        counts["usable"],
        counts["unusable"],
        {kind: tuple(numbers) for kind, numbers in skipped.items()},
    )


def _without_heading(
    file: str, sheet: str, texts: Sequence[Sequence[str]], filled: Sequence[int]
) -> tuple[list[RosterRow], SheetReading]:
    people = [index for index in filled if any(_ID_LIKE.search(cell) for cell in texts[index])]
    if not people:
        return [], SheetReading(
            sheet, left_out=f"没有“身份证号”列，也没有人员，未读取（有 {len(filled)} 行）"
        )
    sentence = "没有找到表头，认不出各列；请在首行补上“姓名、身份证号、人员类别、认定时间”等列名后重新报送"
    rows = [
        RosterRow(
            file,
            sheet,
            i + 1,
            "unusable",
            "no_heading",
            sentence,
            raw={f"第{n + 1}列": t for n, t in enumerate(texts[i]) if t},
        )
        for i in people
    ]
    others = tuple(i + 1 for i in filled if i not in set(people))
    skipped = {Skipped.NO_PERSON: others} if others else {}
    return rows, SheetReading(sheet, len(filled), 0, len(rows), skipped)


def _class_of_title(heading: Heading, titles: Iterable[str], spellings: Mapping[str, str]) -> str | None:
    """The one class that the title or sheet name gives, when no column does."""
    if Field.CLASS in heading.columns or Field.WIDE_CLASS in heading.columns:
        return None
    named = {code for title in titles for code in classes_in_text(title, spellings)}
    return named.pop() if len(named) == 1 else None


def _no_person(heading: Heading, texts: Sequence[str], heading_row: Sequence[str]) -> Skipped | None:
    if list(texts) == list(heading_row):
        return Skipped.HEADING
    number = _at(heading, texts, Field.ID_NUMBER)
    squeezed = ["".join(text.split()) for text in texts if text]
    # A total may stand in the very column of the ID numbers.
    if any(_TOTAL.fullmatch(text) for text in squeezed[:3]) and not _ID_LIKE.search(number):
        return Skipped.TOTAL
    if number:
        return None
    if any(_FOOT.match(text) for text in squeezed):
        return Skipped.FOOT
    named = (Field.NAME, Field.CLASS, Field.WIDE_CLASS)
    return None if any(_at(heading, texts, part) for part in named) else Skipped.NO_PERSON


def _at(heading: Heading, texts: Sequence[str], wanted: Field) -> str:
    index = heading.columns.get(wanted)
    return texts[index] if index is not None and index < len(texts) else ""


@dataclass(frozen=True)
class _RowReader:
    file: str
    sheet: str
    heading: Heading
    spellings: Mapping[str, str]
    class_of_title: str | None

    def read(self, number: int, cells: Sequence[Cell], texts: Sequence[str]) -> RosterRow:
        """The outcome of one row: the first thing wrong with it, or none."""
        printed = self.heading.titles
        raw = {
            (printed[i] if i < len(printed) and printed[i] else f"第{i + 1}列"): text
            for i, text in enumerate(texts)
            if text
        }
        name = _at(self.heading, texts, Field.NAME)
        person: str | None = None
        code: str | None = None
        try:
            person = self._person(cells, texts)
            name = self._name(name)
            code = self._class(texts)
            since = self._day(cells, texts, Field.RECOGNISED_ON, "认定时间")
            until = self._day(cells, texts, Field.ENDED_ON, "终止时间")
            if since is not None and until is not None and until < since:
                raise _RowProblem("dates_reversed", f"终止时间{until}早于认定时间{since}，请核对两个日期")
        except _RowProblem as problem:
            return RosterRow(
                self.file,
                self.sheet,
                number,
                "unusable",
                problem.code,
                problem.sentence,
                name,
                person,
                code,
                raw=raw,
            )
        return RosterRow(
            self.file, self.sheet, number, "usable", "", "", name, person, code, since, until, raw
        )

    def _cell(self, cells: Sequence[Cell], wanted: Field) -> Cell:
        index = self.heading.columns.get(wanted)
        return cells[index] if index is not None and index < len(cells) else ""

    def _person(self, cells: Sequence[Cell], texts: Sequence[str]) -> str:
        cell = self._cell(cells, Field.ID_NUMBER)
        if not isinstance(cell, str | int | float):
            cell = _at(self.heading, texts, Field.ID_NUMBER)
        try:
            return id_number.check(cell)
        except BadIdNumber as refusal:
            raise _RowProblem(f"id_{refusal.reason.value}", refusal.sentence) from refusal

    def _name(self, text: str) -> str:
        if not text:
            raise _RowProblem("name_missing", "没有填写姓名，请按身份证件补填")
        try:
            return names.clean_name(text)[0]
        except BadName as refusal:
            raise _RowProblem("name_unreadable", refusal.sentence) from refusal

    def _class(self, texts: Sequence[str]) -> str:
        written = _at(self.heading, texts, Field.CLASS) or _at(self.heading, texts, Field.WIDE_CLASS)
        if not written:
            if self.class_of_title is not None:
                return self.class_of_title
            raise _RowProblem("class_missing", "没有填写人员类别，表名也看不出是哪一类，请补填类别")
        whole = self.spellings.get(spelling_key(written))
        if whole is not None:
            return whole
        parts = {self.spellings.get(part) for part in parts_of(written)}
        if len(parts) > 1 and None not in parts:
            raise _RowProblem("class_several", f"一格写了几个类别“{written}”，请每个类别各写一行")
        raise _RowProblem("class_unknown", f"人员类别“{written}”不在类别表中，请改用通知中的名称")

    def _day(self, cells: Sequence[Cell], texts: Sequence[str], wanted: Field, title: str) -> date | None:
        text = _at(self.heading, texts, wanted)
        # Offices write these for "not ended" and "not known"; both mean that no day is given.
        if text in ("", "-", "—", "/", "无", "至今", "长期"):
            return None
        cell = self._cell(cells, wanted)
        value = cell if isinstance(cell, int | float | date) and not isinstance(cell, bool) else text
        try:
            return dates.loose_date(value)
        except Invalid as refusal:
            raise _RowProblem("date_unreadable", f"{title}{refusal.sentence}") from refusal
