"""The people of a roster as columns: one list a field, every row read once, whatever can be read for many at once.

A hundred thousand rows hold few different dates and classes, so each different cell is read once; ID numbers are checked
side by side. What becomes of a row is said in `reasons` (a code, "" for none) and `sentences`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from operator import itemgetter
from pathlib import Path
from typing import Any

from yingbao.kernel import dates, id_number, names
from yingbao.kernel.id_number import BadIdNumber
from yingbao.kernel.names import BadName
from yingbao.kernel.refusal import Invalid
from yingbao.kernel.spelling import spelling_key
from yingbao.workbooks.headings import NOTHING, Field, Heading, find_heading
from yingbao.workbooks.numbers import surely_right
from yingbao.workbooks.sheets import Cell, Sheet, open_sheets, text_of, uncollected
from yingbao.workbooks.spellings import classes_in_text, parts_of
from yingbao.workbooks.terms import CLASSES, Terms

_TOTAL = re.compile(r"(合计|小计|总计|共计|累计|本页计|总数)(:.*|\d.*|人数.*)?")
_FOOT = re.compile(r"(填表|制表|审核|复核|经办|负责人|单位负责|分管|填报|联系人|注[:：]|说明[:：]|备注[:：])")
_ID_LIKE = re.compile(r"\d{17}[\dXx]")
_HEADED = 60
#: Offices write these for "not ended" and "not known"; both mean that no day is given.
_NO_DAY = ("", "-", "—", "/", "无", "至今", "长期")
_FINE = ("", "")


class Skipped(StrEnum):
    """Why a row under the headings holds no person; the value is how the notes call it."""

    TOTAL = "合计行"
    FOOT = "填表说明行"
    HEADING = "重复表头行"
    NO_PERSON = "没有姓名、证号和类别的行"


@dataclass(frozen=True)
class SheetReading:
    """What became of one sheet. rows = usable + unusable + skipped; blank rows are not counted."""

    sheet: str
    rows: int = 0
    usable: int = 0
    unusable: int = 0
    skipped: Mapping[Skipped, tuple[int, ...]] = field(default_factory=dict)
    left_out: str = ""  # why the sheet was not read at all
    titles: tuple[str, ...] = ()  # the headings as printed, by column
    columns: Mapping[Field, int] = field(default_factory=dict)  # which of them hold what


@dataclass(slots=True)
class Lines:
    """The people of one sheet; entries at one place of every list are of one row.

    `numbers` are row numbers as Excel shows them. `written` is the class as written, "" where the title gives it;
    `sites` are the school or the place a row names, "" in a list that asks for none.
    """

    sheet: str
    reading: SheetReading
    titles: tuple[str, ...] = ()
    cells: list[Sequence[Cell]] = field(default_factory=list, repr=False)
    numbers: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list, repr=False)
    ids: list[str | None] = field(default_factory=list, repr=False)
    births: list[str] = field(default_factory=list, repr=False)
    codes: list[str | None] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    since: list[date | None] = field(default_factory=list)
    until: list[date | None] = field(default_factory=list)
    households: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list, repr=False)
    villages: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    sites: list[str] = field(default_factory=list)

    def raw(self, place: int, printed: Sequence[str]) -> dict[str, str]:
        """The row's cells as a person reads them, by the heading printed above."""
        texts = ((i, text_of(cell)) for i, cell in enumerate(self.cells[place]))
        return {
            (printed[i] if i < len(printed) and printed[i] else f"第{i + 1}列"): text
            for i, text in texts
            if text
        }


