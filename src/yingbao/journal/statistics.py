"""Fresh statistics after many rows were written: a plan made for an empty table takes hours over a full one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection


def analyze(tables: Iterable[str]) -> None:
    """Gather the statistics of tables now, in the running transaction, rather than when the server gets round to it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_analyze(%s)", [list(tables)])


@contextmanager
def by_index() -> Iterator[None]:
    """Rows are looked up by index, whatever the statistics say: they call a table empty that this deed is filling.

    For many rows at once, each of which has an index to be found by. Within the running transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")
