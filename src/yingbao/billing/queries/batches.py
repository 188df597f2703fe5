"""Batches for the tax side, and how their lines came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from yingbao.billing.errors import BatchNotFound
from yingbao.billing.models import Batch, BatchLine, Register
from yingbao.billing.states import ANSWERS

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch and how many of its lines wait, were taken, taken without being booked, refused."""

    batch: Batch
    outcomes: dict[str, int]


@dataclass(frozen=True, slots=True)
class SentLine:
    """One person's line; whoever has moved out of sight has no name."""

    place: int
    number: str
    name: str
    unit_code: str
    category: str
    due_fen: int
    standard_fen: int
    outcome: str
    answer: str
    answered_at: datetime | None


def batches(issue: Register) -> tuple[BatchRow, ...]:
    """The batches of an issue, newest first."""
    found = list(Batch.objects.filter(register=issue).order_by("-id"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT batch_id, outcome, count(*) FROM billing_batch_line WHERE batch_id = ANY(%s) GROUP BY 1, 2",
            [[one.id for one in found]],
        )
        counts: dict[UUID, dict[str, int]] = {}
        for batch_id, outcome, count in cursor.fetchall():
            counts.setdefault(batch_id, {})[outcome] = count
    return tuple(BatchRow(one, counts.get(one.id, {})) for one in found)


def batch(batch_id: UUID) -> BatchRow:
    """One batch. Raises BatchNotFound."""
    found = Batch.objects.select_related("register").filter(id=batch_id).first()
    if found is None:
        raise BatchNotFound
    return next(row for row in batches(found.register) if row.batch.id == batch_id)


@dataclass(frozen=True, slots=True)
class Sent:
    """In which batch a bill went to the tax side, at which place, and how the line stands now."""

    batch_id: UUID
    number: str
    place: int
    words: str


def sent_in(batch_id: UUID, bill_id: UUID) -> Sent | None:
    """A bill's line of a batch; None where it is not in it, or out of sight."""
    found = BatchLine.objects.select_related("batch").filter(batch_id=batch_id, bill_id=bill_id).first()
    if found is None:
        return None
    return Sent(batch_id, found.batch.number, found.place, ANSWERS[found.outcome])


def unbooked_words(bill_id: UUID) -> str:
    """Why a declaration that the tax side accepted is not booked, and what to do; empty where none waits."""
    found = BatchLine.objects.filter(bill_id=bill_id, kind="zero-fee", outcome="unbooked").first()
    return "" if found is None else found.answer


_LINES: Final = """
SELECT l.place, b.number, coalesce(p.name, ''), l.unit_code, b.category, b.due_fen, b.standard_fen, l.outcome, l.answer, l.answered_at
FROM billing_batch_line l JOIN billing_bill b ON b.id = l.bill_id LEFT JOIN registry_resident p ON p.id = b.resident_id
WHERE l.batch_id = %s AND l.place > %s AND (%s = '' OR l.outcome = %s) ORDER BY l.place LIMIT %s
"""


def lines(batch_id: UUID, *, outcome: str = "", after: int = 0, limit: int = PAGE) -> tuple[SentLine, ...]:
    """Lines of a batch in their order; `after` is the last place of the page before."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [batch_id, after, outcome, outcome, limit])
        return tuple(SentLine(*row) for row in cursor.fetchall())
