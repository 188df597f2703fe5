"""Reading the journal within one's region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from yingbao.journal.models import Entry
from yingbao.kernel.dates import CHINA

PAGE = 50


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry as pages show it."""

    id: UUID
    at: datetime
    staff_name: str
    role: str
    unit_code: str
    action: str
    subject: str
    subject_id: UUID | None
    grounds: str
    facts: dict[str, Any]
    address: str = ""


def of_subject(subject_id: UUID, limit: int = 200) -> list[Deed]:
    """What was done to one thing, newest first."""
    return [_deed(e) for e in Entry.objects.filter(subject_id=subject_id).order_by("-at")[:limit]]


def was_done(subject_id: UUID, action: str) -> bool:
    """Whether a deed is in the journal: work that is asked for twice is done once."""
    return Entry.objects.filter(subject_id=subject_id, action=action).exists()


def by_ids(entry_ids: list[UUID]) -> dict[UUID, Deed]:
    """Entries by id."""
    return {e.id: _deed(e) for e in Entry.objects.filter(id__in=entry_ids)}


def browse(
    *,
    staff: str = "",
    action: str = "",
    from_on: date | None = None,
    through_on: date | None = None,
    subject_id: UUID | None = None,
    before: UUID | None = None,
    limit: int = PAGE,
) -> list[Deed]:
    """Entries newest first, by who, what and when; `before` is the last entry of the page before."""
    found = Entry.objects.order_by("-id")
    if staff:
        found = found.filter(staff_name__contains=staff)
    if action:
        found = found.filter(action=action)
    if subject_id:
        found = found.filter(subject_id=subject_id)
    if from_on:
        found = found.filter(at__gte=_midnight(from_on), id__gte=_first_id(from_on))
    if through_on:
        after = through_on + timedelta(days=1)
        found = found.filter(at__lt=_midnight(after), id__lt=_first_id(after + timedelta(days=1)))
    if before:
        found = found.filter(id__lt=before)
    return [_deed(e) for e in found[:limit]]


def newest(action: str) -> Deed | None:
    """The last deed of a kind within the region."""
    found = Entry.objects.filter(action=action).order_by("-id").first()
    return None if found is None else _deed(found)


def _midnight(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=CHINA)


def _first_id(on: date) -> UUID:
    """Below every id made on that day or later, with a day's grace for clocks: ids are in the order of time."""
    instant = int((_midnight(on) - timedelta(days=1)).timestamp() * 1000)
    return UUID(int=max(instant, 0) << 80)


def _deed(entry: Entry) -> Deed:
    return Deed(
        entry.id,
        entry.at,
        entry.staff_name,
        entry.role,
        entry.unit_code,
        entry.action,
        entry.subject,
        entry.subject_id,
        entry.grounds,
        entry.facts,
        entry.address,
    )
