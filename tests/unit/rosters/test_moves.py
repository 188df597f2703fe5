"""Lists of moves within the region: whole households go where the police say, and nobody is left behind unseen."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

import given
from people import CLERK, HUANGCHENG, KANGLE, POLICE, REVIEWER, draft, number
from rosters_lists import applied, hand_in, outcomes, row, workbook
from yingbao.journal.scope import within
from yingbao.policy import load_release
from yingbao.registry import actions as registry_actions
from yingbao.registry import queries as registry
from yingbao.registry.actions.leaving import move_out
from yingbao.registry.models import Change, Household, Residence
from yingbao.rosters import actions, queries
from yingbao.rosters.errors import HouseholdTorn
from yingbao.rosters.models import Roster

AN, LAN, HE = number("19800101", "111"), number("19820301", "222"), number("19550605", "131")
HEAD = ["序号", "姓名", "身份证号", "迁出地", "迁入地", "迁移日期"]
DAY, MOVED = date(2023, 11, 30), date(2023, 11, 12)


@pytest.fixture(autouse=True)
def home(database: str) -> UUID:
    """安国强 and 兰秀英 of one household, 贺有才 of another, all in 康乐镇."""
    given.units()
    given.household([draft("贺有才", "19550605", "131")])
    return given.household([draft("安国强", "19800101", "111"), draft("兰秀英", "19820301", "222", "10")])


def listed(folder: Path, rows: list[list[object]], as_of: date = DAY) -> Roster:
    return hand_in(
        workbook(folder / f"{as_of}.xlsx", rows, HEAD, sheet="11月"), "changes", as_of, POLICE, "moves"
    )


def lives(name: str) -> list[tuple[str, date, date | None]]:
    with within(CLERK):
        one = registry.search(name)[0].id
        found = Residence.objects.filter(resident_id=one, period__isempty=False).order_by("period")
        return [(r.unit_id, r.period.lower, r.period.upper) for r in found]


def test_a_whole_household_moves_and_is_managed_in_the_new_town_from_that_day(
    tmp_path: Path, home: UUID
) -> None:
    roster = listed(
        tmp_path,
        [
            [1, "安国强", AN, "康乐镇", "肃南县皇城镇西城村", "2023-11-12"],
            [2, "兰秀英", LAN, "康乐镇", "皇城镇", "2023-11-12"],
        ],
    )
    assert outcomes(roster) == [(2, "changed", ""), (3, "changed", "")]
    with within(CLERK):
        [first, _] = queries.rows(roster.id, ["changed"])
    assert (first.site, first.held_site) == ("皇城镇", "康乐镇")
    assert applied(roster) == {"ended": 2, "changed": 0, "new": 2}
    for name in ("安国强", "兰秀英"):
        assert lives(name) == [(KANGLE, date(2023, 10, 8), MOVED), (HUANGCHENG, MOVED, None)]
    with within(CLERK):
        assert Household.objects.get(id=home).unit_id == HUANGCHENG
        one = registry.search("安国强")[0].id
        last = Change.objects.filter(resident_id=one).latest("on")
        assert (last.kind, last.on, last.reason) == ("13", MOVED, f"由 {KANGLE} 转入 {HUANGCHENG}")
        assert registry.person_page(one, DAY).residences[-1].detail == "皇城镇"
    again = listed(tmp_path, [[1, "安国强", AN, "康乐镇", "皇城镇", "2023-11-12"]], date(2023, 12, 31))
    assert outcomes(again) == [(2, "unchanged", "")]


def test_part_of_a_household_is_asked_about_and_never_torn_off(tmp_path: Path) -> None:
    roster = listed(tmp_path, [[1, "安国强", AN, "康乐镇", "皇城镇", "2023-11-12"]])
    assert outcomes(roster) == [(2, "contradicts", "part_of_household")]
    assert row(roster, 2).sentence.startswith("名册没有列同户的兰**。整户迁的请补全")
    actions.decide_row(by=CLERK, roster_id=roster.id, row_id=row(roster, 2).id, decision="kept")
    with pytest.raises(HouseholdTorn, match="有 1 户只迁一部分人"):
        actions.submit(by=CLERK, roster_id=roster.id)
    actions.decide_row(by=CLERK, roster_id=roster.id, row_id=row(roster, 2).id, decision="dropped")
    assert applied(roster) == {"ended": 0, "changed": 0, "new": 0}


def test_who_stands_in_a_row_that_is_still_open_is_not_moved_along_until_it_is_decided(
    tmp_path: Path,
) -> None:
    rows = [
        [1, "安国强", AN, "康乐镇", "皇城镇", "2023-11-12"],
        [2, "兰秀娥", LAN, "康乐镇", "皇城镇", "2023-11-12"],
    ]
    roster = listed(tmp_path, rows)
    assert outcomes(roster) == [(2, "contradicts", "part_of_household"), (3, "contradicts", "name_differs")]
    for number_ in (2, 3):
        actions.decide_row(by=CLERK, roster_id=roster.id, row_id=row(roster, number_).id, decision="kept")
    assert applied(roster) == {"ended": 2, "changed": 0, "new": 2}


def test_a_household_that_another_joined_since_is_not_torn_by_the_review(tmp_path: Path, home: UUID) -> None:
    rows = [
        [1, "安国强", AN, "康乐镇", "皇城镇", "2023-11-12"],
        [2, "兰秀英", LAN, "康乐镇", "皇城镇", "2023-11-12"],
    ]
    roster = listed(tmp_path, rows)
    actions.submit(by=CLERK, roster_id=roster.id)
    registry_actions.add_member(
        by=CLERK, household_id=home, member=draft("安小雨", "20200920", "222", "30"), on=date(2023, 11, 1)
    )
    with pytest.raises(HouseholdTorn):
        actions.apply(by=REVIEWER, roster_id=roster.id)
    assert lives("安国强") == [(KANGLE, date(2023, 10, 8), None)]


def test_a_place_outside_the_region_or_a_farm_goes_back_and_who_died_stays(
    tmp_path: Path, home: UUID
) -> None:
    roster = listed(
        tmp_path,
        [
            [1, "安国强", AN, "康乐镇", "兰州市城关区", "2023-11-12"],
            [2, "兰秀英", LAN, "康乐镇", "", "2023-11-12"],
            [3, "贺有才", HE, "康乐镇", "甘肃省绵羊繁育技术推广站", "2023-11-12"],
        ],
    )
    assert outcomes(roster) == [
        (2, "unreadable", "place_unknown"), (3, "unreadable", "site_missing"), (4, "unreadable", "place_unknown"),
    ]  # fmt: skip
    assert "请在个人页办理停保或终止" in row(roster, 2).sentence
    assert "由别的单位管理" in row(roster, 4).sentence
    with within(CLERK):
        lan = registry.search("兰秀英")[0].id
    registry_actions.record_survival(
        by=CLERK, resident_id=lan, status="died", from_on=date(2023, 11, 1), evidence="死亡证明"
    )
    alone = listed(tmp_path, [[1, "安国强", AN, "康乐镇", "皇城镇", "2023-11-12"]], date(2023, 12, 31))
    assert outcomes(alone) == [(2, "changed", "")]


def test_who_moved_again_later_is_asked_about(tmp_path: Path) -> None:
    with within(CLERK):
        he = registry.search("贺有才")[0].id
    move_out(by=CLERK, resident_id=he, unit_code=HUANGCHENG, on=date(2023, 12, 1), grounds="户口簿")
    roster = listed(tmp_path, [[1, "贺有才", HE, "康乐镇", "红湾寺镇", "2023-11-12"]])
    assert outcomes(roster) == [(2, "contradicts", "overlaps")]
    assert row(roster, 2).sentence.startswith("登记以后另有迁移（2023-12-01 起）")


def test_the_preview_works_out_what_the_new_town_asks_for(tmp_path: Path) -> None:
    roster = listed(tmp_path, [[1, "贺有才", HE, "康乐镇", "皇城镇", "2023-11-12"]])
    with within(CLERK):
        found = queries.preview(roster.id, load_release("620721", 2024), DAY)
    assert (found.people, found.changed, found.unchanged) == (1, 0, 1)
