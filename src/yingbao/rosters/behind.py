"""Statements carried out in order by a thread, while the one that asks for them reads on.

They go over the connection and the transaction of the one that asks: what fails is raised where the answer is awaited, and
nothing is left running when the block ends. The database works on one core while Python reads on the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from django.db import Error, connection

T = TypeVar("T")
#: Statements asked for ahead of the database; more would only hold memory.
_AHEAD = 24


class Behind:
    """What is asked for is done in the order of asking."""

    def __init__(self, pool: ThreadPoolExecutor, cursor: Any) -> None:
        self._pool = pool
        self._cursor = cursor
        self._asked: deque[Future[Any]] = deque()

    def ask(self, statement: str, given: Mapping[str, Any] | list[Any] | None = None) -> None:
        """One statement; waits only if the database is far behind."""
        self._later(lambda: self._cursor.execute(statement, given))

    def call(self, work: Callable[[Any], T]) -> Callable[[], T]:
        """What `work` makes of the cursor; awaited by calling what is returned, which raises what the database said."""
        asked = self._later(lambda: work(self._cursor))

        def answer() -> T:
            with connection.wrap_database_errors:
                return asked.result()

        return answer

    def copy(self, statement: str, content: bytes) -> None:
        """One COPY of these bytes."""
        self._later(lambda: _copy(self._cursor, statement, content))

    def wait(self) -> None:
        """Until all is done. Raises what the database said to the first statement it refused."""
        while self._asked:
            self._next()

    def _later(self, work: Callable[[], T]) -> Future[T]:
        asked = self._pool.submit(work)
        self._asked.append(asked)
        while len(self._asked) > _AHEAD:
            self._next()
        return asked

    def _next(self) -> None:
        first = self._asked.popleft()
        try:
            with connection.wrap_database_errors:
                first.result()
        except BaseException:
            self._asked.clear()  # the transaction is broken: what was asked for after it only says so again
            raise


@contextmanager
def behind() -> Iterator[Behind]:
    """A thread for the default connection; at the end all is done, or given up and nothing still running."""
    with connection.cursor() as cursor, _carried_out(cursor.cursor) as work:
        yield work


@contextmanager
def beside() -> Iterator[Behind]:
    """A thread for a second connection, whose transaction sees the same region and ends in nothing: it is for reading."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.region', true)")
        [region] = cursor.fetchone()
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor, _carried_out(cursor.cursor) as work:
            cursor.execute("SELECT set_config('app.region', %s, true)", [region])
            yield work
    finally:
        with suppress(Error):  # of a connection that is gone
            other.rollback()
            other.set_autocommit(True)
        other.close()


@contextmanager
def _carried_out(cursor: Any) -> Iterator[Behind]:
    pool = ThreadPoolExecutor(1, "behind")
    try:
        work = Behind(pool, cursor)
        yield work
        work.wait()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _copy(cursor: Any, statement: str, content: bytes) -> None:
    with cursor.copy(statement) as copy:
        copy.write(content)
