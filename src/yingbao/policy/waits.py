"""How long a person waits: the reasons that hold, put together, repaired, bounded."""

from __future__ import annotations

from datetime import date

from yingbao.kernel.dates import Duration
from yingbao.policy.conditions import missing_facts
from yingbao.policy.facts import Person, Unknown, lapsed_years
from yingbao.policy.program import Program, WaitPlan
from yingbao.policy.schema.rules import Waiting, WaitPart

NO_WAIT = Duration(0, "day")


def wait_of(program: Program, plan: WaitPlan, person: Person, on: date, missing: set[str]) -> Duration | None:
    """The wait of this person under one rule; None, and `missing` filled, while a fact that matters is not known."""
    lacking: set[str] = set()
    wait = _parts(program, plan, person, on, lacking)
    if wait is not None and wait.amount == 0:
        return NO_WAIT
    if plan.exempt is not None:
        exempt = plan.exempt.evaluate(person, on)
        if exempt:
            return NO_WAIT
        if exempt is None:
            missing |= missing_facts(plan.exempt, person, on)
            wait = None
    missing |= lacking
    return wait


def _parts(program: Program, plan: WaitPlan, person: Person, on: date, missing: set[str]) -> Duration | None:
    amounts: list[int] = []
    floors: list[int] = []
    known = True
    for part, condition in zip(plan.spec.parts, plan.parts, strict=True):
        held = condition.evaluate(person, on)
        if held is None:
            missing |= missing_facts(condition, person, on)
            known = False
        if not held:
            continue
        amount = _amount(program, part, person, missing)
        if amount is None:
            known = False
        else:
            (floors if part.floor else amounts).append(amount)
    if not known:
        return None
    if not amounts and not floors:
        return NO_WAIT
    total = sum(amounts) if plan.spec.combine == "sum" else max(amounts, default=0)
    return Duration(_bounded(plan.spec, max([total, *floors])), plan.spec.parts[0].wait.unit)


def _bounded(spec: Waiting, total: int) -> int:
    if spec.at_least is not None:
        total = max(total, spec.at_least.amount)
    return total if spec.at_most is None else min(total, spec.at_most.amount)


def _amount(program: Program, part: WaitPart, person: Person, missing: set[str]) -> int | None:
    """One part's length. What `each` adds can be repaired; the part's own wait only where nothing is added."""
    if part.each is None and part.less is None:
        return part.wait.amount
    lapsed = lapsed_years(person, program.benefit_year, program.release.conventions.lapse_since)
    unpaid = part.less is not None and isinstance(person.repaid_years, Unknown)
    if isinstance(lapsed, Unknown):
        missing.add("insured_years")
    if unpaid:
        missing.add("repaid_years")
    if isinstance(lapsed, Unknown) or unpaid:
        return None
    less = part.less.amount * repaid(person, program.benefit_year, lapsed) if part.less is not None else 0
    if part.each is None:
        return max(0, part.wait.amount - less)
    return part.wait.amount + max(0, max(0, lapsed - part.beyond) * part.each.amount - less)


def repaid(person: Person, benefit_year: int, lapsed: int) -> int:
    """How many of the lapsed years have been paid for afterwards."""
    years = person.repaid_years
    if isinstance(years, Unknown):
        return 0
    return sum(benefit_year - lapsed <= year < benefit_year for year in years)
