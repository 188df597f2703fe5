"""Insurance of any kind as dated spans, and classes with their evidence."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within
from yingbao.registry.errors import FormInvalid, Overlap
from yingbao.registry.locks import resident_for_change
from yingbao.registry.models import Cover, Holding
from yingbao.registry.states import INSURANCES
from yingbao.registry.vocabulary import categories

_ONE_DAY = timedelta(days=1)


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
        period = (from_on, None if through_on is None else through_on + _ONE_DAY)
        held = Cover.objects.filter(resident=resident, period__overlap=period).first()
        if held is not None:
            raise Overlap(
                f"与已有的{INSURANCES[held.insurance]}（{_said(held.period)}）重叠，一人同一天只能有一份，请先终止或改日期"
            )
        record(
            by=by, action="cover.record", subject="resident", subject_id=resident_id, unit_code=resident.unit_id,
            grounds=evidence, news="cover",
            facts={"insurance": insurance, "from": str(from_on), "through": str(through_on or "")},
        )  # fmt: skip
        Cover.objects.create(
            resident=resident, insurance=insurance, place=place.strip(), evidence=evidence, period=period
        )


def end_cover(*, by: Acting, resident_id: UUID, cover_id: UUID, last_on: date, evidence: str) -> None:
    """A span of insurance ends with that day. Raises FormInvalid, Overlap, ResidentNotFound, …"""
    with within(by):
        resident = resident_for_change(resident_id, by, "person.change")
        cover = Cover.objects.select_for_update().filter(id=cover_id, resident=resident).first()
        if cover is None:
            raise Overlap("没有这段参保记录，请刷新页面后再办")
        if last_on < cover.period.lower:
            raise FormInvalid({"last_on": f"终止日 {last_on} 早于起期 {cover.period.lower}，请核对"})
        record(
            by=by, action="cover.end", subject="resident", subject_id=resident_id, unit_code=resident.unit_id,
            grounds=evidence, facts={"insurance": cover.insurance, "last": str(last_on)}, news="cover",
        )  # fmt: skip
        cover.period = (cover.period.lower, last_on + _ONE_DAY)
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
        period = (recognised_on, None if ended_on is None else ended_on + _ONE_DAY)
        held = Holding.objects.filter(resident=resident, category=category, period__overlap=period).first()
        if held is not None:
            raise Overlap(f"这个类别已经认定（{_said(held.period)}），不用重复认定")
        certifier = certified_by or known[category].certified_by
        record(
            by=by, action="class.recognise", subject="resident", subject_id=resident_id, unit_code=resident.unit_id,
            grounds=evidence, facts={"category": category, "from": str(recognised_on)}, news="class",
        )  # fmt: skip
        Holding.objects.create(
            resident=resident, category=category, certified_by=certifier, evidence=evidence, period=period
        )


def end_holding(*, by: Acting, resident_id: UUID, holding_id: UUID, ended_on: date, evidence: str) -> None:
    """A class ends with that day (both days count). Raises FormInvalid, Overlap, ResidentNotFound, …"""
    with within(by):
        resident = resident_for_change(resident_id, by, "person.class")
        held = Holding.objects.select_for_update().filter(id=holding_id, resident=resident).first()
        if held is None:
            raise Overlap("没有这项人员类别，请刷新页面后再办")
        if ended_on < held.period.lower:
            raise FormInvalid({"ended_on": f"终止日 {ended_on} 早于认定日 {held.period.lower}，请核对"})
        record(
            by=by, action="class.end", subject="resident", subject_id=resident_id, unit_code=resident.unit_id,
            grounds=evidence, facts={"category": held.category, "last": str(ended_on)}, news="class",
        )  # fmt: skip
        held.period = (held.period.lower, ended_on + _ONE_DAY)
        held.save(update_fields=["period"])


def _span_faults(from_on: date, through_on: date | None, birth: date) -> dict[str, str]:
    faults = {}
    if through_on is not None and through_on < from_on:
        faults["through_on"] = f"止期 {through_on} 早于起期 {from_on}，请核对"
    if from_on < birth:
        faults["from_on"] = f"起期早于出生日期 {birth}，请核对"
    return faults


def _said(period: object) -> str:
    lower, upper = getattr(period, "lower", None), getattr(period, "upper", None)
    return f"{lower} 起" if upper is None else f"{lower} 至 {upper - _ONE_DAY}"