@dataclass(frozen=True, slots=True)
class FileLines:
    """All sheets of a file, and sentences about what was not read or should be looked at."""

    sheets: tuple[Lines, ...]
    notes: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many rows hold a person."""
        return sum(len(lines.numbers) for lines in self.sheets)


def read_lines(path: Path, spellings: Mapping[str, str], columns: Mapping[str, Field] = NOTHING) -> FileLines:
    """Read a roster file. `spellings` maps spellings to class codes, `columns` normal headings to fields.

    Raises: FileMissing, FileUnreadable.
    """
    return lines_of(open_sheets(path), spellings, columns)


def lines_of(
    sheets: Sequence[Sheet],
    spellings: Mapping[str, str],
    columns: Mapping[str, Field] = NOTHING,
    terms: Terms = CLASSES,
) -> FileLines:
    """The same of a file whose sheets are open, and of a list that is about something else than classes."""
    known = {spelling_key(spelling): code for spelling, code in spellings.items()}
    with uncollected():
        read = tuple(_read_sheet(sheet, known, {**terms.columns, **columns}, terms) for sheet in sheets)
        notes = [note for lines in read for note in (*_notes(lines.reading), *_scattered(lines))]
    return FileLines(read, tuple(notes))


def _notes(reading: SheetReading) -> Iterable[str]:
    if reading.left_out:
        yield f"工作表“{reading.sheet}”{reading.left_out}"
    for kind, numbers in reading.skipped.items():
        shown = "、".join(str(number) for number in numbers[:10]) + ("等" if len(numbers) > 10 else "")
        yield f"工作表“{reading.sheet}”第 {shown} 行是{kind.value}，共 {len(numbers)} 行，未作为人员读取"


def _scattered(lines: Lines) -> Iterator[str]:
    """Households that a list puts into two villages: nobody's row is wrong for it, but somebody should look."""
    if not any(lines.households) or not any(lines.villages):
        return
    pairs = {pair for pair in zip(lines.households, lines.villages, strict=True) if all(pair)}
    if len({household for household, _ in pairs}) == len(pairs):
        return
    first: dict[str, tuple[str, int]] = {}
    found: dict[str, tuple[int, int]] = {}
    for household, village, number in zip(lines.households, lines.villages, lines.numbers, strict=True):
        if household and village:
            other, row = first.setdefault(household, (village, number))
            if other != village:
                found.setdefault(household, (row, number))
    if found:
        shown = "；".join(f"第 {one} 行与第 {other} 行" for one, other in list(found.values())[:3])
        more = "等" if len(found) > 3 else ""
        yield f"工作表“{lines.sheet}”有 {len(found)} 户的成员写在两个村（{shown}{more}），请核对户编号"


def _read_sheet(
    sheet: Sheet, spellings: Mapping[str, str], columns: Mapping[str, Field], terms: Terms
) -> Lines:
    rows = sheet.rows
    if sheet.hidden:
        filled = _filled(rows)
        if filled:
            why = f"是隐藏的，未读取（有 {len(filled)} 行）；如应采用，请取消隐藏后重新报送"
            return Lines(sheet.name, SheetReading(sheet.name, left_out=why))
    head = [[text_of(cell) for cell in row] for row in rows[:_HEADED]]
    heading = find_heading(head, columns)
    if heading is None:
        return _without_heading(sheet.name, rows, _filled(rows), terms)
    titles = [sheet.name, *(cell for row in head[: heading.first_row] for cell in row if cell)]
    of_title = terms.only or _class_of_title(heading, titles, spellings)
    return _Reader(
        sheet, heading, head[heading.first_row], spellings, of_title, terms, terms.site_in(titles)
    ).read()


def _filled(rows: Sequence[Sequence[Cell]]) -> list[int]:
    return [index for index, row in enumerate(rows) if _is_filled(row)]


def _is_filled(row: Sequence[Cell]) -> bool:
    return any(text_of(cell) for cell in row if cell != "")


