"""Enrolment states, and deaths, imprisonment, enlistment, absence."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import F

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.content import plain_text
from yingbao.journal.scope import within
from yingbao.registry.actions.spans import after, enrol
from yingbao.registry.errors import FormInvalid, NoWay, Overlap, SpanNotFound
from yingbao.registry.locks import resident_for_change
from yingbao.registry.models import Change, Survival
from yingbao.registry.states import CHANGES, DEEDS, EDGES, STATES, SURVIVALS, edge

#: Deeds that take up an enrolment again, which the dead have no more.
_RETURNS = ("resume", "register-again")


def change_state(*, by: Acting, resident_id: UUID, deed: str, on: date, reason: str) -> None:
    """Suspend, resume, terminate, void or register again (`states.DEEDS`): an edge of the state graph.

    Raises NoWay, FormInvalid, ResidentNotFound, AlreadyMerged, NotPermitted, OutOfRegion.
    """
    with within(by):
        resident = resident_for_change(resident_id, by, "person.state")
        if not reason.strip():
            raise FormInvalid({"reason": "没有写原因，请写明为什么办这件事"})
        way = edge(deed, resident.state) if deed in DEEDS else None
        if way is None:
            label = next((one.label for one in EDGES if one.deed == deed), deed)
            raise NoWay(STATES[resident.state], label)
        if (
            deed in _RETURNS
            and Survival.objects.filter(resident=resident, status="died", period__contains=on).exists()
        ):
            raise NoWay(SURVIVALS["died"], way.label)
        last = (
            Change.objects.filter(resident=resident).exclude(from_state=F("to_state")).order_by("-on").first()
        )
        if last is not None and on < last.on:
            raise FormInvalid({"on": f"日期 {on} 早于上一次变更（{last.on} {CHANGES[last.kind]}），请核对"})
        record(
            by=by, action=f"enrolment.{deed}", subject="resident", subject_id=resident_id,
            unit_code=resident.unit_id, grounds=reason, news="enrolment",
            facts={"from": way.from_state, "to": way.to_state, "kind": way.kind, "on": on.isoformat()},
        )  # fmt: skip
        enrol(resident, deed, on, plain_text(reason)).save(force_insert=True)
        resident.save(update_fields=["state"])


def record_survival(
    *,
    by: Acting,
    resident_id: UUID,
    status: str,
    from_on: date,
    evidence: str,
    through_on: date | None = None,
) -> None:
    """Dead, in prison, enlisted or missing from a day on; a death ends the enrolment (N-11).

    Raises FormInvalid, Overlap, ResidentNotFound, AlreadyMerged, NotPermitted, OutOfRegion.
    """
    with within(by):
        resident = resident_for_change(resident_id, by, "person.state")
        faults: dict[str, str] = {}
        if status not in SURVIVALS:
            faults["status"] = "没有选情况，请从死亡、服刑、失踪、参军里选"
        if not evidence.strip():
            faults["evidence"] = "没有写依据，请写明证明材料，如死亡证明编号、公安来函"
        if through_on is not None and through_on < from_on:
            faults["through_on"] = f"止期 {through_on} 早于起期 {from_on}，请核对"
        if from_on < resident.birth_date:
            faults["from_on"] = f"日期早于出生日期 {resident.birth_date}，请核对"
        if faults:
            raise FormInvalid(faults)
        period = (from_on, after(through_on))
        if Survival.objects.filter(resident=resident, period__overlap=period).exists():
            raise Overlap("这段时间已经登记过死亡、服刑、失踪或参军，请先终止原来的登记")
        record(
            by=by, action=f"survival.{status}", subject="resident", subject_id=resident_id,
            unit_code=resident.unit_id, grounds=evidence, facts={"from": from_on.isoformat()}, news="survival",
        )  # fmt: skip
        Survival.objects.create(
            resident=resident, status=status, evidence=plain_text(evidence), period=period
        )
        if status == "died" and edge("terminate", resident.state):
            enrol(resident, "terminate", from_on, SURVIVALS[status]).save(force_insert=True)
            resident.save(update_fields=["state"])


def end_survival(*, by: Acting, resident_id: UUID, last_on: date, evidence: str) -> None:
    """Released, discharged or found: the situation ends with that day.

    Raises FormInvalid, SpanNotFound, ResidentNotFound, AlreadyMerged, NotPermitted, OutOfRegion.
    """
    with within(by):
        resident = resident_for_change(resident_id, by, "person.state")
        if not evidence.strip():
            raise FormInvalid({"evidence": "没有写依据，请写明证明材料，如释放证明、退役证"})
        now = Survival.objects.filter(resident=resident, period__contains=last_on).first()
        if now is None or now.status == "died":
            raise SpanNotFound("那一天没有登记服刑、失踪或参军，不用终止。请核对日期")
        record(
            by=by, action="survival.end", subject="resident", subject_id=resident_id, unit_code=resident.unit_id,
            grounds=evidence, facts={"status": now.status, "last": last_on.isoformat()}, news="survival",
        )  # fmt: skip
        now.period = (now.period.lower, after(last_on))
        now.save(update_fields=["period"])
        if now.status == "enlisted":
            resident.discharged_on = last_on
            resident.save(update_fields=["discharged_on"])


def withdraw_survival(*, by: Acting, resident_id: UUID, survival_id: UUID, evidence: str) -> None:
    """A situation registered in error, also a death: it never held; what was written stays in the versions.

    An enrolment that the death ended is taken up again by `change_state`.
    Raises FormInvalid, SpanNotFound, ResidentNotFound, AlreadyMerged, NotPermitted, OutOfRegion.
    """
    with within(by):
        resident = resident_for_change(resident_id, by, "person.state")
        if not evidence.strip():
            raise FormInvalid({"evidence": "没有写依据，请写明怎样发现登记错了"})
        held = Survival.objects.filter(resident=resident, id=survival_id, period__isempty=False).first()
        if held is None:
            raise SpanNotFound("没有这条登记，请刷新页面后再办")
        record(
            by=by, action="survival.withdraw", subject="resident", subject_id=resident_id, unit_code=resident.unit_id,
            grounds=evidence, facts={"status": held.status, "from": str(held.period.lower)}, news="survival",
        )  # fmt: skip
        held.period = (held.period.lower, held.period.lower)
        held.save(update_fields=["period"])
