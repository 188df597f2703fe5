"""From a file to rows ready for matching: the reader of `workbooks`, then numbers sealed a column at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count, repeat
from pathlib import Path
from typing import Any

from yingbao.journal.keys import sealer
from yingbao.kernel.dates import loose_date
from yingbao.kernel.refusal import Invalid
from yingbao.registry.fields import DOCUMENT
from yingbao.workbooks.headings import NOTHING, Field
from yingbao.workbooks.lines import FileLines, Lines, read_lines
from yingbao.workbooks.sheets import text_of

ROSTER_DOCUMENT = "roster.document"
_PLACES = 18


@dataclass(frozen=True, slots=True)
class Read:
    """A file read: what `workbooks` says of it, and how many rows hold a person."""

    lines: FileLines

    @property
    def count(self) -> int:
        """How many rows hold a person."""
        return self.lines.count

    def named(self) -> Counter[str]:
        """How many rows name each class."""
        return Counter(code for lines in self.lines.sheets for code in lines.codes if code)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `matching.COLUMNS` row by row."""
        place = 0
        for lines in self.lines.sheets:
            yield from _staged(lines, place)
            place += len(lines.numbers)

    def layout(self) -> dict[str, Any]:
        """What pages show of the reading: sheets, columns, spellings, notes."""
        spelled = Counter(
            (written, code or "")
            for lines in self.lines.sheets
            for written, code in zip(lines.written, lines.codes, strict=True)
            if written
        )
        return {
            "sheets": [_sheet(lines) for lines in self.lines.sheets],
            "columns": [list(pair) for pair in _columns(self.lines).items()],
            "spellings": [[written, code, rows] for (written, code), rows in spelled.most_common(60)],
            "notes": list(self.lines.notes),
        }


def read(path: Path, spellings: Mapping[str, str], columns: Mapping[str, Field] = NOTHING) -> Read:
    """Read a roster file. Raises FileMissing, FileUnreadable."""
    return Read(read_lines(path, spellings, columns))


def _staged(lines: Lines, place: int) -> Iterator[tuple[Any, ...]]:
    documents = sealer().seal_many(lines.ids, ROSTER_DOCUMENT)
    keys = sealer().index_many(lines.ids, DOCUMENT)
    births = [_born(number) if number else _guess(lines, at) for at, number in enumerate(lines.ids)]
    codes = [code or "" for code in lines.codes]
    return zip(
        count(place), repeat(lines.sheet), lines.numbers, lines.names, documents, keys, births, lines.written, codes,
        lines.since, lines.until, lines.reasons, lines.sentences, lines.households, lines.heads, strict=False,
    )  # fmt: skip


def _born(number: str) -> date:
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def _guess(lines: Lines, place: int) -> date | None:
    """The birth date of a row whose number cannot be used: its own column, or the places 7 to 14 of what is written."""
    column = lines.reading.columns.get(Field.ID_NUMBER)
    cells = lines.cells[place]
    written = text_of(cells[column]) if column is not None and column < len(cells) else ""
    for text in (lines.births[place], written[6:14] if len(written) == _PLACES else ""):
        try:
            return loose_date(text)
        except Invalid:
            continue
    return None


def _sheet(lines: Lines) -> dict[str, Any]:
    reading = lines.reading
    return {
        "sheet": reading.sheet, "rows": reading.rows, "usable": reading.usable, "unusable": reading.unusable,
        "left_out": reading.left_out,
    }  # fmt: skip


def _columns(found: FileLines) -> dict[str, str]:
    """Every heading printed in the file and the field it was taken for, "" for one not read."""
    columns: dict[str, str] = {}
    for lines in found.sheets:
        held = {index: field.value for field, index in lines.reading.columns.items()}
        for index, title in enumerate(lines.titles):
            if title:
                columns[title] = columns.get(title) or held.get(index, "")
    return columns
