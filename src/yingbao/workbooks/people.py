"""The rows under one heading read column by column, whatever can be read for many at once.

A hundred thousand rows hold few different dates and classes, so each different cell is read once; ID numbers are checked
side by side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from yingbao.kernel import dates, id_number, names
from yingbao.kernel.id_number import BadIdNumber
from yingbao.kernel.names import BadName
from yingbao.kernel.refusal import Invalid
from yingbao.kernel.spelling import spelling_key
from yingbao.workbooks.headings import Field, Heading
from yingbao.workbooks.lines import Lines, Listed, Skipped
from yingbao.workbooks.numbers import surely_right
from yingbao.workbooks.sheets import Cell, Sheet, text_of
from yingbao.workbooks.spellings import parts_of
from yingbao.workbooks.terms import CLASSES, Terms

ID_LIKE = re.compile(r"\d{17}[\dXx]")
_TOTAL = re.compile(r"(合计|小计|总计|共计|累计|本页计|总数)(:.*|\d.*|人数.*)?")
_FOOT = re.compile(r"(填表|制表|审核|复核|经办|负责人|单位负责|分管|填报|联系人|注[:：]|说明[:：]|备注[:：])")
#: Offices write these for "not ended" and "not known"; both mean that no day is given.
_NO_DAY = ("", "-", "—", "/", "无", "至今", "长期")
_FINE = ("", "")


def is_filled(row: Sequence[Cell]) -> bool:
    """Whether any cell of the row holds something."""
    return any(text_of(cell) for cell in row if cell != "")


@dataclass(frozen=True, slots=True)
class _Read:
    """A column as read: a value a row, and at the few places where something is wrong its reason and sentence."""

    values: list[Any]
    wrong: Mapping[int, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Answered:
    """A column whose different keys were each read once: a key and a value a row, and what is wrong with a key."""

    keys: list[Any]
    values: list[Any]
    wrong: Mapping[Any, tuple[str, str]]

    def read(self, at: slice = slice(None)) -> _Read:
        """The column of some of the rows."""
        return _Read(self.values[at], _places(self.keys[at], self.wrong))


def _each_once(keys: list[Any], work: Callable[[Any], tuple[Any, str, str]]) -> _Answered:
    """The work's answer for every key, each different key worked once."""
    found = {key: work(key) for key in set(keys)}
    values = {key: value for key, (value, _, _) in found.items()}
    wrong = {key: (reason, sentence) for key, (_, reason, sentence) in found.items() if reason}
    return _Answered(keys, list(map(values.__getitem__, keys)), wrong)


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


@dataclass(frozen=True, slots=True)
class _Found:
    """The rows that hold people, and what of them was read at once."""

    rows: list[Sequence[Cell]]
    places: list[int]
    numbers: list[Cell]
    right: list[bool]
    classes: _Answered
    sites: _Answered


@dataclass(slots=True)
class People:
    """The rows under the heading of one sheet."""

    sheet: Sheet
    heading: Heading
    heading_row: Sequence[str]
    spellings: Mapping[str, str]
    class_of_title: str | None
    terms: Terms = CLASSES
    site_of_title: str = ""

    def listed(self) -> Listed:
        """Which rows below the heading hold a person, and of what class; the other columns as they are asked for."""
        rows = self.sheet.rows[self.heading.data_from :]
        numbers = self._column(rows, Field.ID_NUMBER)
        right = surely_right(numbers)
        skipped: dict[Skipped, list[int]] = {}
        kept = self._people(rows, right, skipped)
        if len(kept) < len(rows):
            rows = [rows[i] for i in kept]
            numbers, right = [numbers[i] for i in kept], [right[i] for i in kept]
        written = self._texts(rows, Field.CLASS)
        if not all(written):
            wide = self._texts(rows, Field.WIDE_CLASS)
            written = [one or other for one, other in zip(written, wide, strict=True)]
        found = _Found(
            list(rows), [self.heading.data_from + 1 + i for i in kept], numbers, right,
            _each_once(written, self._class), self._sites(rows),
        )  # fmt: skip
        return Listed(
            self.sheet.name, lambda at: self._lines(found, at), found.places, found.classes.values, written,
            found.sites.values, self.heading.titles, self.heading.columns, skipped,
        )  # fmt: skip

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
            if not is_filled(row):
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
        if any(_TOTAL.fullmatch(text) for text in squeezed[:3]) and not ID_LIKE.search(number):
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

    def _lines(self, found: _Found, at: slice) -> Lines:
        """The columns of some people, and for each the first thing wrong with it."""
        rows, classes, sites = found.rows[at], found.classes.read(at), found.sites.read(at)
        people = self._people_of(found.numbers[at], found.right[at])
        called = _called(self._texts(rows, Field.NAME))
        since = self._days(rows, Field.RECOGNISED_ON, self.terms.since, self.terms.dated)
        until = self._days(rows, Field.ENDED_ON, self.terms.until)
        reasons, sentences = _first_wrong(len(rows), people, called, classes, sites, since, until)
        _reversed(since.values, until.values, reasons, sentences, self.terms)
        return Lines(
            self.sheet.name, self.heading.titles, self.heading.columns, rows, found.places[at],
            called.values, people.values, self._texts(rows, Field.BIRTH_DATE),
            classes.values, found.classes.keys[at], since.values, until.values,
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

    def _sites(self, rows: Sequence[Sequence[Cell]]) -> _Answered:
        place = self.terms.place
        if place is None:
            none = [""] * len(rows)
            return _Answered(none, none, {})
        return _each_once([text or self.site_of_title for text in self._texts(rows, Field.SITE)], place)

    def _days(self, rows: Sequence[Sequence[Cell]], wanted: Field, title: str, needed: bool = False) -> _Read:
        # True, 1 and 1.0 are one key of a dictionary, and not one cell
        keys = [cell if type(cell) is str else (type(cell), cell) for cell in self._column(rows, wanted)]
        return _each_once(
            keys, lambda key: _day(key if isinstance(key, str) else key[1], title, needed)
        ).read()


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
