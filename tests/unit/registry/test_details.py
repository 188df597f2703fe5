"""A person's name, telephone, school and number put right; the history stays."""

from datetime import date, timedelta
from uuid import UUID

import pytest

import given
from databases import raw
from people import AN_GUOQIANG, CLERK, KANGLE_AGENT, LAN_XIUYING, SEASON, draft, number
from yingbao.journal import queries as journal
from yingbao.journal.errors import NotPermitted
from yingbao.journal.scope import within
from yingbao.registry import actions, queries
from yingbao.registry.drafts import Draft
from yingbao.registry.errors import (
    DocumentTaken,
    FormInvalid,
    HouseholdNotFound,
    Overlap,
    ResidentNotFound,
    UnitNotFound,
)

pytestmark = pytest.mark.usefixtures("registry")
LATER = date(2024, 3, 1)
A_DAY = timedelta(days=1)


def changed(who: UUID, on: date = LATER, **fields: object) -> None:
    plain = {"name": "安国强", "hukou_place": "", **fields}
    actions.change_details(by=CLERK, resident_id=who, draft=Draft(**plain), on=on, grounds="户口簿")  # type: ignore[arg-type]


def entry_facts(who: UUID) -> object:
    with within(CLERK):
        return journal.of_subject(who)[0].facts


def test_a_name_put_right_is_read_as_it_was_at_the_time() -> None:
    who = given.man()
    before = given.page(who)
    changed(who, name="安国𠮷")
    assert given.page(who).name == "安国𠮷"
    assert given.page(who, known_at=before.known_from).name == "安国强"
    assert entry_facts(who) == {"changed": ["name"], "on": "2024-03-01"}
    with within(CLERK):
        assert [h.id for h in queries.search("安国𠮷")] == [who]
        assert queries.search("安国强") == ()


def test_a_telephone_is_masked_found_and_kept_when_none_is_typed() -> None:
    who = given.man()
    changed(who, phone="12900002222")
    changed(who, nation="裕固族")
    assert given.page(who).phone.endswith("2222")
    with within(CLERK):
        assert [h.id for h in queries.search("12900002222")] == [who]
        assert queries.search("12900001111") == ()


def test_a_permit_is_a_new_span_and_the_hukou_place_stays_unless_typed() -> None:
    who = given.man()
    changed(who, basis="residence_permit", permit_until="2025-01-01", hukou_place="高台县")
    changed(who, on=LATER + A_DAY, basis="residence_permit", permit_until="2026-01-01")
    assert [
        (r.what, r.detail, r.from_on, r.through_on, r.permit_until) for r in given.page(who).residences
    ] == [
        ("hukou", "", SEASON, LATER - A_DAY, None),
        ("residence_permit", "高台县", LATER, LATER, date(2025, 1, 1)),
        ("residence_permit", "高台县", LATER + A_DAY, None, date(2026, 1, 1)),
    ]


def test_what_began_today_is_rewritten_today_and_its_version_kept() -> None:
    who = given.man()
    changed(who, on=SEASON, basis="resident_without_permit")
    [now] = given.page(who).residences
    assert (now.what, now.from_on, now.through_on) == ("resident_without_permit", SEASON, None)
    with raw("super") as db:
        assert db.execute("SELECT basis FROM registry_residence_version").fetchall() == [("hukou",)]


def test_a_school_left_on_the_day_it_was_entered_was_never_attended() -> None:
    who = given.man()
    changed(who, stage="university", school="河西学院")
    changed(who, on=LATER)
    assert given.page(who, LATER).schoolings == ()
    changed(who, stage="senior", school="一中")
    changed(who, on=LATER + A_DAY)
    assert [(s.what, s.through_on) for s in given.page(who).schoolings] == [("senior", LATER)]


def test_a_change_dated_before_one_already_written_is_refused_and_nothing_is_lost() -> None:
    """Seen: it ran into the exclusion constraint and crashed."""
    who = given.man()
    changed(who, basis="resident_without_permit")
    with pytest.raises(Overlap, match="之后"):
        changed(who, on=SEASON + A_DAY, basis="residence_permit", permit_until="2025-01-01")
    assert len(given.page(who).residences) == 2


def test_a_change_is_refused_with_the_field_at_fault() -> None:
    who = given.man()
    with pytest.raises(FormInvalid) as refused:
        actions.change_details(
            by=CLERK, resident_id=who, draft=Draft(name="", phone="1"), on=LATER, grounds=" "
        )
    assert set(refused.value.faults) == {"name", "phone", "grounds"}
    with pytest.raises(UnitNotFound):
        changed(who, works_in="620721-W77")
    with pytest.raises(NotPermitted):
        actions.change_details(by=KANGLE_AGENT, resident_id=who, draft=AN_GUOQIANG, on=LATER, grounds="无")
    with pytest.raises(ResidentNotFound):
        actions.change_details(by=CLERK, resident_id=UUID(int=1), draft=AN_GUOQIANG, on=LATER, grounds="无")
    assert given.page(who).name == "安国强"


