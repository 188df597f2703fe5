"""Registering a household: what is written, what is refused, and who may."""

from datetime import date

import pytest

import given
from people import (
    AN_GUOQIANG,
    CLERK,
    FAMILY,
    GAOTAI_CLERK,
    HUANGCHENG_CLERK,
    KANGLE,
    LAN_XIUYING,
    SEASON,
    draft,
)
from yingbao.journal.errors import OutOfRegion
from yingbao.journal.scope import within
from yingbao.registry import actions, queries
from yingbao.registry.drafts import Draft
from yingbao.registry.errors import DocumentTaken, FormInvalid

pytestmark = pytest.mark.usefixtures("registry")


def test_a_family_of_three_is_enrolled_from_the_day_it_is_registered() -> None:
    household = given.household()
    with within(CLERK):
        page = queries.household_page(household, SEASON)
    assert [(m.name, m.relation, m.state) for m in page.members] == [
        ("安国强", "02", "1"),
        ("兰秀英", "10", "1"),
        ("安小雨", "30", "1"),
    ]
    assert page.members[2].document == ""


def test_a_number_held_already_is_refused_and_nothing_is_written() -> None:
    given.household()
    twin = Draft(**{**{f: getattr(AN_GUOQIANG, f) for f in AN_GUOQIANG.__slots__}, "relation": "10"})
    with pytest.raises(DocumentTaken, match="康乐镇"):
        given.household([draft("新户主", "19700101", "333"), twin])
    with within(CLERK):
        assert queries.search("新户主") == ()


def test_two_heads_are_refused_at_the_second_ones_relation() -> None:
    with pytest.raises(FormInvalid) as refused:
        given.household([AN_GUOQIANG, draft("兰秀英", "19820301", "222", "02")])
    assert list(refused.value.faults) == ["members.1.relation"]


def test_an_official_of_another_county_registers_nobody_here_and_finds_nobody() -> None:
    given.household()
    with pytest.raises(OutOfRegion):
        given.household([draft("他人", "19700101", "333")], by=GAOTAI_CLERK)
    with within(GAOTAI_CLERK):
        assert queries.search("安国强") == ()
    with within(HUANGCHENG_CLERK):
        assert queries.search("安国强") == ()


def test_every_field_at_fault_is_named_at_once() -> None:
    bad = Draft(name="", relation="02", document="990721198001011112", phone="1", basis="residence_permit")
    with pytest.raises(FormInvalid) as refused:
        given.household([bad], on=date(2023, 10, 8))
    assert set(refused.value.faults) >= {"members.0.name", "members.0.phone", "members.0.permit_until"}


def test_what_was_known_before_a_move_can_still_be_read() -> None:
    household = given.household(FAMILY)
    with within(CLERK):
        before = queries.person_page(given.people_of(household)["安国强"], SEASON)
    actions.move_household(
        by=CLERK, household_id=household, unit_code="620721-T01", on=date(2023, 12, 1), grounds="迁移证"
    )
    with within(CLERK):
        after = queries.person_page(before.id, date(2023, 12, 2))
        then = queries.person_page(before.id, date(2023, 12, 2), known_at=before.known_from)
    assert (after.unit_name, then.unit_name) == ("皇城镇", "康乐镇")
    assert [s.through_on for s in after.residences] == [date(2023, 11, 30), None]
    assert then.unit_code == KANGLE
    assert LAN_XIUYING.name == "兰秀英"
