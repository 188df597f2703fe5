"""What becomes of each row: compared with the registry, with the list before, and with the other lists of the month."""

from datetime import date
from pathlib import Path

import pytest

import given
from people import CLERK, REVIEWER, draft, number
from rosters_lists import AS_OF, DISABLED, hand_in, held, outcomes, row, workbook
from yingbao.journal.scope import within
from yingbao.registry import actions as registry_actions
from yingbao.registry import queries as registry
from yingbao.rosters import actions
from yingbao.rosters.errors import AlreadyListed, NotDecidable, RegistryMoved
from yingbao.rosters.queries import row as row_line

AN, LAN, HE = number("19800101", "111"), number("19820301", "222"), number("19550605", "131")


@pytest.fixture(autouse=True)
def _people(database: str) -> None:
    given.units()
    given.household([draft("安国强", "19800101", "111"), draft("兰秀英", "19820301", "222", "10")])
    given.household([draft("贺有才", "19550605", "131")])


def applied(path: Path, as_of: date = AS_OF, extent: str = "full") -> None:
    roster = hand_in(path, extent, as_of)
    actions.submit(by=CLERK, roster_id=roster.id)
    actions.apply(by=REVIEWER, roster_id=roster.id)


def test_a_list_of_one_kind_ends_nothing_of_another(tmp_path: Path) -> None:
    both = [
        [1, "安国强", AN, "农村低保一类", "2022-03-01", ""],
        [2, "贺有才", HE, "特困人员", "2020-01-01", ""],
    ]
    applied(workbook(tmp_path / "10.xlsx", both))
    later = hand_in(
        workbook(tmp_path / "11.xlsx", [[1, "兰秀英", LAN, "农村低保三类", "", ""]]), as_of=date(2023, 12, 1)
    )
    assert outcomes(later) == [(2, "new", ""), (0, "ended", "not_listed")]
    assert later.classes == sorted(["rural_allowance", *(f"rural_allowance_{n}" for n in range(1, 5))])


def test_a_class_without_a_day_is_held_since_long_ago_on_the_first_list_and_from_the_lists_day_later(
    tmp_path: Path,
) -> None:
    applied(workbook(tmp_path / "10.xlsx", [[1, "安国强", AN, "农村低保一类", "", ""]]))
    assert held("安国强") == [("rural_allowance_1", None, None)]
    rows = [[1, "安国强", AN, "农村低保一类", "", ""], [2, "贺有才", HE, "农村低保一类", "", ""]]
    applied(workbook(tmp_path / "11.xlsx", rows), date(2023, 12, 1))
    assert held("安国强") == [("rural_allowance_1", None, None)]
    assert held("贺有才") == [("rural_allowance_1", date(2023, 12, 1), None)]


def test_a_class_held_before_and_ended_is_asked_about_and_begins_after_its_end(tmp_path: Path) -> None:
    with within(CLERK):
        he = registry.search("贺有才")[0].id
    registry_actions.recognise(
        by=CLERK, resident_id=he, category="rural_allowance_1", recognised_on=date(2020, 1, 1),
        ended_on=date(2023, 5, 31), evidence="2020年名册",
    )  # fmt: skip
    roster = hand_in(workbook(tmp_path / "11.xlsx", [[1, "贺有才", HE, "农村低保一类", "2020-01-01", ""]]))
    assert outcomes(roster) == [(2, "contradicts", "ended_before")]
    actions.decide_row(by=CLERK, roster_id=roster.id, row_id=row(roster, 2).id, decision="kept")
    actions.submit(by=CLERK, roster_id=roster.id)
    actions.apply(by=REVIEWER, roster_id=roster.id)
    assert [h[1:] for h in held("贺有才")] == [
        (date(2020, 1, 1), date(2023, 5, 31)),
        (date(2023, 6, 1), None),
    ]


def test_one_person_twice_is_asked_about_but_not_after_an_end(tmp_path: Path) -> None:
    rows = [
        [1, "安国强", AN, "农村低保一类", "2022-03-01", ""],
        [2, "安国强", AN, "农村低保一类", "2022-03-01", ""],
        [3, "兰秀英", LAN, "农村低保一类", "2022-03-01", ""],
        [4, "兰秀英", LAN, "农村低保三类", "2022-03-01", ""],
        [5, "贺有才", HE, "农村低保一类", "2020-03-01", "2021-03-01"],
        [6, "贺有才", HE, "农村低保一类", "2022-03-01", ""],
    ]
    roster = hand_in(workbook(tmp_path / "11.xlsx", rows))
    assert outcomes(roster) == [
        (2, "new", ""), (3, "contradicts", "duplicate"), (4, "new", ""), (5, "contradicts", "two_classes"),
        (6, "unchanged", ""), (7, "new", ""),
    ]  # fmt: skip
    with pytest.raises(NotDecidable):
        actions.decide_row(by=CLERK, roster_id=roster.id, row_id=row(roster, 3).id, decision="kept")


