"""Killed in the middle of an assessment or an issue, program or PostgreSQL: nothing half, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import AbstractContextManager
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

import databases
from clusters import session_cluster
from integration.test_killed import own_cluster, postmaster_of  # noqa: F401 - a fixture
from killing import stopped_at
from people import CLERK, PROGRAM
from populated import populate, population
from yingbao.billing import actions, tasks
from yingbao.billing.errors import AssessmentRunning
from yingbao.cluster import Cluster, proc
from yingbao.journal import runs
from yingbao.journal.models import Run
from yingbao.journal.scope import within
from yingbao.policy import load_release

PEOPLE = 1500
#: Does one run, and says when it is past the point named.
WORK = """
import sys
sys.path.insert(0, sys.argv[1])
import django
django.setup()
from yingbao.billing import tasks
from yingbao.billing.actions import assessing, issuing, writing
run, point = sys.argv[2], sys.argv[3]
def stop_at(module, name):
    plain = getattr(module, name)
    def stopped(*given, **more):
        found = plain(*given, **more)
        print(name, flush=True)
        import time
        time.sleep(60)
        return found
    setattr(module, name, stopped)
stop_at({"_write_bills": writing, "_write_lines": writing, "_write_rows": issuing, "_read": assessing}[point], point)
tasks.work(run_id=run, unit_code="620721")
"""
HALVES = """
SELECT
    (SELECT count(*) FROM billing_bill b WHERE b.outcome = 'payable'
     AND b.standard_fen <> (SELECT coalesce(sum(l.fen), -1) FROM billing_line l WHERE l.bill_id = b.id))
  + (SELECT count(*) FROM billing_bill b WHERE NOT EXISTS (SELECT FROM billing_assessment a WHERE a.id = b.assessment_id))
  + (SELECT count(*) FROM billing_line l WHERE NOT EXISTS (SELECT FROM billing_bill b WHERE b.id = l.bill_id))
  + (SELECT count(*) FROM billing_register_bill r WHERE NOT EXISTS (SELECT FROM billing_register i WHERE i.id = r.register_id)
     OR NOT EXISTS (SELECT FROM billing_bill b WHERE b.id = r.bill_id))
  + (SELECT count(*) FROM billing_assessment a WHERE NOT EXISTS (SELECT FROM journal_entry e WHERE e.id = a.entry_id))
  + (SELECT count(*) FROM journal_entry e WHERE e.action = 'bills.assess'
     AND NOT EXISTS (SELECT FROM billing_assessment a WHERE a.entry_id = e.id))
"""
COUNTS = (
    "SELECT (SELECT count(*) FROM billing_bill), (SELECT count(*) FROM billing_assessment), "
    "(SELECT count(*) FROM billing_register), (SELECT count(*) FROM billing_register_bill)"
)


def born(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those who live on the day of the assessment."""
    return [row for row in rows if row["birth_date"] <= date(2023, 10, 8)]


def counted() -> tuple[int, ...]:
    """Bills, assessments, issues and their rows; none of them half."""
    with databases.raw("super") as db:
        assert db.execute(HALVES).fetchone() == (0,)
        return tuple(db.execute(COUNTS).fetchone() or ())


def standing(dsn: str, run_id: UUID, point: str) -> AbstractContextManager[subprocess.Popen[str]]:
    """A process that does the run and stands still behind a point."""
    return stopped_at(dsn, WORK, point, run_id, point)


def asked(kind: str) -> UUID:
    """A run that was asked for, without a job: the test is its worker."""
    with within(PROGRAM):
        return runs.ask(
            by=PROGRAM.__class__(None, "系统", "program", "620721", "", frozenset({"*"})), kind=kind, total=100,
            given={"region": "620721", "year": 2024, "on": "2023-10-08"},
        )  # fmt: skip


def outcome(run_id: UUID) -> str:
    with within(PROGRAM):
        return Run.objects.get(id=run_id).outcome


