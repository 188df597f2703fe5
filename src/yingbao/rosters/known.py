"""Whose the numbers of a list are, looked up over a connection of its own while the file is read and its rows are compared."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from yingbao.journal.keys import sealer
from yingbao.registry.fields import DOCUMENT
from yingbao.rosters import matching
from yingbao.rosters.behind import Behind
from yingbao.rosters.sending import TO_2000, copied

_COPY: Final = "COPY asked FROM STDIN (FORMAT binary)"
#: Numbers asked for at a time.
_TOGETHER: Final = 8_192
#: What `matching.KNOWN` says of each person beside the name.
_SAID: Final = np.dtype([("place", ">i4"), ("id", "V16"), ("born", ">i4"), ("said", ">i8")])
Found = Callable[[], list[Any]]


@dataclass(frozen=True, slots=True)
class Met:
    """Whom all rows led to by number: how many people, what is said of them together, and who stands in more than one row."""

    count: int
    said: int
    twice: Sequence[UUID]


class Known:
    """Asks for each number once. Columns are of pyarrow, a value a row of the list."""

    def __init__(self, over: Behind) -> None:
        self._over = over
        self._numbers, self._keys = pa.array([], pa.string()), pa.array([], pa.binary(16))
        self._answers: deque[Callable[[], list[Any]]] = deque()
        self._people = _columns(0, b"", None)
        self._rows: list[NDArray[np.int64]] = []
        over.ask(matching.ASKED)

    def foresee(self, numbers: Sequence[str]) -> None:
        """Look up numbers that rows will probably hold."""
        self._look_up(pa.array(numbers, pa.string()))

    def ask(self, numbers: Any, names: Any) -> tuple[Any, Found]:
        """Document keys of these rows, and what is awaited by calling it: `matching.FOUND`, null where nobody is known."""
        at = pc.index_in(numbers, self._numbers)
        new = numbers.filter(pc.and_(numbers.is_valid(), at.is_null())).unique()
        if len(new):
            self._look_up(new)
            at = pc.index_in(numbers, self._numbers)
        self._rows.append(at.drop_null().to_numpy().astype(np.int64))
        return self._keys.take(at), lambda: self._found(at, names)

    def met(self) -> Met:
        """Once all answers were awaited."""
        people, _, said, _ = self._people_to(len(self._numbers))
        rows = np.bincount(np.concatenate([np.empty(0, np.int64), *self._rows]), minlength=len(people))
        known = people.is_valid().to_numpy(zero_copy_only=False) & (rows > 0)
        together = np.bitwise_xor.reduce(pc.fill_null(said, 0).to_numpy()[known], initial=np.int64(0))
        twice = people.filter(pa.array(known & (rows > 1))).to_pylist()
        return Met(int(known.sum()), int(together), [UUID(bytes=one) for one in twice])

    def _look_up(self, numbers: Any) -> None:
        for start in range(0, len(numbers), _TOGETHER):
            some = numbers.slice(start, _TOGETHER)
            keys = sealer().index_column(some, DOCUMENT)
            self._numbers = pa.concat_arrays([self._numbers, some])
            self._keys = pa.concat_arrays([self._keys, keys])
            self._answers.append(self._asked(len(some), keys))

    def _asked(self, count: int, keys: Any) -> Callable[[], list[Any]]:
        content = copied([pa.array(np.arange(count, dtype=np.int32)), keys])
        answer = self._over.call(lambda cursor: _looked_up(cursor, content))
        return lambda: _columns(count, *answer())

    def _found(self, at: Any, names: Any) -> list[Any]:
        last = pc.max(at).as_py()
        everybody = self._people_to(0 if last is None else last + 1)
        people, born, said, called = (column.take(at) for column in everybody)
        return [people, born, said, pc.not_equal(called, names).cast(pa.int32())]

    def _people_to(self, count: int) -> list[Any]:
        """Who has each of the first so many numbers asked for: person, birth date, what is said, name; null for nobody."""
        while len(self._people[0]) < count:
            parts = zip(self._people, self._answers.popleft()(), strict=True)
            self._people = [pa.concat_arrays(both) for both in parts]
        return self._people


def _looked_up(cursor: Any, content: bytes) -> tuple[bytes, str | None]:
    with cursor.copy(_COPY) as copy:
        copy.write(content)
    # Django's cursor puts values into the text and takes no binary answers
    row = psycopg.RawCursor(cursor.connection).execute(matching.KNOWN, binary=True).fetchone()
    cursor.execute("TRUNCATE asked")
    return (b"", None) if row is None or row[0] is None else row


def _columns(count: int, content: bytes, names: str | None) -> list[Any]:
    said = np.frombuffer(content, _SAID)
    at = np.full(count, -1, np.int32)
    at[said["place"]] = np.arange(len(said), dtype=np.int32)
    rows = pa.array(at, mask=at < 0)
    people = pa.Array.from_buffers(pa.binary(16), len(said), [None, pa.py_buffer(said["id"].tobytes())])
    born = pa.array(said["born"].astype(np.int32) + TO_2000, pa.int32()).cast(pa.date32())
    called = pa.array([] if names is None else names.split(matching.BETWEEN), pa.string())
    return [column.take(rows) for column in (people, born, pa.array(said["said"].astype(np.int64)), called)]
