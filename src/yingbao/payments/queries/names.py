"""Names of people and units that money is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class NamedBill:
    """A bill as money names it: its number and whose it is."""

    number: str
    resident_id: UUID
    name: str


def named_bills(bill_ids: Sequence[UUID]) -> dict[UUID, NamedBill]:
    """Numbers and people by bill; a person out of sight has no name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.id, b.number, b.resident_id, coalesce(r.name, '') FROM billing_bill b "
            "LEFT JOIN registry_resident r ON r.id = b.resident_id WHERE b.id = ANY(%s)",
            [list(bill_ids)],
        )
        return {row[0]: NamedBill(*row[1:]) for row in cursor.fetchall()}
