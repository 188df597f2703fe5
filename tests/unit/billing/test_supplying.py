"""晋市医保发〔2023〕10号 四.5 leaves two amounts to older documents of each county: whoever has one fills it in."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

import given
from people import PROGRAM, YANGCHENG_CLERK, number, staff
from yingbao.billing import actions
from yingbao.billing.errors import UnknownParameter
from yingbao.billing.queries import bills
from yingbao.billing.queries.parameters import parameters
from yingbao.journal.errors import NotPermitted, OutOfRegion
from yingbao.journal.scope import within
from yingbao.policy import load_release
from yingbao.registry import actions as registry
from yingbao.registry.drafts import Draft
from yingbao.registry.errors import FormInvalid

ON = date(2023, 10, 12)
CITY_CLERK = staff("卫东升", "county_clerk", "1405", "晋城市")
SEVERE = "severe-disability-subsidy"


@pytest.fixture(autouse=True)
def _city(database: str) -> None:
    registry.units_of_release(by=PROGRAM, policy=load_release("140500", 2024), from_on=date(2010, 1, 1))


def disabled(unit: str) -> UUID:
    house = registry.register_household(
        by=PROGRAM, unit_code=unit, on=ON, grounds="户口簿",
        members=[Draft(name="程建国", relation="02", document=number("19600101", "111", f"99{unit[2:]}"))],
    )  # fmt: skip
    one = given.people_of(house, ON, by=PROGRAM)["程建国"]
    given.classes(one, "severe_disability_1", by=PROGRAM)
    return one


def supply(
    value: str,
    *,
    by: object = YANGCHENG_CLERK,
    region: str = "140522",
    source: str = "阳政办发〔2017〕40号 三",
) -> None:
    actions.supply_parameter(
        by=by, region=region, benefit_year=2024, parameter=SEVERE, value=value, source=source
    )  # type: ignore[arg-type]


def assessed(region: str = "1405") -> None:
    actions.assess_everyone(by=PROGRAM, region=region, benefit_year=2024, on=ON)


def due(one: UUID) -> int | None:
    return given.bill_of(one).bill.due_fen


def test_without_the_amount_the_bill_is_undetermined_and_says_what_is_missing() -> None:
    one = disabled("140522")
    assessed()
    page = given.bill_of(one)
    assert (page.bill.outcome, page.bill.missing) == ("undetermined", f"parameter:{SEVERE}")
    with within(YANGCHENG_CLERK):
        [_, severe] = sorted(parameters("140522", 2024), key=lambda one: one.name)
    assert (severe.waiting, severe.holds) == (1, "")


def test_the_countys_amount_makes_a_bill_of_it_in_that_county_alone() -> None:
    ours, theirs = disabled("140522"), disabled("140502")
    assessed()
    old = given.bill_of(ours).bill
    supply("200元")
    assessed()
    assert (due(ours), due(theirs)) == (18000, None)  # 380 − 200
    page = given.bill_of(ours)
    assert page.bill.supersedes_id == old.id
    assert {line.payer: line.fen for line in page.lines} == {"person": 18000, "finance": 20000}
    assert page.bill.release_digest != given.bill_of(theirs).bill.release_digest
    with within(YANGCHENG_CLERK):
        steps = " ".join(step.sentence for step in bills.explain_bill(page).steps)
    assert "200.00" in steps


def test_the_citys_amount_holds_where_no_county_has_its_own() -> None:
    ours, theirs = disabled("140522"), disabled("140502")
    supply("100元", by=CITY_CLERK, region="1405", source="晋市政办发〔2016〕9号 二")
    supply("200元")
    assessed()
    assert (due(ours), due(theirs)) == (18000, 28000)


def test_a_county_assesses_its_own_people_with_its_own_amount() -> None:
    ours, theirs = disabled("140522"), disabled("140502")
    supply("200元")
    actions.assess_everyone(by=YANGCHENG_CLERK, region="140522", benefit_year=2024, on=ON)
    assert due(ours) == 18000
    with within(PROGRAM):
        assert bills.current_bill(theirs, 2024) is None
    assessed()
    assert (due(ours), due(theirs)) == (18000, None)


def test_a_corrected_amount_makes_new_bills_and_the_old_one_still_explains_itself() -> None:
    one = disabled("140522")
    supply("200元")
    assessed()
    old = given.bill_of(one)
    supply("250.50元")
    assessed()
    assert due(one) == 12950
    with within(PROGRAM):
        then = bills.explain_bill(bills.bill_by_id(old.bill.id))
    assert then.answer.due_fen == 18000


def test_what_is_no_amount_or_has_no_source_is_said_field_by_field() -> None:
    with pytest.raises(FormInvalid) as refused:
        supply("很多", source=" ")
    assert set(refused.value.faults) == {"value", "source"}
    with pytest.raises(UnknownParameter):
        actions.supply_parameter(
            by=YANGCHENG_CLERK,
            region="140522",
            benefit_year=2024,
            parameter="no-such",
            value="1元",
            source="某文",
        )


def test_who_is_not_of_the_county_or_may_not_is_refused() -> None:
    with pytest.raises(OutOfRegion):
        supply("200元", region="140502")
    with pytest.raises(NotPermitted):
        supply("200元", by=staff("原小兵", "finance", "140522", "阳城县"))
