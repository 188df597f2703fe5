"""What this transaction may see: the region in `app.region`, which every row policy asks for.

Without it no row of a scoped table is seen or written: the setting is local to the transaction, and the
policies take an empty one for none (an empty prefix would match everything).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from yingbao.journal.acting import Acting


def enter(unit_code: str) -> None:
    """Bound the running transaction to a unit and what lies below it; `0` is the whole nation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.region', %s, true)", [unit_code])


@contextmanager
def within(by: Acting | str) -> Iterator[None]:
    """One transaction bounded to the region of a post, or to a unit's code."""
    with transaction.atomic():
        enter(by if isinstance(by, str) else by.unit_code)
        yield
