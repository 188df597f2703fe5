"""Taking a resident for change: found within the region, locked, not merged away, and the post may."""

from __future__ import annotations

from uuid import UUID

from yingbao.journal.acting import Acting
from yingbao.registry.errors import AlreadyMerged, ResidentNotFound
from yingbao.registry.models import Resident


def resident_for_change(resident_id: UUID, by: Acting, permission: str) -> Resident:
    """The locked row. Raises ResidentNotFound, AlreadyMerged, NotPermitted, OutOfRegion."""
    found = Resident.objects.select_for_update(of=("self",)).filter(id=resident_id).first()
    if found is None:
        by.require(permission)
        raise ResidentNotFound
    by.require(permission, found.unit_id)
    if found.merged_into_id is not None:
        raise AlreadyMerged
    return found


def residents_for_change(ids: list[UUID], by: Acting, permission: str) -> list[Resident]:
    """Several rows, locked in the order of their ids so that two such actions never wait for each other."""
    return [resident_for_change(one, by, permission) for one in sorted(ids)]
