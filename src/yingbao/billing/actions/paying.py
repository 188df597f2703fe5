"""What the payments room above tells of a bill: it was paid, the money went back, its person's enrolment ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import psycopg

from yingbao.billing.errors import BillNotFound, NotOpen
from yingbao.billing.models import Bill
from yingbao.billing.states import STATES, edge
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within

_SETTLE: Final = "UPDATE billing_bill SET state = 'paid', paid_on = $2 WHERE id = ANY($1) AND state = 'open'"


def pay(*, by: Acting, bill_id: UUID, paid_on: date, grounds: str) -> None:
    """The amount is in, by the channel's day in China. Raises BillNotFound, NotOpen, NotPermitted, OutOfRegion."""
    _move(by, bill_id, "pay", grounds, paid_on)


def settle(*, by: Acting, bill_ids: Sequence[UUID], paid_on: date, into: psycopg.RawCursor[Any]) -> None:
    """Several bills are paid at once. The caller holds their rows, found them open, and has journalled the payment.

    Raises NotPermitted.
    """
    by.require("bill.settle")
    into.execute(_SETTLE, [list(bill_ids), paid_on])


def refund(*, by: Acting, bill_id: UUID, grounds: str, close: bool = False) -> None:
    """The money went back; with `close` the person owes nothing any more. Raises as `pay`."""
    _move(by, bill_id, "refund-and-close" if close else "refund", grounds, None)


def _move(by: Acting, bill_id: UUID, event: str, grounds: str, paid_on: date | None) -> None:
    with within(by):
        bill = Bill.objects.select_for_update(of=("self",)).filter(id=bill_id).first()
        if bill is None:
            raise BillNotFound
        by.require("bill.settle", bill.unit_code)
        way = edge(event, bill.state)
        if way is None or (event == "pay" and (bill.outcome != "payable" or bill.due_fen is None)):
            raise NotOpen(STATES[bill.state])
        record(
            by=by, action=f"bill.{event}", subject="bill", subject_id=bill_id, unit_code=bill.unit_code,
            grounds=grounds, news=f"bill-{event}",
            facts={"from": bill.state, "to": way.to_state, "fen": bill.due_fen, "on": paid_on and paid_on.isoformat()},
        )  # fmt: skip
        Bill.objects.filter(id=bill_id).update(state=way.to_state, paid_on=paid_on)