def _without_heading(
    sheet: str, rows: Sequence[Sequence[Cell]], filled: Sequence[int], terms: Terms
) -> Lines:
    if not filled:
        return Lines(sheet, SheetReading(sheet, left_out="是空的，未读取"))
    people = [index for index in filled if any(_ID_LIKE.search(text_of(cell)) for cell in rows[index])]
    if not people:
        why = f"没有“身份证号”列，也没有人员，未读取（有 {len(filled)} 行）"
        return Lines(sheet, SheetReading(sheet, left_out=why))
    names = "、".join(name for name in ("姓名", "身份证号", terms.category, terms.site, terms.since) if name)
    sentence = f"没有找到表头，认不出各列；请在首行补上“{names}”等列名后重新报送"
    among = set(people)
    others = tuple(i + 1 for i in filled if i not in among)
    skipped = {Skipped.NO_PERSON: others} if others else {}
    reading = SheetReading(sheet, len(filled), 0, len(people), skipped)
    count = len(people)
    empty = [""] * count
    return Lines(
        sheet, reading, (), [rows[i] for i in people], [i + 1 for i in people], empty, [None] * count, empty,
        [None] * count, empty, [None] * count, [None] * count, empty, empty, empty, ["no_heading"] * count,
        [sentence] * count, empty,
    )  # fmt: skip


def _class_of_title(heading: Heading, titles: Iterable[str], spellings: Mapping[str, str]) -> str | None:
    """The one class that the title or sheet name gives, when no column does."""
    if Field.CLASS in heading.columns or Field.WIDE_CLASS in heading.columns:
        return None
    named = {code for title in titles for code in classes_in_text(title, spellings)}
    return named.pop() if len(named) == 1 else None


@dataclass(frozen=True, slots=True)
class _Read:
    """A column as read: a value a row, and at the few places where something is wrong its reason and sentence."""

    values: list[Any]
    wrong: Mapping[int, tuple[str, str]]


def _each_once(keys: list[Any], work: Callable[[Any], tuple[Any, str, str]]) -> _Read:
    """The work's answer for every key, each different key worked once."""
    found = {key: work(key) for key in set(keys)}
    values = {key: value for key, (value, _, _) in found.items()}
    wrong = {key: (reason, sentence) for key, (_, reason, sentence) in found.items() if reason}
    return _Read(list(map(values.__getitem__, keys)), _places(keys, wrong))


def _places(keys: list[Any], wrong: Mapping[Any, tuple[str, str]]) -> Mapping[int, tuple[str, str]]:
    return {place: wrong[key] for place, key in enumerate(keys) if key in wrong} if wrong else {}


def _called(texts: list[str]) -> _Read:
    """Names; the plain ones, which are nearly all, stay as they stand."""
    odd = {text: _name(text) for text in set(texts) if not names.is_plain(text)}
    if not odd:
        return _Read(texts, {})
    wrong = {text: (reason, sentence) for text, (_, reason, sentence) in odd.items() if reason}
    return _Read([odd[text][0] if text in odd else text for text in texts], _places(texts, wrong))


def _first_wrong(count: int, *columns: _Read) -> tuple[list[str], list[str]]:
    """For each row the reason and the sentence of the first column that is wrong in it; most have none."""
    reasons, sentences = [""] * count, [""] * count
    for column in columns:
        for place, (reason, sentence) in column.wrong.items():
            if not reasons[place]:
                reasons[place], sentences[place] = reason, sentence
    return reasons, sentences


