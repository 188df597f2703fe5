"""Killed in the middle of a list's review or reading, program or PostgreSQL: nothing half done, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connections

import databases
import given
from clusters import session_cluster
from integration.test_killed import own_cluster, postmaster_of  # noqa: F401 - a fixture
from killing import stopped_at
from people import CLERK, POLICE, REVIEWER, draft, number
from rosters_lists import hand_in, outcomes, workbook
from yingbao.cluster import Cluster, proc
from yingbao.journal.scope import within
from yingbao.rosters import actions
from yingbao.rosters.errors import NoWayForRoster
from yingbao.rosters.models import Roster, Row

DAY = date(2023, 11, 30)
HE, SUO = number("19550605", "131"), number("19620708", "242")
HEAD = ["姓名", "身份证号", "死亡日期"]
#: Reviews or reads a list, and stands still behind the so-and-so-manyth call of the function named.
WORK = """
import sys
sys.path.insert(0, sys.argv[1])
import django
django.setup()
from uuid import UUID
import people
from yingbao.rosters import actions, matching
from yingbao.rosters.actions import handing_in, reviewing
deed, point, times, roster, run = sys.argv[2:7]
module = {"_decide": reviewing, "run": matching, "ask": handing_in, "conclude": handing_in}[point]
plain, calls = getattr(module, point), []
def stopped(*given, **more):
    found = plain(*given, **more)
    calls.append(point)
    if len(calls) == int(times):
        print(point, flush=True)
        import time
        time.sleep(60)
    return found
setattr(module, point, stopped)
if deed == "apply":
    actions.apply(by=people.REVIEWER, roster_id=UUID(roster))
else:
    actions.read_taken(roster_id=UUID(roster), unit_code="620721", run_id=UUID(run))
"""
#: Deaths, enrolments they ended and changes written of it, entries of the review and news of it, lists applied.
DONE = """
SELECT (SELECT count(*) FROM registry_survival WHERE status = 'died'), (SELECT count(*) FROM registry_resident WHERE state = '4'),
    (SELECT count(*) FROM registry_change WHERE kind = '21'), (SELECT count(*) FROM journal_entry WHERE action = 'roster.apply'),
    (SELECT count(*) FROM journal_outbox WHERE topic = 'deaths-changed'),
    (SELECT count(*) FROM rosters_roster WHERE state = 'applied')
"""
NOTHING, ONCE = (0, 0, 0, 0, 0, 0), (2, 2, 2, 1, 1, 1)


def standing(
    dsn: str, deed: str, point: str, times: int, roster: Roster
) -> AbstractContextManager[subprocess.Popen[str]]:
    """A process at work on the list, standing still behind a point."""
    return stopped_at(dsn, WORK, point, deed, point, times, roster.id, roster.run_id)


def done() -> tuple[int, ...]:
    with databases.raw("super") as db:
        return tuple(db.execute(DONE).fetchone() or ())


def submitted(folder: Path) -> Roster:
    """A list of two deaths that waits for the second person."""
    given.household([draft("贺有才", "19550605", "131"), draft("索玉兰", "19620708", "242", "10")])
    rows = [["贺有才", HE, "2023-11-12"], ["索玉兰", SUO, "2023-11-20"]]
    roster = hand_in(workbook(folder / "死亡.xlsx", rows, HEAD), "changes", DAY, POLICE, "deaths")
    actions.submit(by=CLERK, roster_id=roster.id)
    return roster


#: Behind the change of state and its entry, behind the facts (the second of two statements) and before the enrolments end.
POINTS = [("_decide", 1), ("run", 2)]


def test_the_process_of_the_reviewers_yes_killed_anywhere_leaves_nothing_and_the_yes_again_does_it_once(
    database: str, tmp_path: Path
) -> None:
    given.units()
    roster = submitted(tmp_path)
    for point, times in POINTS:
        with standing(session_cluster().dsn("app", database), "apply", point, times, roster) as process:
            process.send_signal(signal.SIGKILL)
            process.wait(30)
        assert done() == NOTHING
    assert actions.apply(by=REVIEWER, roster_id=roster.id) == {"ended": 0, "changed": 0, "new": 2}
    with pytest.raises(NoWayForRoster):
        actions.apply(by=REVIEWER, roster_id=roster.id)
    assert done() == ONCE


def test_postgresql_killed_in_the_middle_of_a_review_leaves_nothing_and_the_yes_again_does_it_once(
    own_cluster: Cluster,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(databases, "session_cluster", lambda: own_cluster)
    databases.point_at(own_cluster.database)
    databases.migrate()
    given.units()
    roster = submitted(tmp_path)
    with standing(own_cluster.dsn("app"), "apply", "run", 2, roster):
        pid = postmaster_of(own_cluster)
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while proc.look(pid) is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    connections.close_all()
    own_cluster.ensure()
    databases.point_at(own_cluster.database)
    assert done() == NOTHING
    actions.apply(by=REVIEWER, roster_id=roster.id)
    assert done() == ONCE


def test_a_worker_killed_while_it_reads_a_large_list_leaves_no_row_and_another_reads_it_from_the_beginning(
    database: str, tmp_path: Path
) -> None:
    given.units()
    given.household([draft("贺有才", "19550605", "131")])
    roster_id = actions.ask_hand_in(
        by=POLICE, region="620721", benefit_year=2024, sender="police", kind="deaths", as_of=DAY, extent="changes",
        path=workbook(tmp_path / "死亡.xlsx", [["贺有才", HE, "2023-11-12"]], HEAD),
    )  # fmt: skip
    roster = _roster(roster_id)
    for point in ("ask", "conclude"):
        with standing(session_cluster().dsn("app", database), "read", point, 1, roster) as process:
            process.send_signal(signal.SIGKILL)
            process.wait(30)
        with within(CLERK):
            assert Row.objects.count() == 0
        assert _roster(roster_id).state == "reading"
    assert roster.run_id is not None
    for _ in range(2):
        actions.read_taken(roster_id=roster_id, unit_code="620721", run_id=roster.run_id)
        assert outcomes(roster) == [(2, "new", "")]


def _roster(roster_id: UUID) -> Roster:
    with within(CLERK):
        return Roster.objects.get(id=roster_id)
