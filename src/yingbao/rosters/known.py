"""Whose the numbers of a list are, looked up over a connection of its own while the database compares the rows before them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np
import psycopg
import pyarrow as pa
from numpy.typing import NDArray

from yingbao.rosters import matching
from yingbao.rosters.behind import Behind
from yingbao.rosters.sending import TO_2000, copied

_COPY: Final = "COPY asked FROM STDIN (FORMAT binary)"
#: What `matching.KNOWN` says of each person, in the order of `matching.FOUND`, behind the place of the row.
_SAID: Final = np.dtype(
    [("place", ">i4"), ("id", "V16"), ("born", ">i4"), ("said", ">i8"), ("otherwise", "u1")]
)
Found = Callable[[], list[Any]]


@dataclass(frozen=True, slots=True)
class Met:
    """Whom all numbers led to: how many people, what is said of them together, and who stands in more than one row."""

    count: int
    said: int
    twice: Sequence[UUID]


class Known:
    """Asks by number. Each answer is awaited by calling it: the columns of `matching.FOUND`, null where nobody is known."""

    def __init__(self, over: Behind) -> None:
        self._over = over
        self._answers: list[NDArray[Any]] = []
        over.ask(matching.ASKED)

    def ask(self, keys: Any, names: Any) -> Found:
        """Who the rows with these document keys (binary) are, and whether the register calls them otherwise than these names."""
        count = len(keys)
        content = copied([pa.array(np.arange(count, dtype=np.int32)), keys, names])
        answer = self._over.call(lambda cursor: _looked_up(cursor, content))

        def found() -> list[Any]:
            said = np.frombuffer(answer(), _SAID)
            self._answers.append(said)
            return _columns(said, count)

        return found

    def met(self) -> Met:
        """Once all answers were awaited."""
        said = np.concatenate([np.empty(0, _SAID), *self._answers])
        people = _people(said).dictionary_encode()
        _, first, rows = np.unique(people.indices.to_numpy(), return_index=True, return_counts=True)
        twice = [UUID(bytes=one) for one in people.dictionary.filter(pa.array(rows > 1)).to_pylist()]
        return Met(len(rows), int(np.bitwise_xor.reduce(said["said"][first].astype(np.int64))), twice)


def _looked_up(cursor: Any, content: bytes) -> bytes:
    with cursor.copy(_COPY) as copy:
        copy.write(content)
    # Django's cursor puts values into the text and takes no binary answers
    [answer] = psycopg.RawCursor(cursor.connection).execute(matching.KNOWN, binary=True).fetchone() or [None]
    cursor.execute("TRUNCATE asked")
    return answer or b""


def _people(said: NDArray[Any]) -> Any:
    return pa.Array.from_buffers(pa.binary(16), len(said), [None, pa.py_buffer(said["id"].tobytes())])


def _columns(said: NDArray[Any], count: int) -> list[Any]:
    at = np.full(count, -1, np.int32)
    at[said["place"]] = np.arange(len(said), dtype=np.int32)
    rows = pa.array(at, mask=at < 0)
    born = pa.array(said["born"].astype(np.int32) + TO_2000, pa.int32()).cast(pa.date32())
    numbers = (pa.array(said["said"].astype(np.int64)), pa.array(said["otherwise"].astype(np.int32)))
    return [column.take(rows) for column in (_people(said), born, *numbers)]
