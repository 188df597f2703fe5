"""Names of people and units that money is about."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection


def names_of(residents: Sequence[UUID]) -> dict[UUID, str]:
    """Names by resident."""
    if not residents:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM registry_resident WHERE id = ANY(%s)", [list(residents)])
        return dict(cursor.fetchall())


def bill_numbers(bill_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Numbers by bill."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, number FROM billing_bill WHERE id = ANY(%s)", [list(bill_ids)])
        return dict(cursor.fetchall())
