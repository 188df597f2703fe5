"""From a file to rows ready for matching: the reader of `workbooks`, then numbers sealed a column at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
from yingbao.rosters.known import Known
from yingbao.rosters.sending import copied
from yingbao.workbooks.headings import NOTHING, Field
from yingbao.workbooks.lines import Lines, Listed, SheetReading
from yingbao.workbooks.listing import listed_in, notes_on
from yingbao.workbooks.numbers import likely_numbers
from yingbao.workbooks.sheets import Sheet, inspected, text_of, unfolded
from yingbao.workbooks.terms import CLASSES, Terms

ROSTER_DOCUMENT = "roster.document"
_PLACES = 18
#: Rows sent at a time, twice as many as before each time: the database works on them while the next are got ready, so the
#: first are few for it to begin soon, and the last many, as each chunk costs some statements and stays in its buffers.
FIRST_CHUNK: Final = 8_192
LARGEST_CHUNK: Final = 32_768
#: A file above it is read by a job, with a second connection: pages' threads must not wait for one another's connections.
AT_ONCE: Final = 1_500_000


@dataclass(frozen=True, slots=True)
class Read:
    """A file read: what `workbooks` says of its sheets."""

    sheets: Sequence[Listed]

    @property
    def count(self) -> int:
        """How many rows hold a person."""
        return sum(len(listed.numbers) for listed in self.sheets)

    def named(self) -> Counter[str]:
        """How many rows name each class."""
        return Counter(code for listed in self.sheets for code in listed.codes if code)

    def sites(self) -> list[str]:
        """The schools or places that rows name."""
        return sorted({site for listed in self.sheets for site in set(listed.sites) if site})

    def chunks(self, known: Known) -> Iterator[tuple[int, bytes]]:
        """How many rows, and the values of `matching.COLUMNS` and `FOUND` as COPY takes them. All of them, once.

        While the numbers of a chunk are looked up, the one before it is got ready.
        """
        before: _Chunk | None = None
        for chunk in self._asked(known):
            if before is not None:
                yield before.count, before.content()
            before = chunk
        if before is not None:
            yield before.count, before.content()

    def _asked(self, known: Known) -> Iterator[_Chunk]:
        place, size = 0, FIRST_CHUNK
        for listed in self.sheets:
            start, count = 0, len(listed.numbers)
            while start < count:
                end = min(start + size, count)
                yield _Chunk(listed.lines(slice(start, end)), place, known)
                place += end - start
                start, size = end, min(2 * size, LARGEST_CHUNK)

    def notes(self) -> tuple[str, ...]:
        """What was not read or should be looked at, once all chunks were taken."""
        return notes_on(self.sheets)

    def layout(self) -> dict[str, Any]:
        """What pages show of the reading, once all chunks were taken: sheets, columns, spellings, notes."""
        spelled: Counter[tuple[str, str]] = Counter()
        for listed in self.sheets:
            means = dict(zip(listed.written, listed.codes, strict=True))
            spelled.update({(one, means[one] or ""): n for one, n in Counter(listed.written).items() if one})
        return {
            "sheets": [_sheet(listed.reading) for listed in self.sheets],
            "columns": [list(pair) for pair in _columns(self.sheets).items()],
            "spellings": [[written, code, rows] for (written, code), rows in spelled.most_common(60)],
            "notes": list(self.notes()),
        }


class Opening:
    """A file being opened while something else is done. What is wrong with it is raised to whoever waits for it."""

    def __init__(self, pool: ThreadPoolExecutor, path: Path) -> None:
        self._path = path
        self.large = path.is_file() and path.stat().st_size > AT_ONCE
        self._inspected = pool.submit(inspected, path)
        self._sheets = [pool.submit(lambda: unfolded(path, self._inspected.result()))]

    def numbers(self) -> Sequence[str]:
        """Numbers that a large file very likely holds, once it is known to be what its name says. Raises FileMissing, FileUnreadable."""
        self._inspected.result()
        return likely_numbers(self._path) if self.large else ()

    def sheets(self) -> Sequence[Sheet]:
        """Until its sheets are there, which are asked for once and not kept. Raises FileMissing, FileUnreadable."""
        return self._sheets.pop().result()


@contextmanager
def opening(path: Path) -> Iterator[Opening]:
    """Open a file while something else is done; nothing is left running when the block ends."""
    pool = ThreadPoolExecutor(1, "opening")
    try:
        yield Opening(pool, path)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def read(
    sheets: Sequence[Sheet],
    spellings: Mapping[str, str],
    columns: Mapping[str, Field] = NOTHING,
    terms: Terms = CLASSES,
) -> Read:
    """Read the rows of an open roster file."""
    return Read(listed_in(sheets, spellings, columns, terms))


class _Chunk:
    """Some rows, the first of which is the list's row of that place; their numbers are being looked up."""

    def __init__(self, lines: Lines, place: int, known: Known) -> None:
        self._lines, self._place, self.count = lines, place, len(lines.numbers)
        self._ids, self._names = pa.array(lines.ids, pa.string()), pa.array(lines.names, pa.string())
        self._keys, self._found = known.ask(lines.ids, self._names)

    def content(self) -> bytes:
        """The rows as COPY takes them."""
        lines = self._lines
        columns = [
            pa.array(np.arange(self._place, self._place + self.count, dtype=np.int32)),
            pa.array([lines.sheet] * self.count, pa.string()),
            pa.array(lines.numbers, pa.int32()),
            self._names,
            sealer().seal_column(self._ids, ROSTER_DOCUMENT),
            self._keys,
            _births(lines),
            pa.array(lines.written, pa.string()),
            pc.fill_null(pa.array(lines.codes, pa.string()), ""),
            pa.array(lines.since, pa.date32()),
            pa.array(lines.until, pa.date32()),
            *(
                pa.array(column, pa.string())
                for column in (lines.reasons, lines.sentences, lines.households, lines.heads, lines.sites)
            ),
        ]
        return copied(columns + self._found())


def _births(lines: Lines) -> Any:
    """Birth dates out of the numbers, else what the row says of it."""
    days = [None if number is None else number[6:14] for number in lines.ids]
    born = pc.strptime(pa.array(days, pa.string()), "%Y%m%d", "s").cast(pa.date32())
    if born.null_count == 0:
        return born
    guesses = [None if number else _guess(lines, row) for row, number in enumerate(lines.ids)]
    return pc.coalesce(born, pa.array(guesses, pa.date32()))


def _guess(lines: Lines, place: int) -> date | None:
    """The birth date of a row whose number cannot be used: its own column, or the places 7 to 14 of what is written."""
    column = lines.columns.get(Field.ID_NUMBER)
    cells = lines.cells[place]
    written = text_of(cells[column]) if column is not None and column < len(cells) else ""
    for text in (lines.births[place], written[6:14] if len(written) == _PLACES else ""):
        try:
            return loose_date(text)
        except Invalid:
            continue
    return None


def _sheet(reading: SheetReading) -> dict[str, Any]:
    return {
        "sheet": reading.sheet, "rows": reading.rows, "usable": reading.usable, "unusable": reading.unusable,
        "left_out": reading.left_out,
    }  # fmt: skip


def _columns(sheets: Sequence[Listed]) -> dict[str, str]:
    """Every heading printed in the file and the field it was taken for, "" for one not read."""
    columns: dict[str, str] = {}
    for listed in sheets:
        held = {index: field.value for field, index in listed.columns.items()}
        for index, title in enumerate(listed.titles):
            if title:
                columns[title] = columns.get(title) or held.get(index, "")
    return columns
