"""Insurance of any kind as dated spans, and classes with their evidence."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.content import plain_text
from yingbao.journal.scope import within
from yingbao.registry.actions.spans import after, enrol, said
from yingbao.registry.errors import FormInvalid, Overlap, SpanNotFound
from yingbao.registry.locks import resident_for_change
from yingbao.registry.models import Cover, Holding, Resident
from yingbao.registry.states import INSURANCES, edge
from yingbao.registry.vocabulary import categories


def record_cover(
    *,
    by: Acting,
    resident_id: UUID,
    insurance: str,
    from_on: date,
    through_on: date | None,
    place: str,
    evidence: str,
) -> None:
    """A span of employee or resident insurance. One person, one insurance at a time.

    Raises FormInvalid, Overlap, ResidentNotFound, AlreadyMerged, NotPermitted, OutOfRegion.
    """
    with within(by):
        resident = resident_for_change(resident_id, by, "person.change")
        faults = {} if insurance in INSURANCES else {"insurance": "没有选险种，请选职工医保或城乡居民医保"}
        faults |= _span_faults(from_on, through_on, resident.birth_date)
        if not evidence.strip():
            faults["evidence"] = "没有写依据，请写明参保凭证或平台查询结果"
        if faults:
            raise FormInvalid(faults)
        period = (from_on, after(through_on))
        held = Cover.objects.filter(resident=resident, period__overlap=period).first()
        if held is not None:
            raise Overlap(
                f"与已有的{INSURANCES[held.insurance]}（{said(held.period)}）重叠，一人同一天只能有一份，请先终止或改日期"
            )
        record(
            by=by, action="cover.record", subject="resident", subject_id=resident_id, unit_code=resident.unit_id,
            grounds=evidence, news="cover",
            facts={"insurance": insurance, "from": str(from_on), "through": str(through_on or "")},
        )  # fmt: skip
        Cover.objects.create(
            resident=resident,
            insurance=insurance,
            place=plain_text(place).strip(),
            evidence=plain_text(evidence),
            period=period,
        )


def end_cover(*, by: Acting, resident_id: UUID, cover_id: UUID, last_on: date, evidence: str) -> None:
    """A span of insurance ends with that day. Raises FormInvalid, Overlap, SpanNotFound, ResidentNotFound, …"""
    with within(by):
        resident = resident_for_change(resident_id, by, "person.change")
        cover = Cover.objects.select_for_update().filter(id=cover_id, resident=resident).first()
        if cover is None or cover.period.isempty:
            raise SpanNotFound("没有这段参保记录，请刷新页面后再办")
        faults = _end_faults("last_on", last_on, cover.period.lower, evidence)
        if faults:
            raise FormInvalid(faults)
        period = (cover.period.lower, after(last_on))
        held = Cover.objects.filter(resident=resident, period__overlap=period).exclude(id=cover.id).first()
        if held is not None:
            raise Overlap(
                f"到 {last_on} 为止就与{INSURANCES[held.insurance]}（{said(held.period)}）重叠，请核对日期"
            )
        record(
            by=by, action="cover.end", subject="resident", subject_id=resident_id, unit_code=resident.unit_id,
            grounds=evidence, facts={"insurance": cover.insurance, "last": str(last_on)}, news="cover",
        )  # fmt: skip
        cover.period = period
        cover.save(update_fields=["period"])


def recognise(
    *,
    by: Acting,
    resident_id: UUID,
    category: str,
    recognised_on: date,
    evidence: str,
    ended_on: date | None = None,
    certified_by: str = "",
) -> None:
    """A class held from its recognition on. Rosters bring most of them; this is by hand, with evidence.

    Raises FormInvalid, Overlap, ResidentNotFound, AlreadyMerged, NotPermitted, OutOfRegion.
    """
    with within(by):
        resident = resident_for_change(resident_id, by, "person.class")
        known = categories()
        faults = {} if category in known else {"category": "没有选人员类别，请从列出的类别里选"}
        if ended_on is not None and ended_on < recognised_on:
            faults["ended_on"] = f"终止日 {ended_on} 早于认定日 {recognised_on}，请核对"
        if recognised_on < resident.birth_date:
            faults["recognised_on"] = f"认定日早于出生日期 {resident.birth_date}，请核对"
        if not evidence.strip():
            faults["evidence"] = "没有写依据，请写明认定文件或名册的日期和行号"
        if faults:
            raise FormInvalid(faults)
        period = (recognised_on, after(ended_on))
        held = Holding.objects.filter(resident=resident, category=category, period__overlap=period).first()
        if held is not None:
            raise Overlap(f"这个类别已经认定（{said(held.period)}），不用重复认定")
        certifier = certified_by or known[category].certified_by
        record(
            by=by, action="class.recognise", subject="resident", subject_id=resident_id, unit_code=resident.unit_id,
            grounds=evidence, facts={"category": category, "from": str(recognised_on)}, news="class",
        )  # fmt: skip
        _reclass(resident, recognised_on, f"认定{known[category].name}")
        Holding.objects.create(
            resident=resident,
            category=category,
            certified_by=certifier,
            evidence=plain_text(evidence),
            period=period,
        )


def end_holding(*, by: Acting, resident_id: UUID, holding_id: UUID, ended_on: date, evidence: str) -> None:
    """A class ends with that day (both days count). Raises FormInvalid, Overlap, SpanNotFound, ResidentNotFound, …"""
    with within(by):
        resident = resident_for_change(resident_id, by, "person.class")
        held = Holding.objects.select_for_update().filter(id=holding_id, resident=resident).first()
        if held is None or held.period.isempty:
            raise SpanNotFound("没有这项人员类别，请刷新页面后再办")
        faults = _end_faults("ended_on", ended_on, held.period.lower, evidence)
        if faults:
            raise FormInvalid(faults)
        period = (held.period.lower, after(ended_on))
        same = Holding.objects.filter(resident=resident, category=held.category, period__overlap=period)
        if (other := same.exclude(id=held.id).first()) is not None:
            raise Overlap(f"这个类别后来又认定过（{said(other.period)}），请核对终止日")
        record(
            by=by, action="class.end", subject="resident", subject_id=resident_id, unit_code=resident.unit_id,
            grounds=evidence, facts={"category": held.category, "last": str(ended_on)}, news="class",
        )  # fmt: skip
        _reclass(
            resident,
            ended_on,
            f"终止{categories()[held.category].name}" if held.category in categories() else "终止",
        )
        held.period = period
        held.save(update_fields=["period"])


def _reclass(resident: Resident, on: date, reason: str) -> None:
    """The platform's change of class (27), for who is enrolled."""
    if edge("reclass", resident.state):
        enrol(resident, "reclass", on, reason).save(force_insert=True)


def _end_faults(field: str, last_on: date, from_on: date, evidence: str) -> dict[str, str]:
    faults = {}
    if last_on < from_on:
        faults[field] = f"终止日 {last_on} 早于起始日 {from_on}，请核对"
    if not evidence.strip():
        faults["evidence"] = "没有写依据，请写明看了什么材料"
    return faults


def _span_faults(from_on: date, through_on: date | None, birth: date) -> dict[str, str]:
    faults = {}
    if through_on is not None and through_on < from_on:
        faults["through_on"] = f"止期 {through_on} 早于起期 {from_on}，请核对"
    if from_on < birth:
        faults["from_on"] = f"起期早于出生日期 {birth}，请核对"
    return faults
