"""A department's list from file to applied: every row an outcome, nothing changed before the second person."""

from datetime import date
from pathlib import Path

import pytest

import given
from people import CLERK, REVIEWER, SEASON, draft, number
from rosters_lists import hand_in, outcomes, workbook
from yingbao.journal.scope import within
from yingbao.registry import queries as registry
from yingbao.rosters import actions
from yingbao.rosters.errors import HandedInBefore, RowsOpen
from yingbao.rosters.queries import marked_workbook
from yingbao.workbooks.sheets import open_sheets


@pytest.fixture(autouse=True)
def _people(database: str) -> None:
    given.units()
    given.household([draft("安国强", "19800101", "111"), draft("兰秀英", "19820301", "222", "10")])
    given.household([draft("贺有才", "19550605", "131")])


def test_each_row_has_an_outcome_and_nothing_changes_before_review(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "低保.xlsx",
        [
            [1, "安国强", number("19800101", "111"), "农村低保一类", "2022-03-01", ""],
            [2, "兰秀英", number("19820301", "222")[:-1] + "9", "农村低保一类", "2022-03-01", ""],
            [3, "外地人", number("19900101", "555"), "农村低保三类", "", ""],
            [4, "贺有财", number("19550605", "131"), "农村低保三类", "2020-01-01", ""],
            ["合  计", "", "4人", "", "", ""],
        ],
    )
    with within(CLERK):
        roster = hand_in(path)
        assert outcomes(roster) == [
            (2, "new", ""),
            (3, "unreadable", "id_check_digit"),
            (4, "person_unknown", "person_unknown"),
            (5, "contradicts", "name_differs"),
        ]
        assert registry.search("安国强")[0].state == "1"
        assert registry.person_page(registry.search("安国强")[0].id, SEASON).holdings == ()


def test_a_second_person_applies_and_next_month_ends_and_changes(tmp_path: Path) -> None:
    first = workbook(
        tmp_path / "10.xlsx",
        [
            [1, "安国强", number("19800101", "111"), "农村低保一类", "2022-03-01", ""],
            [2, "贺有才", number("19550605", "131"), "农村低保三类", "2020-01-01", ""],
        ],
    )
    with within(CLERK):
        roster = hand_in(first)
    actions.submit(by=CLERK, roster_id=roster.id)
    assert actions.apply(by=REVIEWER, roster_id=roster.id) == {"ended": 0, "changed": 0, "new": 2}
    second = workbook(
        tmp_path / "11.xlsx", [[1, "安国强", number("19800101", "111"), "农村低保三类", "2023-12-01", ""]]
    )
    with within(CLERK):
        roster = hand_in(second, as_of=date(2023, 12, 1))
        assert outcomes(roster) == [(2, "changed", ""), (0, "ended", "not_listed")]
    actions.submit(by=CLERK, roster_id=roster.id)
    actions.apply(by=REVIEWER, roster_id=roster.id)
    with within(CLERK):
        an = registry.person_page(registry.search("安国强")[0].id, SEASON)
        he = registry.person_page(registry.search("贺有才")[0].id, SEASON)
    assert [(h.what, h.from_on, h.through_on) for h in an.holdings] == [
        ("rural_allowance_1", date(2022, 3, 1), date(2023, 11, 30)),
        ("rural_allowance_3", date(2023, 12, 1), None),
    ]
    assert [(h.what, h.through_on) for h in he.holdings] == [("rural_allowance_3", date(2023, 11, 30))]


def test_the_same_file_twice_is_refused_and_open_rows_hold_the_submission(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "低保.xlsx", [[1, "外地人", number("19900101", "555"), "农村低保三类", "", ""]]
    )
    with within(CLERK):
        roster = hand_in(path)
    with pytest.raises(RowsOpen):
        actions.submit(by=CLERK, roster_id=roster.id)
    with pytest.raises(HandedInBefore), within(CLERK):
        hand_in(path)


def test_the_sender_gets_the_workbook_back_marked_row_by_row(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "低保.xlsx",
        [
            [1, "安国强", number("19800101", "111"), "农村低保一类", "2022-03-01", ""],
            [2, "外地人", number("19900101", "555"), "农村低保三类", "", ""],
        ],
    )
    with within(CLERK):
        roster = hand_in(path)
        marked_workbook(CLERK, roster.id, tmp_path / "回.xlsx")
    summary, sheet = open_sheets(tmp_path / "回.xlsx")
    assert [row[-2] for row in sheet.rows] == ["核对结果", "新增", "查无此人"]
    assert sheet.rows[1][2] == number("19800101", "111")
    assert ("合计", 2.0) in [tuple(row[:2]) for row in summary.rows]
