"""Schools' lists: who studies where at which stage, compared and applied as lists of classes are."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

import given
from people import CLERK, EDUCATION, draft, number
from rosters_lists import DEPARTMENT, applied, hand_in, outcomes, row, workbook
from yingbao.journal.scope import within
from yingbao.policy import load_release
from yingbao.registry import actions as registry_actions
from yingbao.registry import queries as registry
from yingbao.registry.models import Schooling
from yingbao.rosters import actions, queries
from yingbao.rosters.errors import NotItsList
from yingbao.rosters.kinds import STUDY
from yingbao.rosters.models import Roster

AN, LAN, HE = number("20080101", "111"), number("20080301", "222"), number("20050605", "131")
HEAD = ["序号", "姓名", "身份证号", "学段", "学校", "入学时间", "毕业时间"]
FIRST, SECOND = "肃南县第一中学", "肃南县第二中学"
TERM = date(2023, 9, 10)


@pytest.fixture(autouse=True)
def _people(database: str) -> None:
    given.units()
    given.household([draft("安国庆", "19800101", "111"), draft("安国强", "20080101", "111", "20")])
    given.household([draft("兰志学", "19800101", "113"), draft("兰秀英", "20080301", "222", "30")])
    given.household([draft("贺有才", "20050605", "131")])


def listed(folder: Path, rows: list[list[object]], as_of: date = TERM, extent: str = "full") -> Roster:
    path = workbook(folder / f"{as_of}.xlsx", rows, HEAD, sheet="学生")
    return hand_in(path, extent, as_of, EDUCATION, "study")


def studied(name: str) -> list[tuple[str, str, date, date | None]]:
    """Stage, school, first day and the first day no more, of the person of that name."""
    with within(CLERK):
        one = registry.search(name)[0].id
        found = Schooling.objects.filter(resident_id=one, period__isempty=False).order_by("period")
        return [(s.stage, s.school, s.period.lower, s.period.upper) for s in found]


def test_a_school_lists_its_students_and_next_term_one_moved_up_one_left_and_one_changed_school(
    tmp_path: Path,
) -> None:
    october = listed(
        tmp_path,
        [
            [1, "安国强", AN, "初三", FIRST, "2021-09-01", ""],
            [2, "兰秀英", LAN, "九年级", FIRST, "", ""],
            [3, "贺有才", HE, "高中", FIRST, "2021-09-01", ""],
            [4, "外地人", number("20080909", "555"), "初中", FIRST, "2021-09-01", ""],
            ["合  计", "", "4人", "", "", "", ""],
        ],
    )
    assert outcomes(october) == [
        (2, "new", ""),
        (3, "new", ""),
        (4, "new", ""),
        (5, "person_unknown", "person_unknown"),
    ]
    assert row(october, 3).sentence == "没有写入学时间，从名册日期起算"
    actions.drop_rows(by=CLERK, roster_id=october.id, reason="", grounds="不是本地居民")
    assert applied(october) == {"ended": 0, "changed": 0, "new": 3}
    assert studied("安国强") == [("junior", FIRST, date(2021, 9, 1), None)]
    assert studied("兰秀英") == [("junior", FIRST, TERM, None)]

    year = date(2024, 9, 10)
    later = listed(
        tmp_path,
        [
            [1, "安国强", AN, "高一", FIRST, "2024-09-01", ""],
            [2, "兰秀英", LAN, "初中", SECOND, "2024-03-01", ""],
        ],
        year,
    )
    # 贺有才's 高中 is a stage the list speaks of and does not name him in
    assert outcomes(later) == [(2, "changed", ""), (3, "changed", ""), (0, "ended", "not_listed")]
    assert applied(later) == {"ended": 3, "changed": 0, "new": 2}
    assert studied("安国强") == [
        ("junior", FIRST, date(2021, 9, 1), date(2024, 9, 1)), ("senior", FIRST, date(2024, 9, 1), None),
    ]  # fmt: skip
    assert studied("兰秀英") == [
        ("junior", FIRST, TERM, date(2024, 3, 1)), ("junior", SECOND, date(2024, 3, 1), None),
    ]  # fmt: skip
    assert studied("贺有才") == [("senior", FIRST, date(2021, 9, 1), year)]


def test_a_schools_list_says_nothing_of_another_school_or_another_stage(tmp_path: Path) -> None:
    rows = [
        [1, "安国强", AN, "初中", FIRST, "2021-09-01", ""],
        [2, "兰秀英", LAN, "初中", SECOND, "2021-09-01", ""],
        [3, "贺有才", HE, "高中", FIRST, "2021-09-01", ""],
    ]
    applied(listed(tmp_path, rows))
    november = listed(tmp_path, rows[:1], date(2023, 11, 10))
    assert outcomes(november) == [(2, "unchanged", "")]
    # the basis of a school's list is that school's: another's list in between does not hold it up
    applied(listed(tmp_path, rows[1:2], date(2023, 11, 9)))
    assert applied(november) == {"ended": 0, "changed": 0, "new": 0}


def test_a_row_without_school_or_with_a_stage_nobody_knows_goes_back_and_the_title_may_name_the_school(
    tmp_path: Path,
) -> None:
    roster = listed(
        tmp_path,
        [
            [1, "安国强", AN, "初中", "", "2021-09-01", ""],
            [2, "兰秀英", LAN, "中小学生", FIRST, "2021-09-01", ""],
            [3, "贺有才", HE, "高中", FIRST, "2021-09-01", "2021-06-30"],
        ],
    )
    assert outcomes(roster) == [
        (2, "unreadable", "site_missing"), (3, "unreadable", "class_unknown"), (4, "unreadable", "dates_reversed"),
    ]  # fmt: skip
    assert row(roster, 3).sentence == "学段“中小学生”认不出，请改用通行的名称"
    assert row(roster, 4).sentence == "毕业（离校）时间2021-06-30早于入学时间2021-09-01，请核对两个日期"
    import xlsxwriter  # noqa: PLC0415

    book = xlsxwriter.Workbook(str(tmp_path / "题.xlsx"))
    sheet = book.add_worksheet("花名册")
    sheet.merge_range(0, 0, 0, 3, f"{SECOND}2023年秋季在校学生花名册")
    sheet.write_row(1, 0, ["学生姓名", "学生身份证号", "年级", "入学时间"])
    sheet.write_row(2, 0, ["安国强", AN, "初一", "2023-09-01"])
    book.close()
    titled = hand_in(tmp_path / "题.xlsx", "full", date(2023, 12, 1), EDUCATION, "study")
    assert [(r.outcome, r.category, r.site) for r in (row(titled, 3),)] == [("new", "junior", SECOND)]


def test_a_title_about_all_schools_names_none() -> None:
    def school_in(title: str) -> str:
        return STUDY.terms.site_in([title])

    assert school_in("肃南县第一中学在校学生花名册") == "肃南县第一中学"
    assert school_in("河西学院(2024级)") == "河西学院"
    for title in ("全县中小学在校学生名册", "各小学学生名册", "肃南县教育局在校学生名册", "学生", "Sheet1"):
        assert school_in(title) == ""


def test_who_is_registered_elsewhere_for_later_days_is_asked_about_and_cannot_be_kept(tmp_path: Path) -> None:
    he = whose("贺有才")
    registry_actions.change_details(
        by=CLERK, resident_id=he, on=date(2023, 10, 8), grounds="录取通知书",
        draft=draft("贺有才", "20050605", "131", stage="university", school="河西学院"),
    )  # fmt: skip
    roster = listed(tmp_path, [[1, "贺有才", HE, "高中", FIRST, "2021-09-01", ""]])
    assert outcomes(roster) == [(2, "contradicts", "overlaps")]
    assert row(roster, 2).sentence.startswith("登记以后另有就读记录（2023-10-08 起）")


def test_the_dead_do_not_study_and_one_person_stands_in_one_school(tmp_path: Path) -> None:
    registry_actions.record_survival(
        by=CLERK, resident_id=whose("贺有才"), status="died", from_on=date(2023, 9, 1), evidence="死亡证明"
    )
    roster = listed(
        tmp_path,
        [
            [1, "贺有才", HE, "高中", FIRST, "2021-09-01", ""],
            [2, "安国强", AN, "初中", FIRST, "2021-09-01", ""],
            [3, "安国强", AN, "初中", FIRST, "2021-09-01", ""],
            [4, "兰秀英", LAN, "初中", FIRST, "2021-09-01", ""],
            [5, "兰秀英", LAN, "初中", SECOND, "2021-09-01", ""],
        ],
    )
    assert outcomes(roster) == [
        (2, "contradicts", "died"), (3, "new", ""), (4, "contradicts", "duplicate"), (5, "new", ""),
        (6, "contradicts", "two_classes"),
    ]  # fmt: skip
    assert row(roster, 6).sentence == "同一人在第 5 行列在另一所学校或另一学段，不能同时有，请核对"


def test_only_the_education_department_sends_students_and_it_sends_no_classes(tmp_path: Path) -> None:
    path = workbook(tmp_path / "学生.xlsx", [[1, "安国强", AN, "初中", FIRST, "", ""]], HEAD)
    for by, kind in ((DEPARTMENT, "study"), (EDUCATION, "classes"), (EDUCATION, "deaths")):
        with pytest.raises(NotItsList):
            hand_in(path, by=by, kind=kind)


def test_the_preview_says_what_being_a_student_does_to_the_amount(tmp_path: Path) -> None:
    roster = listed(tmp_path, [[1, "安国强", AN, "初中", FIRST, "2021-09-01", ""]])
    with within(CLERK):
        found = queries.preview(roster.id, load_release("620721", 2024), date(2023, 11, 1))
    assert (found.people, found.changed, found.unchanged) == (1, 0, 1)


def whose(name: str) -> UUID:
    with within(CLERK):
        return registry.search(name)[0].id
