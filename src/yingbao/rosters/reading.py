"""From a file to rows ready for matching: the reader of `workbooks`, then numbers sealed a column at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yingbao.journal.keys import sealer
from yingbao.kernel.dates import loose_date
from yingbao.kernel.refusal import Invalid
from yingbao.registry.fields import DOCUMENT
from yingbao.rosters.sending import copied
from yingbao.workbooks.headings import NOTHING, Field
from yingbao.workbooks.lines import FileLines, Lines, lines_of
from yingbao.workbooks.sheets import Sheet, open_sheets, text_of
from yingbao.workbooks.terms import CLASSES, Terms

ROSTER_DOCUMENT = "roster.document"
_PLACES = 18
#: Rows sent at a time, twice as many as before each time: the database works on them while the next are got ready, so the
#: first are few for it to begin soon, and the last many, as each chunk costs some statements and stays in its buffers.
FIRST_CHUNK: Final = 4_096
LARGEST_CHUNK: Final = 16_384


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

    def sites(self) -> list[str]:
        """The schools or places that rows name."""
        return sorted({site for lines in self.lines.sheets for site in set(lines.sites) if site})

    def chunks(self) -> Iterator[tuple[int, bytes]]:
        """How many rows, and the values of `matching.COLUMNS` as COPY takes them."""
        place, size = 0, FIRST_CHUNK
        for lines in self.lines.sheets:
            start = 0
            while start < len(lines.numbers):
                at = slice(start, min(start + size, len(lines.numbers)))
                yield at.stop - start, copied(_staged(lines, at, place))
                place += at.stop - start
                start, size = at.stop, min(2 * size, LARGEST_CHUNK)

    def layout(self) -> dict[str, Any]:
        """What pages show of the reading: sheets, columns, spellings, notes."""
        spelled: Counter[tuple[str, str]] = Counter()
        for lines in self.lines.sheets:
            means = dict(zip(lines.written, lines.codes, strict=True))
            spelled.update({(one, means[one] or ""): n for one, n in Counter(lines.written).items() if one})
        return {
            "sheets": [_sheet(lines) for lines in self.lines.sheets],
            "columns": [list(pair) for pair in _columns(self.lines).items()],
            "spellings": [[written, code, rows] for (written, code), rows in spelled.most_common(60)],
            "notes": list(self.lines.notes),
        }


Opened = Callable[[], Sequence[Sheet]]


@contextmanager
def opening(path: Path) -> Iterator[Opened]:
    """Open a file while something else is done; what is yielded waits for its sheets.

    It raises FileMissing, FileUnreadable when called, and nothing is left running when the block ends.
    """
    pool = ThreadPoolExecutor(1, "opening")
    try:
        yield pool.submit(open_sheets, path).result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def read(
    sheets: Sequence[Sheet],
    spellings: Mapping[str, str],
    columns: Mapping[str, Field] = NOTHING,
    terms: Terms = CLASSES,
) -> Read:
    """Read the rows of an open roster file."""
    return Read(lines_of(sheets, spellings, columns, terms))


def _staged(lines: Lines, at: slice, place: int) -> list[Any]:
    """The columns of some rows, the first of which is the list's row of that place."""
    numbers, ids = lines.numbers[at], lines.ids[at]
    texts = pa.array(ids, pa.string())
    return [
        pa.array(np.arange(place, place + len(numbers), dtype=np.int32)),
        pa.array([lines.sheet] * len(numbers), pa.string()),
        pa.array(numbers, pa.int32()),
        pa.array(lines.names[at], pa.string()),
        sealer().seal_column(texts, ROSTER_DOCUMENT),
        sealer().index_column(texts, DOCUMENT),
        _births(lines, at, ids),
        pa.array(lines.written[at], pa.string()),
        pc.fill_null(pa.array(lines.codes[at], pa.string()), ""),
        pa.array(lines.since[at], pa.date32()),
        pa.array(lines.until[at], pa.date32()),
        *(
            pa.array(column[at], pa.string())
            for column in (lines.reasons, lines.sentences, lines.households, lines.heads, lines.sites)
        ),
    ]


def _births(lines: Lines, at: slice, ids: Sequence[str | None]) -> Any:
    """Birth dates out of the numbers, else what the row says of it."""
    days = [None if number is None else number[6:14] for number in ids]
    born = pc.strptime(pa.array(days, pa.string()), "%Y%m%d", "s").cast(pa.date32())
    if born.null_count == 0:
        return born
    guesses = [
        None if number else _guess(lines, row)
        for row, number in zip(range(at.start, at.stop), ids, strict=False)
    ]
    return pc.coalesce(born, pa.array(guesses, pa.date32()))


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
