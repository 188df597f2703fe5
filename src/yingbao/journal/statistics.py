"""Fresh statistics after many rows were written: a plan made for an empty table takes hours over a full one."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection


def analyze(tables: Iterable[str]) -> None:
    """Gather the statistics of tables now, in the running transaction, rather than when the server gets round to it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_analyze(%s)", [list(tables)])