@dataclass(slots=True)
class _Reader:
    sheet: Sheet
    heading: Heading
    heading_row: Sequence[str]
    spellings: Mapping[str, str]
    class_of_title: str | None
    terms: Terms = CLASSES
    site_of_title: str = ""

    def read(self) -> Lines:
        """Every row below the heading: read, or skipped with the reason."""
        rows = self.sheet.rows[self.heading.data_from :]
        numbers = self._column(rows, Field.ID_NUMBER)
        right = surely_right(numbers)
        skipped: dict[Skipped, list[int]] = {}
        kept = self._people(rows, right, skipped)
        if len(kept) < len(rows):
            rows = [rows[i] for i in kept]
            numbers, right = [numbers[i] for i in kept], [right[i] for i in kept]
        lines = self._lines(rows, [self.heading.data_from + 1 + i for i in kept], numbers, right)
        bad = sum(1 for reason in lines.reasons if reason)
        lines.reading = SheetReading(
            self.sheet.name, len(rows) + sum(map(len, skipped.values())), len(rows) - bad, bad,
            {kind: tuple(found) for kind, found in skipped.items()}, "", self.heading.titles, self.heading.columns,
        )  # fmt: skip
        return lines

    def _people(
        self, rows: Sequence[Sequence[Cell]], right: Sequence[bool], skipped: dict[Skipped, list[int]]
    ) -> Sequence[int]:
        """Places of the rows that hold a person. One with a right number always does."""
        if all(right):
            return range(len(rows))
        kept: list[int] = []
        for place, row in enumerate(rows):
            if right[place]:
                kept.append(place)
                continue
            if not _is_filled(row):
                continue
            why = self._no_person([text_of(cell) for cell in row])
            if why is None:
                kept.append(place)
            else:
                skipped.setdefault(why, []).append(self.heading.data_from + 1 + place)
        return kept

    def _no_person(self, texts: Sequence[str]) -> Skipped | None:
        if list(texts) == list(self.heading_row):
            return Skipped.HEADING
        number = self._at(texts, Field.ID_NUMBER)
        squeezed = ["".join(text.split()) for text in texts if text]
        # A total may stand in the very column of the ID numbers.
        if any(_TOTAL.fullmatch(text) for text in squeezed[:3]) and not _ID_LIKE.search(number):
            return Skipped.TOTAL
        if number:
            return None
        if any(_FOOT.match(text) for text in squeezed):
            return Skipped.FOOT
        named = (Field.NAME, Field.CLASS, Field.WIDE_CLASS)
        return None if any(self._at(texts, part) for part in named) else Skipped.NO_PERSON

    def _at(self, texts: Sequence[str], wanted: Field) -> str:
        index = self.heading.columns.get(wanted)
        return texts[index] if index is not None and index < len(texts) else ""

    def _lines(
        self, rows: Sequence[Sequence[Cell]], places: list[int], numbers: list[Cell], right: list[bool]
    ) -> Lines:
        """The columns of the people, and for each the first thing wrong with it."""
        people = self._people_of(numbers, right)
        called = _called(self._texts(rows, Field.NAME))
        written = self._texts(rows, Field.CLASS)
        if not all(written):
            wide = self._texts(rows, Field.WIDE_CLASS)
            written = [one or other for one, other in zip(written, wide, strict=True)]
        classes = _each_once(written, self._class)
        sites = self._sites(rows)
        since = self._days(rows, Field.RECOGNISED_ON, self.terms.since, self.terms.dated)
        until = self._days(rows, Field.ENDED_ON, self.terms.until)
        reasons, sentences = _first_wrong(len(rows), people, called, classes, sites, since, until)
        _reversed(since.values, until.values, reasons, sentences, self.terms)
        return Lines(
            self.sheet.name, SheetReading(self.sheet.name), self.heading.titles, list(rows), places,
            called.values, people.values, self._texts(rows, Field.BIRTH_DATE),
            classes.values, written, since.values, until.values,
            self._texts(rows, Field.HOUSEHOLD), self._texts(rows, Field.HEAD_NAME),
            self._texts(rows, Field.VILLAGE), reasons, sentences, sites.values,
        )  # fmt: skip

    def _column(self, rows: Sequence[Sequence[Cell]], wanted: Field) -> list[Cell]:
        index = self.heading.columns.get(wanted)
        if index is None:
            return [""] * len(rows)
        try:
            return list(map(itemgetter(index), rows))
        except IndexError:  # text files have rows of any length
            return [row[index] if index < len(row) else "" for row in rows]

    def _texts(self, rows: Sequence[Sequence[Cell]], wanted: Field) -> list[str]:
        cells = self._column(rows, wanted)
        if set(map(type, cells)) == {str}:
            return list(map(str.strip, cells))  # type: ignore[arg-type] # all of them are text
        return [cell.strip() if type(cell) is str else text_of(cell) for cell in cells]

    def _people_of(self, numbers: list[Cell], right: Sequence[bool]) -> _Read:
        """ID numbers; what is not surely right is looked at by itself."""
        odd = {place: self._person(numbers[place]) for place, fits in enumerate(right) if not fits}
        values: list[Any] = list(numbers)
        for place, (value, _, _) in odd.items():
            values[place] = value
        return _Read(values, {place: (why, said) for place, (_, why, said) in odd.items() if why})

    @staticmethod
    def _person(cell: Cell) -> tuple[str | None, str, str]:
        if not isinstance(cell, str | int | float) or isinstance(cell, bool):
            cell = text_of(cell)
        try:
            return id_number.check(cell), *_FINE
        except BadIdNumber as refusal:
            return None, f"id_{refusal.reason.value}", refusal.sentence

    def _class(self, written: str) -> tuple[str | None, str, str]:
        if not written:
            if self.class_of_title is not None:
                return self.class_of_title, *_FINE
            named = self.terms.category
            return None, "class_missing", f"没有填写{named}，表名也看不出是哪一类，请补填"
        whole = self.spellings.get(spelling_key(written))
        if whole is not None:
            return whole, *_FINE
        parts = {self.spellings.get(part) for part in parts_of(written)}
        if len(parts) > 1 and None not in parts:
            return None, "class_several", f"一格写了几个类别“{written}”，请每个类别各写一行"
        if self.terms is CLASSES:
            return None, "class_unknown", f"人员类别“{written}”不在类别表中，请改用通知中的名称"
        return None, "class_unknown", f"{self.terms.category}“{written}”认不出，请改用通行的名称"

    def _sites(self, rows: Sequence[Sequence[Cell]]) -> _Read:
        place = self.terms.place
        if place is None:
            return _Read([""] * len(rows), {})
        return _each_once([text or self.site_of_title for text in self._texts(rows, Field.SITE)], place)

    def _days(self, rows: Sequence[Sequence[Cell]], wanted: Field, title: str, needed: bool = False) -> _Read:
        # True, 1 and 1.0 are one key of a dictionary, and not one cell
        keys = [cell if type(cell) is str else (type(cell), cell) for cell in self._column(rows, wanted)]
        return _each_once(keys, lambda key: _day(key if isinstance(key, str) else key[1], title, needed))


