"""The plain reading of a release: one person, one payment day, one answer.

Slow and plain on purpose: it walks the rules in the order a clerk would. policy.sql says the same for a whole
population at once, and tests hold the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, TypeAlias

from yingbao.kernel.dates import Duration, add_months, first_of_next_month
from yingbao.policy.amounts import UNITS_A_YEAR, Combo, PriceValue
from yingbao.policy.conditions import Condition, missing_facts
from yingbao.policy.facts import Person, Unknown, lapsed_years, last_end
from yingbao.policy.program import BandPlan, Program, WindowPlan
from yingbao.policy.schema.rules import Cover, EndSpec, PayerCode, Prorate, StartSpec
from yingbao.policy.waits import NO_WAIT, repaid, wait_of

Outcome: TypeAlias = Literal["payable", "not_payable", "undetermined"]


@dataclass(frozen=True, slots=True)
class Transfer:
    """A subsidy that follows to the bank card: amount and the month it falls in, by payer."""

    amount_fen: int
    month: str
    subsidies: tuple[str, ...]


@dataclass(slots=True)
class Answer:
    """What a person owes on a payment day, and what it buys.

    `outcome` undetermined: the right to enrol, or the amount, hangs on something missing. A payable answer may
    still have `missing` where only the first day of cover is not known. Amounts in fen; days inclusive.
    `rules` lists the ids of the rules that made the answer, in order.
    """

    outcome: Outcome = "undetermined"
    allowed: bool | None = None
    reason: str = ""
    standard_fen: int | None = None
    due_fen: int | None = None
    subsidies: tuple[tuple[PayerCode, int], ...] = ()
    by_subsidy: tuple[tuple[str, int], ...] = ()
    benefit_start: date | None = None
    benefit_end: date | None = None
    waiting_days: int | None = None
    later_transfer: Transfer | None = None
    delivery: str | None = None
    fiscal: bool = False
    window: str | None = None
    price: str | None = None
    price_count: int = 0
    arrears_fen: int = 0
    cover: str | None = None
    waiting: str | None = None
    missing: set[str] = field(default_factory=set)
    consulted: set[str] = field(default_factory=set)

    def core(self) -> tuple[object, ...]:
        """What another reading would have to change for the answer to lean on this one."""
        return (
            self.outcome,
            self.allowed,
            self.standard_fen,
            self.due_fen,
            self.subsidies,
            self.benefit_start,
            self.benefit_end,
            self.waiting_days,
            self.later_transfer,
        )


def assess(program: Program, person: Person, on: date) -> Answer:
    """The answer of a release for a person who pays on `on`. The core never asks the clock."""
    answer = Answer()
    if not _eligible(program, person, on, answer):
        return answer
    window = _window(program, person, on, answer)
    if window is None:
        return answer
    answer.allowed, answer.outcome = True, "payable"
    answer.window, answer.fiscal = window.rule, window.fiscal
    value = _price(program, window, person, on, answer)
    if value is not None:
        _amounts(program, window, value, person, on, answer)
    else:
        answer.outcome = "undetermined"
    _cover(program, window, person, on, answer)
    if answer.outcome == "payable":
        _later(program, window, value, person, on, answer)
    else:
        answer.reason = "undetermined"
    return answer


def _eligible(program: Program, person: Person, on: date, answer: Answer) -> bool:
    unknown: list[Condition] = []
    for bar in program.bars:
        answer.consulted.add(bar.rule)
        held = bar.condition.evaluate(person, on)
        if held:
            answer.outcome, answer.allowed, answer.reason = "not_payable", False, bar.rule
            return False
        if held is None:
            unknown.append(bar.condition)
    admitted: bool | None = not program.admits
    doubts: list[Condition] = []
    for admit in program.admits:
        answer.consulted.add(admit.rule)
        held = admit.condition.evaluate(person, on)
        if held:
            admitted = True
            break
        if held is None:
            admitted = None
            doubts.append(admit.condition)
    if admitted is False:
        answer.outcome, answer.allowed, answer.reason = "not_payable", False, "not-admitted"
        return False
    if admitted is None:
        unknown += doubts
    if unknown:
        _undetermined(answer, unknown, person, on)
        return False
    return True


def _undetermined(answer: Answer, conditions: list[Condition], person: Person, on: date) -> None:
    answer.outcome, answer.reason = "undetermined", "undetermined"
    for condition in conditions:
        answer.missing |= missing_facts(condition, person, on)


def _window(program: Program, person: Person, on: date, answer: Answer) -> WindowPlan | None:
    for window in program.windows:
        answer.consulted.add(window.rule)
        held = window.condition.evaluate(person, on)
        if held:
            return window
        if held is None:
            _undetermined(answer, [window.condition], person, on)
            return None
    answer.outcome, answer.allowed, answer.reason = "not_payable", False, "no-window"
    return None


def _price(
    program: Program, window: WindowPlan, person: Person, on: date, answer: Answer
) -> PriceValue | None:
    for band in window.price:
        answer.consulted.add(band.rule)
        held = band.condition.evaluate(person, on)
        if held is None:
            _undetermined(answer, [band.condition], person, on)
            return None
        if held:
            answer.price = band.rule
            return _value(program, band, person, on, answer)
    answer.missing.add(f"price:{window.rule}")
    return None


def _value(program: Program, band: BandPlan, person: Person, on: date, answer: Answer) -> PriceValue | None:
    """The one of the band's prices that the count of units picks."""
    if band.band.prorate is not None:
        anchor = on if band.band.prorate.from_ == "payment" else person.birth_date
        if isinstance(anchor, Unknown):
            answer.missing.add("birth_date")
            return None
        value = band.values[units_left(anchor, band.band.prorate, band.benefit_year)]
    elif band.band.times_periods is not None:
        periods = person.periods
        if not isinstance(periods, int) or not 1 <= periods <= band.band.times_periods:
            answer.missing.add("periods")
            return None
        value = band.values[periods]
    elif band.band.arrears is not None:
        count = _repaid_years(program, person, answer)
        if count is None:
            return None
        value = band.values[min(count, band.band.arrears.most)]
    else:
        value = band.values[0]
    if value.fen is None:
        answer.missing.add(f"parameter:{value.parameter}")
        return None
    answer.price_count, answer.arrears_fen = value.count, value.arrears
    return value


