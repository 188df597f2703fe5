"""Which other readings would change one person's answer: only what a reading changes is looked at again.

A release lists a dozen readings and more, and most of them touch a place this person never comes to. For people of
one day who came by the same rules it is worked out once what each reading changes on their way (`_routes`): tests
that must still come out as they did, and whether money or cover is counted differently. Only where one of those
turns out otherwise is the person assessed again. The answers are those of assessing everybody under every reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from yingbao.policy.assess import Answer, amounts_of, assess, cover_of
from yingbao.policy.conditions import All, AnyOf, Condition, Constant, Not, PaymentTest
from yingbao.policy.facts import Person
from yingbao.policy.policy import Alternative, Policy
from yingbao.policy.program import EligibilityPlan, Program, WaitPlan, WindowPlan

NEVER = Constant(False)


@dataclass(frozen=True, slots=True)
class _Route:
    """What one other reading changes on the way to an answer.

    `afresh`: so much that only assessing again tells. `stays_true`, `stays_false`: tests that lead to the same
    window, or to none, as long as they come out so. `money` differs for whoever holds a class. `cover` is counted
    otherwise in `window`; `parts` are then the waiting parts, if the waiting is all that differs, and `exempts`
    what lifts the wait under the other reading alone, if that is all.
    """

    alternative: Alternative
    afresh: bool = False
    stays_true: tuple[Condition, ...] = ()
    stays_false: tuple[Condition, ...] = ()
    money: bool = False
    cover: bool = False
    window: WindowPlan | None = None
    parts: tuple[Condition, ...] | None = None
    exempts: Condition | None = None

    @property
    def changes_something(self) -> bool:
        """Whether anybody on this way can come to another answer."""
        return self.afresh or self.money or self.cover or bool(self.stays_true) or bool(self.stays_false)

    @property
    def changes_waiting_alone(self) -> bool:
        """Whether somebody with no reason to wait under either reading is left as he was."""
        gate = self.stays_true or self.stays_false
        return self.parts is not None and not (self.afresh or self.money or gate)


@dataclass(frozen=True, slots=True)
class _Routes:
    """All routes of one way; `unless_waiting` leaves out those that only lengthen or shorten a wait.

    They may be left out for whoever does not wait now and for whom none of `reasons` to wait holds.
    """

    every: tuple[_Route, ...]
    unless_waiting: tuple[_Route, ...]
    reasons: tuple[Condition, ...]


def other_answers(
    policy: Policy, answer: Answer, person: Person, on: date
) -> Iterator[tuple[Alternative, Answer]]:
    """The readings under which this very person's answer would have been another, each with that answer.

    Where money or cover alone differs, only what `Answer.core` compares is filled in.
    """
    core = answer.core()
    way = answer.window if answer.outcome == "payable" else answer.reason
    found = _routes(policy, frozenset(answer.consulted), way or "", on)
    routes = found.every
    if answer.waiting_days == 0 and all(test.evaluate(person, on) is False for test in found.reasons):
        routes = found.unless_waiting
    classless = person.categories == () and not person.unrecognised
    for route in routes:
        instead = _instead(route, answer, classless, person, on)
        if instead is not None and instead.core() != core:
            yield route.alternative, instead


def _instead(route: _Route, answer: Answer, classless: bool, person: Person, on: date) -> Answer | None:
    """The answer under the other reading; None where it cannot be another."""
    program, window = route.alternative.program, route.window
    money = route.money and not classless
    if route.afresh or (money and route.cover) or not _same_way(route, person, on):
        return assess(program, person, on)
    if window is None:
        return None
    if money:
        found = amounts_of(program, window, person, on)
        found.benefit_start, found.benefit_end = answer.benefit_start, answer.benefit_end
        found.waiting_days = answer.waiting_days
        return found
    if route.cover:
        if route.exempts is not None and answer.waiting_days and route.exempts.evaluate(person, on) is False:
            return None
        found = cover_of(program, window, person, on)
        found.outcome, found.allowed = answer.outcome, answer.allowed
        found.standard_fen, found.due_fen = answer.standard_fen, answer.due_fen
        found.subsidies, found.later_transfer = answer.subsidies, answer.later_transfer
        return found
    return None


def _same_way(route: _Route, person: Person, on: date) -> bool:
    """Whether the person is let in, and into the same window, under the other reading too."""
    for test in route.stays_false:
        if test.evaluate(person, on) is not False:
            return False
    for test in route.stays_true:  # noqa: SIM110 - most routes have none, and a generator costs more than they do
        if not test.evaluate(person, on):
            return False
    return True


@lru_cache(maxsize=4096)
def _touched(policy: Policy, consulted: frozenset[str]) -> tuple[Alternative, ...]:
    """Other readings of rules that were consulted on the way to an answer."""
    index = _alternatives_by_rule(policy)
    sections = {rule.partition(".")[0] for rule in consulted}
    found = [alternative for rule in sorted(consulted | sections) for alternative in index.get(rule, ())]
    return tuple({id(alternative): alternative for alternative in found}.values())


@lru_cache(maxsize=64)
def _alternatives_by_rule(policy: Policy) -> dict[str, list[Alternative]]:
    bands = {band.rule for plans in policy.program.prices.values() for band in plans}
    found: dict[str, list[Alternative]] = {}
    for alternative in policy.alternatives:
        for rule in alternative.reading.rules:
            for known in {rule, *(band for band in bands if band.startswith(f"{rule}."))}:
                found.setdefault(known, []).append(alternative)
    return found


@lru_cache(maxsize=4096)
def _routes(policy: Policy, consulted: frozenset[str], way: str, on: date) -> _Routes:
    """What each other reading changes for those who consulted these rules on `on`.

    `way` is the window in which they may pay, or the reason why they may not.
    """
    every = [
        _route(policy.program, alternative, consulted, way, on) for alternative in _touched(policy, consulted)
    ]
    every = [route for route in every if route.changes_something]
    rest = [route for route in every if not route.changes_waiting_alone]
    reasons = (part for route in every if route.changes_waiting_alone for part in route.parts or ())
    return _Routes(tuple(every), tuple(rest), tuple(dict.fromkeys(reasons)))


def _route(base: Program, alternative: Alternative, consulted: frozenset[str], way: str, on: date) -> _Route:
    other = alternative.program
    barred = next((bar.condition for bar in base.bars if bar.rule == way), None)
    if barred is not None:
        return _Route(alternative, afresh=all(bar.condition != barred for bar in other.bars))
    here = next((plan for plan in base.windows if plan.rule == way), None)
    there = next((plan for plan in other.windows if plan.rule == way), None)
    if here is None or there is None:
        if way != "no-window" or here is not there:
            return _Route(alternative, afresh=True)
    elif there.price != here.price or _counts_arrears_anew(base, other, here):
        return _Route(alternative, afresh=True)
    tests = _bars_anew(base, other, on) + _windows_anew(base, other, consulted, way, on)
    stays_false = tuple(dict.fromkeys(test for test in tests if test != NEVER))
    stays_true = _admits_anew(base, other, consulted, on)
    if here is None or there is None:
        return _Route(alternative, False, tuple(stays_true), stays_false)
    if there.condition != here.condition:
        stays_true.append(_on_day(there.condition, on))
    money = _money(base, here) != _money(other, there)
    if money and not all(plan.class_based for p in (base, other) for plan in p.subsidies.values()):
        return _Route(alternative, afresh=True)
    cover, waiting = _cover_anew(base, other, here, there)
    ours = base.waits.get(here.waiting or "")
    return _Route(
        alternative,
        stays_true=tuple(stays_true),
        stays_false=stays_false,
        money=money,
        cover=cover,
        window=there,
        parts=waiting.parts if waiting else None,
        exempts=_exempts_anew(ours, waiting, on)
        if ours and waiting and _lapse(base) == _lapse(other)
        else None,
    )


def _lapse(program: Program) -> tuple[int, int | None]:
    """What lapsed years are counted from."""
    return program.benefit_year, program.release.conventions.lapse_since


def _counts_arrears_anew(base: Program, other: Program, window: WindowPlan) -> bool:
    return _lapse(base) != _lapse(other) and any(band.band.arrears for band in window.price)


def _bars_anew(base: Program, other: Program, on: date) -> list[Condition]:
    """Tests that bar under the other reading alone. Who may pay is barred by none of ours."""
    ours = {bar.rule: bar.condition for bar in base.bars}
    return [_left(_on_day(bar.condition, on), _on_day(ours.get(bar.rule, NEVER), on)) for bar in other.bars]


def _windows_anew(
    base: Program, other: Program, consulted: frozenset[str], way: str, on: date
) -> list[Condition]:
    """Tests of windows that come first under the other reading. Those consulted under ours did not fit."""
    closed = {plan.rule: plan.condition for plan in base.windows if plan.rule in consulted}
    found: list[Condition] = []
    for plan in other.windows:
        if plan.rule == way:
            break
        found.append(_left(_on_day(plan.condition, on), _on_day(closed.get(plan.rule, NEVER), on)))
    return found


def _admits_anew(base: Program, other: Program, consulted: frozenset[str], on: date) -> list[Condition]:
    """The admissions under the other reading, unless the one that held stands there as it is."""
    held: EligibilityPlan | None = next((p for p in reversed(base.admits) if p.rule in consulted), None)
    conditions = [plan.condition for plan in other.admits]
    if not conditions or (held is not None and held.condition in conditions):
        return []
    return [_on_day(AnyOf(tuple(conditions)), on)]


def _money(program: Program, window: WindowPlan) -> tuple[object, ...]:
    """All that decides amounts beside the price."""
    later = program.release.later_transfer
    return window.subsidies, window.fiscal, program.subsidies, program.combine, program.parameters, later


def _cover_anew(
    base: Program, other: Program, here: WindowPlan, there: WindowPlan
) -> tuple[bool, WaitPlan | None]:
    """Whether cover is counted otherwise; and the waiting rule, where it is but for the waiting alike."""
    same_cover = base.release.cover[here.cover] == other.release.cover[there.cover]
    ours = base.waits[here.waiting] if here.waiting else None
    theirs = other.waits[there.waiting] if there.waiting else None
    if same_cover and ours == theirs and (theirs is None or _lapse(base) == _lapse(other)):
        return False, None
    return True, theirs if same_cover else None


def _exempts_anew(ours: WaitPlan, theirs: WaitPlan, on: date) -> Condition | None:
    """What lifts the wait of somebody who waits under ours, where the two differ in that alone."""
    nobody = {"exempt": None}
    if ours.parts != theirs.parts or ours.spec.model_copy(update=nobody) != theirs.spec.model_copy(
        update=nobody
    ):
        return None
    return _left(_on_day(theirs.exempt or NEVER, on), _on_day(ours.exempt or NEVER, on))


def _left(test: Condition, false: Condition) -> Condition:
    """What of a test can still hold once another one is known to be false."""
    if test == false or (isinstance(false, AnyOf) and test in false.parts):
        return NEVER
    if isinstance(test, AnyOf):
        known = {false, *(false.parts if isinstance(false, AnyOf) else ())}
        parts = tuple(part for part in test.parts if part not in known)
        return parts[0] if len(parts) == 1 else AnyOf(parts) if parts else NEVER
    if isinstance(test, All):
        needed = false.parts if isinstance(false, All) else (false,)
        return NEVER if set(needed) <= set(test.parts) else test
    return test


def _on_day(test: Condition, on: date) -> Condition:
    """The test as it stands on one payment day, without what that day decides."""
    if isinstance(test, PaymentTest):
        return Constant(test.holds(on))
    if isinstance(test, Not):
        part = _on_day(test.part, on)
        return Constant(not part.value) if isinstance(part, Constant) else Not(part)
    if isinstance(test, All | AnyOf):
        decides = isinstance(test, AnyOf)
        parts = [_on_day(part, on) for part in test.parts]
        if Constant(decides) in parts:
            return Constant(decides)
        kept = tuple(part for part in parts if not isinstance(part, Constant))
        if not kept:
            return Constant(not decides)
        return kept[0] if len(kept) == 1 else type(test)(kept)
    return test
