"""States of the world, reached by the real actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from people import CLERK, COUNTY, FAMILY, KANGLE, PROGRAM, SEASON, draft, number
from yingbao.billing import actions as billing
from yingbao.billing.queries import bills
from yingbao.billing.queries.bills import BillPage
from yingbao.journal import queries as journal
from yingbao.journal.acting import Acting
from yingbao.journal.queries import Deed
from yingbao.journal.scope import within
from yingbao.policy import load_release
from yingbao.registry import actions, queries
from yingbao.registry.drafts import Draft

FIRST = date(2023, 1, 1)
AN_OLDER = draft("安老大", "19500505", "351")


def units() -> None:
    """肃南's units with farm and station, and 高台 as another county."""
    actions.units_of_release(by=PROGRAM, policy=load_release("620721", 2024), from_on=FIRST)
    with within(PROGRAM):
        actions.add_unit(
            by=PROGRAM, code="620724", name="高台县", kind="county", parent_code="6207", from_on=FIRST
        )


def household(
    members: Sequence[Draft] = FAMILY,
    unit_code: str = KANGLE,
    on: date = SEASON,
    by: Acting = CLERK,
    number: str = "",
) -> UUID:
    """A household registered in 康乐镇."""
    return actions.register_household(
        by=by, unit_code=unit_code, members=members, on=on, grounds="户口簿", number=number
    )


def people_of(household_id: UUID, on: date = SEASON, by: Acting = CLERK) -> dict[str, UUID]:
    """The ids of a household's people by name."""
    with within(by):
        return {m.name: m.id for m in queries.household_page(household_id, on).members}


def deed(entry_id: UUID) -> Deed:
    """The journal's entry of that id."""
    return journal.by_ids([entry_id])[entry_id]


def deeds(subject_id: UUID, by: Acting = CLERK) -> list[str]:
    """What was done to a thing, oldest first."""
    with within(by):
        return [one.action for one in reversed(journal.of_subject(subject_id))]


def man(by: Acting = CLERK) -> UUID:
    """安国强 of a family of three in 康乐镇."""
    return people_of(household(), by=by)["安国强"]


def page(
    resident_id: UUID, on: date = SEASON, known_at: datetime | None = None, by: Acting = CLERK
) -> queries.PersonPage:
    """A person as `by` reads them."""
    with within(by):
        return queries.person_page(resident_id, on, known_at)


def classes(resident_id: UUID, *names: str, recognised_on: date = FIRST, by: Acting = CLERK) -> None:
    """Classes a person holds from a day on, each with its evidence."""
    for name in names:
        actions.recognise(
            by=by,
            resident_id=resident_id,
            category=name,
            recognised_on=recognised_on,
            evidence="民政局认定文件",
        )


def assessed(
    region: str = COUNTY, year: int = 2024, on: date = SEASON, by: Acting = PROGRAM
) -> billing.Assessed:
    """Everybody of a region has a bill."""
    return billing.assess_everyone(by=by, region=region, benefit_year=year, on=on)


def bill_of(resident_id: UUID, year: int = 2024, by: Acting = PROGRAM) -> BillPage:
    """The bill a person has now."""
    with within(by):
        found = bills.current_bill(resident_id, year)
    assert found is not None
    return found


def lonely(
    name: str,
    birth: str,
    order: str,
    *names: str,
    unit_code: str = KANGLE,
    area: str = "990721",
    by: Acting = CLERK,
) -> UUID:
    """Somebody who lives alone, with the classes they have held since 2023-01-01."""
    house = household(
        [Draft(name=name, relation="02", document=number(birth, order, area))], unit_code=unit_code, by=by
    )
    one = people_of(house, by=by)[name]
    classes(one, *names, by=by)
    return one
