"""A household of four at the counter, and people of other counties: states of money reached by the real actions."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import given
from people import CLERK, PROGRAM, draft, number
from yingbao.policy import load_release
from yingbao.registry import actions
from yingbao.registry.drafts import Draft

#: 安国强 owes 380.00, 兰秀英 (农村低保一类) 70.00, 安小雨 380.00; 安建军 is insured as an employee in 兰州.
FOUR = (
    draft("安国强", "19800101", "111"),
    draft("兰秀英", "19820301", "222", "10"),
    draft("安小雨", "20150301", "333", "20"),
    draft("安建军", "19550301", "555", "51"),
)


def four() -> dict[str, UUID]:
    """肃南's household of four, assessed: one partly subsidised, one insured elsewhere."""
    given.units()
    people = given.people_of(given.household(FOUR))
    given.classes(people["兰秀英"], "rural_allowance_1")
    actions.record_cover(
        by=CLERK, resident_id=people["安建军"], insurance="310", place="兰州市", from_on=date(2015, 3, 1), through_on=None,
        evidence="职工参保凭证",
    )  # fmt: skip
    given.assessed()
    return people


def alone(name: str, unit_code: str, region: str, on: date) -> UUID:
    """Somebody of another region's county who lives alone, assessed for 2024 as if paying on a day."""
    actions.units_of_release(by=PROGRAM, policy=load_release(region, 2024), from_on=date(2010, 1, 1))
    one = Draft(name=name, relation="02", document=number("19600101", "111", f"99{unit_code[2:]}"))
    house = given.household([one], unit_code=unit_code, on=on, by=PROGRAM)
    given.assessed(unit_code, 2024, on)
    return given.people_of(house, on, PROGRAM)[name]
