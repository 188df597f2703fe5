"""What is submitted or applied is kept; who may see and decide; spellings and headings are remembered."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

import given
from people import CLERK, REVIEWER, draft, number
from rosters_lists import AS_OF, DEPARTMENT, DISABLED, hand_in, outcomes, row, workbook
from yingbao.journal.scope import within
from yingbao.policy import load_release
from yingbao.rosters import actions, queries
from yingbao.rosters.errors import NotYourSender, RosterNotFound
from yingbao.rosters.models import Row

HE = number("19550605", "131")


@pytest.fixture(autouse=True)
def _people(database: str) -> None:
    given.units()
    given.household([draft("贺有才", "19550605", "131")])


def test_rows_are_a_working_paper_until_submitted_and_cannot_change_afterwards(tmp_path: Path) -> None:
    roster = hand_in(workbook(tmp_path / "11.xlsx", [[1, "贺有才", HE, "农村低保一类", "2020-01-01", ""]]))
    actions.check_again(by=CLERK, roster_id=roster.id)
    actions.submit(by=CLERK, roster_id=roster.id)
    for _ in ("submitted", "applied"):
        with within(CLERK):
            for touch in (
                lambda: Row.objects.filter(roster=roster).update(category="orphan"),
                lambda: Row.objects.filter(roster=roster).delete(),
                lambda: Row.objects.create(roster=roster, sheet="x", number=9, name="x", written="", category="", outcome="new", reason="", sentence=""),
            ):  # fmt: skip
                with pytest.raises(DatabaseError), transaction.atomic():
                    touch()
        if _ == "submitted":
            actions.apply(by=REVIEWER, roster_id=roster.id)


def test_a_departments_user_sees_and_hands_in_the_own_lists_only(tmp_path: Path) -> None:
    path = workbook(tmp_path / "11.xlsx", [[1, "贺有才", HE, "农村低保一类", "2020-01-01", ""]])
    roster = hand_in(path)
    with within(DISABLED):
        assert queries.rosters(DISABLED) == []
        with pytest.raises(RosterNotFound):
            queries.roster(DISABLED, roster.id)
    with within(DEPARTMENT):
        assert [one.id for one in queries.rosters(DEPARTMENT)] == [roster.id]
    stray = replace(DEPARTMENT, department="")
    with pytest.raises(NotYourSender):
        actions.hand_in(
            by=stray,
            region="620721",
            benefit_year=2024,
            sender="civil_affairs",
            as_of=AS_OF,
            extent="full",
            path=path,
        )


def test_a_spelling_and_a_heading_confirmed_once_are_known_to_the_senders_next_list(tmp_path: Path) -> None:
    head = ["姓名", "身份证号", "救助类别", "入册日"]
    rows = [["贺有才", HE, "甲等", "2020-01-01"]]
    roster = hand_in(workbook(tmp_path / "11.xlsx", rows, head))
    assert outcomes(roster) == [(2, "unreadable", "class_unknown")]
    assert row(roster, 2).written == "甲等"
    assert ["入册日", ""] in roster.layout["columns"]
    actions.confirm_spelling(by=CLERK, roster_id=roster.id, written="甲等", meaning="rural_allowance_1")
    actions.confirm_spelling(
        by=CLERK, roster_id=roster.id, written="入册日", meaning="recognised_on", kind="column"
    )
    actions.check_again(by=CLERK, roster_id=roster.id)
    one = row(roster, 2)
    assert (one.outcome, one.category, one.recognised_on) == ("new", "rural_allowance_1", date(2020, 1, 1))
    rows = [["贺有才", HE, "甲等", "2020-01-02"]]
    later = hand_in(workbook(tmp_path / "12.xlsx", rows, head), as_of=date(2023, 12, 1))
    assert row(later, 2).recognised_on == date(2020, 1, 2)


def test_late_and_missing_senders_are_named(tmp_path: Path) -> None:
    policy = load_release("620721", 2024)
    with within(CLERK):
        lines = {line.sender.code: line for line in queries.senders_of(CLERK, policy, date(2023, 11, 23))}
    assert lines["civil_affairs"].late == 3
    assert lines["civil_affairs"].due == date(2023, 11, 20)
    hand_in(workbook(tmp_path / "11.xlsx", [[1, "贺有才", HE, "农村低保一类", "2020-01-01", ""]]))
    with within(CLERK):
        lines = {line.sender.code: line for line in queries.senders_of(CLERK, policy, date(2023, 11, 23))}
        assert lines["civil_affairs"].late == 0
        lines = {line.sender.code: line for line in queries.senders_of(CLERK, policy, date(2023, 12, 23))}
        assert lines["civil_affairs"].late == 3
    guiyang = load_release("520100", 2024)
    with within(CLERK):
        found = [line for line in queries.senders_of(CLERK, guiyang, date(2023, 9, 20)) if line.late]
    assert {line.due for line in found} == {date(2023, 9, 10)}
    assert {line.late for line in found} == {10}
