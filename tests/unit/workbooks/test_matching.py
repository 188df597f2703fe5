"""A roster row finds its person by ID number; strangers and repetitions are named, two classes kept."""

from __future__ import annotations

from datetime import date

from yingbao.workbooks.matching import match_rows
from yingbao.workbooks.roster import RosterRow

from .conftest import LI, ZHANG

PEOPLE = {ZHANG: "P1", LI: "P2"}


def _row(
    number: int,
    id_number: str = ZHANG,
    code: str = "orphan",
    *,
    file: str = "民政局.xlsx",
    name: str = "张三",
    since: date | None = None,
    until: date | None = None,
) -> RosterRow:
    return RosterRow(file, "名册", number, "usable", "", "", name, id_number, code, since, until)


def _outcomes(*rows: RosterRow) -> list[str]:
    return [row.reason_code or row.outcome for row in match_rows(rows, PEOPLE)]


def test_a_known_number_gives_the_person() -> None:
    assert [row.person_id for row in match_rows([_row(2), _row(3, LI)], PEOPLE)] == ["P1", "P2"]


def test_someone_not_on_record_is_sent_back() -> None:
    assert _outcomes(_row(2, "999999199001010000")) == ["person_unknown"]


def test_the_second_row_of_the_same_person_and_class_is_a_duplicate_and_names_the_first() -> None:
    first, second = match_rows([_row(2), _row(9)], PEOPLE)
    assert first.usable
    assert second.reason_code == "duplicate"
    assert "第 2 行" in second.reason


def test_two_classes_of_one_person_are_both_kept() -> None:
    assert _outcomes(_row(2), _row(3, code="rural_allowance_3")) == ["usable", "usable"]


def test_the_same_class_in_two_departments_lists_is_no_duplicate() -> None:
    assert _outcomes(_row(2), _row(2, file="残联.xlsx")) == ["usable", "usable"]


def test_someone_who_left_a_class_and_was_recognised_again_is_in_it_twice() -> None:
    left = _row(2, since=date(2020, 1, 1), until=date(2021, 12, 31))
    again = _row(3, since=date(2023, 5, 1))
    overlapping = _row(4, since=date(2021, 6, 1), until=date(2021, 7, 1))
    assert _outcomes(left, again, overlapping) == ["usable", "usable", "duplicate"]


def test_a_number_that_belongs_to_another_name_is_sent_back_when_names_are_known() -> None:
    row = _row(2, name="李四")
    assert match_rows([row], PEOPLE, {"P1": "张三"})[0].reason_code == "name_differs"
    assert match_rows([row], PEOPLE, {"P1": "李 四"})[0].usable


def test_a_row_that_was_unusable_stays_so_and_blocks_no_other() -> None:
    bad = RosterRow("民政局.xlsx", "名册", 2, "unusable", "class_unknown", "…", "张三", ZHANG)
    first, second = match_rows([bad, _row(3)], PEOPLE)
    assert first is bad
    assert second.usable
