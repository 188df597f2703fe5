"""Amounts worked by hand from the five notices, as they stand on bills in the database, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest

import databases
import given
from people import PROGRAM, number
from yingbao.billing import actions
from yingbao.billing.queries import bills
from yingbao.journal.scope import within
from yingbao.policy import load_release
from yingbao.registry import actions as registry
from yingbao.registry.drafts import Draft

MA, CA, AG, DF, HE = "medical_assistance", "civil_affairs", "agriculture", "disabled_federation", "health"
#: region → year, day, and people: classes → due, what payers give, in fen.
NOTICES = {
    # 高政办 三.2; 二
    "620724": (2024, date(2023, 10, 8), {
        (): (38000, {}),
        ("extreme_poverty",): (0, {MA: 38000}),
        ("unsupported_child",): (0, {MA: 38000}),
        ("rural_allowance_2",): (7000, {MA: 31000}),
        ("urban_allowance_full",): (7000, {MA: 31000}),
        ("relapsed",): (7000, {MA: 31000}),
        ("rural_allowance_4",): (13000, {MA: 25000}),
        ("urban_allowance_partial",): (13000, {MA: 25000}),
        ("marginal",): (13000, {MA: 25000}),
        ("allowance_margin",): (28000, {MA: 10000}),
        ("lifted",): (28000, {MA: 10000}),
    }),
    # 肃医保〔2023〕48号 二(二)、二(三); the last two: 就高不重复
    "620721": (2024, date(2023, 10, 8), {
        (): (38000, {}),
        ("orphan",): (0, {MA: 38000}),
        ("rural_allowance_1",): (7000, {MA: 31000}),
        ("rural_allowance_3",): (13000, {MA: 25000}),
        ("sudden_hardship",): (13000, {MA: 25000}),
        ("allowance_margin",): (28000, {MA: 10000}),
        ("lifted",): (28000, {MA: 10000}),
        ("lifted", "rural_allowance_3"): (13000, {MA: 25000}),
        ("lifted", "extreme_poverty"): (0, {MA: 38000}),
    }),
    # 晋市医保发〔2023〕10号 一、四.1–4; 脱贫人口 is not mentioned; 四.5 is left open
    "140500": (2024, date(2023, 10, 12), {
        (): (38000, {}),
        ("marginal",): (10000, {MA: 28000}),
        ("relapsed",): (3800, {MA: 34200}),
        ("rural_five_guarantees",): (0, {MA: 38000}),
        ("rural_allowance_1",): (7600, {MA: 30400}),
        ("rural_allowance_1", "marginal"): (7600, {MA: 30400}),
        ("lifted",): (38000, {}),
        ("severe_disability_1",): (None, {}),
        ("entitled_group",): (None, {}),
        ("extreme_poverty", "severe_disability_1"): (0, {MA: 38000}),
    }),
    # 甘医保发〔2024〕54号 二(二)、三、附表2
    "620602": (2025, date(2024, 11, 8), {
        (): (40000, {}),
        ("extreme_poverty",): (0, {MA: 40000}),
        ("rural_allowance_1",): (9000, {MA: 31000}),
        ("rural_allowance_3",): (15000, {MA: 25000}),
        ("unstable",): (15000, {MA: 25000}),
        ("allowance_margin",): (30000, {MA: 10000}),
        ("lifted",): (30000, {MA: 10000}),
    }),
    # 筑医保发〔2023〕17号 四(一): 50 % + 50 %, 全额 by one payer, 80 for 稳定脱贫
    "520100": (2024, date(2023, 10, 12), {
        (): (38000, {}),
        ("extreme_poverty",): (0, {MA: 38000}),
        ("retired_1960s",): (0, {MA: 38000}),
        ("family_planning",): (0, {HE: 38000}),
        ("rural_allowance",): (0, {MA: 19000, CA: 19000}),
        ("unstable",): (0, {MA: 19000, AG: 19000}),
        ("severe_disability_1",): (0, {DF: 38000}),
        ("lifted",): (30000, {MA: 8000}),
    }),
}  # fmt: skip
CASES = [(region, held) for region, (_, _, people) in NOTICES.items() for held in people]


@pytest.fixture(scope="module")
def everybody(migrated: str) -> Iterator[dict[tuple[str, tuple[str, ...]], UUID]]:
    """One person of each kind in every region, assessed once."""
    with databases.cloned(migrated):
        found = {}
        for region, (year, on, people) in NOTICES.items():
            policy = load_release(region, year)
            if policy.release.units and policy.release.units.of:
                registry.units_of_release(by=PROGRAM, policy=policy, from_on=date(2010, 1, 1))
            for order, held in enumerate(people):
                found[region, held] = person(region, order, held, on)
            actions.assess_everyone(by=PROGRAM, region=region, benefit_year=year, on=on)
        yield found


def person(region: str, order: int, held: tuple[str, ...], on: date) -> UUID:
    unit = {"620721": "620721-T04", "620602": "620602-T01", "140500": "140502", "520100": "520102"}.get(
        region, region
    )
    if region == "620724":
        given.units() if order == 0 else None
    document = number("19800101", f"{order:02d}1", f"99{region[2:]}")
    house = given.household(
        [Draft(name="安国强", relation="02", document=document)], unit_code=unit, on=on, by=PROGRAM
    )
    one = given.people_of(house, on, by=PROGRAM)["安国强"]
    given.classes(one, *held, by=PROGRAM)
    return one


@pytest.mark.parametrize(
    ("region", "held"), CASES, ids=[f"{r}-{'+'.join(h) or 'ordinary'}" for r, h in CASES]
)
def test_a_bill_says_what_the_notice_prints(
    everybody: dict[tuple[str, tuple[str, ...]], UUID], region: str, held: tuple[str, ...]
) -> None:
    year, _, people = NOTICES[region]
    due, payers = people[held]
    standard = {"620602": 40000}.get(region, 38000)
    with within(PROGRAM):
        page = bills.current_bill(everybody[region, held], year)
        assert page is not None
        found = bills.explain_bill(page)
    assert (page.bill.due_fen, page.bill.standard_fen) == (due, standard)
    assert (found.answer.due_fen, found.answer.outcome) == (due, page.bill.outcome)
    if due is None:
        assert page.lines == ()
        return
    assert {line.payer: line.fen for line in page.lines} == {"person": due, **payers}
    assert sum(line.fen for line in page.lines) == standard
    assert all(line.rules and line.clauses for line in page.lines)
