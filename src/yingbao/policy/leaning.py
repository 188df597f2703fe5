"""Which other readings would change one person's answer: only what a reading changes is looked at again.

A release lists a dozen readings and more, and most of them touch a place this person never comes to. For people of
one day who came by the same rules it is worked out once what each reading changes on their way (`_routes`): tests
that must still come out as they did, and whether money or cover is counted differently. Only where one of those
turns out otherwise is the person assessed again. The answers are those of assessing everybody under every reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from yingbao.policy.assess import Answer, assess, cover_of
from yingbao.policy.conditions import All, AnyOf, Condition, Constant, Not, PaymentTest
from yingbao.policy.facts import Person
from yingbao.policy.policy import Alternative, Policy
from yingbao.policy.program import EligibilityPlan, Program, WindowPlan

NEVER = Constant(False)


@dataclass(frozen=True, slots=True)
class _Route:
    """What one other reading changes on the way to an answer that can be paid.

    `afresh`: so much that only assessing again tells. `stays_true`, `stays_false`: tests that lead into the same
    window as long as they come out so. `money` differs for whoever holds a class. `parts`: waiting parts under the
    other reading, where cover is counted in the same way but for the waiting; None where it is counted otherwise.
    """

    alternative: Alternative
    window: WindowPlan | None
    afresh: bool = False
    stays_true: tuple[Condition, ...] = ()
    stays_false: tuple[Condition, ...] = ()
    money: bool = False
    cover: bool = False
    parts: tuple[Condition, ...] | None = None


def other_answers(
    policy: Policy, answer: Answer, person: Person, on: date
) -> Iterator[tuple[Alternative, Answer]]:
    """The readings under which this very person's answer would have been another, each with that answer."""
    core = answer.core()
    consulted = frozenset(answer.consulted)
    if answer.outcome != "payable":
        for alternative in _touched(policy, consulted):
            instead = assess(alternative.program, person, on)
            if instead.core() != core:
                yield alternative, instead
        return
    classless = person.categories == () and not person.unrecognised
    quiet: dict[int, bool] = {}
    for route in _routes(policy, consulted, answer.window or "", on):
        if route.afresh or (route.money and not classless) or not _same_way(route, person, on):
            instead = assess(route.alternative.program, person, on)
        elif route.cover and not _no_wait(route, answer, person, on, quiet):
            instead = _covered_anew(route, answer, person, on)
        else:
            continue
        if instead.core() != core:
            yield route.alternative, instead


def _same_way(route: _Route, person: Person, on: date) -> bool:
    """Whether the person is let in, and into the same window, under the other reading too."""
    for condition in route.stays_false:
        if condition.evaluate(person, on) is not False:
            return False
    return all(condition.evaluate(person, on) for condition in route.stays_true)


def _no_wait(route: _Route, answer: Answer, person: Person, on: date, quiet: dict[int, bool]) -> bool:
    """Whether somebody who does not wait has no reason to wait under the other reading either."""
    if route.parts is None or answer.waiting_days != 0:
        return False
    found = quiet.get(id(route.parts))
    if found is None:
        found = all(part.evaluate(person, on) is False for part in route.parts)
        quiet[id(route.parts)] = found
    return found


def _covered_anew(route: _Route, answer: Answer, person: Person, on: date) -> Answer:
    """The same answer with the cover of the other reading."""
    if route.window is None:
        return answer
    found = cover_of(route.alternative.program, route.window, person, on)
    return replace(
        answer,
        benefit_start=found.benefit_start,
        benefit_end=found.benefit_end,
        waiting_days=found.waiting_days,
    )


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
def _routes(policy: Policy, consulted: frozenset[str], window: str, on: date) -> tuple[_Route, ...]:
    """What each other reading changes for those who may pay in `window` on `on` having consulted these rules."""
    found: list[_Route] = []
    shared: dict[tuple[Condition, ...], tuple[Condition, ...]] = {}
    for alternative in _touched(policy, consulted):
        route = _route(policy.program, alternative, consulted, window, on)
        if route.parts is not None:
            route = replace(route, parts=shared.setdefault(route.parts, route.parts))
        if route.afresh or route.stays_true or route.stays_false or route.money or route.cover:
            found.append(route)
    return tuple(found)


def _route(base: Program, alternative: Alternative, consulted: frozenset[str], window: str, on: date) -> _Route:
    other = alternative.program
    here = next((plan for plan in base.windows if plan.rule == window), None)
    there = next((plan for plan in other.windows if plan.rule == window), None)
    if here is None or there is None or there.price != here.price or other.benefit_year != base.benefit_year:
        return _Route(alternative, there, afresh=True)
    false = _bars_anew(base, other, on) + _windows_anew(base, other, consulted, window, on)
    true = _admits_anew(base, other, consulted, on)
    if there.condition != here.condition:
        true.append(_on_day(there.condition, on))
    money = _money(base, here) != _money(other, there)
    if money and not all(plan.class_based for p in (base, other) for plan in p.subsidies.values()):
        return _Route(alternative, there, afresh=True)
    anew, parts = _cover_anew(base, other, here, there)
    stays_false = tuple(dict.fromkeys(test for test in false if test != NEVER))
    return _Route(alternative, there, False, tuple(true), stays_false, money, anew, parts)


def _bars_anew(base: Program, other: Program, on: date) -> list[Condition]:
    """Tests that bar under the other reading alone. Who may pay is barred by none of ours."""
    ours = {bar.rule: bar.condition for bar in base.bars}
    return [_left(_on_day(bar.condition, on), _on_day(ours.get(bar.rule, NEVER), on)) for bar in other.bars]


def _windows_anew(
    base: Program, other: Program, consulted: frozenset[str], window: str, on: date
) -> list[Condition]:
    """Tests of windows that come first under the other reading. Those consulted under ours did not fit."""
    closed = {plan.rule: plan.condition for plan in base.windows if plan.rule in consulted}
    found: list[Condition] = []
    for plan in other.windows:
        if plan.rule == window:
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
) -> tuple[bool, tuple[Condition, ...] | None]:
    """Whether cover is counted otherwise, and the waiting parts where it is but for the waiting alike."""
    same_cover = base.release.cover[here.cover] == other.release.cover[there.cover]
    ours = base.waits[here.waiting] if here.waiting else None
    theirs = other.waits[there.waiting] if there.waiting else None
    same_lapse = base.release.conventions.lapse_since == other.release.conventions.lapse_since
    if same_cover and ours == theirs and (same_lapse or theirs is None):
        return False, None
    return True, theirs.parts if same_cover and theirs is not None else None


def _left(test: Condition, false: Condition) -> Condition:
    """What of a test can still hold once another one is known to be false."""
    if test == false:
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