def test_a_newborn_is_given_a_number_later_and_found_by_it() -> None:
    child = given.people_of(given.household())["安小雨"]
    new = number("20230921", "444")
    actions.give_document(by=CLERK, resident_id=child, document=new.lower(), on=LATER, grounds="身份证原件")
    page = given.page(child, LATER)
    assert (page.birth_date, page.document_kind) == (date(2023, 9, 21), "01")
    assert given.deeds(child)[-1] == "resident.document.give"
    with within(CLERK):
        assert [h.id for h in queries.search(new)] == [child]
        assert queries.unmasked_document(by=CLERK, resident_id=child, reason="核对") == new


def test_a_number_put_right_keeps_the_wrong_one_in_the_history() -> None:
    who = given.man()
    wrong = given.page(who)
    actions.give_document(
        by=CLERK, resident_id=who, document=number("19810101", "555"), on=LATER, grounds="原件"
    )
    right = given.page(who, LATER)
    assert given.deeds(who)[-1] == "resident.document.correct"
    assert given.page(who, known_at=wrong.known_from).document == wrong.document
    assert (right.birth_date, right.document != wrong.document) == (date(1981, 1, 1), True)
    given.household([AN_GUOQIANG])  # the wrong number is free for whose it is


def test_a_passport_takes_the_place_of_a_number_and_is_found() -> None:
    who = given.man()
    actions.give_document(
        by=CLERK, resident_id=who, document="g1234-56", on=LATER, grounds="护照", document_kind="08"
    )
    with within(CLERK):
        assert [h.id for h in queries.search("G1234-56")] == [who]
    assert given.page(who).birth_date == date(1980, 1, 1)


def test_a_number_is_refused_with_the_field_at_fault() -> None:
    people = given.people_of(given.household())
    for document, grounds, fields in (
        ("", "原件", {"document"}),
        ("123", "原件", {"document"}),
        (number("19810101", "555"), "", {"grounds"}),
    ):
        with pytest.raises(FormInvalid) as refused:
            actions.give_document(
                by=CLERK, resident_id=people["安小雨"], document=document, on=LATER, grounds=grounds
            )
        assert set(refused.value.faults) == fields
    with pytest.raises(DocumentTaken, match="康乐镇"):
        actions.give_document(
            by=CLERK,
            resident_id=people["安小雨"],
            document=str(LAN_XIUYING.document),
            on=LATER,
            grounds="原件",
        )


def test_the_number_of_somebody_in_a_closed_unit_is_still_put_right() -> None:
    """Seen: the unit's closing refused it."""
    who = given.man()
    actions.close_unit(by=CLERK, code="620721-T04", last_on=SEASON, grounds="撤并")
    actions.give_document(
        by=CLERK, resident_id=who, document=number("19810101", "555"), on=LATER, grounds="原件"
    )


def test_one_more_of_a_household_is_registered_and_refused_with_the_field_at_fault() -> None:
    household = given.household()
    grandmother = draft("兰桂花", "19500101", "666", "52")
    actions.add_member(by=CLERK, household_id=household, member=grandmother, on=LATER, grounds="户口簿")
    assert list(given.people_of(household, LATER)) == ["安国强", "兰桂花", "兰秀英", "安小雨"]
    for member, field in (
        (draft("某人", "19700101", "777", "02"), "relation"),
        (draft("某人", "19700101", "777", ""), "relation"),
        (draft("", "19700101", "777", "20"), "name"),
    ):
        with pytest.raises(FormInvalid) as refused:
            actions.add_member(by=CLERK, household_id=household, member=member, on=LATER)
        assert list(refused.value.faults) == [field]
    with pytest.raises(DocumentTaken):
        actions.add_member(by=CLERK, household_id=household, member=grandmother, on=LATER)
    with pytest.raises(HouseholdNotFound):
        actions.add_member(by=CLERK, household_id=UUID(int=1), member=grandmother, on=LATER)


def test_the_whole_number_is_shown_for_a_reason_that_is_kept() -> None:
    who = given.man()
    assert queries.unmasked_document(by=CLERK, resident_id=who, reason="核对原件") == AN_GUOQIANG.document
    assert given.deeds(who)[-1] == "resident.unmask"
    with pytest.raises(FormInvalid):
        queries.unmasked_document(by=CLERK, resident_id=who, reason=" ")
    with pytest.raises(NotPermitted):
        queries.unmasked_document(by=KANGLE_AGENT, resident_id=who, reason="看看")
