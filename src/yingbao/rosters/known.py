"""Whose the numbers of a list are, looked up over a connection of its own while the file is read and its rows are compared."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
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
        self._at: dict[str | None, int] = {}
        self._keys = pa.array([], pa.binary(16))
        self._answers: deque[Callable[[], list[Any]]] = deque()
        self._people = _columns(0, b"", None)
        self._rows: list[NDArray[np.int64]] = []
        over.ask(matching.ASKED)

    def foresee(self, numbers: Iterable[str | None]) -> None:
        """Look up numbers that rows will probably hold."""
        new = [number for number in dict.fromkeys(numbers) if number is not None and number not in self._at]
        keys = [self._keys]
        for start in range(0, len(new), _TOGETHER):
            some = pa.array(new[start : start + _TOGETHER], pa.string())
            keys.append(sealer().index_column(some, DOCUMENT))
            self._answers.append(self._asked(keys[-1]))
        self._at.update(zip(new, range(len(self._at), len(self._at) + len(new)), strict=True))
        self._keys = pa.concat_arrays(keys)

    def ask(self, numbers: Sequence[str | None], names: Any) -> tuple[Any, Found]:
        """Document keys of these rows, and what is awaited by calling it: `matching.FOUND`, null where nobody is known."""
        self.foresee(numbers)
        at = pa.array(map(self._at.get, numbers), pa.int64())
        self._rows.append(at.drop_null().to_numpy())
        return self._keys.take(at), lambda: self._found(at, names)

    def met(self) -> Met:
        """Once all answers were awaited."""
        people, _, said, _ = self._people_to(len(self._at))
        rows = np.bincount(np.concatenate([np.empty(0, np.int64), *self._rows]), minlength=len(people))
        known = people.is_valid().to_numpy(zero_copy_only=False) & (rows > 0)
        together = np.bitwise_xor.reduce(pc.fill_null(said, 0).to_numpy()[known], initial=np.int64(0))
        twice = people.filter(pa.array(known & (rows > 1))).to_pylist()
        return Met(int(known.sum()), int(together), [UUID(bytes=one) for one in twice])

    def _asked(self, keys: Any) -> Callable[[], list[Any]]:
        count = len(keys)
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
        parts, there = [self._people], len(self._people[0])
        while there < count:
            parts.append(self._answers.popleft()())
            there += len(parts[-1][0])
        if len(parts) > 1:
            self._people = [pa.concat_arrays(columns) for columns in zip(*parts, strict=True)]
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
