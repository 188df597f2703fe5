"""The people of a roster as columns: one list a field, entries at one place of every list of one row.

What becomes of a row is said in `reasons` (a code, "" for none) and `sentences`. `workbooks.people` makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from yingbao.workbooks.headings import Field
from yingbao.workbooks.sheets import Cell, text_of


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
    """Some people of one sheet, one after the other.

    `numbers` are row numbers as Excel shows them. `written` is the class as written, "" where the title gives it;
    `sites` are the school or the place a row names, "" in a list that asks for none.
    """

    sheet: str
    titles: tuple[str, ...] = ()
    columns: Mapping[Field, int] = field(default_factory=dict)
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


def _all_made(at: slice) -> Lines:
    raise ValueError(at)


@dataclass(slots=True)
class Listed:
    """The people of one sheet: which rows hold one, and their classes and sites; the other columns are got ready by `make`,
    some rows at a time, so that somebody can work on the first while the next are read.
    """

    sheet: str
    make: Callable[[slice], Lines]
    numbers: Sequence[int] = ()
    codes: Sequence[str | None] = ()
    written: Sequence[str] = ()
    sites: Sequence[str] = ()
    titles: tuple[str, ...] = ()
    columns: Mapping[Field, int] = field(default_factory=dict)
    skipped: Mapping[Skipped, Sequence[int]] = field(default_factory=dict)
    left_out: str = ""
    unusable: int = 0
    villages: list[tuple[str, str, int]] = field(default_factory=list, repr=False)

    def lines(self, at: slice = slice(None)) -> Lines:
        """The columns of some of the rows; each row is asked for once, the last row last."""
        made = self.make(at)
        if at.indices(len(self.numbers))[1] == len(self.numbers):
            self.make = _all_made  # lets go of a million cells
        self.unusable += len(made.reasons) - made.reasons.count("")
        if Field.HOUSEHOLD in self.columns and Field.VILLAGE in self.columns:
            self.villages.extend(zip(made.households, made.villages, made.numbers, strict=True))
        return made

    @property
    def reading(self) -> SheetReading:
        """What became of the sheet, once all its rows were asked for."""
        count = len(self.numbers)
        return SheetReading(
            self.sheet, count + sum(map(len, self.skipped.values())), count - self.unusable, self.unusable,
            {kind: tuple(found) for kind, found in self.skipped.items()}, self.left_out, self.titles, self.columns,
        )  # fmt: skip
