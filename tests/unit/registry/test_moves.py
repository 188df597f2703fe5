"""People move between households and units; farms' and stations' people land where the notice says."""

from datetime import date, timedelta

import pytest

import given
from people import (
    AN_GUOQIANG,
    CLERK,
    FARM,
    GAOTAI_CLERK,
    HONGWANSI,
    HUANGCHENG,
    HUANGCHENG_CLERK,
    KANGLE,
    KANGLE_AGENT,
    KANGLE_CLERK,
    LAN_XIUYING,
    SEASON,
    STATION,
    draft,
)
from yingbao.journal.errors import NotPermitted, OutOfRegion
from yingbao.journal.scope import within
from yingbao.kernel.ids import uuid7
from yingbao.policy import UNKNOWN
from yingbao.registry import actions, queries
from yingbao.registry.actions.moves import Landing
from yingbao.registry.errors import FormInvalid, HouseholdNotFound, Overlap, ResidentNotFound, UnitNotFound

pytestmark = pytest.mark.usefixtures("registry")
LATER = date(2024, 3, 1)
A_DAY = timedelta(days=1)
OTHERS = (draft("屈大山", "19600101", "555"), draft("屈小山", "19900101", "777", "20"))


def neighbours() -> object:
    return given.household(OTHERS, HUANGCHENG)


def test_a_man_moves_from_kangle_to_huangcheng_and_both_are_remembered() -> None:
    who, there = given.man(), neighbours()
    actions.move(
        by=CLERK, resident_id=who, to=Landing(there, "28"), on=LATER, grounds="迁移证", hukou_place="皇城镇"  # type: ignore[arg-type]
    )  # fmt: skip
    page = given.page(who, LATER)
    assert (page.unit_name, page.household_id) == ("皇城镇", there)
    assert [(m.what, m.from_on, m.through_on) for m in page.memberships] == [
        ("02", SEASON, LATER - A_DAY),
        ("28", LATER, None),
    ]
    assert [(r.unit_name, r.detail) for r in page.residences] == [("康乐镇", ""), ("皇城镇", "皇城镇")]
    assert [(c.what, c.from_on) for c in page.changes] == [("11", SEASON), ("13", LATER)]
    assert given.deeds(who)[-1] == "resident.move"
    assert given.page(who, LATER, by=HUANGCHENG_CLERK).id == who
    with pytest.raises(ResidentNotFound):
        given.page(who, LATER, by=KANGLE_CLERK)


def test_a_move_is_refused_with_the_field_at_fault() -> None:
    who, there = given.man(), neighbours()
    for relation, grounds, field in (
        ("02", "迁移证", "relation"),
        ("", "迁移证", "relation"),
        ("20", " ", "grounds"),
    ):
        with pytest.raises(FormInvalid) as refused:
            actions.move(by=CLERK, resident_id=who, to=Landing(there, relation), on=LATER, grounds=grounds)  # type: ignore[arg-type]
        assert list(refused.value.faults) == [field]
    for by, refusal in (
        (KANGLE_AGENT, NotPermitted), (KANGLE_CLERK, HouseholdNotFound), (HUANGCHENG_CLERK, ResidentNotFound),
        (GAOTAI_CLERK, ResidentNotFound),
    ):  # fmt: skip
        with pytest.raises(refusal):
            actions.move(by=by, resident_id=who, to=Landing(there, "20"), on=LATER, grounds="迁移证")  # type: ignore[arg-type]
    with pytest.raises(HouseholdNotFound):
        actions.move(by=CLERK, resident_id=who, to=Landing(uuid7(), "20"), on=LATER, grounds="迁移证")
    assert given.page(who, LATER).unit_code == KANGLE


def test_a_move_dated_before_one_already_written_is_refused() -> None:
    who, there = given.man(), neighbours()
    actions.move(by=CLERK, resident_id=who, to=Landing(there, "20"), on=LATER, grounds="迁移证")  # type: ignore[arg-type]
    home = given.page(who, SEASON).household_id
    assert home is not None
    with pytest.raises(Overlap):
        actions.move(by=CLERK, resident_id=who, to=Landing(home, "02"), on=LATER - A_DAY, grounds="迁移证")


def test_a_head_that_is_to_come_bars_another_head() -> None:
    """Seen: only the day itself was looked at, and the constraint crashed."""
    household = given.household()
    people = given.people_of(household)
    there = neighbours()
    actions.move(by=CLERK, resident_id=people["安国强"], to=Landing(there, "20"), on=LATER, grounds="迁移证")  # type: ignore[arg-type]
    actions.move(
        by=CLERK, resident_id=people["兰秀英"], to=Landing(household, "02"), on=LATER + A_DAY, grounds="分户"
    )
    with pytest.raises(FormInvalid) as refused:
        actions.add_member(
            by=CLERK, household_id=household, member=draft("某人", "19700101", "999"), on=LATER
        )
    assert list(refused.value.faults) == ["relation"]


def test_the_head_changes_the_relation_within_the_household() -> None:
    household = given.household()
    people = given.people_of(household)
    actions.move(
        by=CLERK, resident_id=people["安国强"], to=Landing(household, "01"), on=LATER, grounds="变更户主"
    )
    actions.move(
        by=CLERK, resident_id=people["兰秀英"], to=Landing(household, "02"), on=LATER, grounds="变更户主"
    )
    with within(CLERK):
        assert next((m.name, m.relation) for m in queries.household_page(household, LATER).members) == (
            "兰秀英",
            "02",
        )


