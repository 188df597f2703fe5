"""The end of an assignment: the people of a farm or station are managed elsewhere from the next day on."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within
from yingbao.registry.errors import FormInvalid, UnitNotFound
from yingbao.registry.models import Assignment


def end_assignment(*, by: Acting, assignment_id: UUID, last_on: date, grounds: str) -> None:
    """The assignment ends with that day. Raises FormInvalid, UnitNotFound, NotPermitted, OutOfRegion."""
    with within(by):
        found = Assignment.objects.select_for_update().filter(id=assignment_id).first()
        if found is None:
            raise UnitNotFound("")
        by.require("unit.manage", found.unit_id)
        faults = {} if grounds.strip() else {"grounds": "没有写依据，请写明文号"}
        if last_on < found.period.lower:
            faults["last_on"] = f"最后一日 {last_on} 早于起期 {found.period.lower}，请核对"
        if faults:
            raise FormInvalid(faults)
        record(
            by=by, action="unit.assign.end", subject="unit", unit_code=found.unit_id, grounds=grounds,
            facts={"assignment": str(assignment_id), "last": last_on.isoformat()},
        )  # fmt: skip
        found.period = (found.period.lower, last_on + timedelta(days=1))
        found.save(update_fields=["period"])