def test_a_list_that_says_otherwise_than_another_of_the_month_is_asked_about(tmp_path: Path) -> None:
    hand_in(
        workbook(tmp_path / "残联.xlsx", [[1, "安国庆", AN, "一级残疾", "", ""]]),
        by=DISABLED,
        extent="changes",
    )
    roster = hand_in(
        workbook(tmp_path / "民政.xlsx", [[1, "安国强", AN, "农村低保一类", "", ""]]),
        as_of=date(2023, 11, 20),
    )
    assert outcomes(roster) == [(2, "contradicts", "other_list")]
    assert row(roster, 2).sentence == "本月另一份名册（残联，第 2 行）同一号码写作另一姓名，请先核对"
    next_month = hand_in(
        workbook(tmp_path / "12.xlsx", [[1, "安国强", AN, "农村低保二类", "", ""]]), as_of=date(2023, 12, 2)
    )
    assert outcomes(next_month) == [(2, "new", "")]


def test_without_a_number_that_fits_name_birth_and_household_suggest_and_never_decide(tmp_path: Path) -> None:
    with within(CLERK):
        household = registry.person_page(registry.search("安国强")[0].id, AS_OF).household_number
    head = ["序号", "户编号", "户主姓名", "姓名", "身份证号", "救助类别"]
    other = number("19820301", "888")
    rows = [
        [1, household, "安国强", "兰秀英", other, "农村低保一类"],
        [2, "", "", "贺有才", HE[:-1] + ("0" if HE[-1] != "0" else "1"), "农村低保一类"],
    ]
    roster = hand_in(workbook(tmp_path / "11.xlsx", rows, head))
    assert outcomes(roster) == [
        (2, "several_persons", "matched_by_name"),
        (3, "unreadable", "id_check_digit"),
    ]
    lan, he = row(roster, 2), row(roster, 3)
    assert (lan.score, lan.effect, lan.decision) == (95, "new", "")
    with within(CLERK):
        line = row_line(roster.id, he.id)
    assert line is not None
    [suggested] = line.candidates
    assert (suggested.name, suggested.score) == ("贺有才", 60)
    actions.decide_row(
        by=CLERK, roster_id=roster.id, row_id=lan.id, decision="matched", resident_id=lan.resident_id
    )
    actions.decide_row(
        by=CLERK, roster_id=roster.id, row_id=he.id, decision="matched", resident_id=suggested.id
    )
    with pytest.raises(AlreadyListed):
        actions.decide_row(
            by=CLERK, roster_id=roster.id, row_id=he.id, decision="matched", resident_id=lan.resident_id
        )
    actions.submit(by=CLERK, roster_id=roster.id)
    assert actions.apply(by=REVIEWER, roster_id=roster.id) == {"ended": 0, "changed": 0, "new": 2}


def test_who_may_stand_in_a_row_nobody_could_match_is_not_ended_silently(tmp_path: Path) -> None:
    applied(workbook(tmp_path / "10.xlsx", [[1, "贺有才", HE, "农村低保一类", "2020-01-01", ""]]))
    rows = [
        [1, "安国强", AN, "农村低保一类", "2022-01-01", ""],
        [2, "贺有才", "1.40E+17", "农村低保一类", "2020-01-01", ""],
    ]
    roster = hand_in(workbook(tmp_path / "11.xlsx", rows), as_of=date(2023, 12, 1))
    assert outcomes(roster) == [
        (2, "new", ""), (3, "unreadable", "id_float_lost_digits"), (0, "contradicts", "maybe_listed"),
    ]  # fmt: skip
    actions.drop_rows(by=CLERK, roster_id=roster.id, reason="maybe_listed", grounds="等民政补号码")
    actions.submit(by=CLERK, roster_id=roster.id)
    assert actions.apply(by=REVIEWER, roster_id=roster.id) == {"ended": 0, "changed": 0, "new": 1}
    assert held("贺有才") == [("rural_allowance_1", date(2020, 1, 1), None)]


def test_nothing_is_applied_when_the_registry_moved_since(tmp_path: Path) -> None:
    roster = hand_in(workbook(tmp_path / "11.xlsx", [[1, "贺有才", HE, "农村低保一类", "2020-01-01", ""]]))
    actions.submit(by=CLERK, roster_id=roster.id)
    with within(CLERK):
        he = registry.search("贺有才")[0].id
    registry_actions.recognise(
        by=CLERK,
        resident_id=he,
        category="rural_allowance_3",
        recognised_on=date(2021, 1, 1),
        evidence="手工补录",
    )
    with pytest.raises(RegistryMoved):
        actions.apply(by=REVIEWER, roster_id=roster.id)
    actions.give_back(by=REVIEWER, roster_id=roster.id, grounds="登记有变化")
    actions.check_again(by=CLERK, roster_id=roster.id)
    assert outcomes(roster) == [(2, "changed", "")]
    actions.submit(by=CLERK, roster_id=roster.id)
    actions.apply(by=REVIEWER, roster_id=roster.id)
    # the day of the first recognition says nothing of the change of grade: it counts from the list's day
    assert held("贺有才") == [
        ("rural_allowance_3", date(2021, 1, 1), date(2023, 10, 31)), ("rural_allowance_1", AS_OF, None),
    ]  # fmt: skip