def _repaid_years(program: Program, person: Person, answer: Answer) -> int | None:
    """How many lapsed years are paid for afterwards; the history matters only to one who pays for some."""
    if isinstance(person.repaid_years, Unknown):
        answer.missing.add("repaid_years")
        return None
    if not person.repaid_years:
        return 0
    lapsed = lapsed_years(person, program.benefit_year, program.release.conventions.lapse_since)
    if isinstance(lapsed, Unknown):
        answer.missing.add("insured_years")
        return None
    return repaid(person, program.benefit_year, lapsed)


def units_left(anchor: date, prorate: Prorate, benefit_year: int) -> int:
    """How many months, quarters or half-years of the benefit year are paid for, counting from `anchor`."""
    units = UNITS_A_YEAR[prorate.by]
    if anchor.year < benefit_year:
        return units
    if anchor.year > benefit_year:
        return 0
    index = (anchor.month - 1) * units // 12
    return units - index - (0 if prorate.counts_current else 1)


def amounts_of(program: Program, window: WindowPlan, person: Person, on: date) -> Answer:
    """Price, subsidies and what follows to the bank card alone, of somebody who pays in that window."""
    answer = Answer(outcome="payable", allowed=True)
    value = _price(program, window, person, on, answer)
    if value is None:
        answer.outcome = "undetermined"
    else:
        _amounts(program, window, value, person, on, answer)
    if answer.outcome == "payable":
        _later(program, window, value, person, on, answer)
    return answer


def _amounts(
    program: Program, window: WindowPlan, value: PriceValue, person: Person, on: date, answer: Answer
) -> None:
    chosen = _choose(program, window, value, person, on, answer)
    answer.standard_fen = value.standard
    if chosen:
        answer.consulted.add("combine")
    if chosen is None:
        answer.outcome = "undetermined"
        return
    found = program.combo(value, chosen)
    answer.due_fen, answer.subsidies = found.due_fen, found.payers
    answer.by_subsidy = found.by_subsidy
    answer.delivery = _delivery(program, found)


def _choose(
    program: Program, window: WindowPlan, value: PriceValue, person: Person, on: date, answer: Answer
) -> tuple[str, ...] | None:
    """The subsidies that apply, in stacking order; None while a fact or parameter that matters is missing."""
    chosen: list[str] = []
    known = True
    for name, group in program.combine.groups.items():
        for offer in program.offers(value, name):
            plan = program.subsidies[offer.subsidy]
            if offer.subsidy not in window.subsidies:
                continue
            if plan.class_based and person.categories == () and not person.unrecognised:
                continue
            answer.consulted.add(plan.rule)
            held = plan.condition.evaluate(person, on)
            if held is False:
                continue
            if held is None:
                answer.missing |= missing_facts(plan.condition, person, on)
            elif offer.fen is None:
                answer.missing.add(f"parameter:{offer.parameter}")
            if held is None or offer.fen is None:
                known = False
                break
            chosen.append(offer.subsidy)
            if group.mode != "sum":
                break
    return tuple(chosen) if known else None


def _delivery(program: Program, found: Combo) -> str | None:
    """How the subsidy reaches the person: the delivery of the largest one."""
    if not found.by_subsidy:
        return None
    name, _ = max(found.by_subsidy, key=lambda item: item[1])
    return program.subsidies[name].spec.delivery


def cover_of(program: Program, window: WindowPlan, person: Person, on: date) -> Answer:
    """Cover and waiting alone, of somebody who pays in that window."""
    answer = Answer()
    _cover(program, window, person, on, answer)
    return answer


