"""Bills as an assessment writes them."""

from __future__ import annotations

from datetime import date

import pytest
from people import PROGRAM
from populated import populate, population

from yingbao.billing import actions
from yingbao.billing.queries import bills
from yingbao.journal.scope import within
from yingbao.policy import load_release

SEASON = date(2023, 10, 8)


@pytest.mark.usefixtures("database")
def test_everybody_gets_one_bill() -> None:
    policy = load_release("620721", 2024)
    rows = population(policy, 3000)
    populate(policy, rows)
    import time
    t=time.time()
    done = actions.assess_everyone(by=PROGRAM, region="620721", benefit_year=2024, on=SEASON)
    print(done, time.time()-t)
    again = actions.assess_everyone(by=PROGRAM, region="620721", benefit_year=2024, on=SEASON)
    print(again)
    with within(PROGRAM):
        for row in rows[:50]:
            page = bills.current_bill(row["resident_id"], 2024)
            found = bills.explain_bill(page)
            assert (page.bill.due_fen, page.bill.outcome) == (found.answer.due_fen, found.answer.outcome)
    actions.issue_register(by=PROGRAM, region="620721", benefit_year=2024)
    assert 0
