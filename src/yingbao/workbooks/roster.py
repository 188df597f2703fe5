"""Read a department's roster: every row under the headings ends usable or unusable, with what to do about it.

Rows that hold no person (totals, signatures, repeated headings) are counted in the notes, so that usable +
unusable + skipped is the number of rows in the sheet. `workbooks.listing` reads; this makes rows of its columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from yingbao.workbooks.headings import NOTHING, Field
from yingbao.workbooks.lines import Lines, SheetReading, Skipped
from yingbao.workbooks.listing import read_lines

__all__ = ["RosterReading", "RosterRow", "SheetReading", "Skipped", "read_roster"]


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


def read_roster(
    path: Path, spellings: Mapping[str, str], *, sender: str, columns: Mapping[str, Field] = NOTHING
) -> RosterReading:
    """Read a roster file. `spellings` maps spellings to class codes, `sender` is who handed it in.

    `columns` maps normal headings (`headings.normal_heading`) to what a person has said they hold.
    Raises: FileMissing, FileUnreadable.
    """
    read = read_lines(path, spellings, columns)
    rows = tuple(row for lines in read.sheets for row in _rows(path.name, lines))
    return RosterReading(path.name, sender, rows, read.readings, read.notes)


def _rows(file: str, lines: Lines) -> Iterator[RosterRow]:
    printed = lines.titles
    for place, number in enumerate(lines.numbers):
        reason = lines.reasons[place]
        yield RosterRow(
            file, lines.sheet, number, "unusable" if reason else "usable", reason, lines.sentences[place],
            lines.names[place], lines.ids[place], lines.codes[place],
            None if reason else lines.since[place], None if reason else lines.until[place],
            lines.raw(place, printed),
        )  # fmt: skip
