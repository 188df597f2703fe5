"""Large lists are read by a job: it may be killed and done again, and a file nobody can read ends in a sentence."""

from pathlib import Path
from uuid import UUID

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

import given
from people import CLERK, draft, number
from rosters_lists import AS_OF, DEPARTMENT, outcomes, workbook
from yingbao.journal import runs
from yingbao.journal.scope import within
from yingbao.rosters import actions
from yingbao.rosters.actions import handing_in
from yingbao.rosters.models import Roster, Row

HE = number("19550605", "131")


@pytest.fixture(autouse=True)
def _people(database: str) -> None:
    given.units()
    given.household([draft("贺有才", "19550605", "131")])


def ask(path: Path) -> Roster:
    roster_id = actions.ask_hand_in(
        by=DEPARTMENT,
        region="620721",
        benefit_year=2024,
        sender="civil_affairs",
        as_of=AS_OF,
        extent="full",
        path=path,
    )
    with within(CLERK):
        return Roster.objects.get(id=roster_id)


def work(roster: Roster) -> None:
    assert roster.run_id is not None
    actions.read_taken(roster_id=roster.id, unit_code="620721", run_id=roster.run_id)


def run_of(roster: Roster) -> runs.Run:
    assert isinstance(roster.run_id, UUID)
    with within(CLERK):
        return runs.get(roster.run_id)


def test_the_job_reads_the_list_and_says_how_many_rows(tmp_path: Path) -> None:
    roster = ask(workbook(tmp_path / "11.xlsx", [[1, "贺有才", HE, "农村低保一类", "2020-01-01", ""]]))
    [job] = ProcrastinateJob.objects.all()
    assert (job.task_name, roster.state, outcomes(roster)) == ("rosters.read", "reading", [])
    work(roster)
    assert outcomes(roster) == [(2, "new", "")]
    assert (run_of(roster).outcome, run_of(roster).sentence) == ("done", "读了 1 行")
    work(roster)  # done again after its worker was lost: nothing happens twice
    assert outcomes(roster) == [(2, "new", "")]


def test_a_job_that_dies_half_way_leaves_nothing_and_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster = ask(workbook(tmp_path / "11.xlsx", [[1, "贺有才", HE, "农村低保一类", "2020-01-01", ""]]))

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(handing_in, "conclude", dies)
        with pytest.raises(KeyboardInterrupt):
            work(roster)
    with within(CLERK):
        assert Row.objects.count() == 0
        assert Roster.objects.get(id=roster.id).state == "reading"
    work(roster)
    assert outcomes(roster) == [(2, "new", "")]


def test_a_file_nobody_can_read_ends_withdrawn_with_the_sentence(tmp_path: Path) -> None:
    path = tmp_path / "照片.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 99)
    roster = ask(path)
    work(roster)
    with within(CLERK):
        after = Roster.objects.get(id=roster.id)
    assert after.state == "withdrawn"
    assert "不是 Excel 工作簿" in after.decision_grounds
    assert (run_of(roster).outcome, run_of(roster).sentence) == ("failed", after.decision_grounds)
