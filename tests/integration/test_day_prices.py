"""A bill priced for one person on a day is the bill everybody's assessment would write on that day, to the last column."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

import databases
from people import PROGRAM
from populated import populate, population
from yingbao.billing import actions
from yingbao.billing.models import Bill
from yingbao.journal.scope import within
from yingbao.policy import load_release

PEOPLE = 1500
#: Region, benefit year, a day in the window and a day on which much is different.
RUNS = {
    "620721": (2024, date(2023, 10, 8), date(2024, 3, 5)),
    "620602": (2025, date(2024, 11, 8), date(2025, 4, 10)),
    "520100": (2024, date(2023, 11, 8), date(2024, 5, 1)),
}


@pytest.fixture(params=list(RUNS))
def season(request: pytest.FixtureRequest, migrated: str) -> Iterator[tuple[str, int, date, date]]:
    year, first, later = RUNS[request.param]
    policy = load_release(request.param, year)
    with databases.cloned(migrated):
        populate(policy, population(policy, PEOPLE))
        yield request.param, year, first, later


def current() -> dict[str, Bill]:
    return {
        str(bill.resident_id): bill for bill in Bill.objects.select_related("assessment").filter(state="open")
    }


def test_one_persons_price_is_that_of_everybodys_assessment(season: tuple[str, int, date, date]) -> None:
    region, year, first, later = season
    actions.assess_everyone(by=PROGRAM, region=region, benefit_year=year, on=first)
    with within(PROGRAM):
        bills = current()
        assert len(bills) >= PEOPLE * 0.9
        same = actions.prices(list(bills.values()), first)
        assert {r: same[b.id].fingerprint for r, b in bills.items()} == {
            r: b.fingerprint for r, b in bills.items()
        }
        priced = {r: actions.prices([b], later)[b.id] for r, b in list(bills.items())[:5]}
        everybody = actions.prices(list(bills.values()), later)
    actions.assess_everyone(by=PROGRAM, region=region, benefit_year=year, on=later)
    with within(PROGRAM):
        after = current()
        assert {r: everybody[b.id].fingerprint for r, b in bills.items()} == {
            r: after[r].fingerprint for r in bills
        }
        changed = sum(after[r].id != b.id for r, b in bills.items())
        assert changed > PEOPLE * 0.1
        assert {r: p.fingerprint for r, p in priced.items()} == {r: after[r].fingerprint for r in priced}
