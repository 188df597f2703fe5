"""Two records of one person made one, and parted again. One asks, another decides (N-10, N-16)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.errors import SameTwoPeople
from yingbao.journal.scope import within
from yingbao.registry.errors import (
    AlreadyAsked,
    AlreadyDecided,
    FormInvalid,
    MergeNotFound,
    NotMergeable,
    ResidentNotFound,
)
from yingbao.registry.locks import residents_for_change
from yingbao.registry.models import (
    Cover,
    Holding,
    Membership,
    Merge,
    Residence,
    Resident,
    Schooling,
    Survival,
)

#: What moves to the record that is kept, unless the kept one says something for the same days.
_LIVES = {
    "membership": Membership,
    "residence": Residence,
    "schooling": Schooling,
    "cover": Cover,
    "holding": Holding,
    "survival": Survival,
}


def ask_merge(*, by: Acting, kept_id: UUID, gone_id: UUID, grounds: str) -> UUID:
    """Ask that `gone` be merged into `kept`. Raises NotMergeable, AlreadyAsked, FormInvalid, ResidentNotFound, …"""
    with within(by):
        kept, gone = _pair(by, kept_id, gone_id, "person.merge.request")
        _mergeable(kept, gone)
        return _ask(by, "merge", kept, gone, grounds)


def ask_split(*, by: Acting, kept_id: UUID, gone_id: UUID, grounds: str) -> UUID:
    """Ask that a merge be undone: `gone` stands for itself again. Raises NotMergeable, AlreadyAsked, …"""
    with within(by):
        by.require("person.merge.request")
        people = {r.id: r for r in Resident.objects.select_for_update(of=("self",)).filter(id__in=[kept_id, gone_id])}
        if len(people) < 2:
            raise ResidentNotFound
        if people[gone_id].merged_into_id != kept_id:
            raise NotMergeable("这两份记录没有合并在一起，不用拆分")
        return _ask(by, "split", people[kept_id], people[gone_id], grounds)


def decide(*, by: Acting, merge_id: UUID, approve: bool, grounds: str) -> None:
    """The second person's yes or no; a yes does it at once.

    Raises SameTwoPeople, AlreadyDecided, NotMergeable, MergeNotFound, NotPermitted, OutOfRegion.
    """
    by.require("person.merge.review")
    with within(by):
        merge = Merge.objects.select_for_update().filter(id=merge_id).first()
        if merge is None:
            raise MergeNotFound
        if merge.outcome != "waiting":
            raise AlreadyDecided
        if by.staff_id is not None and merge.asked_by == by.staff_id:
            raise SameTwoPeople
        if not approve and not grounds.strip():
            raise FormInvalid({"grounds": "没有写退回的理由，请写明哪里不符"})
        entry = "approve" if approve else "refuse"
        people = {
            r.id: r
            for r in Resident.objects.select_for_update(of=("self",))
            .filter(id__in=[merge.kept_id, merge.gone_id])
            .order_by("id")
        }
        kept, gone = people[merge.kept_id], people[merge.gone_id]
        record(
            by=by, action=f"{merge.kind}.{entry}", subject="resident", subject_id=kept.id, unit_code=kept.unit_id,
            grounds=grounds, facts={"kept": str(kept.id), "gone": str(gone.id), "request": str(merge.id)},
            news="merged" if approve else "",
        )  # fmt: skip
        if approve:
            merge.moved = _merge(kept, gone) if merge.kind == "merge" else _split(kept, gone)
        merge.outcome = "approved" if approve else "refused"
        merge.decided_by, merge.decided_by_name = by.staff_id, by.name
        merge.decided_at, merge.decision_grounds = datetime.now(UTC), grounds
        merge.save()


def _pair(by: Acting, kept_id: UUID, gone_id: UUID, permission: str) -> tuple[Resident, Resident]:
    if kept_id == gone_id:
        raise NotMergeable("选的是同一份记录，请选两份不同的记录")
    found = {r.id: r for r in residents_for_change([kept_id, gone_id], by, permission)}
    return found[kept_id], found[gone_id]


def _mergeable(kept: Resident, gone: Resident) -> None:
    if kept.sex != gone.sex or kept.birth_date != gone.birth_date:
        raise NotMergeable("两份记录的性别或出生日期不同，请先核对原件、更正其中一份，再合并")
    if kept.document_key is not None and gone.document_key is not None:
        same_kind = kept.document_kind == gone.document_kind
        if same_kind and bytes(kept.document_key) != bytes(gone.document_key):
            raise NotMergeable("两份记录的证件号码不同。若一个是错的，请先更正号码，再合并")


def _ask(by: Acting, kind: str, kept: Resident, gone: Resident, grounds: str) -> UUID:
    if not grounds.strip():
        raise FormInvalid({"grounds": "没有写依据，请写明怎样认定是同一个人"})
    merge = Merge(
        kind=kind, kept=kept, gone=gone, grounds=grounds, asked_by=by.staff_id, asked_by_name=by.name,
        asked_at=datetime.now(UTC),
    )  # fmt: skip
    record(
        by=by, action=f"{kind}.ask", subject="resident", subject_id=kept.id, unit_code=kept.unit_id, grounds=grounds,
        facts={"kept": str(kept.id), "gone": str(gone.id), "request": str(merge.id)},
    )  # fmt: skip
    try:
        with transaction.atomic():
            merge.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyAsked from error
    return merge.id


def _merge(kept: Resident, gone: Resident) -> dict[str, list[str]]:
    """Hang what only `gone` says below `kept`; what both say stays where it is. Returns what moved, by kind."""
    _mergeable(kept, gone)
    moved: dict[str, list[str]] = {}
    for kind, model in _LIVES.items():
        for row in model.objects.filter(resident=gone):
            if not _clashes(model, kept, row):
                row.resident = kept
                row.save(update_fields=["resident"])
                moved.setdefault(kind, []).append(str(row.id))
    gone.merged_into = kept
    gone.save(update_fields=["merged_into"])
    if kept.document_key is None and gone.document_key is not None:
        kept.document_kind, kept.document_sealed, kept.document_key = (
            gone.document_kind, gone.document_sealed, gone.document_key,
        )  # fmt: skip
        moved["document"] = [str(gone.id)]
    kept.insured_years = _years(kept.insured_years, gone.insured_years)
    kept.save()
    return moved


def _clashes(model: Any, kept: Resident, row: Any) -> bool:
    """Whether the kept record has something of the kind on the same days; a household has room for one record."""
    same = model.objects.filter(resident=kept, period__overlap=row.period)
    if model is Holding:
        same = same.filter(category=row.category)
    return bool(row.period.isempty or same.exists())


def _split(kept: Resident, gone: Resident) -> dict[str, list[str]]:
    """Give back what the merge took, by its own list. Raises NotMergeable."""
    merge = Merge.objects.filter(kind="merge", outcome="approved", kept=kept, gone=gone).latest("decided_at")
    for kind, model in _LIVES.items():
        for row in model.objects.filter(id__in=merge.moved.get(kind, [])):
            row.resident = gone
            row.save(update_fields=["resident"])
    if "document" in merge.moved:
        kept.document_kind, kept.document_sealed, kept.document_key = "", None, None
        kept.save(update_fields=["document_kind", "document_sealed", "document_key"])
    gone.merged_into = None
    gone.save(update_fields=["merged_into"])
    return dict(merge.moved)


def _years(kept: list[int] | None, gone: list[int] | None) -> list[int] | None:
    """Years either record knows of; nobody knows only if neither does."""
    if kept is None or gone is None:
        return kept if gone is None else gone
    return sorted({*kept, *gone})