def test_a_worker_killed_anywhere_leaves_nothing_half_and_the_run_done_again_nothing_twice(
    database: str,
) -> None:
    policy = load_release("620721", 2024)
    rows = born(population(policy, PEOPLE))
    populate(policy, rows)
    people = len(rows)
    dsn = session_cluster().dsn("app", database)
    run = asked("bills.assess")
    for point in ("_read", "_write_bills", "_write_lines"):
        with standing(dsn, run, point) as process:
            process.send_signal(signal.SIGKILL)
            process.wait(30)
        assert counted() == (0, 0, 0, 0)
        assert outcome(run) == "running"
    tasks.work(run_id=str(run), unit_code="620721")
    assert (outcome(run), counted()) == ("done", (people, 1, 0, 0))
    # written, but the worker was lost before it could say so: the repeated job finds it done
    with within(PROGRAM):
        Run.objects.filter(id=run).update(outcome="running", ended_at=None)
    tasks.work(run_id=str(run), unit_code="620721")
    assert (outcome(run), counted()) == ("done", (people, 1, 0, 0))

    issue = asked("register.issue")
    with standing(dsn, issue, "_write_rows") as process:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    assert counted()[2:] == (0, 0)
    tasks.work(run_id=str(issue), unit_code="620721")
    tasks.work(run_id=str(issue), unit_code="620721")
    with within(PROGRAM):
        Run.objects.filter(id=issue).update(outcome="running", ended_at=None)
    tasks.work(run_id=str(issue), unit_code="620721")
    assert counted() == (people, 1, 1, people)


def test_two_assessments_of_a_region_and_year_never_run_at_once(database: str) -> None:
    policy = load_release("620721", 2024)
    populate(policy, population(policy, 60))
    run = asked("bills.assess")
    with (
        standing(session_cluster().dsn("app", database), run, "_write_bills"),
        pytest.raises(AssessmentRunning),
    ):
        actions.assess_everyone(
            by=PROGRAM, region="620721", benefit_year=2024, on=policy.release.windows["central"].from_
        )
    assert counted() == (0, 0, 0, 0)


#: Asks for an issue as the page does, and stands still when the run is written and its job is not.
ASKING = """
import sys
sys.path.insert(0, sys.argv[1])
import django
django.setup()
import people
from yingbao.billing import actions
from yingbao.billing.actions import asking
plain = asking.runs.ask
def stopped(**given):
    found = plain(**given)
    print("asked", flush=True)
    import time
    time.sleep(60)
    return found
asking.runs.ask = stopped
actions.ask_issue(by=people.CLERK, region="620721", benefit_year=2024)
"""


def test_the_process_that_asks_for_an_issue_killed_leaves_neither_run_nor_job(database: str) -> None:
    policy = load_release("620721", 2024)
    populate(policy, born(population(policy, 60)))
    actions.assess_everyone(by=PROGRAM, region="620721", benefit_year=2024, on=date(2023, 10, 8))
    with stopped_at(session_cluster().dsn("app", database), ASKING, "asked") as process:
        process.send_signal(signal.SIGKILL)
    assert _asked_for() == (0, 0)
    run = actions.ask_issue(by=CLERK, region="620721", benefit_year=2024)
    assert _asked_for() == (1, 1)
    tasks.work(run_id=str(run), unit_code="620721")
    assert counted()[2] == 1


def _asked_for() -> tuple[int, ...]:
    """Runs of issues, and jobs that wait for a worker."""
    with databases.raw("super") as db:
        asked_for = (
            "SELECT (SELECT count(*) FROM journal_run WHERE kind = 'register.issue'), "
            "(SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'billing')"
        )
        return tuple(db.execute(asked_for).fetchone() or ())


@pytest.mark.parametrize("point", ["_write_lines", "_write_rows"])
def test_postgresql_killed_during_an_assessment_or_an_issue_leaves_nothing_half(
    own_cluster: Cluster,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    point: str,
) -> None:
    import populated  # noqa: PLC0415

    monkeypatch.setattr(databases, "session_cluster", lambda: own_cluster)
    monkeypatch.setattr(populated, "session_cluster", lambda: own_cluster)
    databases.point_at(own_cluster.database)
    databases.migrate()
    policy = load_release("620721", 2024)
    rows = born(population(policy, 300))
    populate(policy, rows)
    issuing = point == "_write_rows"
    if issuing:
        actions.assess_everyone(by=PROGRAM, region="620721", benefit_year=2024, on=date(2023, 10, 8))
    run = asked("register.issue" if issuing else "bills.assess")
    with standing(own_cluster.dsn("app"), run, point):
        pid = postmaster_of(own_cluster)
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while proc.look(pid) is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    connections.close_all()
    own_cluster.ensure()
    databases.point_at(own_cluster.database)
    assert counted() == ((len(rows), 1, 0, 0) if issuing else (0, 0, 0, 0))
    for _ in range(2):
        tasks.work(run_id=str(run), unit_code="620721")
        assert counted() == (len(rows), 1, *((1, len(rows)) if issuing else (0, 0)))