def test_a_household_moves_whole_and_not_beyond_ones_region() -> None:
    household = given.household()
    with pytest.raises(OutOfRegion):
        actions.move_household(
            by=KANGLE_CLERK, household_id=household, unit_code=HUANGCHENG, on=LATER, grounds="迁移证"
        )
    with pytest.raises(OutOfRegion):
        actions.move_household(
            by=CLERK, household_id=household, unit_code="620724", on=LATER, grounds="迁移证"
        )
    with pytest.raises(UnitNotFound):
        actions.move_household(
            by=CLERK, household_id=household, unit_code="620721-T77", on=LATER, grounds="迁移证"
        )
    with pytest.raises(FormInvalid):
        actions.move_household(by=CLERK, household_id=household, unit_code=HUANGCHENG, on=LATER, grounds="")
    for by in (HUANGCHENG_CLERK, GAOTAI_CLERK):
        with pytest.raises(HouseholdNotFound):
            actions.move_household(
                by=by, household_id=household, unit_code=HUANGCHENG, on=LATER, grounds="迁移证"
            )
    assert actions.move_household(
        by=CLERK, household_id=household, unit_code=HUANGCHENG, on=LATER, grounds="迁移证"
    ) == HUANGCHENG  # fmt: skip
    assert set(given.people_of(household, LATER, HUANGCHENG_CLERK)) == {"安国强", "兰秀英", "安小雨"}
    assert given.deeds(household) == ["household.register", "household.move"]


@pytest.mark.parametrize("hukou", ["", "康乐镇", "高台县"])
def test_a_family_of_the_station_lands_in_huangcheng_whatever_its_hukou(hukou: str) -> None:
    household = given.household([draft("屈大山", "19600101", "555", hukou_place=hukou)], STATION)
    [who] = given.people_of(household).values()
    page = given.page(who)
    assert (page.unit_code, page.residences[0].works_in_name) == (HUANGCHENG, "甘肃省绵羊繁育技术推广站")
    facts = queries.facts(page, SEASON, "620721")
    assert (facts.unit, facts.works_in, facts.hukou_unit) == (
        "皇城镇",
        "甘肃省绵羊繁育技术推广站",
        hukou or None,
    )


@pytest.mark.parametrize(("hukou", "landing"), [("康乐镇", KANGLE), ("红湾寺镇", HONGWANSI)])
def test_a_family_of_the_farm_lands_by_its_hukou(hukou: str, landing: str) -> None:
    household = given.household([draft("屈大山", "19600101", "555", hukou_place=hukou)], FARM)
    [who] = given.people_of(household).values()
    assert (given.page(who).unit_code, given.page(who).residences[0].works_in) == (landing, FARM)


def test_a_family_of_the_farm_with_a_hukou_elsewhere_is_refused_with_the_reason() -> None:
    with pytest.raises(FormInvalid) as refused:
        given.household([draft("屈大山", "19600101", "555", hukou_place="皇城镇")], FARM)
    assert list(refused.value.faults) == ["members.0.hukou_place"]
    assert "只印了户籍在康乐镇、红湾寺镇的" in refused.value.sentence


def test_a_household_moves_to_the_farm_by_the_heads_hukou_or_the_one_typed() -> None:
    household = given.household([draft("屈大山", "19600101", "555", hukou_place="红湾寺镇")])
    with pytest.raises(FormInvalid, match="户籍在别处"):
        actions.move_household(
            by=CLERK, household_id=household, unit_code=FARM, on=LATER, grounds="聘用", hukou_place="皇城镇"
        )
    assert actions.move_household(
        by=CLERK, household_id=household, unit_code=FARM, on=LATER, grounds="聘用"
    ) == HONGWANSI  # fmt: skip


def test_a_town_clerk_registers_the_stations_family_that_lands_in_their_town_and_no_other() -> None:
    family = [draft("屈大山", "19600101", "555")]
    given.household(family, STATION, by=HUANGCHENG_CLERK)
    with pytest.raises(OutOfRegion):
        given.household([draft("屈二山", "19610101", "555")], STATION, by=KANGLE_CLERK)


def test_facts_are_those_known_at_the_instant_asked_for() -> None:
    """Seen: an earlier page was filled up with today's residence."""
    who = given.man()
    known = given.page(who).known_from
    actions.change_details(
        by=CLERK, resident_id=who, draft=given.draft("安国强", "19800101", "111", basis="resident_without_permit"),
        on=SEASON, grounds="核实",
    )  # fmt: skip
    with within(CLERK):
        now = queries.facts_of(who, SEASON, "620721")
        then = queries.facts_of(who, SEASON, "620721", known_at=known)
    assert (then.residence, now.residence) == ("hukou", "resident_without_permit")
    assert (now.military_dependant, now.repaid_years) == (None, frozenset())
    assert now.insured_years is UNKNOWN
    assert (AN_GUOQIANG.name, LAN_XIUYING.name) == ("安国强", "兰秀英")
