"""Requests to merge or split, for the list and the reviewer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yingbao.registry.errors import MergeNotFound
from yingbao.registry.models import Merge


@dataclass(frozen=True, slots=True)
class MergeLine:
    """One request and its decision."""

    id: UUID
    kind: str
    kept_id: UUID
    gone_id: UUID
    kept_name: str
    gone_name: str
    grounds: str
    asked_by: UUID | None
    asked_by_name: str
    asked_at: datetime
    outcome: str
    decided_by_name: str
    decided_at: datetime | None
    decision_grounds: str


def merge_requests(
    *, outcome: str = "", resident_id: UUID | None = None, limit: int = 100
) -> list[MergeLine]:
    """Requests within the region, newest first."""
    found = Merge.objects.select_related("kept", "gone").order_by("-asked_at")
    if outcome:
        found = found.filter(outcome=outcome)
    if resident_id is not None:
        found = found.filter(kept_id=resident_id) | found.filter(gone_id=resident_id)
    return [_line(merge) for merge in found[:limit]]


def merge_request(merge_id: UUID) -> MergeLine:
    """One request. Raises MergeNotFound."""
    found = Merge.objects.select_related("kept", "gone").filter(id=merge_id).first()
    if found is None:
        raise MergeNotFound
    return _line(found)


def _line(merge: Merge) -> MergeLine:
    return MergeLine(
        merge.id, merge.kind, merge.kept_id, merge.gone_id, merge.kept.name, merge.gone.name, merge.grounds,
        merge.asked_by, merge.asked_by_name, merge.asked_at, merge.outcome, merge.decided_by_name, merge.decided_at,
        merge.decision_grounds,
    )  # fmt: skip
