"""The ways in which offices spoil a roster row, and what a reader should make of each.

Every line of a made-up roster carries its truth: what was done to it, and the outcome it must have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import TypeAlias

from yingbao.kernel import id_number as id_numbers

Written: TypeAlias = str | float | date | None
_SERIAL_ORIGIN = date(1899, 12, 30)
_UNHEARD_OF = ("农村低保五类", "困难群众", "低收入户(待定)", "Ｅ类低保", "其他困难人员", "见附件")
_NO_SUCH_DAY = ("2023.2.30", "20231301", "2023年6月31日", "2023/0/15", "去年", "2022.9")


@dataclass(frozen=True)
class RosterClass:
    """A class as departments write it: code, printed name and spellings, and who certifies it."""

    code: str
    name: str
    spellings: tuple[str, ...]
    certified_by: str


@dataclass(frozen=True)
class Entry:
    """One membership that a department knows of."""

    person_id: str
    unit: str
    household_id: str
    head_name: str
    relation: str
    name: str
    id_number: str | None
    class_code: str
    recognised_on: date | None
    ended_on: date | None


@dataclass(frozen=True)
class Line:
    """One row as it is written, and the truth about it."""

    entry: Entry
    id_cell: Written
    name_cell: str
    class_cell: str
    since_cell: Written
    until_cell: Written
    what: str = "plain"
    reason_code: str = ""
    remark: str = ""

    @property
    def outcome(self) -> str:
        """What a reader must make of the line: usable or unusable."""
        return "unusable" if self.reason_code else "usable"


class Spoiler:
    """Writes the lines of one department's list, some of them spoilt, the same for the same random stream."""

    def __init__(
        self, random: Random, classes: Sequence[RosterClass], share: float, handed_in_on: date, area: int
    ) -> None:
        self.random, self.share, self.handed_in_on = random, share, handed_in_on
        self.by_code: Mapping[str, RosterClass] = {c.code: c for c in classes}
        self.held: set[tuple[str, str]] = set()
        self.stranger_area = f"{990000 + (area + 7777) % 10_000}"
        self.strangers = 0

    def lines(self, entries: Sequence[Entry]) -> list[Line]:
        """All lines of one sheet: the entries in order, second rows of the same people at the end."""
        self.held |= {(entry.person_id, entry.class_code) for entry in entries}
        lines: list[Line] = []
        later: list[Line] = []
        for entry in entries:
            line = self._plain(entry)
            if entry.id_number is not None and self.random.random() < self.share:
                line, second = self._spoilt(line)
                later += second
            lines.append(line)
        return lines + later

    def _plain(self, entry: Entry) -> Line:
        line = Line(
            entry,
            entry.id_number,
            entry.name,
            self._spelling(entry.class_code),
            self._day(entry.recognised_on),
            self._day(entry.ended_on),
        )
        if entry.id_number is None:
            return replace(
                line, what="newborn_without_number", reason_code="id_empty", remark="新生儿，暂无身份证号"
            )
        return replace(line, what="ended") if entry.ended_on is not None else line

    def _spelling(self, code: str) -> str:
        known = self.by_code[code]
        return self.random.choice([known.name, known.name, *known.spellings])

    def _day(self, day: date | None) -> Written:
        if day is None:
            return None
        form = self.random.randrange(7)
        compact = f"{day.year}{day.month:02}{day.day:02}"
        forms: tuple[Written, ...] = (
            compact,
            float(compact),
            f"{day.year}.{day.month}.{day.day}",
            f"{day.year}年{day.month}月{day.day}日",
            f"{day.year}/{day.month}/{day.day}",
            day,
            float((day - _SERIAL_ORIGIN).days),
        )
        return forms[form]

    def _spoilt(self, line: Line) -> tuple[Line, list[Line]]:
        traps: list[Callable[[Line], tuple[Line, list[Line]]]] = [
            self._number_cell,
            self._apostrophe,
            self._full_width,
            self._wrong_check_digit,
            self._broken_name,
            self._no_such_day,
            self._unheard_class,
            self._stranger,
            self._twice,
            self._second_class,
            self._ended,
        ]
        return self.random.choice(traps)(line)

    def _number_cell(self, line: Line) -> tuple[Line, list[Line]]:
        number = line.entry.id_number or ""
        if number.endswith("X"):
            return self._full_width(line)
        return replace(
            line, id_cell=float(number), what="id_as_number", reason_code="id_float_lost_digits"
        ), []

    def _apostrophe(self, line: Line) -> tuple[Line, list[Line]]:
        return replace(line, id_cell=f"'{line.entry.id_number}", what="id_apostrophe"), []

    def _full_width(self, line: Line) -> tuple[Line, list[Line]]:
        number = line.entry.id_number or ""
        wide = chr(ord(number[-1]) + 0xFEE0)
        return replace(line, id_cell=f"{number[:-1]}{wide}", what="id_full_width"), []

    def _wrong_check_digit(self, line: Line) -> tuple[Line, list[Line]]:
        number = line.entry.id_number or ""
        # A number that ends in 000 would look as if Excel had cut it, which is another finding.
        others = [d for d in "123456789" if d != number[-1]]
        spoilt = number[:-1] + self.random.choice(others)
        return replace(line, id_cell=spoilt, what="id_wrong_check_digit", reason_code="id_check_digit"), []

    def _broken_name(self, line: Line) -> tuple[Line, list[Line]]:
        name = line.entry.name
        return replace(line, name_cell=f"{name[:1]}\n{name[1:]} ", what="name_line_break"), []

    def _no_such_day(self, line: Line) -> tuple[Line, list[Line]]:
        day = self.random.choice(_NO_SUCH_DAY)
        return replace(line, since_cell=day, what="impossible_date", reason_code="date_unreadable"), []

    def _unheard_class(self, line: Line) -> tuple[Line, list[Line]]:
        text = self.random.choice(_UNHEARD_OF)
        return replace(line, class_cell=text, what="class_unheard_of", reason_code="class_unknown"), []

    def _stranger(self, line: Line) -> tuple[Line, list[Line]]:
        self.strangers += 1
        born = line.entry.id_number[6:14] if line.entry.id_number else "19700101"
        first17 = f"{int(self.stranger_area) + self.strangers // 1000}{born}{self.strangers % 1000:03}"
        number = first17 + id_numbers.check_digit(first17)
        stranger = replace(line.entry, person_id="", id_number=number)
        return replace(
            line, entry=stranger, id_cell=number, what="stranger", reason_code="person_unknown"
        ), []

    def _twice(self, line: Line) -> tuple[Line, list[Line]]:
        again = self._plain(line.entry)
        return line, [replace(again, what="twice", reason_code="duplicate", remark="补录")]

    def _second_class(self, line: Line) -> tuple[Line, list[Line]]:
        person = line.entry.person_id
        others = [code for code in self.by_code if (person, code) not in self.held]
        if not others:
            return self._apostrophe(line)
        code = self.random.choice(others)
        self.held.add((person, code))
        second = self._plain(replace(line.entry, class_code=code))
        return line, [replace(second, what="second_class")]

    def _ended(self, line: Line) -> tuple[Line, list[Line]]:
        since = line.entry.recognised_on or date(2015, 1, 1)
        days = (self.handed_in_on - since).days
        if days < 40 or line.entry.ended_on is not None:
            return self._apostrophe(line)
        until = self.handed_in_on - timedelta(days=self.random.randrange(0, min(days - 30, 600)))
        entry = replace(line.entry, ended_on=until)
        return replace(line, entry=entry, until_cell=self._day(until), what="ended", remark="已退出"), []
