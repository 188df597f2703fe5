"""Two records of one person made one, and parted again. One asks, another decides (N-10, N-16)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.content import plain_text
from yingbao.journal.errors import SameTwoPeople
from yingbao.journal.scope import within
from yingbao.registry.errors import (
    AlreadyAsked,
    AlreadyDecided,
    AlreadyMerged,
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
_LIVES: dict[str, type[Any]] = {
    "membership": Membership,
    "residence": Residence,
    "schooling": Schooling,
    "cover": Cover,
    "holding": Holding,
    "survival": Survival,
}
_NEWS = {"merge": "merged", "split": "split"}


def ask_merge(*, by: Acting, kept_id: UUID, gone_id: UUID, grounds: str) -> UUID:
    """Ask that `gone` be merged into `kept`. Raises NotMergeable, AlreadyAsked, FormInvalid, ResidentNotFound, …"""
    with within(by):
        kept, gone = _pair(by, kept_id, gone_id, "person.merge.request")
        _mergeable(kept, gone)
        return _ask(by, "merge", kept, gone, grounds)


def ask_split(*, by: Acting, kept_id: UUID, gone_id: UUID, grounds: str) -> UUID:
    """Ask that a merge be undone: `gone` stands for itself again. Raises NotMergeable, AlreadyAsked, AlreadyMerged, …"""
    with within(by):
        by.require("person.merge.request")
        kept, gone = _both(kept_id, gone_id)
        by.require("person.merge.request", kept.unit_id)
        _splittable(kept, gone)
        return _ask(by, "split", kept, gone, grounds)


def decide(*, by: Acting, merge_id: UUID, approve: bool, grounds: str) -> None:
    """The second person's yes or no; a yes does it at once.

    Raises SameTwoPeople, AlreadyDecided, AlreadyMerged, NotMergeable, MergeNotFound, ResidentNotFound, NotPermitted,
    OutOfRegion.
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
        kept, gone = _both(merge.kept_id, merge.gone_id)
        record(
            by=by, action=f"{merge.kind}.{'approve' if approve else 'refuse'}", subject="resident", subject_id=kept.id,
            unit_code=kept.unit_id, grounds=grounds, news=_NEWS[merge.kind] if approve else "",
            facts={"kept": str(kept.id), "gone": str(gone.id), "request": str(merge.id)},
        )  # fmt: skip
        if approve:
            merge.moved = _merge(kept, gone) if merge.kind == "merge" else _split(kept, gone)
        merge.outcome = "approved" if approve else "refused"
        merge.decided_by, merge.decided_by_name = by.staff_id, by.name
        merge.decided_at, merge.decision_grounds = datetime.now(UTC), plain_text(grounds)
        merge.save(
            update_fields=[
                "moved",
                "outcome",
                "decided_by",
                "decided_by_name",
                "decided_at",
                "decision_grounds",
            ]
        )


def _both(kept_id: UUID, gone_id: UUID) -> tuple[Resident, Resident]:
    """The two rows, locked in the order of their ids. Raises ResidentNotFound if either lies outside the region."""
    found = {
        one.id: one
        for one in Resident.objects.select_for_update(of=("self",))
        .filter(id__in=[kept_id, gone_id])
        .order_by("id")
    }
    if len(found) < 2:
        raise ResidentNotFound
    return found[kept_id], found[gone_id]


def _pair(by: Acting, kept_id: UUID, gone_id: UUID, permission: str) -> tuple[Resident, Resident]:
    if kept_id == gone_id:
        raise NotMergeable("选的是同一份记录，请选两份不同的记录")
    found = {r.id: r for r in residents_for_change([kept_id, gone_id], by, permission)}
    return found[kept_id], found[gone_id]


def _splittable(kept: Resident, gone: Resident) -> None:
    if gone.merged_into_id != kept.id:
        raise NotMergeable("这两份记录没有合并在一起，不用拆分")
    if kept.merged_into_id is not None:
        raise AlreadyMerged


def _mergeable(kept: Resident, gone: Resident) -> None:
    if kept.merged_into_id is not None or gone.merged_into_id is not None:
        raise AlreadyMerged
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
        kind=kind, kept=kept, gone=gone, grounds=plain_text(grounds), asked_by=by.staff_id, asked_by_name=by.name,
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


