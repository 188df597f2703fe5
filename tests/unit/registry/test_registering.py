"""Registering a household: what is written, what is refused, and who may."""

from datetime import date

import pytest

import given
from databases import raw
from people import (
    AN_GUOQIANG,
    AUDITOR,
    CLERK,
    FAMILY,
    GAOTAI_CLERK,
    HUANGCHENG,
    HUANGCHENG_CLERK,
    KANGLE,
    LAN_XIUYING,
    SEASON,
    draft,
)
from yingbao.journal.errors import NotPermitted, OutOfRegion
from yingbao.journal.scope import within
from yingbao.registry import actions, queries
from yingbao.registry.drafts import Draft
from yingbao.registry.errors import DocumentTaken, FormInvalid, UnitNotFound

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


def test_a_household_number_typed_is_taken_and_one_in_use_is_refused_at_its_field() -> None:
    given.household(number="康-1")
    with pytest.raises(FormInvalid) as refused:
        given.household([draft("某人", "19700101", "333")], number="康-1")
    assert list(refused.value.faults) == ["number"]


def test_a_household_number_the_program_would_give_but_is_taken_is_passed_over() -> None:
    given.household([draft("某人", "19700101", "333")], number="620721-000001")
    household = given.household()
    with within(CLERK):
        assert queries.household_page(household, SEASON).number == "620721-000002"


def test_the_same_number_twice_on_one_form_is_refused_at_the_second() -> None:
    twin = Draft(name="兰秀英", relation="10", document=AN_GUOQIANG.document)
    with pytest.raises(FormInvalid) as refused:
        given.household([AN_GUOQIANG, twin])
    assert list(refused.value.faults) == ["members.1.document"]


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ([], "members.0.name"),
        ([draft("兰秀英", "19820301", "222", "10")], "members.0.relation"),
        ([AN_GUOQIANG, draft("兰秀英", "19820301", "222", "")], "members.1.relation"),
    ],
)
def test_a_household_without_people_head_or_relation_is_refused(members: list[Draft], field: str) -> None:
    with pytest.raises(FormInvalid) as refused:
        given.household(members)
    assert field in refused.value.faults


def test_nobody_is_registered_in_a_unit_that_is_unknown_or_closed() -> None:
    with pytest.raises(UnitNotFound):
        given.household(unit_code="620721-T77")
    actions.close_unit(by=CLERK, code=KANGLE, last_on=date(2023, 10, 7), grounds="撤并")
    with pytest.raises(UnitNotFound):
        given.household()


def test_a_workplace_that_is_no_unit_is_refused() -> None:
    with pytest.raises(UnitNotFound):
        given.household([draft("某人", "19700101", "333", works_in="620721-W77")])


def test_who_may_not_register_is_refused_before_anything_is_looked_at() -> None:
    with pytest.raises(NotPermitted):
        given.household([], by=AUDITOR)


def test_a_number_held_in_another_town_is_refused_without_saying_where() -> None:
    given.household()
    with pytest.raises(DocumentTaken, match="不在您的管辖范围"):
        given.household([AN_GUOQIANG], unit_code=HUANGCHENG, by=HUANGCHENG_CLERK)


def test_every_row_of_a_registration_is_stamped_with_its_entry_and_told_above() -> None:
    household = given.household()
    with raw("app") as app:
        app.execute("SET app.region = '0'")
        entries = {
            row
            for table in ("household", "resident", "membership", "residence", "change")
            for row in app.execute(f"SELECT entry_id FROM registry_{table}").fetchall()
        }
        news = app.execute("SELECT topic, entry_id FROM journal_outbox").fetchall()
        subject = app.execute(
            "SELECT subject_id FROM journal_entry WHERE id = %s", next(iter(entries))
        ).fetchone()
    assert (len(entries), subject) == (1, (household,))
    assert [(topic, (entry,)) for topic, entry in news] == [("registered", *entries)]


def test_a_number_held_in_another_county_is_refused_without_telling_where_and_the_request_goes_on() -> None:
    twin = draft("他人", "19800101", "115")
    given.household([twin], unit_code="620724", by=GAOTAI_CLERK)
    with within(CLERK):
        with pytest.raises(DocumentTaken, match="不在您的管辖范围"):
            given.household([twin])
        assert queries.search("他人") == ()
        given.household()
        assert len(queries.search("安国强")) == 1
