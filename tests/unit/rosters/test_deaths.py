"""Lists of deaths: each a fact of its own, ending the enrolment; who is not in the list is none the deader."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

import given
from people import CLERK, POLICE, draft, number
from rosters_lists import DEPARTMENT, applied, hand_in, outcomes, row, workbook
from yingbao.journal.scope import within
from yingbao.policy import load_release
from yingbao.registry import actions as registry_actions
from yingbao.registry import queries as registry
from yingbao.registry.models import Change, Survival
from yingbao.rosters import actions, queries
from yingbao.rosters.errors import NotDecidable, OnlyChanges, RegistryMoved, RowClashes
from yingbao.rosters.models import Roster

AN, LAN, HE = number("19800101", "111"), number("19820301", "222"), number("19550605", "131")
HEAD = ["序号", "姓名", "身份证号", "人员类别", "死亡日期", "备注"]
DAY = date(2023, 11, 30)


@pytest.fixture(autouse=True)
def _people(database: str) -> None:
    given.units()
    given.household([draft("安国强", "19800101", "111"), draft("兰秀英", "19820301", "222", "10")])
    given.household([draft("贺有才", "19550605", "131")])


def listed(folder: Path, rows: list[list[object]], as_of: date = DAY) -> Roster:
    return hand_in(
        workbook(folder / f"{as_of}.xlsx", rows, HEAD, sheet="11月"), "changes", as_of, POLICE, "deaths"
    )


def whose(name: str) -> UUID:
    with within(CLERK):
        return registry.search(name)[0].id


def deaths(name: str) -> list[tuple[date, date | None, str]]:
    one = whose(name)
    with within(CLERK):
        found = Survival.objects.filter(resident_id=one, status="died", period__isempty=False)
        return [(s.period.lower, s.period.upper, s.evidence) for s in found]


def state(name: str) -> str:
    with within(CLERK):
        return registry.search(name)[0].state


def test_a_death_is_written_with_the_list_as_evidence_and_ends_the_enrolment_once_it_is_reviewed(
    tmp_path: Path,
) -> None:
    roster = listed(
        tmp_path,
        [
            [1, "贺有才", HE, "低保", "2023-11-12", ""],
            [2, "安国强", AN, "", "", "没有日期"],
            [3, "外地人", number("19300101", "555"), "", "2023-11-02", ""],
        ],
    )
    assert outcomes(roster) == [
        (2, "new", ""), (3, "unreadable", "date_missing"), (4, "person_unknown", "person_unknown"),
    ]  # fmt: skip
    assert row(roster, 3).sentence == "没有填写死亡日期，请补填年月日"
    with pytest.raises(NotDecidable):
        actions.decide_row(
            by=CLERK, roster_id=roster.id, row_id=row(roster, 3).id, decision="matched", resident_id=whose("安国强")
        )  # fmt: skip
    assert state("贺有才") == "1"
    actions.drop_rows(by=CLERK, roster_id=roster.id, reason="", grounds="不是本地居民")
    assert applied(roster) == {"ended": 0, "changed": 0, "new": 1}
    assert deaths("贺有才") == [(date(2023, 11, 12), None, "2023-11-30.xlsx（2023-11-30）第 2 行")]
    assert (state("贺有才"), state("安国强")) == ("4", "1")
    one = whose("贺有才")
    with within(CLERK):
        last = Change.objects.filter(resident_id=one).latest("on")
    assert (last.kind, last.from_state, last.to_state, last.on) == ("21", "1", "4", date(2023, 11, 12))
    # the list of the next month does not name him: he is as dead as before
    december = listed(tmp_path, [[1, "兰秀英", LAN, "", "2023-12-03", ""]], date(2023, 12, 31))
    assert outcomes(december) == [(2, "new", "")]
    again = listed(tmp_path, [[1, "贺有才", HE, "", "2023-11-12", "重报"]], date(2024, 1, 31))
    assert outcomes(again) == [(2, "unchanged", "")]


def test_another_day_than_is_registered_is_asked_about_and_written_if_kept(tmp_path: Path) -> None:
    died("贺有才", date(2023, 11, 2))
    roster = listed(tmp_path, [[1, "贺有才", HE, "", "2023-11-12", ""]])
    assert outcomes(roster) == [(2, "contradicts", "died_otherwise")]
    assert row(roster, 2).sentence == "登记的死亡日期是 2023-11-02，与名册不同，请核对死亡证明"
    actions.decide_row(by=CLERK, roster_id=roster.id, row_id=row(roster, 2).id, decision="kept")
    assert applied(roster) == {"ended": 0, "changed": 1, "new": 0}
    assert [day for day, _, _ in deaths("贺有才")] == [date(2023, 11, 12)]


def test_who_is_in_prison_on_that_day_is_asked_about_before_anything_is_written(tmp_path: Path) -> None:
    registry_actions.record_survival(
        by=CLERK,
        resident_id=whose("贺有才"),
        status="imprisoned",
        from_on=date(2022, 1, 1),
        evidence="判决书",
    )
    roster = listed(
        tmp_path,
        [
            [1, "贺有才", HE, "", "2023-11-12", ""],
            [2, "安国强", AN, "", "2024-11-12", ""],
            [3, "兰秀英", LAN, "", "1982-02-01", ""],
            [4, "贺有财", number("19550605", "133"), "", "2023-11-12", ""],
        ],
    )
    assert outcomes(roster) == [
        (2, "contradicts", "overlaps"), (3, "contradicts", "after_list"), (4, "contradicts", "before_birth"),
        (5, "person_unknown", "person_unknown"),
    ]  # fmt: skip
    assert row(roster, 2).sentence.startswith("登记为服刑（2022-01-01 起）")
    assert row(roster, 4).sentence == "死亡日期早于出生日期 1982-03-01，请核对"
    with pytest.raises(NotDecidable):
        actions.decide_row(by=CLERK, roster_id=roster.id, row_id=row(roster, 2).id, decision="kept")
    with pytest.raises(RowClashes):
        actions.decide_row(
            by=CLERK, roster_id=roster.id, row_id=row(roster, 5).id, decision="matched", resident_id=whose("贺有才")
        )  # fmt: skip


def test_a_death_registered_by_hand_since_holds_the_list_up(tmp_path: Path) -> None:
    roster = listed(tmp_path, [[1, "贺有才", HE, "", "2023-11-12", ""]])
    actions.submit(by=CLERK, roster_id=roster.id)
    died("贺有才", date(2023, 11, 12))
    with pytest.raises(RegistryMoved):
        actions.apply(
            by=CLERK.__class__(None, "复核", "program", "620721", "", frozenset({"*"})), roster_id=roster.id
        )


def test_a_list_of_deaths_cannot_be_whole_and_civil_affairs_may_send_one(tmp_path: Path) -> None:
    path = workbook(tmp_path / "火化.xlsx", [[1, "贺有才", HE, "", "2023-11-12", ""]], HEAD)
    with pytest.raises(OnlyChanges, match="请选“增减”"):
        hand_in(path, "full", DAY, DEPARTMENT, "deaths")
    assert outcomes(hand_in(path, "changes", DAY, DEPARTMENT, "deaths")) == [(2, "new", "")]


def test_the_preview_counts_who_owes_nothing_any_more(tmp_path: Path) -> None:
    roster = listed(tmp_path, [[1, "贺有才", HE, "", "2023-10-12", ""]])
    with within(CLERK):
        found = queries.preview(roster.id, load_release("620721", 2024), date(2023, 11, 1))
    [line] = found.lines
    assert (line.kind, line.category, line.people, line.before_fen) == ("new", "died", 1, 38_000)
    assert line.after_fen is None


def died(name: str, on: date) -> None:
    registry_actions.record_survival(
        by=CLERK, resident_id=whose(name), status="died", from_on=on, evidence="死亡证明"
    )