def _name(text: str) -> tuple[str, str, str]:
    if not text:
        return text, "name_missing", "没有填写姓名，请按身份证件补填"
    try:
        return names.clean_name(text)[0], *_FINE
    except BadName as refusal:
        return text, "name_unreadable", refusal.sentence


def _day(cell: Cell, title: str, needed: bool) -> tuple[date | None, str, str]:
    text = text_of(cell)
    if text in _NO_DAY:
        return (None, "date_missing", f"没有填写{title}，请补填年月日") if needed else (None, *_FINE)
    value = cell if isinstance(cell, int | float | date) and not isinstance(cell, bool) else text
    try:
        return dates.loose_date(value), *_FINE
    except Invalid as refusal:
        return None, "date_unreadable", f"{title}{refusal.sentence}"


def _reversed(
    since: Sequence[date | None],
    until: Sequence[date | None],
    reasons: list[str],
    sentences: list[str],
    terms: Terms,
) -> None:
    """A last day before the first is wrong too, where nothing else is."""
    if not any(set(until)):
        return
    for place, (first, last) in enumerate(zip(since, until, strict=True)):
        if last is not None and first is not None and last < first and not reasons[place]:
            reasons[place] = "dates_reversed"
            sentences[place] = f"{terms.until}{last}早于{terms.since}{first}，请核对两个日期"
