"""Killed in the middle of the tax side's answer, anywhere: nobody is covered without being booked, and once more does it all."""

from __future__ import annotations

import pytest

import databases
import given
import paying
from clusters import session_cluster
from killing import stopped_at
from people import CLERK, COUNTY, SEASON
from yingbao.billing import actions

#: Reads an answer, and says when it is past the point named.
WORK = """
import sys, time
from uuid import UUID
sys.path.insert(0, sys.argv[1])
import django
django.setup()
import paying
from people import CLERK, SEASON
from yingbao.billing import actions
from yingbao.billing.actions import acknowledging, declaring
batch, point, content = UUID(sys.argv[2]), sys.argv[3], sys.argv[4]
def stop_at(module, name):
    plain = getattr(module, name)
    def stopped(*given, **more):
        plain(*given, **more)
        print(name, flush=True)
        time.sleep(60)
    setattr(module, name, stopped)
stop_at(acknowledging if point == "_write" else declaring, point)
actions.read_acknowledgement(by=CLERK, batch_id=batch, content=content.encode(), now=paying.at(SEASON))
"""
HALVES = (
    "SELECT (SELECT count(*) FROM billing_bill WHERE state <> 'open'), (SELECT count(*) FROM registry_cover), "
    "(SELECT count(*) FROM ledger_voucher), (SELECT count(*) FROM billing_batch_line WHERE outcome <> 'waiting'), "
    "(SELECT count(*) FROM journal_entry WHERE action = 'batch.answer')"
)


@pytest.mark.parametrize("point", ["_move", "insure", "post_alike", "_write"])
def test_an_answer_killed_in_the_middle_leaves_everybody_as_they_were(database: str, point: str) -> None:
    given.units()
    people = [
        given.lonely("兰秀英", f"19{50 + n}0301", f"{222 + 2 * n}", "extreme_poverty") for n in range(3)
    ]
    given.assessed()
    issue = actions.issue_register(by=CLERK, region=COUNTY, benefit_year=2024)
    batch_id = actions.send_zero_fee(by=CLERK, register_id=issue)
    lines = [f"{paying.number_of(one)},1," for one in people]
    content = paying.tax_answer(*lines)
    dsn = session_cluster().dsn("app", database)
    with stopped_at(dsn, WORK, point, batch_id, point, content) as process:
        process.kill()
    with databases.raw("super") as db:
        assert db.execute(HALVES).fetchone() == (0, 0, 0, 0, 0)
    now = paying.at(SEASON)
    read = actions.read_acknowledgement(by=CLERK, batch_id=batch_id, content=content.encode(), now=now)
    assert (read.accepted, read.faults) == (3, ())
    # 3 × 380 = 1,140
    assert paying.books() == {f"payer:medical_assistance/{COUNTY}": 114000, f"fund:390100/{COUNTY}": 114000}
    paying.conserved({})