def _cover(program: Program, window: WindowPlan, person: Person, on: date, answer: Answer) -> None:
    spec = program.release.cover[window.cover]
    answer.cover = f"cover.{window.cover}"
    answer.consulted.add(answer.cover)
    start = _base_start(spec, person, on, answer)
    waiting = _waiting(program, window, person, on, answer)
    if start is None or waiting is None:
        answer.benefit_end = spec.end if isinstance(spec.end, date) else None
        answer.waiting_days = None if waiting is None else _days(waiting, on)
        return
    answer.waiting_days = _days(waiting, on)
    before_wait = start
    if waiting.amount:
        start = max(start, _after_wait(program, window, waiting, start, on))
    answer.benefit_start = start
    answer.benefit_end = _end(spec, before_wait, person, answer)


def _days(waiting: Duration, on: date) -> int:
    return waiting.amount if waiting.unit == "day" else (waiting.after(on) - on).days


def _base_start(spec: Cover, person: Person, on: date, answer: Answer) -> date | None:
    """The first day of cover before any waiting; never before birth nor before `not_before`."""
    if spec.start == "undetermined":
        answer.missing.add("benefit_start")
        return None
    if isinstance(spec.start, StartSpec):
        day = _anchor(spec.start.day, person, on)
        if isinstance(day, Unknown) or day is None:
            answer.missing.add("employee_cover" if spec.start.day == "employee_cover_end" else spec.start.day)
            return None
        if spec.start.plus is not None:
            day = spec.start.plus.after(day)
        start = first_of_next_month(day) if spec.start.next_month else day
    else:
        start = spec.start
    if spec.not_before is not None:
        start = max(start, spec.not_before)
    birth = person.birth_date
    return start if isinstance(birth, Unknown) else max(start, birth)


def _anchor(name: str, person: Person, on: date) -> date | Unknown | None:
    if name == "payment":
        return on
    if name == "employee_cover_end":
        return last_end(person.employee_cover, on)
    value = person.value(name)
    return value if isinstance(value, date | Unknown) else None


def _after_wait(program: Program, window: WindowPlan, waiting: Duration, start: date, on: date) -> date:
    """The first day after the wait. N days after day D end on D+N, unless D itself is the first of them."""
    plan = program.waits[window.waiting or ""]
    if plan.spec.from_ == "cover":
        return waiting.after(start)
    if waiting.unit == "month":
        return add_months(on, waiting.amount)
    return on + timedelta(days=waiting.amount + (0 if plan.spec.count_payment_day else 1))


def _end(spec: Cover, start: date, person: Person, answer: Answer) -> date | None:
    if not isinstance(spec.end, EndSpec):
        return spec.end
    origin = spec.end.from_ or start
    if spec.end.after is not None:
        return spec.end.after.after(origin) - timedelta(days=1)
    if not isinstance(person.periods, int):
        answer.missing.add("periods")
        return None
    months = 12 // UNITS_A_YEAR[spec.end.periods or "year"]
    return add_months(origin, months * person.periods) - timedelta(days=1)


def _waiting(
    program: Program, window: WindowPlan, person: Person, on: date, answer: Answer
) -> Duration | None:
    """The wait of this person in this window; None while a fact that matters is missing."""
    if window.waiting is None:
        return NO_WAIT
    plan = program.waits[window.waiting]
    answer.waiting = plan.rule
    answer.consulted.add(plan.rule)
    return wait_of(program, plan, person, on, answer.missing)


def _later(
    program: Program, window: WindowPlan, value: PriceValue | None, person: Person, on: date, answer: Answer
) -> None:
    """Recognised after paying in full: the subsidy of the first recognition follows to the bank card."""
    spec = program.release.later_transfer
    if spec is None or value is None or isinstance(person.categories, Unknown):
        return
    if not person.categories or (spec.windows is not None and window.name not in spec.windows):
        return
    answer.consulted.add("later_transfer")
    if answer.subsidies and not spec.top_up:
        return
    names = window.subsidies if spec.subsidies == "all" else tuple(spec.subsidies)
    codes = program.class_codes(names)
    days = [
        holding.recognised_on
        for holding in person.categories
        if holding.code in codes
        and holding.recognised_on is not None
        and on < holding.recognised_on <= spec.through
    ]
    if not days:
        return
    first = min(days)
    scratch = Answer()
    narrowed = program.with_subsidies(window, names)
    chosen = _choose(program, narrowed, value, person, first, scratch)
    if chosen is None:
        answer.missing |= scratch.missing
        return
    found = program.combo(value, chosen)
    paid = answer.due_fen if answer.due_fen is not None else found.standard_fen
    if found.due_fen < paid:
        month = add_months(first.replace(day=1), spec.months_after)
        names = tuple(name for name, _ in found.by_subsidy)
        answer.later_transfer = Transfer(paid - found.due_fen, f"{month:%Y-%m}", names)