def _merge(kept: Resident, gone: Resident) -> dict[str, Any]:
    """Hang what only `gone` says below `kept`; what both say stays where it is. Returns what moved, by kind.

    A place in a household that stays with `gone` is emptied: nobody sees `gone` there, and it must not bar a new head.
    """
    _mergeable(kept, gone)
    moved: dict[str, Any] = {}
    for kind, model in _LIVES.items():
        for row in model.objects.filter(resident=gone):
            if not _clashes(model, kept, row):
                row.resident = kept
                row.save(update_fields=["resident"])
                moved.setdefault(kind, []).append(str(row.id))
            elif model is Membership and not row.period.isempty:
                moved.setdefault("emptied", []).append([str(row.id), *_days(row.period)])
                row.period = (row.period.lower, row.period.lower)
                row.save(update_fields=["period"])
    gone.merged_into = kept
    gone.save(update_fields=["merged_into"])
    changed = ["insured_years"]
    if kept.document_key is None and gone.document_key is not None:
        kept.document_kind, kept.document_sealed, kept.document_key = (
            gone.document_kind, gone.document_sealed, gone.document_key,
        )  # fmt: skip
        moved["document"] = [str(gone.id)]
        changed += ["document_kind", "document_sealed", "document_key"]
    years = _years(kept.insured_years, gone.insured_years)
    moved["insured_years"] = {"before": kept.insured_years, "after": years}
    kept.insured_years = years
    kept.save(update_fields=changed)
    return moved


def _clashes(model: Any, kept: Resident, row: Any) -> bool:
    """Whether the kept record has something of the kind on the same days; a household has room for one record."""
    same = model.objects.filter(resident=kept, period__overlap=row.period)
    if model is Holding:
        same = same.filter(category=row.category)
    return bool(row.period.isempty or same.exists())


def _split(kept: Resident, gone: Resident) -> dict[str, Any]:
    """Give back what the merge took, by its own list. Raises NotMergeable, AlreadyMerged."""
    _splittable(kept, gone)
    merge = Merge.objects.filter(kind="merge", outcome="approved", kept=kept, gone=gone).latest("decided_at")
    moved = merge.moved
    for kind, model in _LIVES.items():
        for row in model.objects.filter(id__in=moved.get(kind, []), resident=kept):
            row.resident = gone
            row.save(update_fields=["resident"])
    if "document" in moved and _same(kept.document_key, gone.document_key):
        kept.document_kind, kept.document_sealed, kept.document_key = "", None, None
    kept.insured_years = _years_again(kept.insured_years, moved["insured_years"])
    gone.merged_into = None
    try:
        with transaction.atomic():
            kept.save(update_fields=["document_kind", "document_sealed", "document_key", "insured_years"])
            gone.save(update_fields=["merged_into"])
            for id_, lower, upper in moved.get("emptied", []):
                row = Membership.objects.get(id=id_)
                row.period = (date.fromisoformat(lower), date.fromisoformat(upper) if upper else None)
                row.save(update_fields=["period"])
    except IntegrityError as error:
        raise NotMergeable(
            "合并以后，原来的证件号码已由别的记录登记，或原来那一户已另有户主。请先处理，再拆分"
        ) from error
    return dict(moved)


def _days(period: Any) -> tuple[str, str | None]:
    return period.lower.isoformat(), period.upper.isoformat() if period.upper else None


def _same(one: Any, other: Any) -> bool:
    return one is not None and other is not None and bytes(one) == bytes(other)


def _years(kept: list[int] | None, gone: list[int] | None) -> list[int] | None:
    """Years either record knows of; nobody knows only if neither does."""
    if kept is None or gone is None:
        return kept if gone is None else gone
    return sorted({*kept, *gone})


def _years_again(now: list[int] | None, merged: dict[str, list[int] | None]) -> list[int] | None:
    """The years without those that only the merge brought; years learnt since stay."""
    before, after = merged["before"], merged["after"]
    if now == after or now is None:
        return before
    return sorted(set(now) - (set(after or []) - set(before or [])))
