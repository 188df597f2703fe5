"""Asking for long work: a run that can be watched, and the job that does it, in the caller's one transaction."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from yingbao.billing.actions.issuing import latest_assessment
from yingbao.billing.errors import AssessmentRunning
from yingbao.billing.policies import parts_of
from yingbao.journal import runs
from yingbao.journal.acting import Acting
from yingbao.journal.scope import within
from yingbao.kernel import regions

ASSESS, ISSUE = "bills.assess", "register.issue"


def ask_assessment(*, by: Acting, region: str, benefit_year: int, on: date, grounds: str = "") -> UUID:
    """Assess everybody soon. Returns the run. Raises AssessmentRunning, UnknownRegion, NotPermitted, OutOfRegion."""
    unit = regions.canonical(region)
    by.require("bill.assess", unit)
    with within(by):
        parts_of(unit, benefit_year)
        return _ask(by, ASSESS, unit, benefit_year, {"on": on.isoformat(), "grounds": grounds})


def ask_issue(*, by: Acting, region: str, benefit_year: int, grounds: str = "") -> UUID:
    """Issue the register soon. Returns the run. Raises NothingAssessed, AssessmentRunning, NotPermitted, OutOfRegion."""
    unit = regions.canonical(region)
    by.require("register.issue", unit)
    with within(by):
        latest_assessment(unit, benefit_year)
        return _ask(by, ISSUE, unit, benefit_year, {"grounds": grounds})


def _ask(by: Acting, kind: str, unit: str, benefit_year: int, more: dict[str, str]) -> UUID:
    from yingbao.billing import tasks  # noqa: PLC0415 - tasks call the actions

    before = runs.asked_for((ASSESS, ISSUE), {"region": unit, "year": benefit_year}, lock=True)
    open_ones = [run for run in before if run.outcome in ("waiting", "running")]
    if any(not runs.is_silent(run, runs.now()) for run in open_ones):
        raise AssessmentRunning
    run_id = runs.ask(by=by, kind=kind, given={"region": unit, "year": benefit_year, **more}, total=100)
    tasks.work.configure(lock=f"billing/{unit}/{benefit_year}").defer(
        run_id=str(run_id), unit_code=by.unit_code
    )
    return run_id
