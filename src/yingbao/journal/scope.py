"""What this transaction may see: the region in `app.region`, which every row policy asks for.

Without it no row of a scoped table is seen or written: the setting is local to the transaction, and the
policies take an empty one for none (an empty prefix would match everything).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import ProgrammingError, connection, transaction
from psycopg.errors import InsufficientPrivilege

from yingbao.journal import direct
from yingbao.journal.acting import Acting
from yingbao.journal.errors import OutOfRegion

_LOCAL = "SELECT set_config('app.region', %s, true), set_config('app.entry', %s, true)"
_REGION = "SELECT set_config('app.region', $1, true)"
_BEFORE = "SELECT coalesce(current_setting('app.region', true), ''), coalesce(current_setting('app.entry', true), '')"


def enter(unit_code: str) -> None:
    """Bound the running transaction to a unit and what lies below it; `0` is the whole nation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.region', %s, true)", [unit_code])


@contextmanager
def within(by: Acting | str) -> Iterator[None]:
    """One transaction bounded to the region of a post, or to a unit's code.

    Inside another transaction, that one's region and journal entry are in force again afterwards. Raises OutOfRegion
    where a row policy refuses a row.
    """
    nested = connection.in_atomic_block
    with _in_words(by), transaction.atomic():
        before = _settings() if nested else None
        enter(by if isinstance(by, str) else by.unit_code)
        yield
        if before is not None:  # an exception rolls the settings back with the rest
            with connection.cursor() as cursor:
                cursor.execute(_LOCAL, before)


@contextmanager
def begun(by: Acting, statement: str, values: Sequence[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """`within` for a deed that begins by reading: transaction, region and that statement (`$1`, …) in one round trip; its rows.

    Not inside another transaction. Raises OutOfRegion as `within`.
    """
    with _in_words(by), transaction.atomic(durable=True):
        raw = direct.raw()
        region, first = psycopg.RawCursor(raw), psycopg.RawCursor(raw)
        with raw.pipeline():
            region.execute(_REGION, [by.unit_code])
            first.execute(statement, values)
        yield first.fetchall()


def _settings() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE)
        return list(cursor.fetchone())


@contextmanager
def _in_words(by: Acting | str) -> Iterator[None]:
    """A row that a policy refuses lies outside the region; what triggers refuse stays an error."""
    try:
        yield
    except (ProgrammingError, InsufficientPrivilege) as error:
        cause = error if isinstance(error, InsufficientPrivilege) else error.__cause__
        if isinstance(cause, InsufficientPrivilege) and cause.diag.source_function == "ExecWithCheckOptions":
            raise OutOfRegion("" if isinstance(by, str) else by.unit_name) from error
        raise
