"""Cover of those paid for, in one statement: one whose wait outlasts the year costs the others nothing."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

import given
from people import CLERK, COUNTY, PROGRAM, SEASON
from yingbao.journal import direct
from yingbao.journal.actions import record
from yingbao.journal.scope import within
from yingbao.registry import actions
from yingbao.registry.actions import Paid, hindered, insure
from yingbao.registry.states import EMPLOYEE, RESIDENT

YEAR_END = date(2024, 12, 31)


@pytest.fixture(autouse=True)
def _county(database: str) -> None:
    given.units()


def worked_until_june(name: str, born: str, serial: str) -> UUID:
    one = given.lonely(name, born, serial)
    actions.record_cover(
        by=CLERK, resident_id=one, insurance=EMPLOYEE, place=COUNTY, from_on=date(2024, 1, 1), through_on=date(2024, 6, 30),
        evidence="职工医保查询",
    )  # fmt: skip
    return one


def insured(resident_id: UUID) -> list[tuple[date | None, date | None]]:
    covers = given.page(resident_id).covers
    return [(one.from_on, one.through_on) for one in covers if one.what == RESIDENT]


def test_who_would_be_covered_only_after_the_year_gets_no_cover_and_stops_nobody_else() -> None:
    late, other = (
        worked_until_june("安国强", "19800101", "111"),
        worked_until_june("兰秀英", "19820301", "222"),
    )
    paid = [Paid(late, date(2025, 1, 9), YEAR_END, "r1"), Paid(other, date(2024, 3, 1), YEAR_END, "r2")]
    with within(PROGRAM):
        record(by=PROGRAM, action="payment.take", subject="payment", facts={})
        assert hindered(paid) == {late: "too-late"}
        insure(paid, place=COUNTY, on=SEASON, into=direct.cursor())
    assert insured(late) == []
    assert insured(other) == [(date(2024, 7, 1), YEAR_END)]
