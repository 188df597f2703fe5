"""Enrolment states, and deaths, imprisonment, enlistment, absence."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within
from yingbao.registry.actions.people import enrol
from yingbao.registry.errors import FormInvalid, NoWay, Overlap
from yingbao.registry.locks import resident_for_change
from yingbao.registry.models import Survival
from yingbao.registry.states import EDGES, STATES, SURVIVALS, edge

_ONE_DAY = timedelta(days=1)


def change_state(*, by: Acting, resident_id: UUID, deed: str, on: date, reason: str) -> None:
    """Suspend, resume, terminate, void or register again: an edge of the state graph.

    Raises NoWay, FormInvalid, ResidentNotFound, AlreadyMerged, NotPermitted, OutOfRegion.
    """
    with within(by):
        resident = resident_for_change(resident_id, by, "person.state")
        if not reason.strip():
            raise FormInvalid({"reason": "没有写原因，请写明为什么办这件事"})
        way = edge(deed, resident.state)
        if way is None:
            label = next((one.label for one in EDGES if one.deed == deed), deed)
            raise NoWay(STATES[resident.state], label)
        record(
            by=by, action=f"enrolment.{deed}", subject="resident", subject_id=resident_id,
            unit_code=resident.unit_id, grounds=reason, news="enrolment",
            facts={"from": way.from_state, "to": way.to_state, "kind": way.kind, "on": on.isoformat()},
        )  # fmt: skip
        enrol(resident, deed, on, reason).save(force_insert=True)
        resident.save(update_fields=["state"])


def record_survival(
    *, by: Acting, resident_id: UUID, status: str, from_on: date, evidence: str, through_on: date | None = None
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
        period = (from_on, None if through_on is None else through_on + _ONE_DAY)
        if Survival.objects.filter(resident=resident, period__overlap=period).exists():
            raise Overlap("这段时间已经登记过死亡、服刑、失踪或参军，请先终止原来的登记")
        record(
            by=by, action=f"survival.{status}", subject="resident", subject_id=resident_id,
            unit_code=resident.unit_id, grounds=evidence, facts={"from": from_on.isoformat()}, news="survival",
        )  # fmt: skip
        Survival.objects.create(resident=resident, status=status, evidence=evidence, period=period)
        if status == "died" and edge("terminate", resident.state):
            enrol(resident, "terminate", from_on, SURVIVALS[status]).save(force_insert=True)
            resident.save(update_fields=["state"])


def end_survival(*, by: Acting, resident_id: UUID, last_on: date, evidence: str) -> None:
    """Released, discharged or found: the situation ends with that day. Raises Overlap, ResidentNotFound, …"""
    with within(by):
        resident = resident_for_change(resident_id, by, "person.state")
        now = Survival.objects.filter(resident=resident, period__contains=last_on).first()
        if now is None or now.status == "died":
            raise Overlap("那一天没有登记服刑、失踪或参军，不用终止。请核对日期")
        record(
            by=by, action="survival.end", subject="resident", subject_id=resident_id, unit_code=resident.unit_id,
            grounds=evidence, facts={"status": now.status, "last": last_on.isoformat()}, news="survival",
        )  # fmt: skip
        now.period = (now.period.lower, last_on + _ONE_DAY)
        now.save(update_fields=["period"])
        if now.status == "enlisted":
            resident.discharged_on = last_on
            resident.save(update_fields=["discharged_on"])
